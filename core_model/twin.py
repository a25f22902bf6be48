"""The same weights in memory in modules of their own."""

import copy
from typing import Any, TypeVar

import torch
from torch import nn

M = TypeVar("M", bound=nn.Module)
_HOOKS = {name for name in nn.Module().__dict__ if "_hooks" in name}


def twin_of(module: M) -> M:
    """A module's structure anew around the same tensors: nothing is drawn or copied.

    Parameters are frozen. Hooks, flags, and buffers that no file holds (zeros at the start) are the twin's own.
    """
    twin = object.__new__(type(module))
    twin.__dict__ |= {name: _own(name, value) for name, value in module.__dict__.items()}
    for name, parameter in module._parameters.items():
        twin._parameters[name] = None if parameter is None else nn.Parameter(parameter.detach(), requires_grad=False)
    for name, buffer in module._buffers.items():
        if buffer is not None:
            kept = name not in module._non_persistent_buffers_set
            twin._buffers[name] = buffer.detach() if kept else torch.zeros_like(buffer)
    for name, child in module._modules.items():
        twin._modules[name] = None if child is None else twin_of(child)
    return twin


def _own(name: str, value: Any) -> Any:
    if not isinstance(value, dict | set):
        return value
    return type(value)() if name in _HOOKS else copy.copy(value)
