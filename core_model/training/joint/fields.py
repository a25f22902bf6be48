"""Images: nodule or not, where its outline runs, how readers rate it, and what hidden cells show.

Shapes: N images, Y, X pixels, R, Q rows and columns of cells, P = R * Q, T tokens, D width, K ratings.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.segments import ImageSegment
from core_model.nn.heads import CandidateHead, OutlineHead, RatingHead
from core_model.nn.products import Linear
from core_model.training.joint.objective import Asked, Objective
from core_model.training.mixture.examples import Example, Pictures

RATINGS = ("malignancy", "spiculation", "lobulation", "margin", "subtlety", "texture", "calcification")
"""Columns of the readers' ratings, 1 to 5, calcification to 6."""
LEVELS = 6


class Fields(Objective):
    """Images of one size with ``fields``, ``masks`` and ``counted``, a ``label`` and ratings.

    Args:
        config: Of the core.
        outline: Weight of the outline: it is what teaches the stem most.
        ratings: Weight of the readers' ratings.
        hidden: Weight of the hidden cells.
        hidden_share: Of the cells that are hidden; their tokens are told from those around them.
    """

    def __init__(
        self,
        config: CoreConfig,
        *,
        outline: float = 3.0,
        ratings: float = 0.5,
        hidden: float = 0.3,
        hidden_share: float = 0.15,
    ) -> None:
        super().__init__()
        self.outline, self.ratings, self.hidden, self.hidden_share = outline, ratings, hidden, hidden_share
        self.nodule_head = CandidateHead(config.width)
        self.outline_head = OutlineHead(config.width, config.patch)
        self.rating_head = RatingHead(config.width, len(RATINGS), LEVELS)
        self.cell_head = Linear(config.width, config.width)
        self.hidden_D = nn.Parameter(torch.zeros(config.width))
        self.patch = config.patch

    def ask(self, core: Core, examples: Sequence[Example]) -> Asked:
        pictures = [example for example in examples if isinstance(example, Pictures)]
        assert len(pictures) == len(examples)
        pixels_NYX, inside_NYX, counted_NYX = (
            torch.cat([picture.arrays[name] for picture in pictures]) for name in ("fields", "masks", "counted")
        )
        batch = core.pack([[ImageSegment(image_YX.float() / 255, self.patch)] for image_YX in pixels_NYX])
        embedded_TD = core.embed(batch)
        given_TD, hidden_T = self._hide(embedded_TD)
        output = core(batch, embedded_TD=given_TD)
        x_NPD = output.hidden_TD.float().unflatten(0, (len(pixels_NYX), -1))
        cells_NRQD = x_NPD.unflatten(1, (-(-pixels_NYX.shape[1] // self.patch), -1))
        label_N = torch.tensor([label for picture in pictures for label in picture.columns["label"]])
        rating_NK = torch.tensor([row for picture in pictures for row in _ratings(picture)])
        mean_ND, most_ND = x_NPD.mean(dim=1), x_NPD.amax(dim=1)
        nodule = self.nodule_head.loss(mean_ND, most_ND, label_N)
        outline = self.outline_head.loss(cells_NRQD, *self._cropped(cells_NRQD, inside_NYX, counted_NYX))
        rated = self.rating_head.loss(mean_ND, rating_NK)
        shown = self._shown(output.hidden_TD, embedded_TD, hidden_T)
        loss = nodule + self.outline * outline + self.ratings * rated + self.hidden * shown
        parts = {"nodule": nodule, "outline": outline, "ratings": rated, "hidden": shown}
        return Asked(loss, {name: float(part.detach()) for name, part in parts.items()}, [output])

    def _hide(self, embedded_TD: Tensor) -> tuple[Tensor, Tensor]:
        """Tokens with some cells hidden, and which ones."""
        hidden_T = torch.rand(len(embedded_TD)) < self.hidden_share
        return torch.where(hidden_T[:, None], self.hidden_D.to(embedded_TD.dtype), embedded_TD), hidden_T

    def _shown(self, found_TD: Tensor, embedded_TD: Tensor, hidden_T: Tensor) -> Tensor:
        """How far what is told of the hidden cells lies from what they are, as one less the cosine, centred."""
        if int(hidden_T.sum()) < 2:
            return found_TD.sum() * 0
        wanted_ND = embedded_TD.detach().float()
        wanted_ND = (wanted_ND - wanted_ND.mean(dim=0))[hidden_T]
        return 1 - F.cosine_similarity(self.cell_head(found_TD[hidden_T].float()), wanted_ND).mean()

    def _cropped(self, cells_NRQD: Tensor, inside_NYX: Tensor, counted_NYX: Tensor) -> tuple[Tensor, Tensor]:
        """Outlines as large as the cells are; what fills the last cells does not count."""
        rows, columns = (cells * self.patch for cells in cells_NRQD.shape[1:3])
        padding = (0, columns - inside_NYX.shape[2], 0, rows - inside_NYX.shape[1])
        return F.pad(inside_NYX, padding).float(), F.pad(counted_NYX, padding).float()


def _ratings(picture: Pictures) -> list[list[float]]:
    """Ratings of each image, NaN where there is none."""
    rows = zip(*(picture.columns[name] for name in RATINGS), strict=True)
    return [[float("nan") if value is None else float(value) for value in row] for row in rows]
