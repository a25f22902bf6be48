"""Typed segments: what one row of the core's input is made of. ``core_model.inputs.packing`` makes a batch of rows.

Shapes: L text pieces, Y, X pixels, N vectors of a volume or facts, C width of a candidate vector. Positions and spacing
are in millimetres in the order z, y, x.
"""

import math
from dataclasses import dataclass

from torch import Tensor

from core_model.config import Modality

UNITS = ("none", "money", "shares", "per_share", "share", "count", "length", "mass", "concentration", "time", "other")
"""Kinds of unit of a fact, by number."""


@dataclass(frozen=True, slots=True)
class TextSegment:
    """Pieces of a text or of program code, with their begin and end marks.

    Attributes:
        ids_L: Piece numbers, int64.
        kind: ``text`` or ``code``.
    """

    ids_L: Tensor
    kind: Modality = "text"

    def __len__(self) -> int:
        return len(self.ids_L)


@dataclass(frozen=True, slots=True)
class ImageSegment:
    """A grey image, intensities 0 to 1, ``[Y, X]``; the last patches are filled up with zeros.

    Attributes:
        pixels_YX: The image.
        patch: Edge of a patch in pixels, as in the core's configuration.
    """

    pixels_YX: Tensor
    patch: int
    kind: Modality = "image"

    def __len__(self) -> int:
        return math.prod(-(-edge // self.patch) for edge in self.pixels_YX.shape)


@dataclass(frozen=True, slots=True)
class VolumeSegment:
    """Candidate and context vectors of a volume.

    Attributes:
        features_NC: Vectors of the stem.
        position_mm_N3: Where each stands, z, y, x, from the origin that the head was trained with.
        spacing_mm_N3: Spacing of the voxels that each was computed from, z, y, x, positive.
    """

    features_NC: Tensor
    position_mm_N3: Tensor
    spacing_mm_N3: Tensor
    kind: Modality = "volume"

    def __len__(self) -> int:
        return len(self.features_NC)


@dataclass(frozen=True, slots=True)
class FactsSegment:
    """Named, dated quantities: XBRL facts or observations of a record. Two tokens each, see ``inputs.facts``.

    Attributes:
        name_ids: Piece numbers of each name, without begin and end marks.
        values_N: The values, in their unit.
        totals_N: The same report's total that each is compared with (total assets, or the upper end of a reference
            range); NaN where there is none.
        priors_N: The value a year or a visit before; NaN where there is none.
        unit_N: Numbers of ``UNITS``, int64.
        years_N: Time relative to the report's date, in years.
    """

    name_ids: tuple[Tensor, ...]
    values_N: Tensor
    totals_N: Tensor
    priors_N: Tensor
    unit_N: Tensor
    years_N: Tensor
    kind: Modality = "facts"

    def __len__(self) -> int:
        return 2 * len(self.name_ids)


Segment = TextSegment | ImageSegment | VolumeSegment | FactsSegment
