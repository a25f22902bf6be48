"""Typed segments: what one row of the core's input is made of. ``core_model.inputs.packing`` makes a batch of rows.

Two segments are equal where they are of one kind and all their entries are equal, NaN to NaN; they cannot be hashed.

Shapes: L text pieces, Y, X pixels, N vectors of a volume or facts, C width of a candidate vector. Positions and spacing
are in millimetres in the order z, y, x.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import torch
from torch import Tensor

from core_model.config import CoreConfig, Modality
from core_model.errors import InputRejected

UNITS = ("none", "money", "shares", "per_share", "share", "count", "length", "mass", "concentration", "time", "other")
"""Kinds of unit of a fact, by number."""
_INDICES = (torch.int64, torch.int32)
"""Types of whole numbers that embeddings take."""


class _Tensors:
    """What all segments share: comparison by content, and the way to a device."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_same(getattr(self, field.name), getattr(other, field.name)) for field in fields(self))  # type: ignore[arg-type]

    def to(self, device: torch.device | str) -> Self:
        """The same segment with its tensors on a device."""
        moved = {field.name: _moved(getattr(self, field.name), device) for field in fields(self)}  # type: ignore[arg-type]
        return replace(self, **moved)  # type: ignore[type-var]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    if not isinstance(one, Tensor):
        return bool(one == other)
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    other = other.to(one.device)
    return bool(((one == other) | ((one != one) & (other != other))).all())


def _moved(value: Any, device: torch.device | str) -> Any:
    if isinstance(value, tuple):
        return tuple(_moved(part, device) for part in value)
    return value.to(device) if isinstance(value, Tensor) else value


@dataclass(frozen=True, slots=True, eq=False)
class TextSegment(_Tensors):
    """Pieces of a text or of program code, with the special tokens of begin and end.

    Attributes:
        ids_L: Piece numbers, int64.
        kind: ``text`` or ``code``.
    """

    ids_L: Tensor
    kind: Modality = "text"

    def __len__(self) -> int:
        return len(self.ids_L)

    def check(self, config: CoreConfig) -> None:
        """Refuse what a core of this shape cannot read.

        Raises:
            InputRejected: There is a piece that the core does not know, or the kind is not that of a text.
        """
        if self.kind not in ("text", "code"):
            raise InputRejected(
                "text of the kind {kind}",
                allowed="text or code",
                code="text_kind_unknown",
                values={"kind": str(self.kind)},
            )
        ids_L = self.ids_L
        wrong = ids_L.ndim != 1 or ids_L.dtype not in _INDICES
        if wrong or (len(self) and not 0 <= int(ids_L.min()) <= int(ids_L.max()) < config.vocab_size):
            raise InputRejected(
                "text pieces outside 0 to {last}",
                action="tokenise with the core's own tokenizer",
                code="text_pieces_unknown",
                values={"last": config.vocab_size - 1},
            )


@dataclass(frozen=True, slots=True, eq=False)
class ImageSegment(_Tensors):
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

    def check(self, config: CoreConfig) -> None:
        """Refuse what a core of this shape cannot read.

        Raises:
            InputRejected: The image is not ``[Y, X]``, its patches are of another size, or a pixel is no finite number.
        """
        if self.pixels_YX.ndim != 2 or self.patch != config.patch:
            raise InputRejected(
                "an image that is not [Y, X], or is cut into patches of another size",
                allowed="patches of {patch} pixels",
                code="image_misshapen",
                values={"patch": config.patch},
            )
        _refuse_no_numbers(self.pixels_YX)
        if not _all_finite(self.pixels_YX):
            raise InputRejected("an image with a pixel that is not finite", code="image_not_finite")


@dataclass(frozen=True, slots=True, eq=False)
class VolumeSegment(_Tensors):
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

    def check(self, config: CoreConfig) -> None:
        """Refuse what a core of this shape cannot read.

        Raises:
            InputRejected: The tensors do not fit together or to the core, a number is not finite, or a spacing is not
                positive.
        """
        n = len(self.features_NC)
        if (
            self.features_NC.shape != (n, config.volume_features)
            or self.position_mm_N3.shape != (n, 3)
            or self.spacing_mm_N3.shape != (n, 3)
        ):
            raise InputRejected(
                "volume vectors, positions and spacing that do not fit together",
                allowed="[N, {features}], [N, 3] and [N, 3]",
                code="volume_misshapen",
                values={"features": config.volume_features},
            )
        _refuse_no_numbers(self.features_NC, self.position_mm_N3, self.spacing_mm_N3)
        if not _all_finite(self.features_NC, self.position_mm_N3, self.spacing_mm_N3):
            raise InputRejected(
                "a volume with a vector, position or spacing that is not finite", code="volume_not_finite"
            )
        if n and not bool((self.spacing_mm_N3 > 0).all()):
            raise InputRejected(
                "a spacing that is not positive", allowed="millimetres above 0", code="spacing_not_positive"
            )

    @classmethod
    def joined(cls, segments: Sequence["VolumeSegment"]) -> "VolumeSegment":
        """Several segments as one, in their order."""
        if len(segments) == 1:
            return segments[0]
        return cls(
            torch.cat([segment.features_NC for segment in segments]),
            torch.cat([segment.position_mm_N3 for segment in segments]),
            torch.cat([segment.spacing_mm_N3 for segment in segments]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class FactsSegment(_Tensors):
    """Named, dated quantities: XBRL facts or observations of a record. Two tokens each, see ``inputs.facts``.

    Attributes:
        name_ids: Piece numbers of each name, without special tokens.
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

    def check(self, config: CoreConfig) -> None:
        """Refuse what a core of this shape cannot read.

        Raises:
            InputRejected: The columns differ in length, a number is not finite, or the core lacks a name's pieces or a
                unit.
        """
        n = len(self.name_ids)
        columns = (self.values_N, self.totals_N, self.priors_N, self.unit_N, self.years_N)
        if any(column.shape != (n,) for column in columns):
            raise InputRejected(
                "facts whose columns differ in length", allowed="one entry a fact in each", code="facts_misshapen"
            )
        _refuse_no_numbers(self.values_N, self.totals_N, self.priors_N, self.years_N)
        if not _all_finite(self.values_N, self.years_N):
            raise InputRejected(
                "a fact whose value or time is not finite",
                action="leave out facts without a value",
                code="facts_not_finite",
            )
        if any(len(ids) == 0 for ids in self.name_ids):
            raise InputRejected("a fact without a name", action="name every fact", code="fact_unnamed")
        if n and (
            self.unit_N.dtype not in _INDICES or not 0 <= int(self.unit_N.min()) <= int(self.unit_N.max()) < len(UNITS)
        ):
            raise InputRejected(
                "a kind of unit outside 0 to {last}",
                action="take its place in core_model.inputs.segments.UNITS",
                code="unit_unknown",
                values={"last": len(UNITS) - 1},
            )
        if n:
            TextSegment(torch.cat(self.name_ids)).check(config)

    @classmethod
    def joined(cls, segments: Sequence["FactsSegment"]) -> "FactsSegment":
        """Several segments as one, in their order."""
        if len(segments) == 1:
            return segments[0]
        return cls(
            tuple(ids for segment in segments for ids in segment.name_ids),
            torch.cat([segment.values_N for segment in segments]),
            torch.cat([segment.totals_N for segment in segments]),
            torch.cat([segment.priors_N for segment in segments]),
            torch.cat([segment.unit_N for segment in segments]),
            torch.cat([segment.years_N for segment in segments]),
        )


Segment = TextSegment | ImageSegment | VolumeSegment | FactsSegment


def _refuse_no_numbers(*tensors: Tensor) -> None:
    if any(tensor.dtype == torch.bool or tensor.is_complex() for tensor in tensors):
        raise InputRejected(
            "a segment of truth values or complex numbers",
            allowed="real numbers",
            code="segment_without_numbers",
        )


def _all_finite(*tensors: Tensor) -> bool:
    return all(bool(torch.isfinite(tensor).all()) for tensor in tensors)
