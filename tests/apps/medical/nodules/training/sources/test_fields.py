"""Fields on disk: the documented format, the split, and the neighbours."""

import csv

import numpy as np
import pytest
from PIL import Image

from apps.medical.nodules.training.sources.fields import load_fields
from core_model.errors import InputRejected, NotFound
from core_model.training.splits import split_of

PATIENTS = {split: next(f"P{n}" for n in range(99) if split_of(f"P{n}") == split) for split in ("train", "test")}


def write(folder, *, votes_size=64, with_test_pictures=False):
    """Two patients with one nodule each, in the documented format, PNG."""
    y, x = np.mgrid[:64, :64]
    rows = []
    for split, patient in PATIENTS.items():
        name = f"{patient}/nodule-0"
        for number in range(3):
            rows.append(
                {
                    "patient_id": patient,
                    "nodule": name,
                    "slice": number,
                    "pixel_spacing_mm": 0.5,
                    "n_readers": 4,
                    "mean_diameter_mm": 6.0,
                    "malignancy": "2|4",
                    "texture": "5.0",
                }
            )
            if split == "test" and not with_test_pictures:
                continue
            (folder / name).mkdir(parents=True, exist_ok=True)
            disc = (y - 32) ** 2 + (x - 32) ** 2 <= 36
            image = np.where(disc | (x > 50), 180, 40) + (x == 63) * 75 - (x == 0) * 40
            Image.fromarray(image.astype(np.uint8)).save(folder / name / f"{number:03d}.image.png")
            votes = (disc * 240).astype(np.uint8)[:votes_size]
            Image.fromarray(votes).save(folder / name / f"{number:03d}.votes.png")
    with (folder / "slices.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with (folder / "series.csv").open("w", newline="") as stream:
        stream.write("patient_id,slice_spacing_mm\n" + "".join(f"{patient},2.5\n" for patient in PATIENTS.values()))


def test_a_field_comes_to_1_mm_with_its_outline_and_ratings(tmp_path):
    write(tmp_path)
    (field,) = load_fields(tmp_path, tmp_path / "series.csv")
    assert field.image_ZYX.shape == (3, 32, 32)
    assert field.spacing_mm == pytest.approx((2.5, 1.0, 1.0))
    assert (field.readers, field.diameter_mm, field.malignancy, field.subsolid) == (4, 6.0, 3.0, False)
    inside = field.votes_ZYX == 4
    assert (field.votes_ZYX[1] >= 2).sum() == pytest.approx(np.pi * 9, rel=0.2)
    assert field.image_ZYX[inside].mean() == pytest.approx(1.0, abs=0.15)
    assert np.median(field.image_ZYX[1, :, :14]) == pytest.approx(0.0, abs=0.05)


def test_patients_of_the_test_split_are_never_opened(tmp_path):
    write(tmp_path)
    names = [field.patient for field in load_fields(tmp_path, tmp_path / "series.csv", splits=("train", "validation"))]
    assert names == [PATIENTS["train"]]
    with pytest.raises(NotFound):
        list(load_fields(tmp_path, tmp_path / "series.csv", splits=("test",)))


def test_another_listed_nodule_in_the_field_is_marked(tmp_path):
    write(tmp_path)
    columns = "patient_id,n_readers,mean_diam_mm,row,col,kmin,kmax,rmin,rmax,cmin,cmax\n"
    (tmp_path / "nodules.csv").write_text(
        columns
        + f"{PATIENTS['train']},4,6.0,200,200,10,12,194,206,194,206\n"
        + f"{PATIENTS['train']},1,5.0,220,190,11,14,216,224,186,194\n"
        + f"{PATIENTS['train']},1,5.0,180,180,20,22,176,184,176,184\n"
    )
    (field,) = load_fields(tmp_path, tmp_path / "series.csv", tmp_path / "nodules.csv")
    # 20 rows down and 10 columns left of the nodule, in pixels of half a millimetre; the third is at another height.
    assert field.other_ZYX[1, 16 + 10, 16 - 5]
    rows, columns = np.nonzero(field.other_ZYX[1])
    assert (rows.mean(), columns.mean()) == (pytest.approx(26, abs=0.7), pytest.approx(11, abs=0.7))


def test_an_outline_of_another_size_is_refused(tmp_path):
    write(tmp_path, votes_size=60)
    with pytest.raises(InputRejected, match="differ in size"):
        list(load_fields(tmp_path, tmp_path / "series.csv"))
