"""Modules without weights, to be filled from a file: nothing is allocated, nothing is drawn.

``torch.device("meta")`` alone allocates nothing, but the first random initialisation on it loads PyTorch's compiler,
which takes more than a second. The initialisations that PyTorch's modules and ours use are left out here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

INITIALISATIONS = ("normal_", "uniform_", "trunc_normal_", "kaiming_uniform_")


class _Undrawn(TorchFunctionMode):
    """Leaves a tensor without values as it is where a function would fill it with random numbers."""

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__name__", "") in INITIALISATIONS:
            filled = args[0] if args else kwargs.get("tensor")
            if isinstance(filled, Tensor) and filled.is_meta:
                return filled
        return func(*args, **kwargs)


@contextmanager
def skeleton() -> Iterator[None]:
    """What is made inside has shapes and types, on the device ``meta``, and no values."""
    with torch.device("meta"), _Undrawn():
        yield
