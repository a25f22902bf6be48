"""Balance of the experts without an auxiliary loss: each router's expert bias is moved against its loads.

The rule of DeepSeek-V3 (arXiv 2412.19437 section 2.1.2), centred as torchtitan does, in an optimizer's hook.
"""

from collections.abc import Iterable, Iterator

import torch
from torch import nn

from core_model.nn.router import Router, Routing


def routers_of(model: nn.Module) -> Iterator[Router]:
    """All routers of a model."""
    return (module for module in model.modules() if isinstance(module, Router))


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
