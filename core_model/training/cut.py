"""Cut a dense feed-forward net into shared and routed experts (MoEfication), without changing what it computes.

Shapes: D width, H hidden width of the net (1536), S of it shared, E experts of F = (H - S) / E, N sample tokens.

A GELU net is a sum over its hidden neurons, so any order of the neurons can be cut into slices: all slices together,
each with gate 1, are the net. ``order_neurons`` chooses an order in which the first S are those that matter for most
tokens, and the slices that follow hold neurons that are active together.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.config import CoreConfig, ExpertGroupConfig
from core_model.core import Core
from core_model.training.e5_source import E5Source

_SAMPLE = 6000


def cut_net(
    up_HD: Tensor, up_bias_H: Tensor, down_DH: Tensor, order_H: Tensor, group: ExpertGroupConfig
) -> dict[str, Tensor]:
    """Slices of a net in the layout of ``nn.experts``: the shared expert first, then the experts.

    Returns:
        ``shared.up.weight``, ``shared.up.bias``, ``shared.down.weight`` and the group's ``w1_EFD``, ``b1_EF``,
        ``w2_EFD``.
    """
    routed = group.num_experts * group.hidden
    shared = len(order_H) - routed
    first, rest = order_H[:shared], order_H[shared:]
    shape = (group.num_experts, group.hidden, -1)
    return {
        "shared.up.weight": up_HD[first],
        "shared.up.bias": up_bias_H[first],
        "shared.down.weight": down_DH[:, first],
        f"groups.{group.name}.w1_EFD": up_HD[rest].view(shape),
        f"groups.{group.name}.b1_EF": up_bias_H[rest].view(group.num_experts, group.hidden),
        f"groups.{group.name}.w2_EFD": down_DH.T[rest].reshape(shape),
    }


def trunk_state(
    source: E5Source, kept: list[int], config: CoreConfig, orders: list[Tensor] | None = None, seed: int = 0
) -> dict[str, Tensor]:
    """State of a core that computes what E5 computes on text when all text experts run.

    Args:
        source: The unpacked encoder.
        kept: Numbers of the pieces of the pruned vocabulary.
        config: Shape with as many layers, width and hidden neurons as the encoder.
        orders: For each layer the order of its hidden neurons; as they are where not given.
        seed: Of everything that E5 lacks: embeddings of other modalities and the first matrices of their experts.
            Their last matrices are zero.
    """
    group = next(g for g in config.groups if "text" in g.modalities)
    torch.manual_seed(seed)
    state = {name: tensor.detach().clone() for name, tensor in Core(config).state_dict().items()}
    found = source.tensors
    state["text.word_VD"] = found["word"][kept]
    state["text.position_PD"] = found["position"] + found["type"][0]
    state["embedding_norm.weight"], state["embedding_norm.bias"] = found["norm.weight"], found["norm.bias"]
    for layer in range(config.num_layers):
        at, out = f"blocks.{layer}.", f"{layer}."
        for part in ("weight", "bias"):
            state[f"{at}attention.qkv.{part}"] = torch.cat([found[f"{out}{name}.{part}"] for name in "qkv"])
            state[f"{at}attention.out.{part}"] = found[f"{out}out.{part}"]
            state[f"{at}attention_norm.{part}"] = found[f"{out}attention_norm.{part}"]
            state[f"{at}experts_norm.{part}"] = found[f"{out}output_norm.{part}"]
        up_HD = found[f"{out}up.weight"]
        order_H = orders[layer] if orders else torch.arange(len(up_HD))
        slices = cut_net(up_HD, found[f"{out}up.bias"], found[f"{out}down.weight"], order_H, group)
        for name, tensor in slices.items():
            state[f"{at}experts.{name}"] = tensor.contiguous()
        state[f"{at}experts.shared.down.bias"] = found[f"{out}down.bias"]
    return state


def order_neurons(
    x_ND: Tensor, up_HD: Tensor, up_bias_H: Tensor, down_DH: Tensor, scale_D: Tensor, group: ExpertGroupConfig
) -> Tensor:
    """Choose what is shared, and cluster the rest by what is active together.

    Args:
        x_ND: Inputs of the net on sample text.
        up_HD: First matrix.
        up_bias_H: Its bias.
        down_DH: Second matrix.
        scale_D: How much an error in each output counts (the norm's weight over the outputs' spread), so that a few
            huge outputs do not decide alone.
        group: Number and width of the experts.

    Returns:
        ``order_H``: the shared neurons, then the experts' neurons, expert after expert.
    """
    x_ND = x_ND[:_SAMPLE]
    h_NH = F.gelu(F.linear(x_ND, up_HD, up_bias_H))
    weight_H = (down_DH * scale_D.unsqueeze(1)).norm(dim=0)
    share_NH = (h_NH * weight_H).square()
    share_NH = share_NH / share_NH.sum(dim=1, keepdim=True)
    routed = group.num_experts * group.hidden
    shared_H = share_NH.mean(dim=0).argsort(descending=True)
    first, rest = shared_H[: len(shared_H) - routed], shared_H[len(shared_H) - routed :]
    pattern_RN = share_NH[:, rest].sqrt().T
    pattern_RN = F.normalize(pattern_RN - pattern_RN.mean(dim=1, keepdim=True), dim=1)
    return torch.cat([first.sort().values, rest[_balanced_clusters(pattern_RN, group.num_experts)]])


def _balanced_clusters(pattern_RN: Tensor, num_clusters: int, rounds: int = 12, seed: int = 0) -> Tensor:
    """Balanced spherical k-means: rows grouped into clusters of equal size; returns the rows cluster by cluster."""
    size = len(pattern_RN) // num_clusters
    generator = torch.Generator().manual_seed(seed)
    centre_KN = pattern_RN[torch.randperm(len(pattern_RN), generator=generator)[:num_clusters]]
    label_R = torch.zeros(len(pattern_RN), dtype=torch.int64)
    for _ in range(rounds):
        near_RK = pattern_RN @ centre_KN.T
        gain_R = near_RK.max(dim=1).values - near_RK.median(dim=1).values
        free = [size] * num_clusters
        for row in gain_R.argsort(descending=True).tolist():
            best = next(k for k in near_RK[row].argsort(descending=True).tolist() if free[k])
            free[best] -= 1
            label_R[row] = best
        centre_KN = F.normalize(torch.stack([pattern_RN[label_R == k].mean(dim=0) for k in range(num_clusters)]), dim=1)
    return label_R.argsort(stable=True)
