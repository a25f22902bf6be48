"""The job ``finance.read``: a report's file to facts, statements, checks, anomalies and one stored document."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from apps.finance.document import build_document
from apps.finance.filings.files import bytes_of
from apps.finance.records import filings
from apps.jobs import Made, Run, Step, job, save_reading
from apps.jobs.client import enqueue
from apps.provenance import Provenance, libraries, weights_in
from apps.store import blobs, inputs
from apps.store.ids import canonical, hash_of
from apps.store.store import Store
from core_model.errors import InputRejected

KIND = "finance.read"
ENDINGS = (".htm", ".html", ".xhtml")
SETTINGS: dict[str, Any] = {"reader": "inline-xbrl"}
STEPS = {"facts": "1", "statements": "1", "document": "1"}
"""Versions of the steps; one is raised by hand when what it makes of the same input changes."""
LIBRARIES = ("lxml", "torch", "tokenizers")
"""Those that decide a result."""


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
            f"the folder cannot be opened ({error.strerror})", action="check its permissions", code="unreadable"
        ) from None
    if not found:
        raise InputRejected(
            "the folder holds no report",
            allowed=f"inline XBRL files ending in {', '.join(ENDINGS)}, also in subfolders",
            action="give a folder with reports, or one file",
            code="no_reports",
        )
    return found


def submit(store: Store, path: Path, *, again: bool = False) -> str:
    """Queue the reading of one report and return the job's id.

    Args:
        store: The open store.
        path: The report's file.
        again: Read it even if the same file was read by the same code with the same weights.

    Raises:
        NotFound: There is no such file.
        InputRejected: It is no plain file, too large, or cannot be opened.
    """
    source_hash = hashlib.sha256(bytes_of(path)).hexdigest()
    return enqueue(store, KIND, inputs.add(store, path), SETTINGS, provenance=provenance_of(source_hash), again=again)


def provenance_of(source_hash: str) -> Provenance:
    """What a reading of these bytes follows from."""
    return Provenance(source_hash, STEPS, SETTINGS, weights_in("core_model", "core"), libraries(*LIBRARIES))


@job(KIND, steps={"facts": 3, "statements": 5, "document": 2})
def read_report(run: Run) -> str:
    """Read one report; returns the reading's id."""
    read = run.step("facts", _facts)
    stated = run.step("statements", _statements, read)
    return run.step("document", _document, read, stated)


def _facts(step: Step) -> dict[str, Any]:
    from apps.finance.facts_table import to_parquet
    from apps.finance.filings import read_facts

    content = bytes_of(inputs.path_of(step.store, str(step.input_id)))
    filing = read_facts(content)
    step.tick(0.5)
    source = blobs.put(step.store, step.job_id, "source", content)
    facts = blobs.put(step.store, step.job_id, "facts", to_parquet(filing.facts))
    inputs.set_hash(step.store, str(step.input_id), source)
    return {"source": source, "facts": facts}


def _statements(step: Step, read: dict[str, str]) -> dict[str, str]:
    from apps.finance.anomaly import check_statements
    from apps.finance.filings import read_facts
    from apps.finance.statements import build_statements

    content = blobs.get(step.store, read["source"])
    filing = read_facts(content)
    step.tick(0.2)
    statements = build_statements(content, filing, embed=_embedder(), tick=step.between(0.2, 0.8))
    checks, anomalies = check_statements(filing, statements, tick=step.between(0.8, 1.0))
    document = build_document(
        filing,
        statements,
        checks,
        anomalies,
        reading_id="",
        facts_sha256=read["facts"],
        provenance={},
    )
    draft = blobs.put(step.store, step.job_id, "draft", json.dumps(document, ensure_ascii=False).encode())
    return {"draft": draft}


def _document(step: Step, read: dict[str, str], stated: dict[str, str]) -> str:
    provenance = provenance_of(read["source"])

    def make(reading_id: str) -> Made:
        document = json.loads(blobs.get(step.store, stated["draft"]))
        document["id"] = reading_id
        document["provenance"] = {
            **provenance.as_dict(),
            "code_version": hash_of(provenance.steps),
            "weights_hash": hash_of(provenance.weights),
        }
        files = {"source": read["source"], "facts": read["facts"]}
        return Made(canonical(document), [filings.row_of(reading_id, document)], files)

    return save_reading(step, provenance, make)


def _embedder() -> Callable[[Sequence[str]], Any]:
    """Embeds captions with the core, which is loaded once in a worker, at the first caption."""

    def embed(texts: Sequence[str]) -> Any:
        from core_model import load_core

        return load_core().embed_texts(list(texts))

    return embed
