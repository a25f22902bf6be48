"""Balance of the experts: their loads without an auxiliary loss, and gradients of like size whatever the load.

- Each router's expert bias is moved against its loads: the rule of DeepSeek-V3 (arXiv 2412.19437, section 2.1.2),
  centred as torchtitan does, in an optimizer's hook.
- An optional loss for each row that loads differ little inside it (``sequence_balance``, same section).
- Gradients of rarely chosen experts are brought to the size of the others' (``normalise_gradients``).
- Routers of zeros choose the same experts for all tokens; noise lets them begin apart (``add_router_noise``).

Shapes: T tokens, M tokens of a group, B rows, E experts of a group, K active experts of a token, D width.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from core_model.inputs.packing import Batch
from core_model.nn.experts import ExpertGroup
from core_model.nn.router import Router, Routing

LARGEST_FACTOR = 30.0
"""No gradient is made larger, or smaller, by more than this."""


def routers_of(model: nn.Module) -> Iterator[Router]:
    """All routers of a model."""
    return (module for module in model.modules() if isinstance(module, Router))


def groups_of(model: nn.Module) -> Iterator[ExpertGroup]:
    """All expert groups of a model."""
    return (module for module in model.modules() if isinstance(module, ExpertGroup))


def balance_with(
    optimizer: torch.optim.Optimizer, model: nn.Module, coefficient: float = 1e-3
) -> torch.utils.hooks.RemovableHandle:
    """Move every router's expert bias just before each optimizer step.

    The loads are added up where the model's forward ends, outside any recomputation of activations, so that a
    recomputed block does not count twice; they cover all micro-batches since the last step.

    Returns:
        A handle that removes the hook.
    """
    routers = list(routers_of(model))

    def step(*_: object) -> None:
        for router in routers:
            router.balance_step(coefficient)

    return optimizer.register_step_pre_hook(step)


def count_loads(routers: Iterable[tuple[Router, Routing]]) -> None:
    """Add a batch's loads to the routers that will be balanced with them."""
    with torch.no_grad():
        for router, routing in routers:
            router.load_E += routing.load_E


def sequence_balance(routings: Sequence[Mapping[str, Routing]], batch: Batch) -> Tensor:
    """How unevenly the experts share the tokens of a row, mean over rows, groups and layers; to be added to a loss.

    DeepSeek-V3, equations 17 to 20, without the factor alpha (they take 1e-4): 1 where all experts of a row have the
    same load or the same scores, E / K where the same K of E have all of the row's load and score. Groups of which all
    experts run are left out.

    Args:
        routings: Of the layers, as ``CoreOutput.routings`` has them.
        batch: The batch.
    """
    terms = []
    for routing_of in routings:
        for name, routing in routing_of.items():
            num_experts, num_active = routing.scores_TE.shape[1], routing.chosen_TK.shape[1]
            if num_active == num_experts:
                continue
            index_M = batch.members[name]
            row_M = batch.row_T if index_M is None else batch.row_T[index_M]
            count_B1 = torch.bincount(row_M, minlength=batch.num_rows).unsqueeze(1)
            scores_ME = routing.scores_TE / routing.scores_TE.sum(dim=1, keepdim=True)
            chosen_ME = torch.zeros_like(scores_ME).scatter(1, routing.chosen_TK, 1.0)
            empty_BE = scores_ME.new_zeros(batch.num_rows, num_experts)
            load_BE = empty_BE.index_add(0, row_M, chosen_ME) * num_experts / num_active
            score_BE = empty_BE.index_add(0, row_M, scores_ME)
            there = count_B1[:, 0] > 0
            terms.append(((load_BE * score_BE).sum(dim=1)[there] / count_B1[there, 0].square()).mean())
    return torch.stack(terms).mean() if terms else batch.row_T.new_zeros((), dtype=torch.float32)


@torch.no_grad()
def normalise_gradients(model: nn.Module, largest_factor: float = LARGEST_FACTOR) -> None:
    """Bring the gradients of a group's experts to one size, so that those that are rarely chosen learn as well.

    An expert's gradient is a sum over its tokens, so that its size follows its share of them. Each expert's is scaled
    to the root mean square that the group's tokens meet: the mean over experts, weighted by their share of the tokens.
    Experts without a token have no gradient, and keep none. The loads are those since the last balance step; call this
    after the backward pass, before gradients are clipped and before ``Router.balance_step``.

    Args:
        model: Whose gradients are scaled in place.
        largest_factor: See ``LARGEST_FACTOR``.
    """
    for group in groups_of(model):
        load_E = group.router.load_E
        gradients = [p.grad for p in group.expert_parameters() if p.grad is not None]
        if not gradients or float(load_E.sum()) == 0:
            continue
        rms_E = gradient_rms(gradients)
        learns_E = (load_E > 0) & (rms_E > 0)
        share_E = load_E * learns_E
        if not bool(learns_E.any()):
            continue
        target = ((share_E * rms_E.square()).sum() / share_E.sum()).sqrt()
        factor_E = (target / rms_E.where(learns_E, target)).clamp(1 / largest_factor, largest_factor)
        for gradient in gradients:
            gradient *= factor_E.to(gradient.dtype).view(-1, *[1] * (gradient.dim() - 1))


def gradient_rms(gradients: Sequence[Tensor]) -> Tensor:
    """Root mean square of each expert's gradient over its matrices and biases, ``[E]``; they begin with E."""
    squares_E = torch.stack([gradient.float().flatten(1).square().sum(dim=1) for gradient in gradients]).sum(dim=0)
    return (squares_E / sum(gradient[0].numel() for gradient in gradients)).sqrt()


def normalise_with(
    optimizer: torch.optim.Optimizer, model: nn.Module, largest_factor: float = LARGEST_FACTOR
) -> torch.utils.hooks.RemovableHandle:
    """Normalise the experts' gradients just before each optimizer step; register it before ``balance_with``.

    Gradients that are clipped before the step are clipped as they were.

    Returns:
        A handle that removes the hook.
    """
    return optimizer.register_step_pre_hook(lambda *_: normalise_gradients(model, largest_factor))


@torch.no_grad()
def add_router_noise(model: nn.Module, spread: float = 0.1, seed: int = 0) -> None:
    """Let routers begin apart: experts that were cut or copied from one net have routers of zeros, all scores alike.

    Args:
        model: Whose routers are changed in place; those of which all experts run are left alone.
        spread: Standard deviation of the noise in a score before the sigmoid, for tokens of unit root mean square.
        seed: Of the noise.
    """
    generator = torch.Generator().manual_seed(seed)
    for router in routers_of(model):
        num_experts, width = router.weight_ED.shape
        noise_ED = torch.randn(num_experts, width, generator=generator) * spread * width**-0.5
        if router.num_active < num_experts:
            router.weight_ED.add_(noise_ED.to(router.weight_ED))
