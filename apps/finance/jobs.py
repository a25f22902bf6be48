"""The job ``finance.read``: a report's file to one stored ``FinanceReading``."""

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from apps.device import refuse_missing_device
from apps.documents import from_json
from apps.finance.reading import FinanceReading
from apps.finance.records import filings
from apps.finance.scanning import FOUND
from apps.finance.sources import report_of
from apps.isolation import Budget, lost, run_isolated
from apps.jobs import Made, Run, Step, in_child, job, save_reading, scratch
from apps.jobs.client import enqueue
from apps.provenance import Provenance, libraries
from apps.store import blobs, inputs, readings
from apps.store.store import Store

KIND = "finance.read"
SETTINGS: dict[str, Any] = {"reader": "inline-xbrl"}
STEPS = {"facts": "3", "statements": "6", "checks": "10"}
"""Versions of what is read one after the other; one is raised by hand when its results on the same input change. Then
``python -m tests.apps.finance.recorded_steps`` records them anew."""
PARSE = "apps.finance.parsing:parse"
BUDGET = Budget(cpu_s=60, wall_s=900, memory_mib=768, files_mib=1024)
"""Of one report: the largest annual ones take half a second and 60 MiB."""
FIND, HASH = "apps.finance.scanning:find", "apps.finance.scanning:hash_of"
SCAN_BUDGET = Budget(cpu_s=600, wall_s=3600, memory_mib=768)
"""Of one folder: a gigabyte of reports takes some twenty seconds."""
LIBRARIES = ("lxml", "numpy", "pyarrow")
"""Those that decide a result; the file of facts, whose hash a reading has, is as ``pyarrow`` writes it."""


def reports_in(folder: Path, repeated: Callable[[Path, Path], None] | None = None) -> list[Path]:
    """The reports of a folder and its subfolders; see ``apps.finance.sources``. Other people's files are looked into,
    so this is done in a process of its own.

    Args:
        folder: It.
        repeated: Called with each submission or zip that is left out, and the report that it holds once more.

    Raises:
        InputRejected: There is none, or the folder cannot be opened.
    """
    whole = folder.absolute()

    def named(path: str) -> Path:
        return folder / Path(path).relative_to(whole)

    given = {"folder": str(whole)}
    with (
        tempfile.TemporaryDirectory(prefix="tandem-") as scratch_folder,
        run_isolated(FIND, given, budget=SCAN_BUDGET, folder=Path(scratch_folder)) as answered,
    ):
        found = json.loads(answered.file(FOUND).read_bytes())
    if repeated is not None:
        for path, same in found["repeats"].items():
            repeated(named(path), named(same))
    return [named(path) for path in found["reports"]]


def submit(store: Store, path: Path, *, again: bool = False, among_others: bool = False) -> str:
    """Queue the reading of one report and return the job's id.

    Args:
        store: The open store.
        path: The report's file, or a folder whose documents are one report.
        again: Read it even if the same file was read with the same versions of the steps, settings, weights and
            libraries.
        among_others: Whether a folder may hold other reports besides its set, which are queued by themselves, as
            ``reports_in`` lists them.

    Raises:
        NotFound: There is no such file.
        InputRejected: It is no plain file, too large, cannot be opened, or is a folder that does not hold one report.
    """
    provenance = provenance_of(_hash_of(store, path, among_others))
    return enqueue(store, KIND, inputs.add(store, path), SETTINGS, provenance=provenance, again=again)


def _hash_of(store: Store, path: Path, among_others: bool) -> str:
    """The hash of a report's bytes; those of several documents are put together in a process of its own."""
    if not path.is_dir():
        return hashlib.sha256(report_of(path)).hexdigest()
    given = {"path": str(path.absolute()), "among_others": among_others}
    with run_isolated(HASH, given, budget=SCAN_BUDGET, folder=scratch(store)) as answered:
        return str(answered.value)


def provenance_of(source_hash: str) -> Provenance:
    """What a reading of these bytes, by their SHA-256, follows from. No weights take part."""
    return Provenance(source_hash, STEPS, SETTINGS, {}, libraries(*LIBRARIES))


def stored(store: Store, reading_id: str) -> FinanceReading:
    """The reading that a job made.

    Raises:
        NotFound: There is no such reading.
        Unavailable: Its content is damaged.
    """
    return from_json(FinanceReading, readings.document(store, reading_id))


@job(KIND, steps={"read": 9, "save": 1})
def read(run: Run) -> str:
    """Read one report; returns the reading's id."""
    return run.step("save", _save, run.step("read", _read))


def _read(step: Step) -> dict[str, Any]:
    """The report as content, facts and reading, which belong to the job until the reading is saved; and what it follows
    from."""
    refuse_missing_device(step.store.settings.device)

    def identity(source: str) -> dict[str, Any]:
        provenance = provenance_of(source)
        reading_id = readings.id_of(KIND, provenance, again=step.again)
        return {"id": reading_id, "provenance": provenance.as_dict()}

    given = {"path": str(inputs.path_of(step.store, str(step.input_id)))}
    kept = {}
    with in_child(step, PARSE, given, BUDGET, step.between(0, 0.95), asked={"identity": identity}) as answered:
        for name in ("source", "facts", "reading"):
            kept[name] = blobs.put_file(step.store, step.job_id, name, answered.file(name))
    if kept != answered.value:
        raise lost()
    inputs.set_hash(step.store, str(step.input_id), kept["source"])
    return {**kept, "provenance": provenance_of(kept["source"]).as_dict()}


def _save(step: Step, made: dict[str, Any]) -> str:
    def make(_: str) -> Made:
        document = blobs.get(step.store, made["reading"])
        files = {"source": made["source"], "facts": made["facts"]}
        return Made(document, [filings.row_of(from_json(FinanceReading, document))], files)

    return save_reading(step, Provenance.from_dict(made["provenance"]), make)
