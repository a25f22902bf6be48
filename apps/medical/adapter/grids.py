"""Candidates of scans with a grid of the detector's feature map around each: what a volume segment is made of.

A candidate's grid lies in three planes: its best slice, and the slices nearest to ``PLANE_MM`` below and above. In each
it has ``CELLS`` by ``CELLS`` cells of four millimetres around the middle, each with the detector's fine and coarse
features averaged over it. Fields have one plane, and the detector is shown no neighbouring slices there, since their
stacks end where the outline ends; whole CT has all three, of which training hides the outer ones from a share of the
candidates (``present``), so that the depth does not tell the source.

Shapes: N candidates, G cells of a grid, C features; Z slices, Y rows, X columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from apps.medical.nodules.dense import look
from apps.medical.nodules.detect import Candidates, Fold, Window, find_candidates
from apps.medical.nodules.grid import neighbour_step
from apps.medical.nodules.regions import Region
from apps.medical.nodules.stem import COARSE, MISSING, Stem
from apps.medical.nodules.training.heads.candidate_cache import field_labels, mirrored
from apps.medical.nodules.training.link import SHARE_AT_WALL, label_of
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.sources.plant import nodule_of, sham_of
from apps.medical.nodules.training.sources.plantings import plant_in

CELLS = 6
"""Cells of a plane's edge."""
PLANE_MM = 5.0
"""How far the outer planes are meant to lie from the best slice."""
SEEN = 48
"""Pixels of the picture's edge that the detector is shown around a candidate."""
PLANES = 3
GRID = PLANES * CELLS * CELLS
MOST_OF_WINDOW = 12
"""So many candidates of a field or a planting's window at most, the likeliest; of a whole CT all."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Grids of some candidates.

    Attributes:
        features_NGC: float16; zeros where a cell is not there.
        offset_mm_NG3: float32, how far each cell stands from its candidate, z, y, x.
        present_NG: Which cells are there.
    """

    features_NGC: np.ndarray
    offset_mm_NG3: np.ndarray
    present_NG: np.ndarray


def grids_of(stem: Stem, window: Window, found: Candidates, *, single: bool) -> Grid:
    """The grids of a window's candidates.

    Args:
        stem: Of one fold.
        window: That was searched.
        found: Its candidates.
        single: Whether there is the best slice alone, without its neighbours: in fields.
    """
    image_ZYX, spacing = window.image_ZYX, window.spacing_mm
    features = np.zeros((len(found), GRID, stem.features()), np.float16)
    offset = np.zeros((len(found), GRID, 3), np.float32)
    present = np.zeros((len(found), GRID), bool)
    apart = max(1, round(PLANE_MM / spacing[0]))
    across = (np.arange(CELLS) - (CELLS - 1) / 2) * COARSE
    for number, (region, centre) in enumerate(zip(found.regions, found.centre_N3, strict=True)):
        best = _best_slice(region, found.map_ZYX)
        row, column = (round(float(at)) for at in centre[1:])
        slices = [best, best - apart, best + apart]
        there = [0] if single else [plane for plane, z in enumerate(slices) if 0 <= z < len(image_ZYX)]
        planes = [_seen(image_ZYX, slices[plane], row, column, spacing[0], single=single) for plane in there]
        for plane, cells_KC in zip(there, _cells(stem, planes), strict=True):
            part = slice(plane * CELLS * CELLS, (plane + 1) * CELLS * CELLS)
            features[number, part], present[number, part] = cells_KC.numpy().astype(np.float16), True
            offset[number, part, 0] = (slices[plane] - best) * spacing[0]
            offset[number, part, 1] = np.repeat(across, CELLS) * spacing[1]
            offset[number, part, 2] = np.tile(across, CELLS) * spacing[2]
    return Grid(features, offset, present)


def _best_slice(region: Region, map_ZYX: np.ndarray) -> int:
    start = region.box[0].start
    sums = [float(map_ZYX[start + k][region.box[1:]][mask].sum()) for k, mask in enumerate(region.mask_ZYX)]
    return start + int(np.argmax(sums))


def _seen(image_ZYX: np.ndarray, z: int, row: int, column: int, slice_mm: float, *, single: bool) -> np.ndarray:
    """A slice with its neighbours around a place, ``[3, SEEN, SEEN]``; beyond the picture lies its mirror image."""
    index = []
    for at, size in zip((row, column), image_ZYX.shape[1:], strict=True):
        place = np.arange(at - SEEN // 2, at + SEEN // 2) % (2 * size)
        index.append(np.where(place < size, place, 2 * size - 1 - place))
    step = neighbour_step(slice_mm)
    planes = np.full((PLANES, SEEN, SEEN), MISSING, np.float32)
    for channel, at in enumerate((z - step, z, z + step)):
        if 0 <= at < len(image_ZYX) and (channel == 1 or not single):
            planes[channel] = image_ZYX[at][np.ix_(*index)]
    return planes


def _cells(stem: Stem, planes: Sequence[np.ndarray]) -> Tensor:
    """Features of the middle cells of each picture, ``[len(planes), CELLS * CELLS, C]``."""
    output = look(stem, planes)
    fine = F.avg_pool2d(output.fine_BCYX, COARSE)
    both = torch.cat([fine, output.coarse_BCYX], dim=1)
    start = (SEEN // COARSE - CELLS) // 2
    return both[:, :, start : start + CELLS, start : start + CELLS].flatten(2).transpose(1, 2)


class Rows:
    """Candidates with their grids, window after window, as ``write_arrays`` takes them.

    Where in the lungs a candidate lies is 0 where that is unknown, in fields (``placed``); else it is 1 or more.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, list[np.ndarray]] = {}
        self.columns: dict[str, list[Any]] = {}
        self.scans = 0

    def add(
        self, fold: Fold, window: Window, labels: Sequence[int | None], found: Candidates, source: str, identity: str,
        nodule: str = "", most: int | None = None,
    ) -> None:  # fmt: skip
        """Add the labelled candidates of one window; those of one window have one scan's number."""
        grid = grids_of(fold.stem, window, found, single=source == "field")
        description = found.description(0)
        kept = [number for number, label in enumerate(labels) if label is not None][:most]
        if not kept:
            return
        for name, array in (
            ("grids", grid.features_NGC),
            ("offsets_mm", grid.offset_mm_NG3),
            ("present", grid.present_NG.astype(np.uint8)),
            ("places_mm", np.nan_to_num(found.place_mm_N3).astype(np.float32)),
            ("placed", np.isfinite(found.place_mm_N3).all(axis=1).astype(np.uint8)),
            ("spacings_mm", np.tile(np.array(found.spacing_mm, np.float32), (len(found), 1))),
            ("scores", description.score_N.astype(np.float32)),
        ):
            self.arrays.setdefault(name, []).append(array[kept])
        for number in kept:
            row = {
                "identity": identity,
                "scan": self.scans,
                "label": labels[number],
                "source": source,
                "nodule": nodule,
            }
            for name, value in row.items():
                self.columns.setdefault(name, []).append(value)
        self.scans += 1

    def table(self) -> tuple[dict[str, np.ndarray], dict[str, list[Any]]]:
        """Arrays and columns."""
        return {name: np.concatenate(parts) for name, parts in self.arrays.items()}, self.columns


def add_fields(rows: Rows, folds: Sequence[Fold], fields: Iterable[Field]) -> None:
    """The candidates of fields, mirrored beyond their frame, by the folds in turn."""
    for number, field in enumerate(fields):
        if not field.reliable_scale:
            continue
        fold, window = folds[number % len(folds)], mirrored(field)
        found = find_candidates([fold], window, vectors=False)
        labels = field_labels(found, field)
        rows.add(fold, window, labels, found, "field", field.patient, field.name, MOST_OF_WINDOW)


def add_backgrounds(
    rows: Rows, folds: Mapping[str, Fold], backgrounds: Sequence[Background], identity: Mapping[str, str]
) -> None:
    """The candidates of whole CT, none of them a nodule as far as is known, by a fold that has not seen the CT.

    Args:
        rows: To be added to.
        folds: By the name of a background.
        backgrounds: Whole CT for training, what looks suspicious masked.
        identity: Of each, by name.
    """
    for background in backgrounds:
        fold = folds[background.name]
        found = find_candidates([fold], background.window, vectors=False)
        rows.add(fold, background.window, [0] * len(found), found, "background", identity[background.name])


def add_plantings(
    rows: Rows, folds: Mapping[str, Fold], backgrounds: Sequence[Background], fields: Sequence[Field], seed: int,
    *, share_of_shams: float = 0.3, most: int | None = None,
) -> None:  # fmt: skip
    """Nodules, and cuts without one, pasted into whole CT by the same code; the CT's own candidates are left out.

    Args:
        rows: To be added to.
        folds: By the name of a background.
        backgrounds: Whole CT for training.
        fields: Whose nodules are pasted, each once; at least two readers.
        seed: Of places and choices.
        share_of_shams: Share of cuts without a nodule.
        most: So many fields, drawn by lot; all where not given.
    """
    rng = np.random.default_rng([seed, 5])
    usable = [field for field in fields if field.readers >= 2 and field.reliable_scale]
    for field in [usable[int(number)] for number in rng.permutation(len(usable))[:most]]:
        cutout = nodule_of(field)
        if cutout is not None and rng.random() < share_of_shams:
            cutout = sham_of(usable[int(rng.integers(len(usable)))], cutout, rng)
        background = backgrounds[int(rng.integers(len(backgrounds)))]
        if cutout is None:
            continue
        planted = plant_in(background, cutout, field.diameter_mm, rng, at_wall=bool(rng.random() < SHARE_AT_WALL))
        if planted is None:
            continue
        fold, window = folds[background.name], planted.window(background.lungs)
        found = find_candidates([fold], window, vectors=False)
        labels = [label_of(region, planted) for region in found.regions]
        source = "planting" if planted.nodule else "sham"
        rows.add(
            fold, window, labels, found, source, field.patient, field.name if planted.nodule else "", MOST_OF_WINDOW
        )
