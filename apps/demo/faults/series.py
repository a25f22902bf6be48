"""Faults of a DICOM series in a folder."""

from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag
from pydicom.uid import UID, generate_uid

from apps.demo.faults.damage import Damage


def _by_height(folder: Path) -> list[Path]:
    """The slices of one made series from the lowest to the highest."""
    paths = [p for p in Path(folder).iterdir() if p.suffix == ".dcm"]
    return sorted(paths, key=lambda p: float(pydicom.dcmread(p, stop_before_pixels=True).ImagePositionPatient[2]))


def _middle(folder: Path, k: int | None) -> Path:
    paths = _by_height(folder)
    return paths[len(paths) // 2 if k is None else k]


def _uid(*parts: object) -> UID:
    return generate_uid(entropy_srcs=[str(p) for p in parts])


def _as_new_instance(d: pydicom.Dataset, *parts: object) -> None:
    d.SOPInstanceUID = d.file_meta.MediaStorageSOPInstanceUID = _uid(d.SOPInstanceUID, *parts)


def remove_slice(folder: Path, k: int | None = None) -> Damage:
    """Delete a slice: by default the middle one, inside the lungs."""
    path = _middle(folder, k)
    path.unlink()
    return Damage("remove_slice", (path.name,), (), "one slice is missing", refused=True)


def duplicate_position(folder: Path, k: int | None = None) -> Damage:
    """Add another image at the position of a slice."""
    path = _middle(folder, k)
    d = pydicom.dcmread(path)
    pixels = d.pixel_array.astype(np.int32)
    d.PixelData = np.clip(pixels[::-1] + 15, 0, 4095).astype("<u2").tobytes()
    _as_new_instance(d, "duplicate")
    new = path.with_name(f"D{path.name}")
    d.save_as(new)
    return Damage("duplicate_position", (path.name, new.name), (), "two images at one position", refused=True)


def repeat_slice(folder: Path, k: int | None = None) -> Damage:
    """Add a byte-for-byte copy of a slice under another name."""
    path = _middle(folder, k)
    new = path.with_name(f"C{path.name}")
    new.write_bytes(path.read_bytes())
    return Damage("repeat_slice", (new.name,), (), "one file is there twice", refused=False)


def second_patient(folder: Path, name: str = "SECOND^PATIENT", patient_id: str = "PHANTOM-SECOND") -> Damage:
    """Add a copy of the whole series under another patient."""
    added = []
    for path in _by_height(folder):
        d = pydicom.dcmread(path)
        d.PatientName, d.PatientID = name, patient_id
        d.StudyInstanceUID, d.SeriesInstanceUID = _uid(d.StudyInstanceUID, "p2"), _uid(d.SeriesInstanceUID, "p2")
        d.FrameOfReferenceUID = _uid(d.FrameOfReferenceUID, "p2")
        _as_new_instance(d, "p2")
        new = path.with_name(f"P{path.name}")
        d.save_as(new)
        added.append(new.name)
    return Damage("second_patient", tuple(added), (), "the folder holds two patients", refused=True)


def truncate_file(folder: Path, share: float = 0.5, k: int | None = None) -> Damage:
    """Cut one file off: by default in the middle of its pixels; a small share cuts inside the header."""
    path = _middle(folder, k)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return Damage("truncate_file", (path.name,), (), f"cut to {share:.0%} of its length", refused=True)


def zero_slope(folder: Path, k: int | None = None) -> Damage:
    """Set RescaleSlope to 0 in one slice."""
    path = _middle(folder, k)
    d = pydicom.dcmread(path)
    d.RescaleSlope = "0"
    d.save_as(path)
    return Damage("zero_slope", (path.name,), (), "RescaleSlope is 0", refused=True)


def drop_slope(folder: Path, k: int | None = None) -> Damage:
    """Delete RescaleSlope from one slice."""
    path = _middle(folder, k)
    d = pydicom.dcmread(path)
    del d.RescaleSlope
    d.save_as(path)
    return Damage("drop_slope", (path.name,), (), "RescaleSlope is absent", refused=True)


def pdf_as_dicom(path: Path) -> Damage:
    """Write a small PDF under the name of a DICOM file."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % o for o in offsets)
    data += b"trailer << /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    Path(path).write_bytes(data)
    return Damage("pdf_as_dicom", (Path(path).name,), (), "a PDF with the ending of a DICOM file", refused=True)


def add_undecodable_private_tags(folder: Path, k: int | None = None) -> Damage:
    """Put private elements into one slice whose values contradict their types."""
    path = _middle(folder, k)
    d = pydicom.dcmread(path)
    d.add_new(0x00290010, "LO", "BROKEN VENDOR")
    for element, vr, value in ((0x01, "DS", b"not a number  "), (0x02, "IS", b"12x4"), (0x03, "DA", b"99999999")):
        tag = Tag(0x0029, 0x1000 + element)
        d._dict[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)
    d.save_as(path)
    return Damage("add_undecodable_private_tags", (path.name,), (), "private elements cannot be decoded", refused=False)


def add_extra_files(folder: Path) -> Damage:
    """Add what discs hold beside the images: DICOMDIR, a licence, a viewer, a note in a subfolder, a hidden file."""
    folder = Path(folder)
    files = {
        "DICOMDIR": b"\x00" * 128 + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00\x00\x00\x00\x00",
        "LICENSE": b"Permission is granted.\n",
        "VIEWER.EXE": b"MZ" + bytes(range(256)) * 8,
        "docs/readme.txt": b"Double-click the viewer.\n",
        ".thumbs": b"\x89PNG\r\n\x1a\n",
    }
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return Damage("add_extra_files", tuple(files), (), "files that are no images lie beside them", refused=False)


def spread_into_subfolders(folder: Path) -> Damage:
    """Move the slices into three nested folders."""
    moved = []
    for number, path in enumerate(sorted(p for p in Path(folder).iterdir() if p.suffix == ".dcm")):
        place = Path(folder) / ("A", "B", "B/C")[number % 3]
        place.mkdir(parents=True, exist_ok=True)
        path.rename(place / path.name)
        moved.append(path.name)
    return Damage("spread_into_subfolders", tuple(moved), (), "the slices lie in subfolders", refused=False)


def shift_slice(folder: Path, mm: float, k: int | None = None) -> Damage:
    """Move one slice along z, so that the steps beside it are uneven."""
    path = _middle(folder, k)
    d = pydicom.dcmread(path)
    x, y, z = (float(v) for v in d.ImagePositionPatient)
    d.ImagePositionPatient = [f"{x:.6f}", f"{y:.6f}", f"{z + mm:.6f}"]
    d.save_as(path)
    return Damage("shift_slice", (path.name,), (), f"one slice lies {mm} mm off", refused=True)


def tilt_gantry(folder: Path, degrees: float = 15.0) -> Damage:
    """Shift every slice to the back in proportion to its height, as a tilted gantry does."""
    names = []
    for path in _by_height(folder):
        d = pydicom.dcmread(path)
        x, y, z = (float(v) for v in d.ImagePositionPatient)
        d.ImagePositionPatient = [f"{x:.6f}", f"{y + z * np.tan(np.radians(degrees)):.6f}", f"{z:.6f}"]
        d.GantryDetectorTilt = f"{degrees}"
        d.save_as(path)
        names.append(path.name)
    return Damage("tilt_gantry", tuple(names), (), f"the slices are sheared by {degrees} degrees", refused=False)


def add_localizer(folder: Path) -> Damage:
    """Add a coronal scout of the same study in a series of its own."""
    path = _middle(folder, None)
    d = pydicom.dcmread(path)
    d.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    d.SeriesInstanceUID = _uid(d.SeriesInstanceUID, "scout")
    d.SeriesNumber, d.SeriesDescription = 1, "SYNTHETIC SCOUT"
    d.ImageOrientationPatient = ["1", "0", "0", "0", "0", "-1"]
    _as_new_instance(d, "scout")
    new = path.with_name(f"L{path.name}")
    d.save_as(new)
    return Damage("add_localizer", (new.name,), (), "a localizer lies beside the slices", refused=False)


def add_second_series(folder: Path, every: int = 2) -> Damage:
    """Add a thicker reconstruction of the same study: every second slice, at twice the step."""
    added = []
    for path in _by_height(folder)[::every]:
        d = pydicom.dcmread(path)
        d.SeriesInstanceUID = _uid(d.SeriesInstanceUID, "thick")
        d.SeriesNumber, d.SeriesDescription = 3, "SYNTHETIC PHANTOM THICK"
        d.SliceThickness = f"{float(d.SliceThickness) * every:.4f}"
        _as_new_instance(d, "thick")
        new = path.with_name(f"T{path.name}")
        d.save_as(new)
        added.append(new.name)
    return Damage("add_second_series", tuple(added), (), "a thicker series of the same study", refused=False)
