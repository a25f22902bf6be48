"""What the core is told of nodule candidates: their tokens, and named facts beside them.

A candidate's row holds its tokens, each with a nominal height, and as facts the stem's score, the distance of the
slices and, where the lungs are seen as a whole, how far the candidate lies from their ends. The heights are constants
(``detect.CONTEXT_MM``): tokens are taken from slices counted from the candidate's ends, see ``detect.token_slices``, so
that a height names a token rather than measures how far it lies from the best slice.

Shapes: N candidates, T tokens of a candidate, C features of a token, D = T * C, F facts.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from apps.medical.nodules.detect import CONTEXT_MM, TOKENS, CandidateDescription
from core_model.errors import InputRejected

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


@dataclass(frozen=True, slots=True, eq=False)
class CandidateRows:
    """Candidates as the core reads them.

    Attributes:
        features_NTC: Vectors of the stem; a token of zeros is missing, the first one never is.
        position_mm_NT3: Where each token stands, z, y, x.
        spacing_mm_N3: Of the voxels, z, y, x, positive.
        facts_NF: Values of the facts, in the order of the head's names; NaN where a fact is not known: no token then.
        score_N: The stem's log-odds.

    Raises:
        InputRejected: The shapes do not fit together, or a value is not finite, but for a fact that is not known.
    """

    features_NTC: Tensor
    position_mm_NT3: Tensor
    spacing_mm_N3: Tensor
    facts_NF: Tensor
    score_N: Tensor

    def __post_init__(self) -> None:
        n, tokens = self.features_NTC.shape[:2] if self.features_NTC.ndim == 3 else (-1, -1)
        fits = (
            n >= 0
            and self.position_mm_NT3.shape == (n, tokens, 3)
            and self.spacing_mm_N3.shape == (n, 3)
            and self.facts_NF.ndim == 2
            and len(self.facts_NF) == n
            and self.score_N.shape == (n,)
        )
        if not fits:
            raise InputRejected(
                "candidates whose vectors, positions, spacing, facts and scores do not fit together",
                allowed="[N, T, C], [N, T, 3], [N, 3], [N, F] and [N]",
                code="candidate_rows_misshapen",
            )
        known = (self.features_NTC, self.position_mm_NT3, self.spacing_mm_N3, self.score_N)
        if not all(bool(torch.isfinite(part).all()) for part in known) or bool(torch.isinf(self.facts_NF).any()):
            raise InputRejected("candidates with a value that is not finite", code="candidates_not_finite")
        if not bool((self.features_NTC[:, :1] != 0).any(dim=2).all()):
            raise InputRejected("a candidate without its first vector", code="candidate_without_vector")

    def __len__(self) -> int:
        return len(self.features_NTC)

    def parts(self) -> tuple[Tensor, ...]:
        """All tensors, in the order of the attributes."""
        return (self.features_NTC, self.position_mm_NT3, self.spacing_mm_N3, self.facts_NF, self.score_N)

    def rows(self, index: Tensor) -> "CandidateRows":
        """Some of the candidates."""
        return CandidateRows(*(part[index] for part in self.parts()))

    @property
    def present_NT(self) -> Tensor:
        """Which tokens are there."""
        return (self.features_NTC != 0).any(dim=2)

    @property
    def present_PC(self) -> Tensor:
        """The vectors of the tokens that are there, one candidate's after the other's."""
        return self.features_NTC[self.present_NT]


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
            allowed="[N, {tokens} * C], [N, 3], [N, 3] and [N]",
            code="candidates_misshapen",
            values={"tokens": TOKENS},
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


def rows_described(description: CandidateDescription) -> CandidateRows:
    """The candidates of one window as rows for the core."""
    spacing_mm = np.asarray(description.spacing_mm, np.float32)
    spacing_mm_N3 = np.broadcast_to(spacing_mm, (len(description.score_N), 3))
    return rows_of(description.features_ND, description.place_mm_N3, spacing_mm_N3, description.score_N)
