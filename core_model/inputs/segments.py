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
from core_model.inputs.checks import (
    INDICES,
    first_not_finite,
    masks_unread,
    refuse_no_numbers,
    refuse_no_tensors,
    shapes_of,
)

UNITS = ("none", "money", "shares", "per_share", "share", "count", "length", "mass", "concentration", "time", "other")
"""Kinds of unit of a fact, by number."""


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
        refuse_no_tensors(ids_L=self.ids_L)
        ids_L = self.ids_L
        wrong = ids_L.ndim != 1 or ids_L.dtype not in INDICES
        if wrong or (len(self) and not 0 <= int(ids_L.min()) <= int(ids_L.max()) < config.vocab_size):
            raise InputRejected(
                "text pieces that are no whole numbers from 0 to {last} in one row: {given}",
                action="tokenise with the core's own tokenizer",
                code="text_pieces_unknown",
                values={"last": config.vocab_size - 1, "given": _pieces(ids_L)},
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
        refuse_no_tensors(pixels_YX=self.pixels_YX)
        if self.pixels_YX.ndim != 2 or self.patch != config.patch:
            raise InputRejected(
                "an image of the shape {shape} in patches of {given} pixels",
                allowed="[Y, X], patches of {patch} pixels",
                code="image_misshapen",
                values={"shape": shapes_of(self.pixels_YX), "given": str(self.patch), "patch": config.patch},
            )
        refuse_no_numbers(pixels_YX=self.pixels_YX)
        wrong = first_not_finite(pixels_YX=self.pixels_YX)
        if wrong:
            raise InputRejected(
                "an image with a pixel that is not finite ({given})",
                allowed="intensities from 0 to 1",
                code="image_not_finite",
                values={"given": wrong},
            )


@dataclass(frozen=True, slots=True, eq=False)
class VolumeSegment(_Tensors):
    """Candidate and context vectors of a volume, or the grid of a stem's feature map around a candidate.

    Attributes:
        features_NC: Vectors of the stem.
        position_mm_N3: Where each stands, z, y, x, from the origin that the head was trained with.
        spacing_mm_N3: Spacing of the voxels that each was computed from, z, y, x, positive.
        offset_mm_N3: Of a grid: how far each stands from its candidate, z, y, x.
    """

    features_NC: Tensor
    position_mm_N3: Tensor
    spacing_mm_N3: Tensor
    kind: Modality = "volume"
    offset_mm_N3: Tensor | None = None

    def __len__(self) -> int:
        return len(self.features_NC)

    def check(self, config: CoreConfig) -> None:
        """Refuse what a core of this shape cannot read.

        Raises:
            InputRejected: The tensors do not fit together or to the core, a number is not finite, or a spacing is not
                positive.
        """
        columns = {
            "features_NC": self.features_NC,
            "position_mm_N3": self.position_mm_N3,
            "spacing_mm_N3": self.spacing_mm_N3,
        }
        if self.offset_mm_N3 is not None:
            columns["offset_mm_N3"] = self.offset_mm_N3
        refuse_no_tensors(**columns)
        n = self.features_NC.shape[0] if self.features_NC.ndim else 0
        wanted = [(n, config.volume_features), (n, 3), (n, 3), (n, 3)]
        if any(column.shape != shape for column, shape in zip(columns.values(), wanted, strict=False)):
            raise InputRejected(
                "volume vectors, positions and spacing that do not fit together: {given}",
                allowed="[N, {features}], [N, 3] and [N, 3]",
                code="volume_misshapen",
                values={"features": config.volume_features, "given": shapes_of(*columns.values())},
            )
        refuse_no_numbers(**columns)
        wrong = first_not_finite(**columns)
        if wrong:
            raise InputRejected(
                "a volume with a vector, position or spacing that is not finite ({given})",
                allowed="finite numbers",
                code="volume_not_finite",
                values={"given": wrong},
            )
        if n and not bool((self.spacing_mm_N3 > 0).all()):
            raise InputRejected(
                "a spacing that is not positive: {given} mm",
                allowed="millimetres above 0",
                code="spacing_not_positive",
                values={"given": float(self.spacing_mm_N3.min())},
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
            offset_mm_N3=_offsets(segments),
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
        value_masked_N: Whether each value, with its ratios, is hidden; the values of these facts are not looked at.
        unit_masked_N: Whether each unit is hidden.
    """

    name_ids: tuple[Tensor, ...]
    values_N: Tensor
    totals_N: Tensor
    priors_N: Tensor
    unit_N: Tensor
    years_N: Tensor
    kind: Modality = "facts"
    value_masked_N: Tensor | None = None
    unit_masked_N: Tensor | None = None

    def __len__(self) -> int:
        return 2 * len(self.name_ids)

    def check(self, config: CoreConfig) -> None:
        """Refuse what a core of this shape cannot read.

        Raises:
            InputRejected: The columns differ in length, a number is not finite, or the core lacks a name's pieces or a
                unit.
        """
        n = len(self.name_ids)
        numbers = {
            "values_N": self.values_N,
            "totals_N": self.totals_N,
            "priors_N": self.priors_N,
            "years_N": self.years_N,
        }
        refuse_no_tensors(**numbers, unit_N=self.unit_N)
        for ids in self.name_ids:
            refuse_no_tensors(name_ids=ids)
        columns = (*numbers.values(), self.unit_N)
        if any(column.shape != (n,) for column in columns):
            raise InputRejected(
                "facts whose columns differ in length: {names} names, columns of {given}",
                allowed="one entry a fact in each",
                code="facts_misshapen",
                values={"names": n, "given": shapes_of(*columns)},
            )
        refuse_no_numbers(**numbers)
        self._check_masks(config)
        seen_N = self.values_N if self.value_masked_N is None else self.values_N[~self.value_masked_N]
        compared = torch.cat([self.totals_N, self.priors_N])
        wrong = first_not_finite(
            values_N=seen_N, years_N=self.years_N, totals_or_priors_N=compared[~torch.isnan(compared)]
        )
        if wrong:
            raise InputRejected(
                "a fact whose value, time, total or prior value is not finite ({given})",
                allowed="finite numbers; NaN for a total or a prior value that there is not",
                action="leave out facts without a value, or mask their values",
                code="facts_not_finite",
                values={"given": wrong},
            )
        if any(len(ids) == 0 for ids in self.name_ids):
            raise InputRejected("a fact without a name", action="name every fact", code="fact_unnamed")
        if n and (
            self.unit_N.dtype not in INDICES or not 0 <= int(self.unit_N.min()) <= int(self.unit_N.max()) < len(UNITS)
        ):
            raise InputRejected(
                "kinds of unit that are no whole numbers from 0 to {last}: {given}",
                action="take its place in core_model.inputs.segments.UNITS",
                code="unit_unknown",
                values={"last": len(UNITS) - 1, "given": _pieces(self.unit_N)},
            )
        if n:
            TextSegment(torch.cat(self.name_ids)).check(config)

    def _check_masks(self, config: CoreConfig) -> None:
        for mask_N in (self.value_masked_N, self.unit_masked_N):
            if mask_N is None:
                continue
            refuse_no_tensors(masks=mask_N)
            if mask_N.dtype != torch.bool or mask_N.shape != (len(self.name_ids),):
                raise InputRejected(
                    "masks of facts of {given}, {kind}",
                    allowed="one truth value a fact: [{names}], torch.bool",
                    code="fact_masks_misshapen",
                    values={"given": shapes_of(mask_N), "kind": str(mask_N.dtype), "names": len(self.name_ids)},
                )
            if not config.masked_facts and bool(mask_N.any()):
                raise masks_unread()

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
            value_masked_N=_masks([segment.value_masked_N for segment in segments], segments),
            unit_masked_N=_masks([segment.unit_masked_N for segment in segments], segments),
        )


Segment = TextSegment | ImageSegment | VolumeSegment | FactsSegment


def _offsets(segments: Sequence[VolumeSegment]) -> Tensor | None:
    """How far all vectors stand from their candidates; NaN where one is none's."""
    if all(segment.offset_mm_N3 is None for segment in segments):
        return None
    return torch.cat(
        [
            torch.full_like(segment.position_mm_N3, torch.nan, dtype=torch.float32)
            if segment.offset_mm_N3 is None
            else segment.offset_mm_N3
            for segment in segments
        ]
    )


def _masks(masks: Sequence[Tensor | None], segments: Sequence[FactsSegment]) -> Tensor | None:
    """The masks of several segments as one; nothing is masked where one has none."""
    if all(mask_N is None for mask_N in masks):
        return None
    pairs = zip(masks, segments, strict=True)
    return torch.cat(
        [torch.zeros_like(each.unit_N, dtype=torch.bool) if mask is None else mask for mask, each in pairs]
    )


def _pieces(numbers: Tensor) -> str:
    """What was given in place of whole numbers in their range."""
    if numbers.ndim != 1 or numbers.dtype not in INDICES:
        return f"{list(numbers.shape)} of {numbers.dtype}"
    return f"{int(numbers.min())} to {int(numbers.max())}"
