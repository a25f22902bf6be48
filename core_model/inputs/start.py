"""Start values of what the core has learned to read since the weights in a file were written.

The weights that ship are those of a core whose images were cut into patches without a stem, whose volumes told no
distance from a candidate, and whose facts could not be masked; none of these parts was trained in them. So that the
file is read all the same, this module, and nothing else, puts the start values of today's parts in the place of what
the file lacks. They are drawn from one seed: the same file gives the same core. Once weights that were trained with
these parts ship, nothing is absent and nothing is filled.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from core_model.config import CoreConfig
from core_model.inputs.facts import FactEmbedding
from core_model.inputs.image import ImageEmbedding
from core_model.inputs.volume import VolumeEmbedding

SEED = 20261130
REPLACED: dict[str, str] = {
    "image.stem.": "image.",
    "volume.offset.": "volume.offset.",
    "facts.masked_": "facts.masked_",
}
"""By the beginning of the names that an old file lacks, the beginning of all names that then start anew."""


def with_start_values(config: CoreConfig, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a core's file, with the start values of the parts that it lacks as a whole.

    Args:
        config: Shape of the core.
        tensors: By name, as the file has them. A part that is there in part is left as it is, to be refused.
    """
    if not any(name.startswith("image.") for name in tensors):
        return dict(tensors)
    lacking = [new for name, new in REPLACED.items() if not any(given.startswith(name) for given in tensors)]
    return begun_anew(config, tensors, *lacking) if lacking else dict(tensors)


def begun_anew(config: CoreConfig, tensors: Mapping[str, Tensor], *parts: str) -> dict[str, Tensor]:
    """The tensors of a core with some parts at their start values: the images of a shape with other cells, for example.

    Args:
        config: Shape of the core that is wanted.
        tensors: By name, of a core of the same shape but for these parts.
        parts: Beginnings of their names, ``"image."``.
    """
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith(parts)}
    return kept | {name: tensor for name, tensor in _start(config).items() if name.startswith(parts)}


def _start(config: CoreConfig) -> dict[str, Tensor]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        parts = {
            "image": ImageEmbedding(config.patch, config.width, config.image_channels),
            "volume": VolumeEmbedding(config.volume_features, config.width, offsets=True),
            "facts": FactEmbedding(config.width, masked=config.masked_facts),
        }
    return {f"{part}.{name}": tensor for part, module in parts.items() for name, tensor in module.state_dict().items()}
