"""Modules without weights, to be filled from a file: nothing is allocated, nothing is drawn.

``torch.device("meta")`` alone allocates nothing, but each random initialisation on it loads PyTorch's compiler, which
takes more than a second.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class _Undrawn(TorchFunctionMode):
    """Leaves a tensor as it is where a function would fill it with random numbers."""

    def __torch_function__(self, func: Callable, types: Any, args: tuple = (), kwargs: dict | None = None) -> Any:
        if getattr(func, "__name__", "") in ("normal_", "uniform_", "trunc_normal_", "kaiming_uniform_"):
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


@contextmanager
def skeleton() -> Iterator[None]:
    """What is made inside has shapes and types, on the device ``meta``, and no values."""
    with torch.device("meta"), _Undrawn():
        yield
