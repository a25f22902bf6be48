"""Weights on disk: safetensors, int8 per channel where asked for, and a JSON card beside them, written atomically.

``NAME.json`` is the card; it names its tensors' file, ``NAME-<hash>.safetensors``, with its SHA-256. The tensors are
written and synced first, then the card replaces the old one in one rename: a crash at any moment leaves the old pair or
the new one, never a mixture.
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from core_model.errors import InputRejected, Unavailable

SCALE = ".scale"
"""Ending of the name under which the scales of an int8 tensor stand, where no tensor has that name already."""
FORMAT = 1
"""Of cards and their files; a card without one is of the first."""
_ROUNDED = "int8"
"""Name in a file's header of the table from each rounded tensor to its scales."""

ChannelAxis = Callable[[str, Tensor], int | None]
"""From a tensor's name and the tensor to the axis that shares a scale, or ``None`` to leave it as it is."""


def quantise(tensor: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Round to int8 with one scale for each channel.

    Args:
        tensor: Floating point, at least two axes.
        axis: The axis that is reduced: all values along it share a scale.

    Returns:
        The int8 values, and fp32 scales that broadcast against them.
    """
    scale = tensor.abs().amax(dim=axis, keepdim=True).float().clamp(min=1e-12) / 127
    return torch.round(tensor.float() / scale).clamp(-127, 127).to(torch.int8), scale


def dequantise(tensors: Mapping[str, Tensor], scale_of: Mapping[str, str]) -> dict[str, Tensor]:
    """All tensors, those of floating point in fp32, rounded ones times their scales.

    Args:
        tensors: As stored.
        scale_of: By the name of each rounded tensor that of its scales; every other tensor is what it is, whatever its
            type and its name.
    """
    scales = set(scale_of.values())
    full = {}
    for name, tensor in tensors.items():
        if name in scale_of:
            full[name] = tensor.float() * tensors[scale_of[name]]
        elif name not in scales:
            full[name] = tensor.float() if tensor.is_floating_point() else tensor
    return full


def read_tensors(content: bytes) -> dict[str, Tensor]:
    """The tensors of a file, rounded ones in full.

    A file without a table of what is rounded is one of the first of Tandem's: there every int8 tensor beside which its
    scales stand is rounded.

    Raises:
        InputRejected: It is not a file of safetensors, or a table names what is not there.
    """
    refuse_pickle(content)
    try:
        stored = load(content)
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length]).get("__metadata__", {})
        if _ROUNDED in header:
            scale_of = json.loads(header[_ROUNDED])
        else:
            rounded = (name for name, tensor in stored.items() if tensor.dtype == torch.int8)
            scale_of = {name: name + SCALE for name in rounded if name + SCALE in stored}
        return dequantise(stored, scale_of)
    except (SafetensorError, ValueError, KeyError, AttributeError) as error:
        raise InputRejected(
            "weights that are not safetensors", action="reinstall the weights", code="weights_unreadable"
        ) from error


def refuse_pickle(content: bytes) -> None:
    """Refuse what PyTorch and Python write as pickles, by its first 9 bytes, whatever its name is.

    A file of safetensors begins with the length of its header, which may look like a pickle's mark, and its ``{``.

    Raises:
        InputRejected: It is one: opening it could run a program.
    """
    zipped = content[:4] == b"PK\x03\x04"
    pickled = content[:1] == b"\x80" and content[1:2] <= b"\x05" and content[8:9] != b"{"
    if zipped or pickled:
        raise InputRejected(
            "a pickle, which could run a program when it is opened",
            allowed="safetensors",
            action="write the tensors with safetensors",
            code="weights_pickled",
        )


def save_checkpoint(
    folder: str | Path,
    name: str,
    tensors: Mapping[str, Tensor],
    card: Mapping[str, Any],
    axis_of: ChannelAxis | None = None,
) -> Path:
    """Write tensors and their card.

    Args:
        folder: Where to; made if it does not exist.
        name: Name of the pair.
        tensors: The weights.
        card: JSON values: source, licence, command, seed and whatever a reader must know.
        axis_of: For each tensor the axis that shares an int8 scale, or ``None`` to keep it as it is.

    Returns:
        Path of the card.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    stored: dict[str, Tensor] = {}
    scale_of: dict[str, str] = {}
    for key, tensor in tensors.items():
        value = tensor.detach().cpu().contiguous()
        axis = axis_of(key, value) if axis_of and value.is_floating_point() else None
        if axis is None:
            stored[key] = value.clone()
        else:
            scale = key + SCALE
            while scale in tensors or scale in stored:
                scale += SCALE
            scale_of[key] = scale
            stored[key], stored[scale] = quantise(value, axis)
    content = save(stored, {_ROUNDED: json.dumps(scale_of)})
    digest = hashlib.sha256(content).hexdigest()
    file = folder / f"{name}-{digest[:12]}.safetensors"
    card_path = folder / f"{name}.json"
    before = _named_file(card_path)
    write_atomically(file, content)
    named = {"format": FORMAT, "weights_file": file.name, "weights_sha256": digest, "bytes": len(content)}
    entry = {**card, **named}
    write_atomically(card_path, (json.dumps(entry, indent=2, ensure_ascii=False) + "\n").encode("utf8"))
    if before and before != file.name:
        (folder / before).unlink(missing_ok=True)
    return card_path


def load_checkpoint(card_path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a card and its tensors, int8 ones in fp32.

    Raises:
        Unavailable: The card or its tensors are not there.
        InputRejected: The tensors are not those that the card names, or no safetensors.
    """
    card_path = Path(card_path)
    card = load_card(card_path)
    file = card_path.parent / card["weights_file"]
    if not file.is_file():
        raise Unavailable(
            "the weights that the card names are not beside it",
            action="reinstall, or make them again with the command in the card",
            code="weights_not_beside_card",
        )
    content = file.read_bytes()
    refuse_pickle(content)
    expected = card.get("bytes")
    if isinstance(expected, int) and len(content) < expected:
        raise InputRejected(
            "weights that were cut off: {given} bytes",
            allowed="{expected} bytes, as the card has it",
            action="reinstall the weights",
            code="weights_truncated",
            values={"given": len(content), "expected": expected},
        )
    given = hashlib.sha256(content).hexdigest()
    if given != card["weights_sha256"]:
        raise InputRejected(
            "weights that differ from their card's SHA-256: {given}",
            allowed="{expected}",
            action="reinstall the weights",
            code="weights_differ",
            values={"given": given[:12], "expected": str(card["weights_sha256"])[:12]},
        )
    return read_tensors(content), card


def load_card(card_path: str | Path) -> dict[str, Any]:
    """Read a card.

    Raises:
        Unavailable: It is not there.
        InputRejected: It is not a card, or names weights in another folder.
    """
    card_path = Path(card_path)
    try:
        card = json.loads(card_path.read_text(encoding="utf8"))
    except FileNotFoundError as error:
        raise Unavailable(
            "there are no weights called {name}",
            action="install a release that ships them, or see: python -m core_model.training.convert_trunk --help",
            code="weights_missing",
            values={"name": card_path.stem},
        ) from error
    except ValueError as error:
        raise InputRejected(
            "a card that is not JSON", action="reinstall the weights", code="card_unreadable"
        ) from error
    named = card.get("weights_file") if isinstance(card, dict) and "weights_sha256" in card else None
    if not isinstance(named, str) or Path(named).name != named:
        raise InputRejected(
            "a card that names no weights beside it", action="reinstall the weights", code="card_without_weights"
        )
    if card.get("format", FORMAT) != FORMAT:
        raise InputRejected(
            "weights of the format {given}",
            allowed="{expected}",
            action="use the release of Tandem that wrote them, or make them anew",
            code="weights_of_another_format",
            values={"given": str(card["format"]), "expected": FORMAT},
        )
    return card


def _named_file(card_path: Path) -> str | None:
    try:
        return load_card(card_path)["weights_file"]
    except (Unavailable, InputRejected):
        return None


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old or the new one: partial file, fsync, rename, fsync of the folder."""
    path = Path(path)
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(partial, path)
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
