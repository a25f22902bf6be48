"""The job ``finance.read``: a report's file to one stored ``FinanceReading``."""

import gc
import hashlib
import sys
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.device import refuse_missing_device
from apps.documents import from_json, to_json
from apps.finance.filings.files import bytes_of
from apps.finance.reading import FinanceReading
from apps.finance.records import filings
from apps.jobs import Made, Run, Step, job, save_reading
from apps.jobs.client import enqueue
from apps.provenance import Provenance, libraries, weights_in
from apps.store import blobs, inputs, readings
from apps.store.ids import hash_of
from apps.store.store import Store
from core_model.errors import InputRejected, system_reason

if TYPE_CHECKING:
    from apps.finance.statements.captions import Embed
    from core_model import Core

KIND = "finance.read"
ENDINGS = (".htm", ".html", ".xhtml")
SETTINGS: dict[str, Any] = {"reader": "inline-xbrl"}
STEPS = {"facts": "1", "statements": "2", "checks": "3"}
"""Versions of what is read one after the other; one is raised by hand when its results on the same input change. Then
``python -m tests.apps.finance.recorded_steps`` records them anew."""
LIBRARIES = ("lxml", "numpy", "pyarrow", "tokenizers", "torch")
"""Those that decide a result; the file of facts, whose hash a reading has, is as ``pyarrow`` writes it."""


def reports_in(folder: Path) -> list[Path]:
    """The files of a folder and its subfolders that can be reports, sorted by their paths.

    Raises:
        InputRejected: There is none, or the folder cannot be opened.
    """
    try:
        next(folder.iterdir(), None)
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    except OSError as error:
        raise InputRejected(
            "the folder cannot be opened ({why})",
            action="check its permissions",
            code="folder_unreadable",
            values={"why": system_reason(error)},
        ) from None
    if not found:
        raise InputRejected(
            "the folder holds no report",
            allowed="inline XBRL files ending in {endings}, also in subfolders",
            action="give a folder with reports, or one file",
            code="no_reports",
            values={"endings": ", ".join(ENDINGS)},
        )
    return found


def submit(store: Store, path: Path, *, again: bool = False) -> str:
    """Queue the reading of one report and return the job's id.

    Args:
        store: The open store.
        path: The report's file.
        again: Read it even if the same file was read with the same versions of the steps, settings, weights and
            libraries.

    Raises:
        NotFound: There is no such file.
        InputRejected: It is no plain file, too large, or cannot be opened.
    """
    source_hash = hashlib.sha256(bytes_of(path)).hexdigest()
    provenance = provenance_of(source_hash, store.settings.device)
    return enqueue(store, KIND, inputs.add(store, path), SETTINGS, provenance=provenance, again=again)


def provenance_of(source_hash: str, device: str = "cpu", weights: Mapping[str, str] | None = None) -> Provenance:
    """What a reading of these bytes follows from.

    Args:
        source_hash: SHA-256 of the bytes.
        device: ``cpu``, ``cuda`` or ``cuda:N``, of which the kind counts: another one sums in another order.
        weights: Those that took part, see ``weights_in``; what lies on disk now where not given.
    """
    settings = SETTINGS | {"device": device.partition(":")[0]}
    return Provenance(source_hash, STEPS, settings, weights or _weights(), libraries(*LIBRARIES))


def _weights() -> dict[str, str]:
    """The weights that lie on disk now."""
    return weights_in("core_model", "core")


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
    from apps.finance.facts_table import to_parquet
    from apps.finance.report import make_reading, read_report

    refuse_missing_device(step.store.settings.device)
    _settle(len(sys.modules))
    data = bytes_of(inputs.path_of(step.store, str(step.input_id)))
    step.tick(0.05)
    weights = _weights()
    embed = embedding(step.store.settings.device, hash_of(weights))
    report = read_report(data, embed, step.between(0.05, 0.95))
    source = blobs.put(step.store, step.job_id, "source", data)
    facts = blobs.put(step.store, step.job_id, "facts", to_parquet(report.filing.facts))
    inputs.set_hash(step.store, str(step.input_id), source)
    provenance = provenance_of(source, step.store.settings.device, weights)
    reading = make_reading(
        report,
        reading_id=readings.id_of(KIND, provenance, again=step.again),
        facts_sha256=facts,
        provenance=provenance,
    )
    return {
        "source": source,
        "facts": facts,
        "reading": blobs.put(step.store, step.job_id, "reading", to_json(reading)),
        "provenance": provenance.as_dict(),
    }


@lru_cache(maxsize=1)
def _settle(loaded: int) -> None:
    """Before a report, let the collector of cycles leave alone what is loaded: it would go through all of it again
    within most reports, which takes as long as to read one.

    Args:
        loaded: Number of modules; where it has grown, a large library has come since.
    """
    gc.collect()
    gc.freeze()


def _save(step: Step, made: dict[str, Any]) -> str:
    def make(_: str) -> Made:
        document = blobs.get(step.store, made["reading"])
        files = {"source": made["source"], "facts": made["facts"]}
        return Made(document, [filings.row_of(from_json(FinanceReading, document))], files)

    return save_reading(step, Provenance.from_dict(made["provenance"]), make)


@lru_cache(maxsize=1)
def embedding(device: str, weights: str) -> "Embed":
    """From captions to vectors of the core, which is loaded at the first caption. One function in a worker as long as
    both stay the same: the vectors of the standard captions are kept with it.

    Args:
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        weights: Hash of what lies on disk now, by which this is known.
    """

    @cache
    def core() -> "Core":
        from core_model import load_core

        return load_core(device=device)

    return lambda texts: core().embed_texts(texts).numpy()
