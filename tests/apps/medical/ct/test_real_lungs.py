"""Real chests: import, lungs and search zone of C3N-00247 and of the lungs of LIDC-IDRI-0002."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from apps.medical.ct.lungs import LEFT, RIGHT, Lungs, find_lungs
from apps.medical.ct.volume import Geometry, Volume
from apps.medical.dicom import ImportedStudy, first_image, read_study
from benchmarks import shared_data
from tests import needs
from tests.thinned import first_of

pytestmark = pytest.mark.shared_data


def folder_of_dicom() -> Path:
    needs.shared_data()
    return shared_data.folder("medical/ct_C3N-00247")


@cache
def c3n() -> ImportedStudy:
    return read_study(folder_of_dicom())


@cache
def masked() -> Volume:
    """The lungs of LIDC-IDRI-0002: voxels more than 18 mm from them are -1024."""
    needs.shared_data()
    folder = shared_data.folder("medical/ct_LIDC-IDRI-0002_lungs")
    array, facts = next(folder.rglob("*.npy")), json.loads(next(folder.rglob("*.json")).read_text())
    hu = np.load(array)
    origin, spacing = facts["origin_mm_xyz"], facts["spacing_mm_zyx"]
    return Volume(hu, Geometry(hu.shape, tuple(spacing), tuple(origin), ((0, 0, 1), (0, 1, 0), (1, 0, 0))))


@cache
def lungs_of(name: str) -> tuple[Volume, Lungs]:
    volume = c3n().volume if name == "C3N-00247" else masked()
    return volume, find_lungs(volume)


def test_a_real_series_is_read_whole() -> None:
    study = c3n()
    assert study.volume.shape == (99, 512, 512)
    assert study.volume.spacing_mm == pytest.approx((3.0, 0.564453, 0.564453), abs=1e-6)
    assert study.volume.geometry.origin_mm == pytest.approx((-143.217773, -287.217773, -288), abs=1e-5)
    assert study.series.quality.grade == "good"
    assert study.cautions == ()
    assert study.skipped == ()
    image = first_image(folder_of_dicom())
    assert np.array_equal(image.hu, study.volume.hu[49])


def test_the_mass_and_the_nodule_of_the_real_series_lie_where_they_should() -> None:
    volume, lungs = lungs_of("C3N-00247")
    for (k, row, column), side in (((31, 169, 107), "right"), ((31, 278, 443), "left")):
        assert volume.hu[k, row - 2 : row + 3, column - 2 : column + 3].mean() > -300
        assert lungs.zone[k, row, column]
        assert lungs.side_at((k, row, column), volume.spacing_mm) == side


@pytest.mark.oracle
def test_the_real_series_equals_what_simpleitk_reads() -> None:
    needs.oracle("SimpleITK")
    import SimpleITK as sitk

    names = sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(next(folder_of_dicom().rglob("*.dcm")).parent))
    image = sitk.ReadImage(names)
    volume = c3n().volume
    assert np.array_equal(np.clip(sitk.GetArrayFromImage(image), -1024, 3071), volume.hu)
    itk_direction = np.asarray(volume.geometry.direction, float)[::-1].T  # its columns are the axes x, y, z
    assert image.GetOrigin() == pytest.approx(volume.geometry.origin_mm)
    assert image.GetDirection() == pytest.approx(itk_direction.ravel())


@pytest.mark.parametrize(
    ("name", "right_ml", "left_ml"),
    [
        ("C3N-00247", (2400, 2950), (1700, 2150)),
        pytest.param("0002", (2550, 3050), (2250, 2750), marks=pytest.mark.slow),
    ],
)
def test_real_lungs_are_plausible(name: str, right_ml: tuple, left_ml: tuple) -> None:
    """The bounds are 10% around volumes whose outlines were looked at, slice by slice."""
    volume, lungs = lungs_of(name)
    assert right_ml[0] < lungs.right_ml < right_ml[1]
    assert left_ml[0] < lungs.left_ml < left_ml[1]
    assert lungs.cautions == ()
    assert -920 < lungs.lung_hu < -820
    assert 1.05 < lungs.zone_ratio < 1.30
    for side in (RIGHT, LEFT):
        _, parts = ndimage.label(lungs.sides[:: max(1, round(4 / volume.spacing_mm[0])), ::4, ::4] == side)
        assert parts <= 6, "a lung and some of its tips, no scatter"


@pytest.mark.parametrize("name", first_of("C3N-00247", "0002"))
def test_the_zone_takes_in_masses_implanted_at_the_real_pleura(name: str) -> None:
    """Balls of 13 to 33 mm, 35 to 100% of their radius inside the lung, far from each other, in one volume."""
    volume, lungs = lungs_of(name)
    random = np.random.default_rng(5)
    spacing = np.array(volume.spacing_mm)
    step = np.maximum(1, np.round(2.2 / spacing)).astype(int)
    coarse = tuple(slice(None, None, s) for s in step)
    depth = ndimage.distance_transform_edt(lungs.mask[coarse], sampling=spacing * step)
    hu, wanted, centres = volume.hu.copy(), [], []
    for _ in range(400):
        radius = random.uniform(6.5, 16.5)
        inside = random.uniform(0.35, 1.0) * radius
        rim = np.argwhere(np.abs(depth - inside) < 1.2)
        centre = rim[random.integers(len(rim))] * step
        if any(np.linalg.norm((centre - other) * spacing) < 75 for other in centres):
            continue
        low = np.maximum(0, centre - np.ceil(radius / spacing)).astype(int)
        high = np.minimum(volume.shape, centre + np.ceil(radius / spacing) + 1).astype(int)
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        distance = sum(
            ((np.arange(a, b) - c) * s).reshape([-1 if axis == i else 1 for i in range(3)]) ** 2
            for axis, (a, b, c, s) in enumerate(zip(low, high, centre, spacing, strict=True))
        )
        ball = distance < radius**2
        hu[box] = np.where(ball, np.maximum(hu[box], 40), hu[box])
        wanted.append((box, ball & lungs.mask[box]))
        centres.append(centre)
        if len(wanted) == 8:
            break
    found = find_lungs(Volume(hu, volume.geometry))
    shares = [np.count_nonzero(found.zone[box] & ball) / np.count_nonzero(ball) for box, ball in wanted]
    assert len(shares) == 8
    assert min(shares) >= 0.98, shares
    assert found.zone_ratio <= 1.35
