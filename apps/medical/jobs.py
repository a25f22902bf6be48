"""The job ``medical.read``: a DICOM study to lungs, nodules, measurements, heatmaps and one stored document."""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from apps.device import refuse_missing_device
from apps.documents import Missing, from_json, missing, to_json
from apps.isolation import Budget
from apps.jobs import Made, Run, Step, in_child, job, save_reading
from apps.jobs.client import enqueue
from apps.jobs.run import JobTakenOver
from apps.medical.findings import finding_ids, read_finding
from apps.medical.imported import Imported, Notes
from apps.medical.reading import (
    NOT_KEPT_THEN,
    AboutStudy,
    LungVolumes,
    MedicalReading,
    ReadFinding,
    ReadSeries,
    ShownFrom,
)
from apps.medical.records import studies
from apps.provenance import Provenance, libraries, weights_in
from apps.store import blobs, inputs, readings
from apps.store.ids import hash_of
from apps.store.store import Store
from core_model.errors import Caution

if TYPE_CHECKING:  # to queue a study, a page or a command imports this; it needs no torch for it
    from apps.medical.ct.volume import Volume
    from apps.medical.nodules.detector_weights import Detector

KIND = "medical.read"
STEPS = {"import": "4", "lungs": "2", "nodules": "1", "document": "2"}
"""Versions of the steps; one is raised by hand when what it makes of the same input changes. Then
``python -m tests.apps.medical.recorded_steps`` records them anew."""
PARSE = "apps.medical.parsing:parse"
BUDGET = Budget(cpu_s=1800, wall_s=7200, memory_mib=4096, files_mib=4096)
"""Of one study: three hundred slices take some ten seconds."""
LIBRARIES = ("torch", "numpy", "scipy", "pydicom", "imagecodecs")
"""Those that decide a result: the values of the voxels too."""
ZONE_BIT = 4
FIRST_IMAGE = "first image"
"""Name of the PNG of the middle slice, which a running job has in the store within seconds."""

Held = TypeVar("Held")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the detector says of a series."""

    findings: tuple[ReadFinding, ...]
    operating_point: ShownFrom
    cautions: tuple[Caution, ...]
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class Instances:
    """Instance numbers of the images of the series by k; None where one has none."""

    numbers: tuple[int | None, ...]


def submit(store: Store, path: Path, *, series_uid: str | None = None, again: bool = False) -> str:
    """Queue the reading of a study and return the job's id.

    Args:
        store: The open store.
        path: Folder or zip of DICOM files.
        series_uid: Series to read instead of the one that fits best; ``UID#2`` is the second volume of one.
        again: Read it even if the same series has a reading of the same provenance.

    Raises:
        NotFound: There is nothing at the path.
    """
    return enqueue(store, KIND, inputs.add(store, path), {"series_uid": series_uid}, again=again)


def stored(store: Store, reading_id: str) -> MedicalReading:
    """The reading that a job made.

    Raises:
        NotFound: There is no such reading.
        Unavailable: Its content is damaged.
    """
    return from_json(MedicalReading, readings.document(store, reading_id))


@job(KIND, steps={"import": 4, "lungs": 4, "nodules": 24, "document": 1})
def read_study(run: Run) -> str:
    """Read one study; returns the reading's id."""
    imported = run.step("import", _import)
    if imported["stored"]:
        return imported["stored"]
    lungs = run.step("lungs", _lungs, imported)
    found = run.step("nodules", _nodules, imported, lungs)
    return run.step("document", _document, imported, lungs, found)


def _provenance(step: Step, input_hash: str, weights: dict[str, str]) -> Provenance:
    return Provenance(input_hash, STEPS, _settings(step), weights, libraries(*LIBRARIES))


def _settings(step: Step) -> dict[str, Any]:
    """What of the settings can change a result: of the device its kind, since another one sums in another order."""
    device, _, _ = step.store.settings.device.partition(":")
    return {"series_uid": step.settings.get("series_uid"), "device": device}


def _weights() -> dict[str, str]:
    """The weights that lie on disk now."""
    return weights_in("apps.medical.nodules", "nodule_detector") | weights_in("core_model", "core")


def _import(step: Step) -> dict[str, Any]:
    """Read the study into the store, whole or not at all: of one that is refused, or that the disk has no room for,
    nothing stays. The patient goes into the one table of patients, and nowhere else."""
    refuse_missing_device(step.store.settings.device)
    try:
        return _imported(step)
    except JobTakenOver:
        raise  # what lies there is the other worker's
    except BaseException:
        blobs.release(step.store, step.job_id)
        raise


def _imported(step: Step) -> dict[str, Any]:
    def show(_: None, folder: Path) -> None:
        blobs.put_file(step.store, step.job_id, FIRST_IMAGE, folder / FIRST_IMAGE)

    path = inputs.path_of(step.store, str(step.input_id))
    given = {"path": str(path), "series_uid": step.settings.get("series_uid")}
    with in_child(step, PARSE, given, BUDGET, step.between(0, 0.9), said={FIRST_IMAGE: show}) as answered:
        study = from_json(Imported, answered.value["imported"].encode())
        identity = studies.Identity(**answered.value["identity"])
        volume = blobs.put_file(step.store, step.job_id, "volume", answered.file("volume"))
    # The same series beside other series, or among other files, has other notes: each input gets its own reading.
    input_hash = hash_of([study.input_hash, hashlib.sha256(to_json(study.notes)).hexdigest()])
    known = readings.find(step.store, KIND, _provenance(step, input_hash, _weights()))
    step.tick(0.95)
    # Of hundreds of series they are more than a step's result may be.
    about = blobs.put(step.store, step.job_id, "series", to_json(study.series))
    notes_hash = blobs.put(step.store, step.job_id, "notes", to_json(study.notes))
    return {
        "stored": known.id if known is not None and not step.settings.get("again") else None,
        "input_hash": input_hash,
        "study_id": _add_study(step, study, identity, volume),
        "study_uid": study.study_uid,
        "study_date": study.study_date,
        "volume": volume,
        "series": about,
        "instances": blobs.put(step.store, step.job_id, "instances", to_json(Instances(study.instance_numbers))),
        "notes": notes_hash,
    }


def _add_study(step: Step, study: Imported, identity: studies.Identity, volume: str) -> str:
    """Keep the study with its patient and the series that is read; its id."""
    series = study.series
    return studies.add_study(
        step.store,
        identity,
        study.study_uid,
        [studies.SeriesEntry(series.name, volume, asdict(series.geometry) | {"quality": asdict(series.quality)})],
        study_date=date.fromisoformat(study.study_date) if study.study_date else None,
        input_id=step.input_id,
    )


def _held(step: Step, kind: type[Held], sha256: str) -> Held:
    """What an earlier step has put into the store."""
    return from_json(kind, blobs.get(step.store, sha256))


def _volume(step: Step, imported: dict[str, Any]) -> "Volume":
    from apps.medical.ct.volume import Volume

    series = _held(step, ReadSeries, imported["series"])
    return Volume(np.asarray(blobs.get_array(step.store, imported["volume"])), series.geometry)


def _lungs(step: Step, imported: dict[str, Any]) -> dict[str, Any]:
    from apps.medical.ct.lungs import find_lungs

    lungs = find_lungs(_volume(step, imported), step.between(0, 0.95))
    packed = zlib.compress((lungs.sides | lungs.zone.astype(np.uint8) * ZONE_BIT).tobytes(), 1)
    return {
        "masks": blobs.put(step.store, step.job_id, "masks", packed),
        "volume_ml": round(lungs.volume_ml, 1),
        "right_ml": round(lungs.right_ml, 1),
        "left_ml": round(lungs.left_ml, 1),
        "cautions": [caution.as_dict() for caution in lungs.cautions],
    }


def _nodules(step: Step, imported: dict[str, Any], lungs: dict[str, Any]) -> dict[str, Any]:
    from apps.medical.ct.sides import side_at
    from apps.medical.nodules.findings import find_nodules

    volume = _volume(step, imported)
    packed = zlib.decompress(blobs.get(step.store, lungs["masks"]))
    masks = np.frombuffer(packed, np.uint8).reshape(volume.shape)
    sides = masks & np.uint8(ZONE_BIT - 1)
    weights = _weights()
    detector = shipped_detector(step.store.settings.device, weights)
    found = find_nodules(
        volume.hu,
        volume.spacing_mm,
        (masks & ZONE_BIT) > 0,
        detector.folds,
        detector.operating_point.threshold,
        lung_mask=sides > 0,
        affine=volume.geometry.affine,
        rescorers=detector.rescorers,
        tick=step.between(0, 0.97),
    )
    name = _held(step, ReadSeries, imported["series"]).name
    # A job of an earlier version of the program, taken up by this one, has no such blob.
    instances = _held(step, Instances, imported["instances"]).numbers if "instances" in imported else ()
    read, heatmaps = [], {}
    identifiers = finding_ids(name, [finding.measurement.centre_mm or () for finding in found.findings])
    for finding, identifier in zip(found.findings, identifiers, strict=True):
        heatmap = None
        if finding.heat_ZYX is not None:
            heatmap = blobs.put_array(step.store, step.job_id, f"heatmap of {identifier}", finding.heat_ZYX)
            heatmaps[f"heatmap of {identifier}"] = heatmap
        side = side_at(sides, finding.measurement.centre_voxel, volume.spacing_mm)
        read.append(read_finding(finding, identifier, side, heatmap, instances))
    point = ShownFrom(detector.operating_point.threshold, detector.operating_point.decides)
    findings = to_json(Findings(tuple(read), point, tuple(found.cautions), found.at_most))
    kept = blobs.put(step.store, step.job_id, "findings", findings)
    # What lies on disk and which worker goes on can be others by the time that the document is made.
    provenance = _provenance(step, imported["input_hash"], weights)
    return {"findings": kept, "heatmaps": heatmaps, "provenance": provenance.as_dict()}


def _document(step: Step, imported: dict[str, Any], lungs: dict[str, Any], found: dict[str, Any]) -> str:
    provenance = Provenance.from_dict(found["provenance"])

    def make(reading_id: str) -> Made:
        notes, findings = _held(step, Notes, imported["notes"]), _held(step, Findings, found["findings"])
        reading = MedicalReading(
            id=reading_id,
            study=AboutStudy(
                imported["study_id"], imported["study_uid"], imported["study_date"] or missing("no_study_date")
            ),
            series=_held(step, ReadSeries, imported["series"]),
            series_skipped=notes.series_skipped,
            findings=findings.findings,
            operating_point=findings.operating_point,
            record=missing("no_record"),
            cautions=_each_once(*notes.cautions, *map(Caution.from_dict, lungs["cautions"]), *findings.cautions),
            findings_at_most=findings.at_most,
            lungs=_lung_volumes(lungs),
            provenance=provenance,
        )
        files = {"volume": imported["volume"], **found["heatmaps"]}
        return Made(to_json(reading), [studies.row_of(reading)], files)

    return save_reading(step, provenance, make)


def _each_once(*cautions: Caution) -> tuple[Caution, ...]:
    """Cautions in their order; what two steps say in the same words is said once."""
    kept: dict[str, Caution] = {}
    for caution in cautions:
        kept.setdefault(repr((caution.code, dict(caution.values), caution.source)), caution)
    return tuple(kept.values())


def _lung_volumes(lungs: Mapping[str, Any]) -> LungVolumes | Missing:
    if "right_ml" not in lungs:  # a job of an earlier version of the program, taken up by this one
        return NOT_KEPT_THEN
    return LungVolumes(lungs["right_ml"], lungs["left_ml"], lungs["volume_ml"])


def shipped_detector(device: str, weights: Mapping[str, str]) -> "Detector":
    """The shipped detector with the core behind it, loaded once in a worker as long as both stay the same.

    Args:
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        weights: What lies on disk now, see ``weights_in``.

    Raises:
        Unavailable: The device, or weights, are not there.
        InputRejected: The weights are damaged.
    """
    return _loaded(device, tuple(sorted(weights.items())))


@lru_cache(maxsize=1)
def _loaded(device: str, weights: tuple[tuple[str, str], ...]) -> "Detector":
    """The detector on a device; ``weights`` are what the cache knows it by."""
    from apps.medical.nodules.detector_weights import load_detector

    return load_detector(device=device)
