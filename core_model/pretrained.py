"""The folder of a core: ``core.json`` (the card), its weights, its tokenizer, and ``config.json`` for ``transformers``.

Read and written without ``transformers``; see ``core_model.core`` for the way in.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core_model.checkpoint import load_card, load_checkpoint, save_checkpoint, write_atomically
from core_model.config import CoreConfig
from core_model.errors import InputRejected, TandemError, Unavailable
from core_model.inputs.start import with_start_values
from core_model.inputs.text import TextTokenizer
from core_model.nn.sparse import DISTANCES

CARD_FILE = "core.json"
CONFIG_FILE = "config.json"
"""The shape once more, where ``transformers`` looks for it."""
MODEL_TYPE = "tandem_core"
"""Name of the core among the models of ``transformers``."""


@dataclass(frozen=True, slots=True, eq=False)
class CoreFiles:
    """What a folder holds.

    Attributes:
        config: The shape.
        tensors: The weights, in fp32; of what a file lacks that is older than a part of the core, the start values.
        tokenizer: The tokenizer; None where the core was saved without one.
        card: Where the weights come from.
    """

    config: CoreConfig
    tensors: dict[str, Tensor]
    tokenizer: TextTokenizer | None
    card: dict[str, Any]


def read_folder(folder: Path) -> CoreFiles:
    """Read a core's folder, after the hashes of its files were checked.

    Raises:
        Unavailable: There is no core, or a file of it is missing.
        InputRejected: A file is damaged, or not the one that the card names.
    """
    tensors, card = load_checkpoint(folder / CARD_FILE)
    prefix = str(card.get("prefix", ""))
    tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    config = config_in(card)
    tensors = {**unlearned(config), **with_start_values(config, tensors)}
    return CoreFiles(config, tensors, _tokenizer(folder, card), card)


def unlearned(config: CoreConfig) -> dict[str, Tensor]:
    """Weights that came later than the first files, as they are before they learn: what a file lacks of them, it had
    not learned."""
    layers = range(config.num_layers - config.num_full_attention, config.num_layers)
    return {f"blocks.{n}.attention.distance_HW": torch.zeros(config.num_heads, DISTANCES) for n in layers}


def config_in(card: Mapping[str, Any]) -> CoreConfig:
    """The shape that a card names.

    Raises:
        InputRejected: It names none, or one that cannot be.
    """
    try:
        return CoreConfig.from_dict(card["config"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputRejected(
            "a card without the shape of a core", action="reinstall the weights", code="card_without_shape"
        ) from error


def _tokenizer(folder: Path, card: Mapping[str, Any]) -> TextTokenizer | None:
    named = card.get("tokenizer_file")
    if named is None:
        return None
    file = folder / Path(str(named)).name
    if not file.is_file():
        raise Unavailable(
            "the core's tokenizer is not beside its weights", action="reinstall the weights", code="tokenizer_missing"
        )
    packed = file.read_bytes()
    if hashlib.sha256(packed).hexdigest() != card.get("tokenizer_sha256"):
        raise InputRejected(
            "a tokenizer that differs from its SHA-256 in the core's card",
            action="reinstall the weights",
            code="tokenizer_differs",
        )
    return TextTokenizer(packed)


def write_folder(
    folder: Path,
    config: CoreConfig,
    tensors: Mapping[str, Tensor],
    tokenizer: TextTokenizer | None,
    card: Mapping[str, Any],
    *,
    int8: bool = False,
) -> tuple[Path, dict[str, Any]]:
    """Write a core's folder; a crash leaves the core that was there, or the new one.

    Args:
        folder: Made if it does not exist.
        config: The shape.
        tensors: The weights.
        tokenizer: The tokenizer, if there is one.
        card: What a reader must know of the weights.
        int8: Round the large matrices.

    Returns:
        Path of the card, and the card.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _tokenizer_file(folder)
    entry = {"name": "core", **describe(config, tokenizer), **card}
    write_tokenizer(folder, tokenizer)
    path = save_checkpoint(folder, "core", tensors, entry, int8_axis if int8 else None)
    write_atomically(folder / CONFIG_FILE, hub_config(config))
    if before and before != entry.get("tokenizer_file"):
        (folder / before).unlink(missing_ok=True)
    return path, load_card(path)


def describe(config: CoreConfig, tokenizer: TextTokenizer | None) -> dict[str, Any]:
    """What a card says of shape and tokenizer."""
    shape: dict[str, Any] = {"config": config.as_dict()}
    if tokenizer is None:
        return shape
    return {**shape, "tokenizer_file": _name_of(tokenizer), "tokenizer_sha256": tokenizer.sha256}


def write_tokenizer(folder: Path, tokenizer: TextTokenizer | None) -> None:
    """Write a tokenizer under the name that ``describe`` gives it."""
    if tokenizer is not None:
        write_atomically(folder / _name_of(tokenizer), tokenizer.packed)


def _name_of(tokenizer: TextTokenizer) -> str:
    return f"tokenizer-{tokenizer.sha256[:12]}.json.gz"


def _tokenizer_file(folder: Path) -> str | None:
    try:
        return load_card(folder / CARD_FILE).get("tokenizer_file")
    except TandemError:
        return None


_SMALL = ("router.weight_ED", "distance_HW")


def int8_axis(name: str, tensor: Tensor) -> int | None:
    """The axis that shares a scale: a row's inputs; for the experts' second matrices their hidden neurons.

    Scales so belong to output channels, which differ by orders of magnitude in E5. Norms, biases, routers,
    positions and distances stay as they are: they are small.
    """
    if name.endswith("w2_EFD"):
        return 1
    if name.endswith("w1_EFD"):
        return 2
    big = name == "text.word_VD" or (tensor.ndim == 2 and name.startswith("blocks.") and not name.endswith(_SMALL))
    return 1 if big else None


def hub_config(config: CoreConfig) -> bytes:
    """A shape as the ``config.json`` by which ``transformers`` finds the class of a folder's model."""
    entry = {"model_type": MODEL_TYPE, "architectures": ["CoreForTransformers"], "shape": config.as_dict()}
    return (json.dumps(entry, indent=2) + "\n").encode("utf8")
