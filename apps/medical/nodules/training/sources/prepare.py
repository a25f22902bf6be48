"""CT on disk to training background: read, lungs, working grid, suspicious places masked.

``backgrounds.json`` lists the CTs that the shipped folds were trained on: the fold that learns from it, whether voxels
far from the lungs were cut away, and the places masked by eye or by the readers, as native voxels k, row, column. A
user's own list has the same form; a CT without an entry has nothing masked.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apps.medical.ct.lungs import find_lungs
from apps.medical.ct.volume import Geometry, Volume
from apps.medical.dicom.study import read_study
from apps.medical.nodules.training.sources.background import Background, Suspect, make_background
from core_model.errors import InputRejected

STRAIGHT = 0.9
"""So much of an axis' direction must be the one that is asked for, as cosine."""
LISTED = Path(__file__).with_name("backgrounds.json")


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry of ``backgrounds.json``."""

    name: str
    fold: str
    cropped: bool
    suspects: tuple[Suspect, ...]


def listed(path: Path = LISTED) -> dict[str, Listed]:
    """The entries by name."""
    held = json.loads(path.read_text(encoding="utf8"))
    return {
        name: Listed(
            name,
            entry["fold"],
            entry["cropped"],
            tuple(Suspect(tuple(ball["centre"]), ball["radius_mm"]) for ball in entry["suspects"]),
        )
        for name, entry in held.items()
    }


def listed_beside(path: Path) -> Listed:
    """The entry of an array that ``backgrounds.json`` does not list, by the JSON file beside it: its ``patient_id`` as
    the name, its ``unjudged_places`` masked, voxels far from the lungs cut away."""
    held = json.loads(path.with_suffix(".json").read_text(encoding="utf8"))
    places = held.get("unjudged_places", ())
    suspects = tuple(Suspect(tuple(place["k_row_column"]), place["diameter_mm"] / 2) for place in places)
    return Listed(held["patient_id"], "", cropped=True, suspects=suspects)


def read_volume(path: Path) -> Volume:
    """A DICOM folder or zip, or a NumPy array of int16 Hounsfield units with its geometry as JSON of the same name.

    Raises:
        InputRejected: The array has no geometry beside it, or is not int16.
    """
    if path.suffix != ".npy":
        return read_study(path).volume
    beside = path.with_suffix(".json")
    array = np.load(path, allow_pickle=False)
    if array.dtype != np.int16 or not beside.is_file():
        raise InputRejected(
            "an array of Hounsfield units needs int16 values and its geometry beside it",
            action="write spacing_mm_zyx and origin_mm_xyz into a JSON file of the same name",
            code="hounsfield_array_unfit",
        )
    geometry = json.loads(beside.read_text(encoding="utf8"))
    return Volume(
        array,
        Geometry(
            array.shape,
            tuple(geometry["spacing_mm_zyx"]),
            tuple(geometry.get("origin_mm_xyz", (0.0, 0.0, 0.0))),
            ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)),
        ),
    )


def read_background(path: Path, entry: Listed) -> Background:
    """Read a CT, find its lungs, and bring both to the working grid.

    Raises:
        InputRejected: Its axes do not run upwards, backwards and to the left.
    """
    volume = read_volume(path)
    if min(one[axis] for one, axis in zip(volume.geometry.direction, (2, 1, 0), strict=True)) < STRAIGHT:
        raise InputRejected(
            "{name}: a CT whose slices, rows and columns do not run upwards, backwards and to the left",
            action="take one of a patient who lies on the back, head first or turned so",
            code="background_turned",
            values={"name": entry.name},
        )
    lungs = find_lungs(volume)
    return make_background(
        entry.name, volume.hu, volume.spacing_mm, lungs.mask, lungs.zone, entry.suspects, cropped=entry.cropped
    )
