"""The detector as it ships: networks, linking weights, the second look and the one probability threshold.

``nodule_detector.json`` is its card: how it was made, linking weights and calibration of each fold, the operating
point, the name of the second look that the operating point was chosen with, and the hash of all that decides a
probability. Its tensors are the stems of all folds in half precision. The second look lies beside it, an adapter of the
core with a card of its own. ``training.shipping`` writes them.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from apps.medical.nodules.detect import Fold, Rescorer
from apps.medical.nodules.linking import LinkWeights
from apps.medical.nodules.second_look import SecondLook, decided_by, load_second_look
from apps.medical.nodules.stem import FoldedStem, Stem, StemConfig
from core_model import device_from_environment, load_core, usable_device
from core_model.checkpoint import load_checkpoint
from core_model.core import Core
from core_model.errors import InputRejected

WEIGHTS = Path(__file__).resolve().parent / "weights"
NAME = "nodule_detector"


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """One probability from which a finding is shown.

    Attributes:
        threshold: 0 to 1.
        decides: SHA-256 of all weights that it was chosen for: networks, linking, the second look and the core.
        reason: On what it was chosen, with figures.
    """

    threshold: float
    decides: str
    reason: Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Detector:
    """The detector.

    Attributes:
        folds: Stems with their linking, folded for reading.
        second_look: The core's, with heads of each fold.
        operating_point: The threshold.
        card: Of the stems.
    """

    folds: tuple[Fold, ...]
    second_look: SecondLook
    operating_point: OperatingPoint
    card: Mapping[str, object]

    @property
    def rescorers(self) -> tuple[Rescorer, ...]:
        """For each fold, in the same order, the second look."""
        return tuple(self.second_look.rescorer(fold.name) for fold in self.folds)


def decides(tensors: Mapping[str, Tensor], links: Mapping[str, dict], second_look: Mapping[str, Any]) -> str:
    """SHA-256 of what decides a probability, independent of the file format.

    Args:
        tensors: Of the stems, in half precision.
        links: Linking weights by fold.
        second_look: What decides the second look, see ``second_look.decided_by``.
    """
    digest = hashlib.sha256()
    for name in sorted(tensors):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensors[name].numpy()).tobytes())
    digest.update(json.dumps([links, second_look], sort_keys=True).encode())
    return digest.hexdigest()


def tensors_of(folds: Sequence[Fold]) -> dict[str, Tensor]:
    """The stems' weights as they are stored: half precision, counters left out.

    Raises:
        TypeError: A stem was folded for reading: its weights are no longer those that are stored.
    """
    if any(isinstance(fold.stem, FoldedStem) for fold in folds):
        raise TypeError("folded stems are for reading: save those that they were made from, see fold_from")
    return {
        f"{fold.name}.{name}": tensor.detach().contiguous().half()
        for fold in folds
        for name, tensor in fold.stem.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def fold_from(tensors: Mapping[str, Tensor], name: str, config: StemConfig, link: LinkWeights) -> Fold:
    """One fold from stored weights, ready to read slices.

    Raises:
        InputRejected: The weights are not those of such a network.
    """
    stem = Stem(config)
    own = {key.removeprefix(f"{name}."): value.float() for key, value in tensors.items() if key.startswith(f"{name}.")}
    missing, unexpected = stem.load_state_dict(own, strict=False)
    if unexpected or any(not key.endswith("num_batches_tracked") for key in missing):
        raise InputRejected(
            "the stem's weights of fold {fold} do not fit its card", code="nodule_stem_misfit", values={"fold": name}
        )
    return Fold(name, stem.channels_last().eval(), link)


def load_detector(folder: str | Path = WEIGHTS, core: Core | None = None, device: str | None = None) -> Detector:
    """Read what is shipped, after its hash was checked.

    Args:
        folder: Where the detector, its second look and their cards lie.
        core: The core that looks a second time; the one that ships where not given.
        device: Where the networks run: ``cpu``, ``cuda`` or ``cuda:N``; that of ``TANDEM_DEVICE`` where not given.

    Raises:
        NotFound: The second look is absent.
        Unavailable: The core, the detector's weights or card, or the device, are absent.
        InputRejected: The weights are damaged, or not those that the operating point was chosen for.
    """
    folder = Path(folder)
    there = device_from_environment() if device is None else usable_device(device)
    tensors, card = load_checkpoint(folder / f"{NAME}.json")
    second_look = load_second_look(folder, card["second_look"], core or load_core(device=str(there))).to(there)
    stored = {name: tensor.half() for name, tensor in tensors.items()}
    found = decides(stored, card["linking"], decided_by(second_look.card))
    if found != card["decides"]:
        raise InputRejected(
            "the detector's weights are not those that the operating point was chosen for",
            action="install the package again, or choose the operating point anew",
            code="detector_weights_differ",
        )
    config = StemConfig(tuple(card["channels"]))
    folds = tuple(
        fold_from(tensors, name, config, LinkWeights.from_dict(card["linking"][name])) for name in card["folds"]
    )
    folds = tuple(replace(fold, stem=FoldedStem(fold.stem).to(there)) for fold in folds)
    point = card["operating_point"]
    return Detector(folds, second_look, OperatingPoint(point["threshold"], found, point["reason"]), card)
