"""Whether tensors are still what they were: a checksum of each, kept beside the module that owns it.

The checksum is the sum of the tensor's bytes as 64-bit integers: 25 ms for the core that ships, where a hash takes
several times that. It tells training and damage, however the values were written; it is no protection against intent.
"""

from collections.abc import Iterator
from typing import Self

import torch
from torch import Tensor, nn


def owned(model: nn.Module) -> Iterator[tuple[nn.Module, str]]:
    """Owner and name of each tensor that a model's state holds: a wrapper around a module leaves its owner as it is."""
    for module in model.modules():
        for name, _ in module.named_parameters(recurse=False):
            yield module, name
        for name, _ in module.named_buffers(recurse=False):
            if name not in module._non_persistent_buffers_set:
                yield module, name


def checksum(tensor: Tensor) -> tuple[torch.dtype, int]:
    """Type of a tensor, and the sum of its bytes as integers; of one without values the sum is 0."""
    if tensor.is_meta or not tensor.numel():
        return tensor.dtype, 0
    flat = tensor.detach().reshape(-1)
    whole = len(flat) * flat.element_size() // 8 * 8 // flat.element_size()
    body = flat[:whole].view(torch.int64) if whole else flat.new_zeros(1, dtype=torch.int64)
    return tensor.dtype, int(body.sum()) + int(flat[whole:].view(torch.uint8).sum())


class Fingerprint:
    """The checksums of a model's tensors at one moment.

    Args:
        model: The model, whose modules are kept, not copied.
    """

    def __init__(self, model: nn.Module) -> None:
        self._parts = [(module, name, checksum(getattr(module, name))) for module, name in owned(model)]

    def holds(self) -> bool:
        """Whether all of these tensors have the values that they had then."""
        return all(checksum(getattr(module, name)) == then for module, name, then in self._parts)

    def renew(self) -> None:
        """Take the values of now: after they were brought to another type."""
        self._parts = [(module, name, checksum(getattr(module, name))) for module, name, _ in self._parts]

    def of_copy(self, model: nn.Module, made: nn.Module) -> Self:
        """The same for a copy of the model, module by module."""
        place = dict(zip(model.modules(), made.modules(), strict=True))
        copied = object.__new__(type(self))
        copied._parts = [(place[module], name, then) for module, name, then in self._parts]
        return copied
