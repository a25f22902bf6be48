"""What reads the images: a stem with heads, and the same stem with the core's vision experts between.

Shapes: N images, P cells of an image, R, Q their rows and columns, C features of a cell, D width, K ratings.
"""

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from apps.medical.adapter.pictures import RATINGS
from apps.medical.adapter.probe.examples import LEVELS, Images
from apps.medical.adapter.recipe import ImageRecipe
from core_model.core import Core
from core_model.inputs.image import ImageStem
from core_model.inputs.segments import ImageSegment
from core_model.nn.heads import CandidateHead, OutlineHead, RatingHead

ROUTER_NOISE = 0.02
"""Spread of the weights with which the vision experts' routers begin: from zeros all tokens would go one way."""


class Heads(nn.Module):
    """Nodule or background, outline and ratings from an image's cells.

    Args:
        width: Of a cell.
        patch: Pixels of a cell's edge.
    """

    def __init__(self, width: int, patch: int) -> None:
        super().__init__()
        self.nodule = CandidateHead(width)
        self.outline = OutlineHead(width, patch)
        self.rating = RatingHead(2 * width, len(RATINGS), LEVELS)

    def forward(self, cell_NRQD: Tensor) -> tuple[Tensor, Tensor]:
        """Log-odds of a nodule, and the suspicion that readers are expected to have, each ``[N]``."""
        mean_ND, most_ND = cell_NRQD.mean((1, 2)), cell_NRQD.amax((1, 2))
        suspicion_N = self.rating.rating(torch.cat([mean_ND, most_ND], -1))[:, RATINGS.index("malignancy")]
        return self.nodule(mean_ND, most_ND), suspicion_N

    def loss(self, cell_NRQD: Tensor, images: Images, recipe: ImageRecipe) -> Tensor:
        """The weighted sum of the three losses."""
        mean_ND, most_ND = cell_NRQD.mean((1, 2)), cell_NRQD.amax((1, 2))
        return (
            self.nodule.loss(mean_ND, most_ND, images.label_N)
            + recipe.outline_weight * self.outline.loss(cell_NRQD, images.inside_NYX, images.counted_NYX)
            + recipe.rating_weight * self.rating.loss(torch.cat([mean_ND, most_ND], -1), images.rating_NK)
        )


class PlainReader(nn.Module):
    """The stem alone with heads: a plain convolutional net."""

    def __init__(self, recipe: ImageRecipe) -> None:
        super().__init__()
        self.stem = ImageStem(recipe.patch, recipe.channels)
        self.heads = Heads(self.stem.features, recipe.patch)

    def cells(self, images: Images) -> Tensor:
        """``[N, R, Q, C]``."""
        return self.stem(images.pixels_NYX).permute(0, 2, 3, 1)

    def groups(self, recipe: ImageRecipe) -> list[dict]:
        """Parameters with their learning rates."""
        return [{"params": list(self.parameters()), "lr": recipe.plain_rate}]


class CoreReader(nn.Module):
    """The stem, the core's blocks with their vision experts, and heads; of the core only what reads images learns.

    Args:
        core: Of ``recipe``'s patch and channels; it is changed.
        recipe: Settings.
        stem: That the stem begins with; at its start values where not given.
    """

    def __init__(self, core: Core, recipe: ImageRecipe, stem: ImageStem | None = None) -> None:
        super().__init__()
        self.core, self.layers = core.requires_grad_(False), recipe.layers
        for name, parameter in core.named_parameters():
            if name.startswith("image.") or ".groups.vision." in name or name == "modality_MD":
                parameter.requires_grad_(True)
        if stem is not None:
            core.image.stem.load_state_dict(stem.state_dict())
        self._begin(recipe.sense)
        self.heads = Heads(core.config.width, core.config.patch)

    def _begin(self, sense: float) -> None:
        """Cells come in as loud as words, else the place code alone is heard at first; routers tell tokens apart."""
        with torch.no_grad():
            words = float(self.core.text.word_VD.std())
            self.core.image.project.weight.normal_(std=sense * words / math.sqrt(self.core.image.stem.features))
            for name, parameter in self.core.named_parameters():
                if name.endswith(".groups.vision.router.weight_ED"):
                    parameter.normal_(std=ROUTER_NOISE)

    def cells(self, images: Images) -> Tensor:
        """``[N, R, Q, D]`` after the blocks."""
        patch = self.core.config.patch
        rows = [[ImageSegment(pixels_YX, patch)] for pixels_YX in images.pixels_NYX]
        hidden_TD = self.core.encode(rows, num_layers=self.layers).hidden_TD
        height, width = (edge // patch for edge in images.pixels_NYX.shape[1:])
        return hidden_TD.view(len(images), height, width, -1)

    def groups(self, recipe: ImageRecipe) -> list[dict]:
        """Parameters with their learning rates."""
        stem = list(self.core.image.stem.parameters())
        known = {id(parameter) for parameter in [*stem, *self.heads.parameters()]}
        rest = [each for each in self.parameters() if each.requires_grad and id(each) not in known]
        return [
            {"params": stem, "lr": recipe.stem_rate},
            {"params": rest, "lr": recipe.core_rate},
            {"params": list(self.heads.parameters()), "lr": recipe.head_rate},
        ]


Reader = PlainReader | CoreReader


def said(reader: Reader, images: Images, batch: int = 64) -> tuple[Tensor, Tensor]:
    """Log-odds of a nodule and expected suspicion of each image, in evaluation mode."""
    reader.eval()
    with torch.inference_mode():
        found = [reader.heads(reader.cells(some)) for some in batches(images, batch)]
    return torch.cat([nodule for nodule, _ in found]), torch.cat([suspicion for _, suspicion in found])


def outlined(reader: Reader, images: Images, batch: int = 64) -> Tensor:
    """Which pixels of each image the reader takes to be inside a nodule, ``[N, Y, X]``, in evaluation mode."""
    reader.eval()
    with torch.inference_mode():
        return torch.cat([reader.heads.outline(reader.cells(some)) > 0 for some in batches(images, batch)])


def batches(images: Images, size: int, order: Tensor | None = None) -> Iterator[Images]:
    """The images in batches, in an order."""
    order_N = torch.arange(len(images)) if order is None else order
    for start in range(0, len(order_N), size):
        yield images.some(order_N[start : start + size])
