"""The job ``medical.read``: a DICOM study to lungs, nodules, measurements, heatmaps and one stored document."""

import json
import zlib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from apps.jobs import Run, Step, job
from apps.jobs.client import enqueue
from apps.jobs.run import JobTakenOver
from apps.medical.document import build_document, describe_caution, describe_finding, finding_ids, not_available
from apps.messages import said
from apps.provenance import Provenance, libraries, weights_in
from apps.store import blobs, inputs, medical, readings
from apps.store.ids import hash_of
from apps.store.store import Store

KIND = "medical.read"
STEPS = {"import": "1", "lungs": "1", "nodules": "1", "document": "1"}
"""Versions of the steps; one is raised by hand when what it makes of the same input changes."""
LIBRARIES = ("torch", "numpy", "scipy", "pydicom")
"""Those that decide a result."""
ZONE_BIT = 4
FIRST_IMAGE = "first image"
"""Name of the PNG of the middle slice, which a running job has in the store within seconds."""


def submit(store: Store, path: Path, *, series_uid: str | None = None, again: bool = False) -> str:
    """Queue the reading of a study and return the job's id.

    Args:
        store: The open store.
        path: Folder or zip of DICOM files.
        series_uid: Series to read instead of the one that fits best.
        again: Read it even if the same series was read by the same code with the same weights.

    Raises:
        NotFound: There is nothing at the path.
    """
    return enqueue(store, KIND, inputs.add(store, path), {"series_uid": series_uid}, again=again)


@job(KIND, steps={"import": 4, "lungs": 4, "nodules": 24, "document": 1})
def read_study(run: Run) -> str:
    """Read one study; returns the reading's id."""
    imported = run.step("import", _import)
    if imported["stored"]:
        return imported["stored"]
    lungs = run.step("lungs", _lungs, imported)
    found = run.step("nodules", _nodules, imported, lungs)
    return run.step("document", _document, imported, lungs, found)


def _provenance(step: Step, input_hash: str) -> Provenance:
    weights = weights_in("apps.medical.nodules", "nodule_stems", "nodule_head") | weights_in("core_model", "core")
    return Provenance(input_hash, STEPS, _settings(step), weights, libraries(*LIBRARIES))


def _settings(step: Step) -> dict[str, Any]:
    return {"series_uid": step.settings.get("series_uid")}


def _again(step: Step) -> str:
    return step.job_id if step.settings.get("again") else ""


def _import(step: Step) -> dict[str, Any]:
    """Read the study into the store, whole or not at all: of one that is refused, or that the disk has no room for,
    nothing stays. The patient goes into the one table of patients, and nowhere else."""
    try:
        return _imported(step)
    except JobTakenOver:
        raise  # what lies there is the other worker's
    except BaseException:
        blobs.release(step.store, step.job_id)
        raise


def _imported(step: Step) -> dict[str, Any]:
    from apps.medical.ct.windows import render_plane, view_along
    from apps.medical.dicom import FirstImage
    from apps.medical.dicom import read_study as read

    def show(image: FirstImage) -> None:
        view = view_along(image.row_direction, image.column_direction)
        blobs.put(step.store, step.job_id, FIRST_IMAGE, render_plane(image.hu, image.spacing_mm, view))

    path = inputs.path_of(step.store, str(step.input_id))
    study = read(path, step.settings.get("series_uid"), step.between(0, 0.8), on_first_image=show)
    skipped_series = [skipped.as_dict() for skipped in study.skipped]
    notes = {"series_skipped": skipped_series, "warnings": [describe_caution(caution) for caution in study.cautions]}
    # The same series beside other series, or among other files, has other notes: each input gets its own document.
    input_hash = hash_of([study.input_hash, notes])
    stored = readings.find(step.store, KIND, _provenance(step, input_hash))
    volume = blobs.put_array(step.store, step.job_id, "volume", study.volume.hu)
    step.tick(0.95)
    geometry = study.volume.geometry.as_dict()
    read_series = {"uid": study.series.series_uid, **geometry, "quality": study.series.quality.as_dict()}
    entries = [
        medical.SeriesEntry(
            study.series.series_uid,
            "CT",
            study.series.num_slices,
            study.series.series_number,
            geometry={**geometry, "quality": study.series.quality.as_dict()},
            volume_sha256=volume,
        )
    ]
    seen = {study.series.series_uid}
    for skipped in study.skipped:  # a series of which a part was read, or left out for two reasons, is one row
        if skipped.series_uid not in seen:
            seen.add(skipped.series_uid)
            entries.append(
                medical.SeriesEntry(
                    skipped.series_uid,
                    skipped.modality,
                    skipped.num_slices,
                    skipped.series_number,
                    said(skipped.reason),
                )
            )
    # Of hundreds of series they are more than a step's result may be.
    notes_hash = blobs.put(step.store, step.job_id, "notes", json.dumps(notes).encode())
    patient = study.patient
    identity = medical.Identity(patient.patient_id, patient.name, birth_date=patient.birth_date, sex=patient.sex)
    study_date = study.study.study_date
    study_id = medical.add_study(
        step.store,
        identity,
        study.study.study_uid,
        entries,
        study_date=date.fromisoformat(study_date) if study_date else None,
        input_id=step.input_id,
    )
    return {
        "stored": stored.id if stored is not None and not step.settings.get("again") else None,
        "input_hash": input_hash,
        "study_id": study_id,
        "volume": volume,
        "study": {
            "study_uid": study.study.study_uid,
            "date": study_date or not_available("the images carry no date"),
        },
        "series": read_series,
        "notes": notes_hash,
    }


def _volume(step: Step, imported: dict[str, Any]) -> Any:
    from apps.medical.ct.volume import Geometry, Volume

    series = imported["series"]
    geometry = Geometry(
        tuple(series["size"]),
        tuple(series["spacing_mm"]),
        tuple(series["origin_mm"]),
        tuple(tuple(row) for row in series["direction"]),  # type: ignore[arg-type]
    )
    return Volume(np.asarray(blobs.get_array(step.store, imported["volume"])), geometry)


def _lungs(step: Step, imported: dict[str, Any]) -> dict[str, Any]:
    from apps.medical.ct.lungs import find_lungs

    lungs = find_lungs(_volume(step, imported), step.between(0, 0.95))
    packed = zlib.compress((lungs.sides | lungs.zone.astype(np.uint8) * ZONE_BIT).tobytes(), 1)
    return {
        "masks": blobs.put(step.store, step.job_id, "masks", packed),
        "volume_ml": round(lungs.volume_ml, 1),
        "warnings": [describe_caution(caution) for caution in lungs.cautions],
    }


def _nodules(step: Step, imported: dict[str, Any], lungs: dict[str, Any]) -> dict[str, Any]:
    from apps.medical.ct.sides import side_at
    from apps.medical.nodules.findings import find_nodules

    volume = _volume(step, imported)
    packed = zlib.decompress(blobs.get(step.store, lungs["masks"]))
    masks = np.frombuffer(packed, np.uint8).reshape(volume.shape)
    sides = masks & (ZONE_BIT - 1)
    shipped = detector()
    found = find_nodules(
        volume.hu,
        volume.spacing_mm,
        (masks & ZONE_BIT) > 0,
        shipped.folds,
        shipped.operating_point.threshold,
        lung_mask=sides > 0,
        affine=volume.geometry.affine,
        rescorers=shipped.rescorers,
        tick=step.between(0, 0.97),
    )
    series_uid = imported["series"]["uid"]
    described, heatmaps = [], {}
    identifiers = finding_ids(series_uid, [finding.measurement.centre_mm or () for finding in found.findings])
    for finding, identifier in zip(found.findings, identifiers, strict=True):
        heatmap = None
        if finding.heat_ZYX is not None:
            heatmap = blobs.put_array(step.store, step.job_id, f"heatmap of {identifier}", finding.heat_ZYX)
            heatmaps[f"heatmap of {identifier}"] = heatmap
        side = side_at(sides, finding.measurement.centre_voxel, volume.spacing_mm)
        described.append(describe_finding(finding, identifier, side, heatmap))
    draft = blobs.put(step.store, step.job_id, "findings", json.dumps(described).encode())
    return {
        "findings": draft,
        "heatmaps": heatmaps,
        "warnings": [describe_caution(caution) for caution in found.cautions],
        "operating_point": {
            "threshold": shipped.operating_point.threshold,
            "weights_hash": shipped.operating_point.decides,
        },
    }


def _document(step: Step, imported: dict[str, Any], lungs: dict[str, Any], found: dict[str, Any]) -> str:
    provenance = _provenance(step, imported["input_hash"])
    reading_id = readings.id_of(KIND, provenance, again=_again(step))
    if not readings.is_stored(step.store, reading_id):
        notes = json.loads(blobs.get(step.store, imported["notes"]))
        document = build_document(
            {**imported, "series_skipped": notes["series_skipped"]},
            json.loads(blobs.get(step.store, found["findings"])),
            study_id=imported["study_id"],
            operating_point=found["operating_point"],
            warnings=[*notes["warnings"], *lungs["warnings"], *found["warnings"]],
            reading_id=reading_id,
            provenance={
                **provenance.as_dict(),
                "code_version": hash_of(provenance.steps),
                "weights_hash": hash_of(provenance.weights),
            },
        )
        readings.save(
            step.store,
            KIND,
            document,
            provenance,
            input_id=step.input_id,
            study_id=imported["study_id"],
            files={"volume": imported["volume"], **found["heatmaps"]},
            again=_again(step),
        )
    blobs.release(step.store, step.job_id)
    return reading_id


@cache
def detector() -> Any:
    """The shipped detector with the core behind it, loaded once in a worker."""
    from apps.medical.nodules.detector_weights import load_detector

    return load_detector()
