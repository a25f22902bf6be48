"""Damaged pixels of a CT file: how much of the damage is refused or said, and how much of it nobody is told of.

Slices of a real CT are coded in each transfer syntax, and one place of the pixels is spoilt: one bit, 64 bytes of
zeros, 64 bytes of noise, or 64 bytes that are missing (zeros stand at the end instead). DICOM has no checksum. A file
is then read as a study's is, and the slice is compared with its neighbours. The same is asked of scans that nobody
damaged, all their slices and every third one: what is said of those is a false alarm.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import uid
from pydicom.encaps import encapsulate

from apps.medical.dicom.headers import read_headers
from apps.medical.dicom.pixels import PixelReader
from apps.medical.dicom.pixels.neighbours import jump_between, odd_slices
from apps.medical.dicom.pixels.stray import stray_slices
from apps.medical.dicom.sources import open_source
from benchmarks import shared_data
from benchmarks.figures import Figure, bootstrap
from core_model.errors import InputRejected

USUAL_MINUTES = 4.0
INPUTS = [
    "medical/ct_C3N-00247.tar.xz",
    "medical/ct_LIDC-IDRI-0002_lungs.tar.xz",
    "medical/ct_CCTMD-cap002_lungs.tar.xz",
    "medical/ct_CCTMD-normal001_lungs.tar.xz",
    "medical/ct_CCTMD-normal002_lungs.tar.xz",
]
"""The first is damaged; the others, lungs cut out of scans, are looked at as they are."""
EACH, EACH_AT_ENDS = 25, 5
"""Damages of each kind in each transfer syntax: of slices with neighbours on both sides, and of the first or last."""
SEED = 10
NOTED_HU = 100
NEAR = 5
"""Slices on either side that are looked at with the damaged one."""

Coder = Callable[[NDArray[np.uint16]], bytes]
CODERS: dict[str, tuple[uid.UID, Coder | None]] = {
    "plain": (uid.ExplicitVRLittleEndian, None),
    "rle": (uid.RLELossless, None),
    "jpeg_lossless": (uid.JPEGLosslessSV1, lambda values: bytes(imagecodecs.ljpeg_encode(values, bitspersample=12))),
    "jpeg_ls": (uid.JPEGLSLossless, lambda values: bytes(imagecodecs.jpegls_encode(values))),
    "jpeg_2000": (
        uid.JPEG2000Lossless,
        lambda values: bytes(imagecodecs.jpeg2k_encode(values, level=0, reversible=True, codecformat="j2k")),
    ),
    "htj2k": (uid.HTJ2KLossless, lambda values: bytes(imagecodecs.htj2k_encode(values, reversible=True))),
}


def one_bit(data: bytearray, at: int, random: np.random.Generator) -> None:
    """One bit is another."""
    data[at] ^= 1 << int(random.integers(8))


def zeros(data: bytearray, at: int, random: np.random.Generator) -> None:
    """64 bytes are zero."""
    data[at : at + 64] = bytes(len(data[at : at + 64]))


def noise(data: bytearray, at: int, random: np.random.Generator) -> None:
    """64 bytes are others."""
    data[at : at + 64] = random.bytes(len(data[at : at + 64]))


def missing(data: bytearray, at: int, random: np.random.Generator) -> None:
    """64 bytes are missing; the rest has moved up."""
    length = len(data)
    del data[at : at + 64]
    data += bytes(length - len(data))


DAMAGES = (one_bit, zeros, noise, missing)


@dataclass(frozen=True)
class Trial:
    """One damaged file.

    Attributes:
        told: It was refused, or the reading says that something is odd.
        off_hu: By how much the worst voxel is wrong; 0 where none is, or where it was refused.
    """

    told: bool
    off_hu: int

    @property
    def silent(self) -> bool:
        """Whether a voxel is wrong and nobody is told."""
        return not self.told and self.off_hu > 0


def run(recorded: bool) -> dict[str, Figure]:
    """Damage slices of one CT in each transfer syntax and count what is told of it."""
    del recorded  # it takes minutes: it always runs
    folder = shared_data.folder(INPUTS[0].removesuffix(".tar.xz"))
    datasets = sorted((pydicom.dcmread(path) for path in folder.rglob("*.dcm")), key=_height)
    plain = np.stack([_stored(dataset) for dataset in datasets])
    hu = np.clip(plain.astype(np.int32) + int(datasets[0].RescaleIntercept), -1024, 3071).astype(np.int16)
    random = np.random.default_rng(SEED)
    trials: dict[str, list[Trial]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name in CODERS:
            trials[name] = [
                _tried(datasets, hu, int(random.integers(NEAR, len(hu) - NEAR)), name, damage, random, Path(scratch))
                for damage in DAMAGES
                for _ in range(EACH)
            ]
        ends = [
            _tried(datasets, hu, int(random.integers(2)) * (len(hu) - 1), name, damage, random, Path(scratch))
            for name in CODERS
            for damage in DAMAGES
            for _ in range(EACH_AT_ENDS)
        ]
    every = [trial for some in trials.values() for trial in some]
    figures = {
        "silent_share": _share([trial.silent for trial in every], "a voxel is wrong without a word, all syntaxes"),
        "silent_far_share": _share(
            [trial.silent and trial.off_hu > NOTED_HU for trial in every],
            f"the same, and some voxel by more than {NOTED_HU} HU",
        ),
        "silent_far_share_ends": _share(
            [trial.silent and trial.off_hu > NOTED_HU for trial in ends], "of the first slice or the last, far off"
        ),
        "false_alarm_share": _share(list(_alarms(hu)), "slices said to be odd of scans that nobody damaged"),
    }
    for name, some in trials.items():
        figures[f"silent_share_{name}"] = _share([trial.silent for trial in some], "a voxel is wrong without a word")
        figures[f"silent_far_share_{name}"] = _share(
            [trial.silent and trial.off_hu > NOTED_HU for trial in some], f"and some voxel by more than {NOTED_HU} HU"
        )
    return figures


def _share(hits: Sequence[bool], note: str) -> Figure:
    interval = bootstrap({str(number): [float(hit)] for number, hit in enumerate(hits)})
    return Figure(float(np.mean(hits)), "share", len(hits), interval, note=note)


def _alarms(first: NDArray[np.int16]) -> Iterator[bool]:
    """Of each slice of scans that nobody damaged, whether anything is said of it."""
    others = (np.load(next(shared_data.folder(name.removesuffix(".tar.xz")).rglob("*.npy"))) for name in INPUTS[1:])
    for scan in (first, *others):
        for every in (1, 3):
            hu = scan[::every]
            said = {*odd_slices(hu), *stray_slices(hu)}
            yield from (k in said for k in range(len(hu)))


def _height(dataset: pydicom.Dataset) -> float:
    return float(dataset.ImagePositionPatient[2])


def _stored(dataset: pydicom.Dataset) -> NDArray[np.uint16]:
    """Stored values, not negative, so that every coder takes them."""
    return np.maximum(dataset.pixel_array.astype(np.int32) + int(dataset.RescaleIntercept) + 1024, 0).astype(np.uint16)


def _tried(
    datasets: Sequence[pydicom.Dataset],
    hu: NDArray[np.int16],
    k: int,
    name: str,
    damage: Callable[[bytearray, int, np.random.Generator], None],
    random: np.random.Generator,
    scratch: Path,
) -> Trial:
    """One slice coded, damaged, read, and compared with its neighbours."""
    path = scratch / "slice.dcm"
    dataset = deepcopy(datasets[k])
    values = np.minimum(_stored(dataset), 4095)
    dataset.PixelRepresentation, dataset.BitsStored, dataset.HighBit = 0, 12, 11
    dataset.RescaleIntercept = -1024
    if "PixelPaddingValue" in dataset:
        del dataset.PixelPaddingValue
    syntax, coder = CODERS[name]
    dataset.PixelData = values.tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    if coder is not None:
        dataset.PixelData = encapsulate([coder(values)])
    elif name == "rle":
        dataset.compress(uid.RLELossless, generate_instance_uid=False)
    if syntax != uid.ExplicitVRLittleEndian:
        dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
        dataset.file_meta.TransferSyntaxUID = syntax
    data = bytearray(dataset.PixelData)
    # Items, markers and headers stand in the first bytes and the last; what is in between is pixels.
    damage(data, int(random.integers(700 if coder else 100, len(data) - 100)), random)
    dataset.PixelData = bytes(data)
    dataset.save_as(path, enforce_file_format=True)
    whole = np.clip(values.astype(np.int32) - 1024, -1024, 3071).astype(np.int16)
    with open_source(path) as source:
        reader = PixelReader(source)
        try:
            read = reader.hounsfield(read_headers(source).images[0])
        except InputRejected:
            return Trial(told=True, off_hu=0)
    start = max(0, k - NEAR)
    around = hu[start : k + NEAR + 1].copy()
    around[k - start] = read
    told = k - start in {*odd_slices(around), *stray_slices(around)}
    told = told or bool(reader.seen.images) or jump_between(around) is not None
    return Trial(told, int(np.abs(read.astype(np.int32) - whole).max()))
