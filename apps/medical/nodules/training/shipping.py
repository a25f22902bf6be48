"""Write the detector: its second look first, its own card last, so that a crash leaves the old detector or the new one.

Each second look is written under a name of its own, by what is in it, beside that of the detector that still stands;
the detector's card names the one that it was chosen with. Only then what no card names any more is removed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from apps.medical.nodules.detect import Fold
from apps.medical.nodules.detector_weights import NAME, decides, tensors_of
from apps.medical.nodules.second_look import SecondLook, decided_by
from core_model.checkpoint import load_card, save_checkpoint
from core_model.training.run import content_hash

SECOND_LOOK = "nodule_second_look"
LICENCE = "Apache-2.0; trained on LIDC-IDRI (CC BY 3.0) and C3N-00247 of CPTAC"


def save_second_look(folder: Path, second_look: SecondLook, made_by: Mapping[str, Any], name: str) -> Path:
    """Write a second look in half precision, with how it was made; returns its card's path."""
    card = {
        "what": "heads of the shared core that score nodule candidates again, for each fold of the stems",
        "licence": LICENCE,
        "made_by": dict(made_by),
    }
    return second_look.save(folder, name, card, half=True)


def save_detector(
    folder: Path,
    folds: Sequence[Fold],
    second_look: SecondLook,
    threshold: float,
    reason: Mapping[str, object],
    *,
    made_by: Mapping[str, Any],
    heads_made_by: Mapping[str, Any],
) -> Path:
    """Write a detector in place of the one that is there.

    Args:
        folder: Where to.
        folds: All folds.
        second_look: With heads of each of them; the operating point was chosen with it.
        threshold: The operating point.
        reason: On what it was chosen.
        made_by: Commands, seeds and data of the stems, for the card.
        heads_made_by: The same of the second look.

    Returns:
        The card's path.
    """
    tensors = tensors_of(folds)
    stored = {key: tensor.half() for key, tensor in second_look.state_dict().items() if tensor.is_floating_point()}
    second_look_name = f"{SECOND_LOOK}-{content_hash(stored, second_look.settings)[:8]}"
    second_look_card = load_card(save_second_look(folder, second_look, heads_made_by, second_look_name))
    links = {fold.name: fold.link.as_dict() for fold in folds}
    card = {
        "name": NAME,
        "what": "two convolutional stems for lung nodules on chest CT, cross-fitted, averaged",
        "licence": LICENCE,
        "channels": list(folds[0].stem.config.channels),
        "folds": [fold.name for fold in folds],
        "linking": links,
        "second_look": second_look_name,
        "operating_point": {"threshold": threshold, "reason": dict(reason)},
        "decides": decides(tensors, links, decided_by(second_look_card)),
        "made_by": dict(made_by),
    }
    path = save_checkpoint(folder, NAME, tensors, card)
    _remove_others(folder, path, second_look_card["weights_file"], second_look_name)
    return path


def _remove_others(folder: Path, card_path: Path, kept_weights: str, kept_name: str) -> None:
    """Remove what earlier and interrupted writings left: cards first, so that none names weights that are gone."""
    kept = {card_path.name, load_card(card_path)["weights_file"], f"{kept_name}.json", kept_weights}
    left = [path for kind in (NAME, SECOND_LOOK) for path in folder.glob(f"{kind}*") if path.name not in kept]
    for path in sorted(left, key=lambda path: path.suffix != ".json"):
        path.unlink()
