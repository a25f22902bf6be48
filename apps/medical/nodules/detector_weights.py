"""The card of the shipped detector: networks, linking weights and the one probability threshold, with hashes.

``nodule_stems.safetensors`` holds the weights of both folds in half precision; ``nodule_stems.json`` beside it the
card: how it was made, linking weights and calibration of each fold, the operating point and the hash of all that
decides a probability: these, the core's nodule head and the core itself.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from apps.medical.nodules.detect import Fold, Rescorer
from apps.medical.nodules.linking import LinkWeights
from apps.medical.nodules.rescoring import decided_by, load_heads
from apps.medical.nodules.stem import Stem, StemConfig
from core_model import load_core
from core_model.core import Core
from core_model.errors import InputRejected, NotFound

WEIGHTS = Path(__file__).resolve().parent / "weights"
NAME = "nodule_stems"


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """One probability from which a finding is shown.

    Attributes:
        threshold: 0 to 1.
        decides: SHA-256 of all weights that it was chosen for: networks, linking, the core's head and the core.
        reason: On what it was chosen, with figures.
    """

    threshold: float
    decides: str
    reason: Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Detector:
    """The detector.

    Attributes:
        folds: Stems with their linking.
        rescorers: For each fold, in the same order, the core's second look.
        operating_point: The threshold.
        card: Of the stems.
    """

    folds: tuple[Fold, ...]
    rescorers: tuple[Rescorer, ...]
    operating_point: OperatingPoint
    card: Mapping[str, object]


def decides(tensors: Mapping[str, torch.Tensor], links: Mapping[str, dict], second_look: Mapping[str, Any]) -> str:
    """SHA-256 of weights, linking weights and what decides the second look, independent of the file format."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensors[name].numpy()).tobytes())
    digest.update(json.dumps([links, second_look], sort_keys=True).encode())
    return digest.hexdigest()


def tensors_of(folds: Sequence[Fold]) -> dict[str, torch.Tensor]:
    """The weights of the folds as they are stored: half precision, counters left out."""
    return {
        f"{fold.name}.{name}": tensor.detach().contiguous().half()
        for fold in folds
        for name, tensor in fold.stem.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def fold_from(tensors: Mapping[str, torch.Tensor], name: str, config: StemConfig, link: LinkWeights) -> Fold:
    """One fold from stored weights, ready to read slices."""
    stem = Stem(config)
    own = {key.removeprefix(f"{name}."): value.float() for key, value in tensors.items() if key.startswith(f"{name}.")}
    missing, unexpected = stem.load_state_dict(own, strict=False)
    if unexpected or any(not key.endswith("num_batches_tracked") for key in missing):
        raise InputRejected(f"the stem's weights of fold {name} do not fit its card", code="weights_differ")
    return Fold(name, stem.to(memory_format=torch.channels_last).eval(), link)


def save_detector(
    folder: Path,
    folds: Sequence[Fold],
    threshold: float,
    reason: Mapping[str, object],
    made_by: Mapping,
    second_look: Mapping[str, Any],
) -> Path:
    """Write weights and card.

    Args:
        folder: Where to.
        folds: Both folds.
        threshold: The operating point.
        reason: On what it was chosen.
        made_by: Commands, seeds and data, for the card.
        second_look: What decides the second look that the operating point was chosen with, see
            ``rescoring.decided_by``.

    Returns:
        The card's path.
    """
    tensors = tensors_of(folds)
    links = {fold.name: fold.link.as_dict() for fold in folds}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / f"{NAME}.safetensors")
    card = {
        "name": NAME,
        "what": "two convolutional stems for lung nodules on chest CT, cross-fitted, averaged",
        "licence": "Apache-2.0; trained on LIDC-IDRI (CC BY 3.0) and C3N-00247 of CPTAC",
        "channels": list(folds[0].stem.config.channels),
        "halves": [fold.name for fold in folds],
        "linking": links,
        "operating_point": {"threshold": threshold, "reason": dict(reason)},
        "decides": decides(tensors, links, second_look),
        "made_by": dict(made_by),
    }
    path = folder / f"{NAME}.json"
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf8")
    return path


def load_detector(folder: Path = WEIGHTS, core: Core | None = None) -> Detector:
    """Read what is shipped, after its hash was checked.

    Args:
        folder: Where the stems, the head and their cards lie.
        core: The core that looks a second time; the one that ships where not given.

    Raises:
        NotFound: The stems or their card are absent.
        Unavailable: The core or its nodule head is absent.
        InputRejected: The weights are not those that the operating point was chosen for.
    """
    path = folder / f"{NAME}.json"
    if not path.is_file() or not path.with_suffix(".safetensors").is_file():
        raise NotFound("the stem's weights are absent", action="install the package again")
    card = json.loads(path.read_text(encoding="utf8"))
    tensors = load_file(path.with_suffix(".safetensors"))
    core = core or load_core()
    heads, head_card = load_heads(folder, core)
    found = decides(tensors, card["linking"], decided_by(head_card))
    if found != card["decides"]:
        raise InputRejected(
            "the detector's weights are not those that the operating point was chosen for",
            action="install the package again, or choose the operating point anew",
            code="weights_differ",
        )
    config = StemConfig(tuple(card["channels"]))
    folds = tuple(
        fold_from(tensors, name, config, LinkWeights.from_dict(card["linking"][name])) for name in card["halves"]
    )
    point = card["operating_point"]
    rescorers = tuple(heads[fold.name].rescorer(core) for fold in folds)
    return Detector(folds, rescorers, OperatingPoint(point["threshold"], found, point["reason"]), card)
