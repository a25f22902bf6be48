"""Make a chest CT of nobody: a realistic phantom with planted nodules, written as a DICOM series, with its truth.

Nothing ever trains on it. It serves the demonstration and the tests.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from apps.demo.chest.nodules import Nodule, NoduleMeasure
from apps.demo.chest.scanner import image
from apps.demo.chest.scene import SAMPLINGS, Scene, lay_out
from apps.demo.chest.series import SeriesHeader, write_series
from apps.demo.chest.shapes import as_point
from core_model.errors import InputRejected


@dataclass(frozen=True, slots=True)
class NoduleTruth:
    """One planted nodule, measured on the solid itself and not on any voxel.

    Attributes:
        number: From 1, in the order of planting.
        kind: solid, lobulated, spiculated or juxtapleural.
        side: right or left (the patient's).
        lobe: RUL, RML, RLL, LUL or LLL.
        centre_mm: Centroid ``(x, y, z)`` in patient coordinates, LPS.
        centre_voxel: The same as fractional ``(k, row, column)``, k from the lowest slice.
        diameter_mm: Diameter of the ball of the same volume.
        long_axis_mm: Largest extent of the body.
        volume_mm3: Volume of the body: spikes left out; of a juxtapleural one the part inside the lung.
        density_hu: Mean density.
    """

    number: int
    kind: str
    side: str
    lobe: str
    centre_mm: tuple[float, float, float]
    centre_voxel: tuple[float, float, float]
    diameter_mm: float
    long_axis_mm: float
    volume_mm3: float
    density_hu: float

    @property
    def radius_mm(self) -> float:
        """Half the diameter: a mark this near to the centre is a hit."""
        return self.diameter_mm / 2


@dataclass(frozen=True, slots=True)
class PhantomTruth:
    """What is true of one phantom series.

    Attributes:
        seed: It was made from.
        size: full or small.
        patient_name: As in the headers.
        patient_id: As in the headers.
        study_uid: StudyInstanceUID.
        series_uid: SeriesInstanceUID.
        shape: Voxels ``(z, y, x)``.
        spacing_mm: ``(z, y, x)``.
        origin_mm: Middle of the first voxel of the lowest slice, LPS.
        contrast: Whether the blood is brightened by contrast agent.
        lung_volume_ml: Both lungs with their vessels, nodules and small airways.
        files: File names from the lowest slice to the highest.
        nodules: The planted ones.
    """

    seed: int
    size: str
    patient_name: str
    patient_id: str
    study_uid: str
    series_uid: str
    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    origin_mm: tuple[float, float, float]
    contrast: bool
    lung_volume_ml: float
    files: tuple[str, ...]
    nodules: tuple[NoduleTruth, ...]

    def as_dict(self) -> dict:
        """Plain values for JSON."""
        return asdict(self)


def make_phantom_ct(
    folder: str | Path, seed: int = 0, *, size: str = "full", tick: Callable[[float], None] | None = None
) -> PhantomTruth:
    """Write a phantom chest CT as a DICOM series into an empty folder.

    Args:
        folder: Made if it is absent.
        seed: Not negative; another seed gives another person, other nodules, another table position and step.
        size: ``"full"`` (512 x 512, 118 to 150 slices of 2 to 2.5 mm) or ``"small"`` (a person of 0.8 the
            height, 96 x 96, about 45 slices of 5 mm) for tests.
        tick: Told the share that is done (0 to 1) at least once a second; may raise to cancel.

    Returns:
        The truth. The same seed and size give the same files, byte for byte.

    Raises:
        InputRejected: The folder holds something already, or the size is unknown.
    """
    folder = Path(folder)
    scene = phantom_scene(seed, size=size)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise InputRejected(
            "the folder for the phantom holds files already",
            allowed="an empty or new folder",
            action="name another folder",
            code="folder_not_empty",
        )
    report = tick or (lambda _: None)
    report(0.15)
    volume = image(scene, tick=lambda share: report(0.15 + 0.65 * share))
    header = _header(scene)
    files = write_series(folder, volume, header, tick=lambda share: report(0.8 + 0.2 * share))
    report(1.0)
    return _truth(scene, header, files)


def phantom_scene(seed: int = 0, *, size: str = "full") -> Scene:
    """The phantom before it is imaged, for tests that need noiseless or nodule-free voxels.

    Raises:
        InputRejected: The size is unknown or the seed negative.
    """
    if size not in SAMPLINGS or seed < 0:
        raise InputRejected(
            "a phantom of size '{size}' and seed {seed}",
            allowed="size {sizes}, seed 0 or more",
            action="name one of these sizes",
            code="phantom_size",
            values={"size": size, "seed": seed, "sizes": " or ".join(SAMPLINGS)},
        )
    return lay_out(seed, SAMPLINGS[size])


def phantom_volume(
    seed: int = 0, *, size: str = "full", noise: bool = True, nodules: bool = True
) -> tuple[np.ndarray, PhantomTruth]:
    """The same phantom as voxels, without files.

    Args:
        seed: As for ``make_phantom_ct``.
        size: As for ``make_phantom_ct``.
        noise: False leaves out texture, noise and blur.
        nodules: False leaves the nodules out (the truth still lists them).

    Returns:
        int16 HU ``(Z, Y, X)`` with z rising, and the truth (its ``files`` empty).
    """
    scene = phantom_scene(seed, size=size)
    return image(scene, noise=noise, nodules=nodules), scene_truth(scene)


def scene_truth(scene: Scene) -> PhantomTruth:
    """What is true of a scene that was not written to files."""
    return _truth(scene, _header(scene), [])


def _header(scene: Scene) -> SeriesHeader:
    return SeriesHeader(
        seed=scene.person.seed,
        female=scene.person.female,
        spacing_mm=scene.spacing_mm,
        origin_mm=scene.in_patient(scene.grid.origin),
        contrast=scene.person.blood_hu > 80,
    )


def _truth(scene: Scene, header: SeriesHeader, files: list[str]) -> PhantomTruth:
    coarse_voxel = float(np.prod(scene.coarse.spacing)) * scene.sampling.scale**3
    pairs = zip(scene.nodules, scene.measures, strict=True)
    return PhantomTruth(
        seed=scene.person.seed,
        size=next(name for name, how in SAMPLINGS.items() if how == scene.sampling),
        patient_name="PHANTOM^DEMO",
        patient_id=header.patient_id,
        study_uid=header.study_uid,
        series_uid=header.series_uid,
        shape=scene.grid.size,
        spacing_mm=header.spacing_mm,
        origin_mm=header.origin_mm,
        contrast=header.contrast,
        lung_volume_ml=round(float((scene.fields.lung < 0).sum()) * coarse_voxel / 1000, 1),
        files=tuple(files),
        nodules=tuple(_nodule_truth(scene, n, nodule, true) for n, (nodule, true) in enumerate(pairs, 1)),
    )


def _nodule_truth(scene: Scene, number: int, nodule: Nodule, true: NoduleMeasure) -> NoduleTruth:
    scale = scene.sampling.scale
    lobe = scene.person.lobe(true.centre)
    at = scene.grid.index(np.array([true.centre]))[:, 0]
    return NoduleTruth(
        number=number,
        kind=nodule.kind,
        side="right" if lobe.startswith("R") else "left",
        lobe=lobe,
        centre_mm=scene.in_patient(true.centre),
        centre_voxel=as_point(round(float(v), 2) for v in at),
        diameter_mm=round(true.diameter * scale, 2),
        long_axis_mm=round(true.long_axis * scale, 2),
        volume_mm3=round(true.volume * scale**3, 1),
        density_hu=round(nodule.density_hu, 1),
    )
