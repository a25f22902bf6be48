"""Whether a model still has the modules and the values that it had: a checksum of each tensor, and who owned it.

A checksum reads a tensor's bytes as 64-bit integers in rows of ``ROW``, and hashes the sum of each row, the sum of each
column and the bytes that are left over behind the last row. Sums are those of integers, modulo 2 to the 64. Values that
change, and values that change places, are seen, unless every one of these sums stays as it was: where as much is added
at two opposite corners of a rectangle of rows and columns as is taken away at the other two, for example. A tensor of
less than two rows is seen whole. It takes some 50 ms for the core that ships, where a hash of all bytes takes several
times that. It tells training and damage; it is no protection against intent.
"""

import hashlib
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Self

import torch
from torch import Tensor, nn

ROW = 1024
"""64-bit integers in a row."""

Checksum = tuple[torch.dtype, torch.Size, str]
"""Type, shape, and the hash of the sums of a tensor."""


def checksum(tensor: Tensor) -> Checksum:
    """Type and shape of a tensor with the hash of its sums; of one without values the hash is empty."""
    if tensor.is_meta or not tensor.numel():
        return tensor.dtype, tensor.shape, ""
    flat = tensor.detach().reshape(-1)
    if flat.stride(0) != 1 or flat.storage_offset() * flat.element_size() % 8:
        flat = flat.clone(memory_format=torch.contiguous_format)
    data = flat.view(torch.uint8)
    whole = len(data) // (8 * ROW) * 8 * ROW
    found = hashlib.blake2b(_bytes(data[whole:]), digest_size=16)
    if whole:
        rows = data[:whole].view(torch.int64).view(-1, ROW)
        found.update(_bytes(rows.sum(dim=1)) + _bytes(rows.sum(dim=0)))
    return tensor.dtype, tensor.shape, found.hexdigest()


def _bytes(tensor: Tensor) -> bytes:
    return tensor.cpu().numpy().tobytes()


def owned(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """The tensors that a module itself, not one within it, holds in its state."""
    yield from module.named_parameters(recurse=False)
    for name, buffer in module.named_buffers(recurse=False):
        if name not in module._non_persistent_buffers_set:
            yield name, buffer


def placed(module: nn.Module, known: set[nn.Module] | None = None, at: str = "") -> Iterator[tuple[str, nn.Module]]:
    """The modules of a model by their places.

    Args:
        module: The model.
        known: Modules that a wrapper may stand around: one of them has the place of its wrapper, of which nothing else
            is looked at. None for a model as it stands.
        at: Place of the model itself.
    """
    yield at, module
    for name, child in module.named_children():
        inner = child if known is None else _wrapped(child, known) or child
        yield from placed(inner, known, f"{at}.{name}" if at else name)


def _wrapped(module: nn.Module, known: set[nn.Module]) -> nn.Module | None:
    """The module, if it is known; or the only known one that it stands around."""
    if module in known:
        return module
    inside = [found for child in module.children() if (found := _wrapped(child, known))]
    return inside[0] if len(inside) == 1 else None


def _gone() -> None:
    """In place of the reference to a module that is not there."""


class Fingerprint:
    """The modules of a model, by reference alone, and the checksums of their tensors at one moment.

    Args:
        model: The model; the fingerprint does not keep it alive.
    """

    def __init__(self, model: nn.Module) -> None:
        self._modules: dict[str, Callable[[], nn.Module | None]] = {
            place: weakref.ref(module) for place, module in placed(model)
        }
        self._sums = {place: _sums(module) for place, module in placed(model)}

    def holds(self) -> bool:
        """Whether all modules that own tensors are those of then, in their places, with the values that they had.

        A wrapper around a module, as PEFT makes, leaves the module what it is; the wrapper's own tensors do not count.
        """
        known = {place: module for place, then in self._modules.items() if (module := then()) is not None}
        if "" not in known:
            return False
        now = dict(placed(known[""], set(known.values())))
        owners = {place for place, module in now.items() if next(owned(module), None) is not None}
        if owners != {place for place, sums in self._sums.items() if sums}:
            return False
        if any(now[place] is not known.get(place) for place in owners):
            return False
        return all(
            {name for name, _ in owned(now[place])} == self._sums[place].keys()
            and all(checksum(tensor) == self._sums[place][name] for name, tensor in owned(now[place]))
            for place in owners
        )

    def renew(self) -> None:
        """Take the values of now: after they were brought to another type."""
        self._sums = {
            place: sums if (module := self._modules[place]()) is None else _sums(module)
            for place, sums in self._sums.items()
        }

    def of_copy(self, model: nn.Module, made: nn.Module) -> Self:
        """The same for a copy of the model, module by module; one that is no longer in the model has no copy."""
        there = dict(made.named_modules(remove_duplicate=False))
        copy_of: dict[nn.Module | None, nn.Module] = {module: there[name] for name, module in model.named_modules()}
        return self._with({place: copy_of.get(then()) for place, then in self._modules.items()}, self._sums)

    def _with(self, modules: dict[str, nn.Module | None], sums: dict[str, dict[str, Checksum]]) -> Self:
        made = object.__new__(type(self))
        made.__setstate__({"modules": modules, "sums": sums})
        return made

    def __getstate__(self) -> dict[str, Any]:
        """The modules themselves, so that a copy of the model brings its fingerprint along."""
        return {"modules": {place: then() for place, then in self._modules.items()}, "sums": self._sums}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._modules = {
            place: _gone if module is None else weakref.ref(module) for place, module in state["modules"].items()
        }
        self._sums = dict(state["sums"])


def _sums(module: nn.Module) -> dict[str, Checksum]:
    return {name: checksum(tensor) for name, tensor in owned(module)}
