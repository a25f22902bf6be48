"""Training samples of the stem: three-slice windows with labels, from fields and from CT with things pasted in.

Four kinds, so that neither the source nor a frame nor a seam tells the label: field windows with the nodule (what lies
beyond the field is its mirror image), field windows without it, CT windows with nodules and non-nodules pasted by the
same code, and plain CT windows; part of the last two kinds of negatives is drawn where the network errs (mined).

Shapes: C three slices, Y, X.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import ndimage

from apps.medical.nodules.grid import neighbour_step
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.sources.plant import BLEND_MM, Cutout, nodule_of, paste, render, sham_of

WINDOW = 96
"""Side of a sample before its random rotation and scaling; the network trains on the 64 in the middle."""
POSITIVE, NEGATIVE, IGNORED = 1, 0, 2
NEIGHBOUR_DROP = 0.35
NEIGHBOUR_RANGE_MM = (1.5, 3.3)
BEYOND_ZONE = 6


@dataclass(slots=True)
class Sample:
    """``image_CYX`` float32, missing neighbours marked in ``present``; ``label_YX`` uint8."""

    image_CYX: np.ndarray
    label_YX: np.ndarray
    present: tuple[bool, bool]


@dataclass(slots=True)
class Mined:
    """Where the network errs: field places (field, slice, row, column) and CT places (slice, row, column)."""

    field_places: list[tuple[int, int, int, int]] = field(default_factory=list)
    ct_places: list[tuple[int, int, int]] = field(default_factory=list)


def size_weight(diameter_mm: float) -> float:
    """How often a nodule of a size counts: the large ones are few, and missing one is the worst."""
    if diameter_mm >= 15:
        return 2.5
    return 1.4 if diameter_mm >= 10 else 1.0


def weight_of(one: Field) -> float:
    """How often a field is drawn: subsolid and large nodules more often, single readers' seldom."""
    weight = {1: 0.15, 2: 0.6}.get(one.readers, 1.0)
    if one.subsolid:
        weight *= 2.5
    return weight * size_weight(one.diameter_mm)


class Sampler:
    """Draws samples for one fold: all training fields, and one background.

    Args:
        fields: Training fields, of training patients only.
        background: The fold's CT.
        seed: Of every draw.
    """

    def __init__(self, fields: Sequence[Field], background: Background, seed: int) -> None:
        self.fields = list(fields)
        self.background = background
        self.rng = np.random.default_rng(seed)
        weights = np.array([weight_of(one) for one in self.fields])
        self.field_share = weights / weights.sum()
        self.cutouts = [nodule_of(one) if one.readers >= 2 and one.reliable_scale else None for one in self.fields]
        plantable = np.array([0.0 if c is None else w for c, w in zip(self.cutouts, weights, strict=True)])
        self.plant_share = plantable / plantable.sum()
        self.centres = np.argwhere(background.lung_ZYX & ~background.suspect_ZYX)
        near = ndimage.binary_dilation(background.zone_ZYX, np.ones((1, 2 * BEYOND_ZONE + 1, 2 * BEYOND_ZONE + 1)))
        self.judged_ZYX = near & ~background.suspect_ZYX
        self.mined = Mined()

    # ---- fields
    def _field_planes(self, index: int, z: int) -> tuple[np.ndarray, tuple[bool, bool]]:
        one = self.fields[index]
        step = neighbour_step(one.spacing_mm[0], self.rng.uniform(*NEIGHBOUR_RANGE_MM))
        planes, present = [one.image_ZYX[z]], []
        for at in (z - step, z + step):
            there = 0 <= at < len(one.image_ZYX) and self.rng.random() > NEIGHBOUR_DROP
            present.append(there)
            planes.append(one.image_ZYX[at if there else z])
        if self.rng.random() < 0.5:
            planes[1:], present = planes[:0:-1], present[::-1]
        return np.stack([planes[1], planes[0], planes[2]]), (present[0], present[1])

    def _field_label(self, index: int, z: int) -> np.ndarray:
        one = self.fields[index]
        votes = one.votes_ZYX[z]
        label = np.where(votes >= 2, POSITIVE, np.where(votes == 1, IGNORED, NEGATIVE)).astype(np.uint8)
        if one.readers < 2:
            label[votes > 0] = IGNORED
        label[one.other_ZYX[z]] = IGNORED
        return label

    def field_with_nodule(self) -> Sample:
        """A field window that holds the nodule, anywhere in it; beyond the field its mirror image."""
        index = int(self.rng.choice(len(self.fields), p=self.field_share))
        one = self.fields[index]
        drawn = np.nonzero(one.votes_ZYX.any((1, 2)))[0]
        z = int(self.rng.choice(drawn)) if len(drawn) else len(one.image_ZYX) // 2
        planes, present = self._field_planes(index, z)
        size = np.array(planes.shape[1:])
        centre = size / 2 + self.rng.uniform(-30, 30, 2)
        return self._window(planes, self._field_label(index, z), centre, present, "reflect")

    def field_without_nodule(self) -> Sample:
        """A piece of a field beside the nodule, mirrored on all sides; half of them where the network errs."""
        if self.mined.field_places and self.rng.random() < 0.6:
            index, z, row, column = self.mined.field_places[int(self.rng.integers(len(self.mined.field_places)))]
            row, column = row + int(self.rng.integers(-12, 13)), column + int(self.rng.integers(-12, 13))
        else:
            index = int(self.rng.choice(len(self.fields), p=self.field_share))
            z = int(self.rng.integers(len(self.fields[index].image_ZYX)))
            row = column = -1
        planes, present = self._field_planes(index, z)
        label = self._field_label(index, z)
        if row >= 0:
            return self._window(planes, label, np.array([row, column], float), present, "reflect")
        size = planes.shape[1]
        rows, columns = np.nonzero(label)
        if len(rows):
            sides = [rows.min(), size - 1 - rows.max(), columns.min(), size - 1 - columns.max()]
            side = int(np.argmax(np.array(sides) + self.rng.uniform(0, 12, 4)))
            if sides[side] >= 16:
                cut = (
                    [slice(0, rows.min() - 1), slice(rows.max() + 2, size)]
                    if side < 2
                    else [
                        slice(0, columns.min() - 1),
                        slice(columns.max() + 2, size),
                    ]
                )
                part = cut[side % 2]
                planes = planes[:, part] if side < 2 else planes[:, :, part]
                label = label[part] if side < 2 else label[:, part]
        height, width = label.shape
        centre = self.rng.uniform([0, 0], [height, width])
        return self._window(planes, label, centre, present, "reflect")

    # ---- CT
    def _ct_place(self, mined_share: float) -> tuple[int, int, int]:
        if self.mined.ct_places and self.rng.random() < mined_share:
            z, row, column = self.mined.ct_places[int(self.rng.integers(len(self.mined.ct_places)))]
            return z, row + int(self.rng.integers(-15, 16)), column + int(self.rng.integers(-15, 16))
        z, row, column = self.centres[int(self.rng.integers(len(self.centres)))]
        return int(z), int(row), int(column)

    def _ct_planes(self, z: int, row: int, column: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[bool, bool]]:
        """Three padded planes of a window, the label with what is not judged, and their distances along z."""
        volume = self.background.image_ZYX
        step = neighbour_step(self.background.spacing_mm[0], self.rng.uniform(*NEIGHBOUR_RANGE_MM))
        order = (-step, 0, step) if self.rng.random() < 0.5 else (step, 0, -step)
        inside = [0 <= z + at < len(volume) for at in order]
        present = [ok and self.rng.random() > NEIGHBOUR_DROP for ok in (inside[0], inside[2])]
        half = WINDOW // 2
        rows = np.clip(np.arange(row - half, row + half), 0, volume.shape[1] - 1)
        columns = np.clip(np.arange(column - half, column + half), 0, volume.shape[2] - 1)
        at = [z + o if ok else z for o, ok in zip(order, inside, strict=True)]
        planes = np.stack([volume[k][np.ix_(rows, columns)] for k in at])
        label = np.where(self.judged_ZYX[z][np.ix_(rows, columns)], NEGATIVE, IGNORED).astype(np.uint8)
        offsets = np.array([k - z for k in at]) * self.background.spacing_mm[0]
        return planes, label, offsets, (present[0], present[1])

    def plain_ct(self) -> Sample:
        """A CT window with nothing pasted; half of them where the network errs."""
        planes, label, _, present = self._ct_planes(*self._ct_place(0.5))
        return Sample(planes, label, present)

    def planted_ct(self) -> Sample:
        """A CT window with one to three things pasted, nodules and non-nodules alike, by the same code."""
        planes, label, offsets, present = self._ct_planes(*self._ct_place(0.15))
        for _ in range(1 + int(self.rng.random() < 0.5) + int(self.rng.random() < 0.25)):
            cutout = self._draw_cutout()
            if cutout is None:
                continue
            row, column = self.rng.uniform(WINDOW / 2 - 34, WINDOW / 2 + 34, 2)
            if not self._lung_at(label, planes[1], row, column):
                continue
            slices = len(cutout.image_ZYX)
            # The window's middle slice lies anywhere in the cut, and a little beyond its ends.
            place = (self.rng.integers(slices) - (slices - 1) / 2) * cutout.spacing_mm[0]
            place += self.rng.uniform(-0.75, 0.75) * cutout.spacing_mm[0]
            rendered = render(
                cutout,
                place + offsets,
                (np.arange(WINDOW) - row) * self.background.spacing_mm[1],
                (np.arange(WINDOW) - column) * self.background.spacing_mm[2],
                angle=self.rng.uniform(0, 2 * np.pi),
                mirror=bool(self.rng.random() < 0.5),
                blend_mm=self.rng.uniform(*BLEND_MM),
            )
            planes = paste(planes, rendered)
            strong = rendered.alpha_ZYX[1] > 0.5
            if cutout.nodule:
                faint = (rendered.alpha_ZYX[1] > 0.15) & ~rendered.mask_ZYX[1] & (label == POSITIVE)
                label[rendered.mask_ZYX[1] & (label != IGNORED)] = POSITIVE
                label[faint] = IGNORED
                # A slice past the end shows a faded nodule: neither.
                if not rendered.mask_ZYX[1].any():
                    label[rendered.alpha_ZYX[1] > 0.1] = IGNORED
            else:
                label[strong & (label == POSITIVE)] = NEGATIVE
        return Sample(planes, label, present)

    def _lung_at(self, label: np.ndarray, middle: np.ndarray, row: float, column: float) -> bool:
        return label[int(row), int(column)] != IGNORED and middle[int(row), int(column)] < 0.9

    def _draw_cutout(self) -> Cutout | None:
        cutout = self.cutouts[int(self.rng.choice(len(self.fields), p=self.plant_share))]
        assert cutout is not None, "fields without one are drawn with probability 0"
        if self.rng.random() < 0.6:
            return cutout
        for _ in range(3):
            sham = sham_of(self.fields[int(self.rng.integers(len(self.fields)))], cutout, self.rng)
            if sham is not None:
                return sham
        return None

    # ---- both
    def _window(
        self, planes: np.ndarray, label: np.ndarray, centre: np.ndarray, present: tuple[bool, bool], mode: str
    ) -> Sample:
        """Cut a window around ``centre``; what lies beyond the picture is its mirror image."""
        half = WINDOW // 2
        index = []
        for at, size in zip(centre, label.shape, strict=True):
            period = 2 * size
            place = (np.arange(int(at) - half, int(at) + half)) % period
            index.append(np.where(place < size, place, period - 1 - place))
        grid = np.ix_(*index)
        return Sample(np.stack([plane[grid] for plane in planes]), label[grid], present)

    def draw(self) -> Sample:
        """One sample of a kind drawn by its share."""
        kind = self.rng.random()
        if kind < 0.30:
            return self.field_with_nodule()
        if kind < 0.45:
            return self.field_without_nodule()
        if kind < 0.75:
            return self.planted_ct()
        return self.plain_ct()
