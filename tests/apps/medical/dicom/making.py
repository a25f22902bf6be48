"""Small chest CT series made in code: an analytic chest, sampled on any grid, written slice by slice with pydicom."""

import io
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, generate_uid

from apps.medical.dicom import ImportedStudy, read_study

MARKER_MM = (62.0, 8.0, 104.0)
"""LPS centre of a dense ball in the left lung."""
MARKER_RADIUS_MM = 14.0
MARKER_HU = 900
STUDY_UID = "1.2.826.0.1.3680043.8.498.1"
FIRST = 1
"""Number of the series that is made where no other one is asked for."""


def chest_hu(points_mm: NDArray[np.float64], marker: bool = True) -> NDArray[np.float64]:
    """HU of an analytic chest at LPS points (..., 3): body, two lungs, a spine, a ball in the left lung."""
    x, y, z = np.moveaxis(points_mm, -1, 0)
    hu = np.full(x.shape, -1000.0)
    hu[(x / 145) ** 2 + (y / 105) ** 2 < 1] = 40
    for side in (-1, 1):
        hu[((x - side * 65) / 48) ** 2 + (y / 72) ** 2 + ((z - 100) / 76) ** 2 < 1] = -860
    hu[(x / 18) ** 2 + ((y - 62) / 18) ** 2 < 1] = 400
    if marker:
        hu[ball(points_mm, MARKER_MM, MARKER_RADIUS_MM)] = MARKER_HU
    return hu


def ball(points_mm: NDArray[np.float64], centre_mm: Sequence[float], radius_mm: float) -> NDArray[np.bool_]:
    """Which points lie in a ball."""
    return ((points_mm - np.asarray(centre_mm)) ** 2).sum(axis=-1) < radius_mm**2


@dataclass(frozen=True)
class Grid:
    """The grid that a series is sampled on: LPS directions of a row's pixels and of a column's pixels, slices along z.

    ``shear_mm`` moves each slice further along y than the one below it: a tilted gantry.
    """

    along_row: tuple[float, float, float] = (1, 0, 0)
    along_column: tuple[float, float, float] = (0, 1, 0)
    step: tuple[float, float, float] = (0, 0, 1)
    spacing_mm: tuple[float, float, float] = (5.0, 5.0, 5.0)
    size: tuple[int, int, int] = (40, 64, 64)
    centre_mm: tuple[float, float, float] = (0, 0, 100)
    shear_mm: float = 0.0

    def corner(self, index: int) -> NDArray[np.float64]:
        """LPS position of the first pixel of slice ``index``."""
        z, y, x = self.spacing_mm
        count, rows, columns = self.size
        move = np.asarray(self.step, float) * z + np.array([0, self.shear_mm, 0])
        middle = np.asarray(self.centre_mm, float) + (index - (count - 1) / 2) * move
        row, column = np.asarray(self.along_row, float) * x, np.asarray(self.along_column, float) * y
        return middle - (columns - 1) / 2 * row - (rows - 1) / 2 * column

    def points(self, index: int) -> NDArray[np.float64]:
        """LPS of every pixel of a slice, (rows, columns, 3)."""
        _, y, x = self.spacing_mm
        rows, columns = np.arange(self.size[1])[:, None, None], np.arange(self.size[2])[None, :, None]
        return (
            self.corner(index)
            + rows * np.asarray(self.along_column, float) * y
            + columns * np.asarray(self.along_row, float) * x
        )


@dataclass
class Series:
    """Datasets of one series, lowest slice first; change them, then write them."""

    datasets: list[FileDataset]
    grid: Grid = field(default_factory=Grid)

    def each(self, change: Callable[[FileDataset], None]) -> "Series":
        """Applies a change to every slice."""
        for dataset in self.datasets:
            change(dataset)
        return self

    def write(self, folder: Path, names: Sequence[str] | None = None) -> Path:
        """Writes the slices as files of a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for index, dataset in enumerate(self.datasets):
            name = names[index] if names else f"{index:04d}.dcm"
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            dataset.save_as(target, enforce_file_format=True)
        return folder


def make_series(
    grid: Grid | None = None,
    seed: int = 0,
    hu: Callable[[NDArray[np.float64]], NDArray[np.float64]] = chest_hu,
    series: int = FIRST,
    intercept: int = -1024,
    noise_hu: float = 12.0,
) -> Series:
    """A series of an analytic chest.

    Args:
        grid: Where its slices lie.
        seed: Of the noise.
        hu: The analytic patient: HU at LPS points.
        series: Series number; also its UID.
        intercept: RescaleIntercept; stored values are HU minus this.
        noise_hu: Standard deviation of the noise.
    """
    grid = grid or Grid()
    made = Series([dcmread(io.BytesIO(file)) for file in _files(grid, seed, hu, intercept, noise_hu)], grid)
    return made if series == FIRST else made.each(partial(_of_series, series))


def _of_series(number: int, dataset: FileDataset) -> None:
    """Give a slice of the first series the numbers and names of another one."""
    instance = dataset.SOPInstanceUID.rpartition(".")[2]
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{STUDY_UID}.{number}.{instance}"
    dataset.SeriesInstanceUID = f"{STUDY_UID}.{number}"
    dataset.SeriesNumber = number


@cache
def plain_study(grid: Grid | None = None) -> ImportedStudy:
    """What is read of ``make_series(grid)`` as it is, read once in a run of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        study = read_study(make_series(grid).write(Path(folder)))
    study.volume.hu.flags.writeable = False
    return study


@lru_cache(maxsize=64)
def _files(
    grid: Grid,
    seed: int,
    hu: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    intercept: int,
    noise_hu: float,
) -> tuple[bytes, ...]:
    """The files of the first series: to parse one costs a part of what making it does."""
    random = np.random.default_rng(seed)
    files = []
    for index in range(grid.size[0]):
        points = grid.points(index)
        values = hu(points) + random.normal(0, noise_hu, points.shape[:2])
        stored = np.clip(np.rint(values - intercept), 0, 4095).astype(np.uint16)
        file = io.BytesIO()
        _slice(grid, index, stored, FIRST, intercept).save_as(file, enforce_file_format=True)
        files.append(file.getvalue())
    return tuple(files)


def _slice(grid: Grid, index: int, stored: NDArray[np.uint16], series: int, intercept: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = f"{STUDY_UID}.{series}.{index + 1}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", Dataset(), file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = STUDY_UID
    dataset.SeriesInstanceUID = f"{STUDY_UID}.{series}"
    dataset.FrameOfReferenceUID = f"{STUDY_UID}.99"
    dataset.StudyDate = "20260102"
    dataset.Modality = "CT"
    dataset.Manufacturer = "SIEMENS"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.PatientName = "Doe^Jane"
    dataset.PatientID = "P-1"
    dataset.PatientBirthDate = "19500102"
    dataset.PatientSex = "F"
    dataset.SeriesNumber = series
    dataset.AcquisitionNumber = 1
    dataset.InstanceNumber = grid.size[0] - index
    dataset.ConvolutionKernel = "B30f"
    dataset.SliceThickness = grid.spacing_mm[0]
    dataset.ImagePositionPatient = [round(float(value), 6) for value in grid.corner(index)]
    dataset.ImageOrientationPatient = [*map(float, grid.along_row), *map(float, grid.along_column)]
    dataset.PixelSpacing = [grid.spacing_mm[1], grid.spacing_mm[2]]
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = 1, intercept, "HU"
    dataset.PixelData = stored.tobytes()
    return dataset


def localizer(series: int = 9) -> FileDataset:
    """A frontal localizer of the same patient."""
    made = make_series(replace(Grid(), size=(1, 64, 64)), series=series).datasets[0]
    made.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    made.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
    return made


def with_uid(dataset: FileDataset) -> FileDataset:
    """The same dataset under a new instance UID."""
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    return dataset


def enhanced(series: Series) -> FileDataset:
    """The slices of a series as one Enhanced CT object, in a shuffled order of frames."""
    made = series.datasets[0]
    order = np.random.default_rng(1).permutation(len(series.datasets))
    frames, groups = [], []
    for index in order:
        dataset = series.datasets[index]
        position, orientation, measures = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = dataset.ImagePositionPatient
        orientation.ImageOrientationPatient = dataset.ImageOrientationPatient
        measures.PixelSpacing, measures.SliceThickness = dataset.PixelSpacing, dataset.SliceThickness
        rescale = Dataset()
        rescale.RescaleSlope, rescale.RescaleIntercept = dataset.RescaleSlope, dataset.RescaleIntercept
        group = Dataset()
        group.PlanePositionSequence = Items([position])
        group.PixelValueTransformationSequence = Items([rescale])
        groups.append(group)
        frames.append(dataset.PixelData)
    shared = Dataset()
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = Items([orientation]), Items([measures])
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"):
        delattr(made, keyword)
    del made.RescaleSlope, made.RescaleIntercept
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    made.NumberOfFrames = len(frames)
    made.SharedFunctionalGroupsSequence = Items([shared])
    made.PerFrameFunctionalGroupsSequence = Items(groups)
    made.PixelData = b"".join(frames)
    return made
