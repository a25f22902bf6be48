"""Candidates with their vectors and labels on disk: what the core's nodule head is trained from, fold by fold.

One compressed NumPy archive a fold and part, ``FOLD-PART.npz``, no pickles:

- ``features_ND`` float16, tokens side by side as ``detect.CandidateDescription`` has them;
- ``place_mm_N3`` float32, in the lungs, see ``place.LungBox.place_of``; NaN where it is not known (in fields);
- ``spacing_mm_N3`` float32, (z, y, x); ``score_N`` float32, the linking score's log-odds;
- ``label_N`` int8: 1 a good mark of the nodule, 0 no nodule, -1 neither (not to be trained or scored on);
- ``patient_N``, ``source_N`` (background, planting, sham, field) and ``nodule_N``, the field of the nodule that the
  window holds, empty where none: the same nodule stands in several rows.

Part ``train`` comes from training patients and the fold's own CT; part ``validation`` from validation patients and CT
that the fold has not seen. The head of a fold is fitted on its own ``train`` part and judged on its ``validation``
part. In a planting's window the background's own candidates are left out: they stand in the part once, as background.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from apps.medical.nodules.detect import Candidates, Fold, Window, find_candidates
from apps.medical.nodules.training.arrays import read_arrays, write_arrays
from apps.medical.nodules.training.link import GOOD_OVERLAP, SHARE_AT_WALL, label_of, overlap
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.sources.plant import nodule_of, sham_of
from apps.medical.nodules.training.sources.plantings import plant_in
from core_model.errors import NotFound

FIELD_MIRROR = 24
AROUND_FIELD = [(0, 0), (FIELD_MIRROR, FIELD_MIRROR), (FIELD_MIRROR, FIELD_MIRROR)]
"""Padding of a field's slices, rows and columns."""
COLUMNS = (
    "features_ND", "place_mm_N3", "spacing_mm_N3", "score_N", "label_N", "patient_N", "source_N", "nodule_N",
)  # fmt: skip
"""Names of a part's arrays."""


class _Rows:
    def __init__(self) -> None:
        self.columns: dict[str, list] = {}

    def add(self, **values: object) -> None:
        for name, value in values.items():
            self.columns.setdefault(name, []).append(value)


def _add(
    rows: _Rows, found: Candidates, labels: Sequence[int | None], source: str, patient: str, nodule: str = ""
) -> None:
    description = found.description(0)
    for index, label in enumerate(labels):
        if label is None:
            continue
        rows.add(
            features_ND=description.features_ND[index].astype(np.float16),
            place_mm_N3=description.place_mm_N3[index].astype(np.float32),
            spacing_mm_N3=np.array(found.spacing_mm, np.float32),
            score_N=np.float32(description.score_N[index]),
            label_N=np.int8(label),
            patient_N=patient,
            source_N=source,
            nodule_N=nodule,
        )


def mirrored(field: Field) -> Window:
    """A field with its mirror image around it, searched inside its frame."""
    image = np.pad(field.image_ZYX, AROUND_FIELD, mode="symmetric")
    return Window(image, np.pad(np.ones(field.image_ZYX.shape, bool), AROUND_FIELD), field.spacing_mm)


def field_labels(found: Candidates, field: Field) -> list[int]:
    """Labels of the candidates of a mirrored field: the readers' nodule, nothing, or neither."""
    truth = np.pad(field.votes_ZYX >= 2, AROUND_FIELD)
    unsure = np.pad((field.votes_ZYX > 0) | field.other_ZYX, AROUND_FIELD)
    labels = []
    for region, centre in zip(found.regions, found.centre_N3, strict=True):
        share, _ = overlap(region, truth)
        _, touched = overlap(region, unsure)
        inside = truth.any() and truth[tuple(np.round(centre).astype(int))]
        labels.append(1 if field.readers >= 2 and (inside or share >= GOOD_OVERLAP) else -1 if touched else 0)
    return labels


def gather(
    fold: Fold,
    background: Background,
    fields: Sequence[Field],
    seed: int,
    *,
    plantings: int,
    windows_of_fields: int,
    share_of_shams: float = 0.3,
    log: Callable[[str], None] = print,
) -> dict[str, np.ndarray]:
    """Candidates of the background, of plantings into it, and of fields.

    Args:
        fold: Its network and linking weights.
        background: Its own CT for training, an unseen one for validation.
        fields: Of the part's patients, at least two readers for those planted.
        seed: Of places and choices.
        plantings: How many windows with something planted.
        windows_of_fields: How many fields.
        share_of_shams: Share of non-nodules among the plantings.
        log: Takes one line at a time.
    """
    rng = np.random.default_rng([seed, 7])
    rows = _Rows()
    found = find_candidates([fold], background.window)
    _add(rows, found, [0] * len(found), "background", background.name)
    windows, lungs = 0, background.lungs
    usable = [field for field in fields if field.readers >= 2 and field.reliable_scale]
    for field in [usable[i] for i in rng.permutation(len(usable))[:plantings]]:
        cutout = nodule_of(field)
        if cutout is not None and rng.random() < share_of_shams:
            cutout = sham_of(usable[int(rng.integers(len(usable)))], cutout, rng)
        if cutout is None:
            continue
        wall = bool(rng.random() < SHARE_AT_WALL)
        planted = plant_in(background, cutout, field.diameter_mm, rng, at_wall=wall)
        if planted is None:
            continue
        found = find_candidates([fold], planted.window(lungs))
        labels = [label_of(region, planted) for region in found.regions]
        source = "planting" if planted.nodule else "sham"
        _add(rows, found, labels, source, field.patient, field.name if planted.nodule else "")
        windows += 1
    log(f"fold {fold.name}: {windows} plantings into {background.name}")
    for index in rng.permutation(len(fields))[:windows_of_fields]:
        field = fields[int(index)]
        found = find_candidates([fold], mirrored(field))
        _add(rows, found, field_labels(found, field), "field", field.patient, field.name)
    label_N = np.array(rows.columns["label_N"])
    log(f"fold {fold.name}: {len(label_N)} candidates, {(label_N == 1).sum()} nodules, {(label_N == 0).sum()} others")
    return {name: np.array(values) for name, values in rows.columns.items()}


def write(path: Path, part: dict[str, np.ndarray]) -> None:
    """Write one part."""
    write_arrays(path, part)


def read(path: Path) -> dict[str, np.ndarray]:
    """Read one part.

    Raises:
        NotFound: There is no such file.
        InputRejected: It is damaged.
    """
    if not path.is_file():
        raise NotFound(
            "the candidates are absent",
            action="make them with `python -m apps.medical.nodules.training candidates`",
            code="candidates_missing",
        )
    return read_arrays(path, COLUMNS)
