"""Nodule fields: the readers' outlines on small cuts of CT, read into one intensity scale.

On-disk format, which a user's own data can follow as well:

- ``slices.csv``: one row a slice; columns ``patient_id``, ``nodule`` (folder, ``PATIENT/nodule-K``), ``slice`` (from 0,
  along z), ``pixel_spacing_mm``, ``n_readers``, ``mean_diameter_mm``, ``malignancy`` (ratings joined by ``|``),
  ``texture`` (mean, 1 ground glass to 5 solid); optional ``spiculation``, ``lobulation``, ``subtlety``,
  ``calcification`` (means).
- ``PATIENT/nodule-K/NNN.image.webp``: the slice, 8-bit, stretched between its own minimum and maximum, the nodule near
  the middle; ``NNN.votes.webp``: how many readers drew each pixel, times 60. PNG is read as well.
- series table (CSV): ``patient_id``, ``slice_spacing_mm``.
- nodule table (CSV, optional): ``patient_id``, ``n_readers``, ``mean_diam_mm``, ``row``, ``col``, ``kmin``, ``kmax``,
  ``rmin``, ``rmax``, ``cmin``, ``cmax`` in the full series: where *other* nodules lie in a field; optional ``margin``
  (mean rating).

Shapes: Z slices, Y rows, X columns.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from apps.medical.nodules.grid import WORKING_MM, to_working_grid
from apps.medical.nodules.intensity import Scale, align_slices, scale_of_field
from core_model.errors import InputRejected, NotFound, Place
from core_model.training.splits import Split, split_of

VOTE_UNIT = 60
GROUND_GLASS_TEXTURE = 3.5
"""Mean texture rating up to which a nodule counts as subsolid (1 ground glass, 3 part-solid, 5 solid)."""

RATED = ("malignancy", "spiculation", "lobulation", "margin", "subtlety", "texture", "calcification")
"""What readers rate."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One nodule with its surroundings, on the working grid.

    Attributes:
        patient: Patient id, the identity of the split.
        name: Folder name, ``PATIENT/nodule-K``.
        image_ZYX: float32, lung 0 and tissue 1 (see ``intensity``).
        votes_ZYX: uint8, readers who drew each pixel.
        other_ZYX: bool, where another listed nodule lies.
        spacing_mm: (z, y, x).
        readers: Readers who marked the nodule.
        diameter_mm: Mean diameter by the readers.
        texture: Mean rating, 1 to 5, NaN where absent.
        malignancy: Mean suspicion, 1 to 5, NaN where absent.
        reliable_scale: False where the intensity scale had no good landmarks.
        ratings: By name the mean over the readers, of those that are known.
    """

    patient: str
    name: str
    image_ZYX: np.ndarray
    votes_ZYX: np.ndarray
    other_ZYX: np.ndarray
    spacing_mm: tuple[float, float, float]
    readers: int
    diameter_mm: float
    texture: float
    malignancy: float
    reliable_scale: bool
    ratings: Mapping[str, float] = field(default_factory=dict)

    @property
    def subsolid(self) -> bool:
        return bool(self.texture <= GROUND_GLASS_TEXTURE)


def _number(text: str) -> float:
    parts = [float(part) for part in text.split("|") if part]
    return float(np.mean(parts)) if parts else float("nan")


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise NotFound(
            "the table {table} is absent",
            action="see the format in apps.medical.nodules.training.sources.fields",
            code="nodule_table_missing",
            values={"table": path.name},
        )
    with path.open(newline="", encoding="utf8") as stream:
        return list(csv.DictReader(stream))


def _picture(folder: Path, number: int, kind: str) -> np.ndarray:
    for ending in ("webp", "png"):
        path = folder / f"{number:03d}.{kind}.{ending}"
        if path.is_file():
            with Image.open(path) as picture:
                return np.asarray(picture.convert("L"))
    raise NotFound(
        "slice {number} of a field has no {kind}",
        source=_place(folder),
        code="field_picture_missing",
        values={"number": number, "kind": kind},
    )


def _place(folder: Path) -> Place:
    """A field by its number among the patient's, without the patient."""
    return Place("nodule_field", "{name}", {"name": folder.name})


def _matches(field_row: dict[str, str], listed: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Which of a patient's listed nodules a field may be of."""
    return [
        other
        for other in listed
        if abs(float(other["mean_diam_mm"]) - float(field_row["mean_diameter_mm"])) < 0.0015
        and int(other["n_readers"]) == int(field_row["n_readers"])
    ]


def _ratings(field_row: dict[str, str], listed: Sequence[dict[str, str]]) -> dict[str, float]:
    """Mean ratings of a field's nodule; those that the field's own table lacks, from its one match in the list."""
    matches = _matches(field_row, listed)
    beside = matches[0] if len(matches) == 1 else {}
    found = {name: _number(field_row.get(name) or beside.get(name) or "") for name in RATED}
    return {name: value for name, value in found.items() if np.isfinite(value)}


def _others(field_row: dict[str, str], listed: Sequence[dict[str, str]], size: int) -> list[tuple[float, float, float]]:
    """Row, column and radius, in pixels of the field, of the other listed nodules at the same height."""
    matches = _matches(field_row, listed)
    if not matches:
        return []
    me = matches[0]
    middle = (float(me["rmin"]) + float(me["rmax"])) / 2, (float(me["cmin"]) + float(me["cmax"])) / 2
    found = []
    for other in listed:
        if other is me or int(other["kmax"]) < int(me["kmin"]) or int(other["kmin"]) > int(me["kmax"]):
            continue
        row = float(other["row"]) - middle[0] + size / 2
        column = float(other["col"]) - middle[1] + size / 2
        half = max(float(other["rmax"]) - float(other["rmin"]), float(other["cmax"]) - float(other["cmin"])) / 2
        if -half <= row < size + half and -half <= column < size + half:
            found.append((row, column, half + 3))
    return found


def load_fields(
    folder: Path,
    series_csv: Path,
    nodules_csv: Path | None = None,
    *,
    splits: Sequence[Split] = ("train",),
    min_readers: int = 1,
    grid_mm: float = WORKING_MM,
) -> Iterator[Field]:
    """Read the fields of whole splits, in order of their names; those of other splits are never opened.

    Args:
        folder: Holds ``slices.csv`` and the patients' folders.
        series_csv: Slice spacing of each patient's series.
        nodules_csv: All listed nodules, to blank the neighbours; without it a field's neighbours stay unknown.
        splits: Which splits to read.
        min_readers: Leave out nodules that fewer readers marked.
        grid_mm: Pixel size, where it is not to be that of the working grid.

    Raises:
        NotFound: A table or picture is absent.
        InputRejected: A picture and its outline differ in size.
    """
    slice_mm = {
        row["patient_id"]: float(row["slice_spacing_mm"]) for row in _rows(series_csv) if row["slice_spacing_mm"]
    }
    listed: dict[str, list[dict[str, str]]] = {}
    for row in _rows(nodules_csv) if nodules_csv else []:
        listed.setdefault(row["patient_id"], []).append(row)
    slices: dict[str, list[dict[str, str]]] = {}
    for row in _rows(folder / "slices.csv"):
        if split_of(row["patient_id"]) in splits and int(row["n_readers"]) >= min_readers:
            slices.setdefault(row["nodule"], []).append(row)
    for name in sorted(slices):
        rows = sorted(slices[name], key=lambda row: int(row["slice"]))
        first = rows[0]
        if first["patient_id"] not in slice_mm:
            continue
        raw = np.stack([_picture(folder / name, int(row["slice"]), "image") for row in rows])
        votes = np.stack([_picture(folder / name, int(row["slice"]), "votes") for row in rows])
        if raw.shape != votes.shape:
            raise InputRejected(
                "an image and its outline differ in size", source=_place(folder / name), code="field_sizes_differ"
            )
        votes = np.round(votes / VOTE_UNIT).astype(np.uint8)
        pixel = float(first["pixel_spacing_mm"])
        aligned = align_slices(raw)
        scale: Scale = scale_of_field(aligned)
        image = to_working_grid(scale.apply(aligned), (pixel, pixel), grid_mm)
        size = image.shape[1]
        ratio = size / raw.shape[1]
        votes_working = np.round(to_working_grid(votes, (pixel, pixel), grid_mm)).astype(np.uint8)
        other = np.zeros(image.shape, bool)
        yy, xx = np.mgrid[:size, : image.shape[2]]
        for at_row, at_column, radius in _others(first, listed.get(first["patient_id"], []), raw.shape[1]):
            near = (yy - at_row * ratio) ** 2 + (xx - at_column * ratio) ** 2 <= (radius * ratio) ** 2
            other |= near[None]
        other &= votes_working == 0
        yield Field(
            patient=first["patient_id"],
            name=name,
            image_ZYX=image,
            votes_ZYX=votes_working,
            other_ZYX=other,
            spacing_mm=(slice_mm[first["patient_id"]], pixel / ratio, pixel / ratio),
            readers=int(first["n_readers"]),
            diameter_mm=float(first["mean_diameter_mm"]),
            texture=_number(first["texture"]),
            malignancy=_number(first["malignancy"]),
            reliable_scale=scale.reliable,
            ratings=_ratings(first, listed.get(first["patient_id"], [])),
        )
