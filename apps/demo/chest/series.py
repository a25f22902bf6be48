"""Write a volume of Hounsfield units as one DICOM CT series (CT Image Storage, explicit little endian)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, generate_uid

INTERCEPT = -1024
MADE_BY = "Tandem phantom maker"


@dataclass(frozen=True, slots=True)
class SeriesHeader:
    """What the headers of a series say.

    Attributes:
        seed: Makes every identifier.
        female: Sex of the patient.
        spacing_mm: ``(z, y, x)``.
        origin_mm: Middle of the first voxel of the lowest slice, LPS.
        contrast: Whether an agent was given.
    """

    seed: int
    female: bool
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    contrast: bool

    def uid(self, *parts: object) -> UID:
        """An identifier that depends on the seed and ``parts`` alone."""
        return generate_uid(prefix="1.2.826.0.1.3680043.8.498.", entropy_srcs=[str(self.seed), *map(str, parts)])

    @property
    def study_uid(self) -> str:
        return self.uid("phantom", "study")

    @property
    def series_uid(self) -> str:
        return self.uid("phantom", "series")

    @property
    def patient_id(self) -> str:
        return f"PHANTOM-{self.seed:06d}"


def write_series(
    folder: Path, hu_ZYX: np.ndarray, header: SeriesHeader, tick: Callable[[float], None] | None = None
) -> list[str]:
    """Write one file a slice, under names that say nothing about the order.

    Args:
        folder: Exists already.
        hu_ZYX: int16, -1024 to 3071 HU, z rising.
        header: What the headers say.
        tick: Told the share that is done; may raise.

    Returns:
        File names from the lowest slice to the highest.
    """
    rng = np.random.default_rng([header.seed, 9])
    count = len(hu_ZYX)
    numbers = rng.choice(16**7, size=count, replace=False)
    names = [f"IM{int(n):07X}.dcm" for n in numbers]
    base = _common(header, hu_ZYX.shape, count)
    order = rng.permutation(count)
    for done, k in enumerate(order.tolist()):
        _slice(base, header, hu_ZYX[k], k, count).save_as(folder / names[k], enforce_file_format=True)
        if tick and done % 8 == 0:
            tick(done / count)
    return names


def _decimal(value: float) -> str:
    """A decimal string of at most 16 characters."""
    return f"{value:.6f}".rstrip("0").rstrip(".")[:16] or "0"


def _common(header: SeriesHeader, shape: tuple[int, int, int], count: int) -> Dataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID("1.2.826.0.1.3680043.8.498.1")
    meta.ImplementationVersionName = "TANDEM_PHANTOM"
    d = Dataset()
    d.file_meta = meta
    z, y, x = header.spacing_mm
    d.SpecificCharacterSet = "ISO_IR 100"
    d.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    d.SOPClassUID = CTImageStorage
    d.StudyDate = d.SeriesDate = d.AcquisitionDate = d.ContentDate = "20260105"
    d.StudyTime = d.SeriesTime = d.AcquisitionTime = d.ContentTime = "093000"
    d.AccessionNumber = f"SYN{header.seed % 10**9:09d}"
    d.Modality = "CT"
    d.Manufacturer = MADE_BY
    d.InstitutionName = "Synthetic data"
    d.ReferringPhysicianName = ""
    d.StudyDescription = "SYNTHETIC CHEST CT PHANTOM"
    d.SeriesDescription = "SYNTHETIC PHANTOM STANDARD"
    d.ManufacturerModelName = "Chest phantom"
    d.PatientName = "PHANTOM^DEMO"
    d.PatientID = header.patient_id
    d.PatientBirthDate = "19600101"
    d.PatientSex = "F" if header.female else "M"
    d.PatientAge = "066Y"
    d.PatientComments = "Synthetic data: no person was imaged."
    d.BodyPartExamined = "CHEST"
    d.SliceThickness = _decimal(z)
    d.KVP = "120"
    d.DataCollectionDiameter = "500"
    d.SoftwareVersions = "1"
    d.DeviceSerialNumber = "0"
    d.ProtocolName = "SYNTHETIC CHEST"
    d.ReconstructionDiameter = _decimal(shape[2] * x)
    d.GantryDetectorTilt = "0"
    d.RotationDirection = "CW"
    d.ExposureTime = "500"
    d.XRayTubeCurrent = "220"
    d.Exposure = "110"
    d.FilterType = "BODY"
    d.ConvolutionKernel = "STANDARD"
    d.PatientPosition = "HFS"
    if header.contrast:
        d.ContrastBolusAgent = "SYNTHETIC"
    d.StudyInstanceUID = header.study_uid
    d.SeriesInstanceUID = header.series_uid
    d.StudyID = "1"
    d.SeriesNumber = 2
    d.AcquisitionNumber = 1
    d.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    d.FrameOfReferenceUID = header.uid("phantom", "frame")
    d.PositionReferenceIndicator = ""
    d.ImagesInAcquisition = count
    d.SamplesPerPixel = 1
    d.PhotometricInterpretation = "MONOCHROME2"
    d.Rows, d.Columns = shape[1:]
    d.PixelSpacing = [_decimal(y), _decimal(x)]
    d.BitsAllocated = 16
    d.BitsStored = 12
    d.HighBit = 11
    d.PixelRepresentation = 0
    d.BurnedInAnnotation = "NO"
    d.WindowCenter = ["-600", "40"]
    d.WindowWidth = ["1500", "400"]
    d.WindowCenterWidthExplanation = ["LUNG", "MEDIASTINUM"]
    d.RescaleIntercept = str(INTERCEPT)
    d.RescaleSlope = "1"
    d.RescaleType = "HU"
    return d


def _slice(base: Dataset, header: SeriesHeader, hu_YX: np.ndarray, k: int, count: int) -> Dataset:
    d = Dataset()
    d.update(base)
    d.file_meta = FileMetaDataset()
    d.file_meta.update(base.file_meta)
    uid = header.uid("phantom", "slice", k)
    d.SOPInstanceUID = d.file_meta.MediaStorageSOPInstanceUID = uid
    x, y, z = header.origin_mm
    level = z + k * header.spacing_mm[0]
    d.InstanceNumber = count - k
    d.ImagePositionPatient = [_decimal(x), _decimal(y), _decimal(level)]
    d.SliceLocation = _decimal(level)
    d.PixelData = (hu_YX.astype(np.int32) - INTERCEPT).astype("<u2").tobytes()
    return d
