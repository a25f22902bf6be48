"""The core's second look at nodule candidates: rows for the core, and the rescorers that ship.

A candidate's row holds its tokens, each with a nominal height, and as named facts the stem's score, the distance of the
slices and, where the lungs are seen as a whole, how far the candidate lies from their ends. The heights are constants
(``detect.CONTEXT_MM``): tokens are taken from slices counted from the candidate's ends, see ``detect.token_slices``, so
that a height names a token rather than measures how far it lies from the best slice.

Shapes: N candidates, T tokens of a candidate, C features of a token, D = T * C.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from apps.medical.nodules.detect import CONTEXT_MM, TOKENS, CandidateDescription, Rescorer
from apps.medical.nodules.linking import sigmoid
from apps.medical.nodules.second_look import CandidateRows, PlainHead, SecondLook, VolumeCandidateHead
from core_model.checkpoint import load_checkpoint, save_checkpoint
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected, Unavailable

H = TypeVar("H", VolumeCandidateHead, PlainHead)
NAME = "nodule_head"
FACTS = (
    ("log odds of a lung nodule by the convolutional detector", "none"),
    ("distance between CT slices", "length"),
    ("distance above the lower end of the lungs", "length"),
    ("distance behind the front of the lungs", "length"),
    ("distance from the right side of the lungs", "length"),
)
"""Names and kinds of unit of the facts."""
PLACE = slice(2, 5)
"""Those that say where in the lungs a candidate lies."""


def rows_of(
    features_ND: np.ndarray,
    place_mm_N3: np.ndarray,
    spacing_mm_N3: np.ndarray,
    score_N: np.ndarray,
) -> CandidateRows:
    """Candidates as rows for the core.

    Args:
        features_ND: Tokens side by side, best slice first, a token of zeros where there is no slice.
        place_mm_N3: In the lungs, see ``place.LungBox.place_of``; NaN where it is not known: the row then has no such
            fact.
        spacing_mm_N3: (z, y, x) of the grid that each was found on.
        score_N: The linking score's log-odds.

    Raises:
        InputRejected: The shapes do not fit together, or a value is not finite, but for a place that is not known.
    """
    features, place, spacing, score = (
        torch.from_numpy(np.array(part, np.float32)) for part in (features_ND, place_mm_N3, spacing_mm_N3, score_N)
    )
    n = len(features)
    shapes = tuple(tuple(part.shape) for part in (place, spacing, score))
    if features.ndim != 2 or features.shape[1] % TOKENS or shapes != ((n, 3), (n, 3), (n,)):
        raise InputRejected(
            "candidates whose features, places, spacing and scores do not fit together",
            allowed=f"[N, {TOKENS} * C], [N, 3], [N, 3] and [N]",
            code="candidates_misshapen",
        )
    height_NT3 = torch.zeros(n, TOKENS, 3)
    height_NT3[:, :, 0] = torch.tensor(CONTEXT_MM)
    return CandidateRows(
        features.view(n, TOKENS, features.shape[1] // TOKENS),
        height_NT3,
        spacing,
        torch.cat([score[:, None], spacing[:, :1], place], dim=1),
        score,
    )


def rescorer(second_look: SecondLook) -> Rescorer:
    """A second look as ``detect`` asks for it: probabilities of candidates of one volume."""

    def rescore(asked: CandidateDescription) -> np.ndarray:
        spacing_mm_N3 = np.broadcast_to(np.asarray(asked.spacing_mm, np.float32), (len(asked.score_N), 3))
        rows = rows_of(asked.features_ND, asked.place_mm_N3, spacing_mm_N3, asked.score_N)
        return sigmoid(second_look(rows).numpy())

    return rescore


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """The heads of one fold.

    Attributes:
        members: Averaged in log-odds.
        shift: Added to them, so that the folds are on one scale.
        layers: Blocks of the core that run.
        plain: Nets without the core, trained alike, for comparison; they are not part of the second look.
    """

    members: tuple[VolumeCandidateHead, ...]
    shift: float
    layers: int
    plain: tuple[PlainHead, ...] = ()

    def rescorer(self, core: Core) -> Rescorer:
        """The fold's second look."""
        return rescorer(SecondLook(core, self.members, [name for name, _ in FACTS], self.shift))


def tensors_of(heads: Mapping[str, Heads]) -> dict[str, Tensor]:
    """All weights as they are stored: half precision, ``FOLD.core.MEMBER.NAME`` and ``FOLD.plain.MEMBER.NAME``."""
    return {
        f"{fold}.{kind}.{number}.{name}": tensor.detach().half()
        for fold, held in heads.items()
        for kind, members in (("core", held.members), ("plain", held.plain))
        for number, member in enumerate(members)
        for name, tensor in member.state_dict().items()
    }


def save_heads(
    folder: Path, heads: Mapping[str, Heads], core: Core, made_by: Mapping[str, Any], name: str = NAME
) -> Path:
    """Write heads and their card; returns the card's path.

    Args:
        folder: Where to.
        heads: By fold.
        core: That they were trained with.
        made_by: Commands, seeds, data and figures, for the card.
        name: Of the pair of files.
    """
    card = {
        "name": name,
        "what": "heads of the shared core that score nodule candidates again, for each half of the stems",
        "licence": "Apache-2.0; trained on LIDC-IDRI (CC BY 3.0) and C3N-00247 of CPTAC",
        "facts": [list(fact) for fact in FACTS],
        "halves": {
            fold: {
                "members": len(held.members),
                "plain": len(held.plain),
                "layers": held.layers,
                "shift": held.shift,
            }
            for fold, held in heads.items()
        },
        "core_sha256": core.weights_hash,
        "made_by": dict(made_by),
    }
    return save_checkpoint(folder, name, tensors_of(heads), card)


def load_heads(folder: Path, core: Core, name: str = NAME) -> tuple[dict[str, Heads], dict[str, Any]]:
    """Read heads and their card.

    Raises:
        Unavailable: They are not there.
        InputRejected: They are damaged, or were trained with another core or on other facts.
    """
    if not (folder / f"{name}.json").is_file():
        raise Unavailable(
            "the core's nodule head is not installed",
            action="install a release or a checkout that is complete",
            code="weights_missing",
        )
    tensors, card = load_checkpoint(folder / f"{name}.json")
    if card["core_sha256"] != core.weights_hash or card["facts"] != [list(fact) for fact in FACTS]:
        raise InputRejected(
            "a nodule head that was trained with another core, or on other facts",
            action="install the package again, or train the head anew",
            code="weights_differ",
        )
    return {fold: _heads(tensors, fold, entry, core.config) for fold, entry in card["halves"].items()}, card


def _heads(tensors: Mapping[str, Tensor], fold: str, entry: Mapping[str, Any], config: CoreConfig) -> Heads:
    def filled(empty: H, kind: str, number: int) -> H:
        prefix = f"{fold}.{kind}.{number}."
        own = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
        try:
            empty.load_state_dict(own)
        except RuntimeError as error:
            raise InputRejected("a nodule head that does not fit its card", code="weights_differ") from error
        return empty.eval().requires_grad_(False)

    members = [filled(core_head(config, entry["layers"]), "core", number) for number in range(entry["members"])]
    plain = [filled(plain_head(config), "plain", number) for number in range(entry["plain"])]
    return Heads(tuple(members), float(entry["shift"]), int(entry["layers"]), tuple(plain))


def core_head(config: CoreConfig, layers: int, dropout: float = 0.0) -> VolumeCandidateHead:
    """An untrained head around the core."""
    return VolumeCandidateHead(config, [unit for _, unit in FACTS], layers, dropout)


def plain_head(config: CoreConfig, dropout: float = 0.0, hidden: int = 16) -> PlainHead:
    """An untrained net without the core, ``hidden`` wide."""
    return PlainHead(config.volume_features, TOKENS, len(FACTS), hidden, dropout)


def decided_by(card: Mapping[str, Any]) -> dict[str, Any]:
    """What of a head's card decides a probability: weights, shifts, layers, facts and the core."""
    return {name: card[name] for name in ("weights_sha256", "halves", "facts", "core_sha256")}
