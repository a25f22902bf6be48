"""Before the joint training: expert groups that were never trained begin as parts of what the text part knows.

The vision and facts experts of a fresh trunk write zeros, and their routers choose the same experts for every token.
Sparse upcycling (Komatsuzaki et al. 2023, arXiv 2212.05055) starts them from neurons of the trained feed-forward
net, each expert from other ones, made a little unlike by noise, and their routers from small random weights.

Shapes: E experts, F hidden width of an expert, D width, H neurons of the trained net.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from core_model.core import Core
from core_model.nn.experts import ExpertGroup, MixtureOfExperts


@dataclass(frozen=True, kw_only=True, slots=True)
class Growth:
    """How untrained groups begin.

    Attributes:
        output_scale: Of the copied second matrices: small, so that the function is nearly what it was.
        noise: Standard deviation of what is added to each matrix, relative to the matrix's own.
        router: Standard deviation of router weights times the root of the width; tokens are about 1 in each entry.
        seed: Of neurons, noise and routers.
    """

    output_scale: float = 0.3
    noise: float = 0.05
    router: float = 0.4
    seed: int = 0


def is_untrained(group: ExpertGroup) -> bool:
    """Whether a group's experts write zeros whatever they read."""
    return not bool(group.w2_EFD.any())


@torch.no_grad()
def grow(core: Core, growth: Growth) -> list[str]:
    """Start the untrained groups of all layers, in place.

    Args:
        core: With a trained text group.
        growth: How.

    Returns:
        Names of the groups that were started, ``blocks.0.vision`` for example; groups that write something stay.
    """
    generator = torch.Generator().manual_seed(growth.seed)
    grown = []
    for number, block in enumerate(core.layers):
        trained = [group for group in map(block.experts.group, block.experts.groups) if not is_untrained(group)]
        for name in block.experts.groups:
            group = block.experts.group(name)
            if is_untrained(group):
                _start(group, *_neurons(block.experts, trained), growth, generator)
                grown.append(f"blocks.{number}.{name}")
    return grown


def _neurons(experts: MixtureOfExperts, trained: list[ExpertGroup]) -> tuple[Tensor, Tensor, Tensor]:
    """What the trained neurons of a layer read, ``[H, D]`` and ``[H]``, and write, ``[H, D]``."""
    shared = experts.shared
    reads: list[Tensor] = [shared.up.weight]
    biases: list[Tensor] = [shared.up.bias]
    writes: list[Tensor] = [shared.down.weight.T]
    for group in trained:
        reads.append(group.w1_EFD.flatten(0, 1))
        biases.append(group.b1_EF.flatten() if group.b1_EF is not None else reads[-1].new_zeros(len(reads[-1])))
        writes.append(group.w2_EFD.flatten(0, 1))
    return torch.cat(reads), torch.cat(biases), torch.cat(writes)


def _start(
    group: ExpertGroup, read_HD: Tensor, bias_H: Tensor, write_HD: Tensor, growth: Growth, generator: torch.Generator
) -> None:
    num_experts, hidden, width = group.w1_EFD.shape
    wanted = num_experts * hidden
    order_H = torch.cat([torch.randperm(len(read_HD), generator=generator) for _ in range(-(-wanted // len(read_HD)))])
    chosen = order_H[:wanted]
    w1_EFD = read_HD[chosen].view(num_experts, hidden, width)
    w2_EFD = write_HD[chosen].view(num_experts, hidden, width) * growth.output_scale
    for parameter, value in ((group.w1_EFD, w1_EFD), (group.w2_EFD, w2_EFD)):
        noise = torch.randn(value.shape, generator=generator) * value.std() * growth.noise
        parameter.copy_(value + noise.to(value))
    if group.b1_EF is not None:
        group.b1_EF.copy_(bias_H[chosen].view(num_experts, hidden))
    router = group.router.weight_ED
    router.copy_(torch.randn(router.shape, generator=generator).to(router) * growth.router * width**-0.5)
