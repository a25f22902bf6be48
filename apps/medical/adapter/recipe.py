"""How the image branch is trained: what the probe measured, as the settings that the joint run takes over."""

from dataclasses import asdict, dataclass
from typing import Any, get_args

from core_model.compute.precision import Precision


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRecipe:
    """Settings of the image branch.

    Attributes:
        patch: Pixels of a cell's edge.
        channels: Of the stem at full size.
        plain_epochs: Passes over the images by the plain net, the stem with heads and no core, whose stem the core's
            begins with.
        plain_rate: Its highest learning rate.
        epochs: Passes with the core.
        layers: Blocks that read the tokens.
        stem_rate: Highest learning rate of the stem with the core.
        core_rate: Of the vision experts, the projection and the place code.
        head_rate: Of the heads.
        batch: Images of a step.
        outline_weight: Of the outline's loss beside that of nodule or background.
        rating_weight: Of the ratings' loss.
        decay: Weight decay.
        shift: Pixels by which an image is moved at random in training, at most.
        warm: Whether the stem begins with the plain net's; else at its start values.
        precision: Of the core's products in training; bf16 where the processor has instructions for it.
        sense: Spread of the cells' projected features at the start, in standard deviations of a word's embedding.
    """

    patch: int = 8
    channels: int = 16
    plain_epochs: int = 12
    plain_rate: float = 2e-3
    epochs: int = 3
    layers: int = 6
    stem_rate: float = 1e-4
    core_rate: float = 5e-4
    head_rate: float = 1e-3
    batch: int = 32
    outline_weight: float = 3.0
    rating_weight: float = 0.5
    decay: float = 0.02
    shift: int = 3
    warm: bool = True
    precision: Precision = "fp32"
    sense: float = 1.0

    def __post_init__(self) -> None:
        if min(self.plain_epochs, self.epochs, self.layers, self.batch) < 1:
            raise ValueError("epochs, layers and batch must be positive")
        if min(self.plain_rate, self.stem_rate, self.core_rate, self.head_rate) <= 0:
            raise ValueError("learning rates must be positive")
        if self.precision not in get_args(Precision):
            raise ValueError(f"products in {self.precision} cannot be")

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)
