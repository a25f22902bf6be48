"""The phantom CT: its truth against its voxels, its files against DICOM, and what the seed decides."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
from scipy import ndimage

from apps.demo.chest.scanner import image
from apps.demo.phantom import PhantomTruth, make_phantom_ct, phantom_scene, phantom_volume, scene_truth
from core_model.errors import InputRejected

LUNG_HU = -862.0
NEEDED = [
    "ImageType",
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "Modality",
    "ReferringPhysicianName",
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "StudyID",
    "SeriesNumber",
    "InstanceNumber",
    "AcquisitionNumber",
    "FrameOfReferenceUID",
    "PositionReferenceIndicator",
    "Manufacturer",
    "KVP",
    "SliceThickness",
    "PixelSpacing",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "RescaleIntercept",
    "RescaleSlope",
    "ConvolutionKernel",
    "PatientPosition",
]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, PhantomTruth]:
    folder = tmp_path_factory.mktemp("phantom") / "series"
    return folder, make_phantom_ct(folder, 3, size="small")


@pytest.fixture(scope="module")
def pixels() -> tuple[np.ndarray, PhantomTruth]:
    """The same without files."""
    return phantom_volume(3, size="small")


@pytest.fixture(scope="module")
def full() -> tuple[np.ndarray, np.ndarray, PhantomTruth]:
    """Voxels of an adult without noise, with and without nodules."""
    scene = phantom_scene(1)
    return image(scene, noise=False), image(scene, noise=False, nodules=False), scene_truth(scene)


def _hashes(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_person(made, tmp_path):
    folder, truth = made
    assert make_phantom_ct(tmp_path / "again", 3, size="small") == truth
    assert _hashes(tmp_path / "again") == _hashes(folder)
    other = make_phantom_ct(tmp_path / "other", 4, size="small")
    assert not set(_hashes(tmp_path / "other").values()) & set(_hashes(folder).values())
    assert other.study_uid != truth.study_uid
    assert other.patient_id != truth.patient_id
    assert {n.centre_mm for n in other.nodules}.isdisjoint(n.centre_mm for n in truth.nodules)
    assert other.spacing_mm != truth.spacing_mm


def test_positions_are_unique_and_evenly_spaced_while_names_say_nothing(made):
    folder, truth = made
    headers = {name: pydicom.dcmread(folder / name) for name in truth.files}
    levels = np.array([float(h.ImagePositionPatient[2]) for h in headers.values()])
    np.testing.assert_allclose(np.diff(levels), truth.spacing_mm[0], atol=1e-6)
    assert levels[0] == pytest.approx(truth.origin_mm[2])
    assert sorted(truth.files) != list(truth.files)
    assert [h.InstanceNumber for h in headers.values()] == list(range(len(levels), 0, -1))
    first = headers[truth.files[0]]
    assert [float(v) for v in first.ImagePositionPatient[:2]] == pytest.approx(truth.origin_mm[:2])
    assert [float(v) for v in first.PixelSpacing] == pytest.approx(truth.spacing_mm[1:])
    assert len({h.SOPInstanceUID for h in headers.values()}) == truth.shape[0] == len(levels)


def test_headers_are_complete_for_a_ct_image_and_say_that_it_is_synthetic(made):
    folder, truth = made
    for name in truth.files:
        d = pydicom.dcmread(folder / name)
        assert [keyword for keyword in NEEDED if keyword not in d] == []
        assert d.file_meta.MediaStorageSOPInstanceUID == d.SOPInstanceUID
        assert d.file_meta.MediaStorageSOPClassUID.name == "CT Image Storage"
        assert "SYNTHETIC" in d.StudyDescription
        assert "SYNTHETIC" in d.SeriesDescription
        assert str(d.PatientName) == "PHANTOM^DEMO"


def test_pixels_are_the_volume_in_hounsfield_units(made, pixels):
    folder, truth = made
    volume, same = pixels
    assert (same.spacing_mm, same.nodules, same.series_uid) == (truth.spacing_mm, truth.nodules, truth.series_uid)
    for k in (0, truth.shape[0] // 2, truth.shape[0] - 1):
        d = pydicom.dcmread(folder / truth.files[k])
        np.testing.assert_array_equal(
            d.pixel_array.astype(int) * int(d.RescaleSlope) + int(d.RescaleIntercept), volume[k]
        )


def _box(truth: PhantomTruth, nodule) -> tuple[slice, ...]:
    reach = [int(np.ceil(0.75 * nodule.long_axis_mm / s)) for s in truth.spacing_mm]
    return tuple(slice(max(int(at) - r, 0), int(at) + r + 2) for at, r in zip(nodule.centre_voxel, reach, strict=True))


@pytest.mark.slow
def test_volume_and_centre_of_each_nodule_are_those_of_its_voxels(full):
    planted, bare, truth = full
    assert len(truth.nodules) >= 3
    for nodule in truth.nodules:
        box = _box(truth, nodule)
        after, before = planted[box].astype(float), bare[box].astype(float)
        added = np.where(
            after != before, (after - before) / np.where(after != before, nodule.density_hu - before, 1), 0
        )
        limit = (nodule.density_hu + LUNG_HU) / 2
        above = (after > limit) & (before < limit)
        voxel = np.prod(truth.spacing_mm)
        # thin rays are no part of the stated volume: of a spiculated nodule only what passes the threshold counts
        volume = (above.sum() if nodule.kind == "spiculated" else added.sum()) * voxel
        assert volume == pytest.approx(nodule.volume_mm3, rel=0.05), nodule.kind
        at = np.array(ndimage.center_of_mass(np.clip(added, 0, 1))) + [part.start for part in box]
        off = (at - nodule.centre_voxel) * truth.spacing_mm
        assert np.linalg.norm(off) < 0.5, nodule.kind
        x, y, z = (
            o + s * v
            for o, s, v in zip(truth.origin_mm, truth.spacing_mm[::-1], nodule.centre_voxel[::-1], strict=True)
        )
        assert (x, y, z) == pytest.approx(nodule.centre_mm, abs=0.02)
        assert (nodule.centre_mm[0] < 0) == (nodule.side == "right")
        assert nodule.diameter_mm == pytest.approx((6 * nodule.volume_mm3 / np.pi) ** (1 / 3), rel=0.01)


@pytest.mark.parametrize("seed", range(5))
def test_nodules_are_three_to_five_apart_from_each_other_and_one_lies_at_the_pleura(seed):
    truth = scene_truth(phantom_scene(seed, size="small"))
    assert 3 <= len(truth.nodules) <= 5
    assert [n.kind for n in truth.nodules].count("juxtapleural") == 1
    assert all(7 <= n.diameter_mm <= 20.5 for n in truth.nodules)
    centres = np.array([n.centre_mm for n in truth.nodules])
    radii = np.array([n.radius_mm for n in truth.nodules])
    gaps = np.linalg.norm(centres[:, None] - centres[None], axis=2) - radii[:, None] - radii[None]
    assert gaps[np.triu_indices(len(centres), 1)].min() > 5
    json.dumps(truth.as_dict())


@pytest.mark.slow
def test_densities_of_the_organs_are_those_of_a_chest(full):
    planted, bare, truth = full
    middle = bare[len(bare) // 2]
    lung = (bare < -700) & ndimage.binary_erosion(bare > -1010, iterations=1)
    labels, count = ndimage.label(lung[:, ::4, ::4])
    sizes = np.bincount(labels.ravel())[1:]
    both = np.sort(sizes)[::-1][:3].sum() * np.prod(truth.spacing_mm) * 16 / 1000
    assert count >= 2
    assert both > truth.lung_volume_ml * 0.7
    assert 2500 < truth.lung_volume_ml < 4500
    assert np.median(bare[(bare > -920) & (bare < -780)]) == pytest.approx(-860, abs=25)
    assert (middle > 500).sum() > 400
    shares = [np.mean((middle > low) & (middle < high)) for low, high in ((-130, -70), (20, 200), (-930, -750))]
    assert all(share > 0.04 for share in shares)


def test_noise_of_soft_tissue_is_that_of_a_scanner(pixels):
    volume, _ = pixels
    clean, _ = phantom_volume(3, size="small", noise=False)
    k = len(volume) // 4
    liver = ndimage.binary_erosion((clean[k] > 30) & (clean[k] < 130), iterations=4)
    noise = (volume[k].astype(float) - clean[k])[liver]
    assert liver.sum() > 150
    assert 6 < noise.std() < 20


def test_the_maker_refuses_a_folder_with_files_and_an_unknown_size(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(InputRejected, match="holds files already"):
        make_phantom_ct(tmp_path, 0, size="small")
    with pytest.raises(InputRejected, match="size 'huge'"):
        make_phantom_ct(tmp_path / "new", 0, size="huge")


def test_progress_rises_and_can_cancel(tmp_path):
    seen = []
    make_phantom_ct(tmp_path / "a", 0, size="small", tick=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_phantom_ct(tmp_path / "b", 0, size="small", tick=stop)
    assert list((tmp_path / "b").iterdir()) == []
