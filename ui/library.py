"""What the screens ask of the store: readings, their documents, facts, sources and volumes. By id; bounded caches."""

import io
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np

from apps.documents import Missing, from_json
from apps.finance.facts_table import reason_of
from apps.finance.reading import FinanceReading
from apps.finance.records.filings import FilingEntry, filings
from apps.jobs import delete as remove
from apps.medical.reading import MedicalReading
from apps.medical.records import entries
from apps.settings import Settings, load_settings
from apps.store import blobs, inputs, readings
from apps.store.store import Store
from apps.store.tables import ReadingRow
from core_model.errors import Message, NotFound
from ui import content_cache
from ui.content_cache import ContentCache


class FactView(NamedTuple):
    """What the screens show of a fact."""

    concept: str
    value: str | None
    unit: str | None
    start: str | None
    end: str | None
    dimensions: str
    hidden: bool
    not_available: Message | None


Reading = TypeVar("Reading")
Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Weighed(Generic[Content]):
    """What a cache holds, with the bytes that it was made of."""

    content: Content
    num_bytes: int


READINGS_BYTES = 48 << 20  # of JSON, of which one report of a bank has 23 MB; in memory several times as much
FACTS_BYTES = 64 << 20  # of columns
_KINDS: dict[type[Any], str] = {FinanceReading: "finance.read", MedicalReading: "medical.read"}
"""The kind of the job that makes each type of reading."""
_readings: "ContentCache[Weighed[Any]]" = ContentCache(READINGS_BYTES, weigh=lambda held: held.num_bytes)
_facts: "ContentCache[Weighed[dict[str, FactView]]]" = ContentCache(FACTS_BYTES, weigh=lambda held: held.num_bytes)
_opened: dict[Settings, Store] = {}
_opening = threading.Lock()


def store() -> Store:
    """The store of this process, opened once for each settings.

    Raises:
        Unavailable: It cannot be opened, or has another schema.
    """
    settings = load_settings()
    with _opening:
        if settings not in _opened:
            _opened[settings] = Store(settings)
        return _opened[settings]


def close() -> None:
    """Close what was opened."""
    with _opening:
        while _opened:
            _opened.popitem()[1].close()


def reports(company: str = "", limit: int = 200) -> list[FilingEntry]:
    """The reports that were read, the newest reading first."""
    return filings(store(), company, limit)


def studies(limit: int = 200) -> list[entries.ReadStudy]:
    """The studies that were read, the newest first."""
    return entries.read_studies(store(), limit)


def reading(reading_id: str, kind: type[Reading]) -> Reading:
    """A reading of a type.

    Raises:
        NotFound: There is no such reading of this type.
    """
    row = _of_kind(reading_id, _KINDS[kind])

    def read() -> Weighed[Any]:
        document = blobs.get(store(), row.document_sha256)
        return Weighed(from_json(kind, document), len(document))

    made: Reading = _readings.get(row.document_sha256, read).content
    return made


def document_bytes(reading_id: str) -> bytes:
    """A reading as the JSON document that is stored.

    Raises:
        NotFound: There is no such reading.
    """
    return blobs.get(store(), readings.get(store(), reading_id).document_sha256)


def facts(reading_id: str) -> dict[str, FactView]:
    """The facts of a finance reading by id."""
    sha256 = _file(readings.get(store(), reading_id), "facts")
    return _facts.get(sha256, lambda: _read_facts(blobs.get(store(), sha256))).content


def source_hash(reading_id: str) -> str:
    """The content hash of a finance reading's source document."""
    return _file(readings.get(store(), reading_id), "source")


def source(reading_id: str) -> bytes:
    """The bytes of a finance reading's source document, as they came. Untrusted: see ``ui.sources``."""
    return blobs.get(store(), source_hash(reading_id))


def volume(reading_id: str) -> np.ndarray:
    """The Hounsfield units (int16; Z, Y, X) that a medical reading read, as a read-only map of their file.

    Raises:
        NotFound: There is no such reading, or its volume is gone.
    """
    about = reading(reading_id, MedicalReading)
    own = readings.files(store(), reading_id).get("volume")
    if own is not None:  # the series may have been imported again since, with more slices
        return blobs.get_array(store(), own)
    for series in entries.series_of(store(), entries.study_of(store(), reading_id).study.id):
        if series.series_uid == about.series.name:
            return blobs.get_array(store(), series.volume_sha256)
    raise NotFound("the volume of this study is no longer stored", action="read the study again", code="no_volume")


def heatmap(reading_id: str, finding_id: str) -> tuple[np.ndarray, tuple[int, int, int]]:
    """The heatmap of a finding (Z, Y, X; 0 to 1) and the voxel of the volume at which it begins (k, row, column).

    Raises:
        NotFound: There is no such finding, or it has none.
    """
    for finding in reading(reading_id, MedicalReading).findings:
        if finding.id == finding_id and isinstance(finding.heatmap, str):
            start = (0, 0, 0) if isinstance(finding.heatmap_start, Missing) else finding.heatmap_start
            return blobs.get_array(store(), finding.heatmap), start
    raise NotFound("this finding has no heatmap", code="no_heatmap")


def input_name(input_id: str | None) -> str:
    """The last part of the path that was given, for the screen of the person who gave it; empty for uploads."""
    if input_id is None or not _is_input(input_id):
        return ""
    path = Path(inputs.get(store(), input_id).path)
    return "" if inputs.uploads_among(store(), [path]) else path.name


def first_image(job_id: str) -> bytes | None:
    """The first slice that a running job has seen, as PNG; None where there is none yet, or no more."""
    from apps.medical.jobs import FIRST_IMAGE

    sha256 = blobs.owned(store(), job_id).get(FIRST_IMAGE)
    try:
        return blobs.get(store(), sha256) if sha256 else None
    except NotFound:  # the job has just ended, and let go of it
        return None


def delete(identifier: str) -> None:
    """Delete a reading, a study or an ended job, what nothing else needs, and the file that was uploaded for it.

    Raises:
        NotFound: There is no such thing.
        NotAllowed: A job works on it.
    """
    try:
        remove(store(), identifier)
    finally:
        content_cache.clear_all()


def inbox() -> Path:
    """The folder of uploaded files."""
    return inputs.inbox(store())


def _of_kind(reading_id: str, kind: str) -> ReadingRow:
    row = readings.get(store(), reading_id)
    if row.kind != kind:
        raise NotFound(
            "the reading '{reading}' is of another kind",
            action="see the list of readings",
            code="reading_of_another_kind",
            values={"reading": reading_id[:40]},
        )
    return row


def _is_input(input_id: str) -> bool:
    try:
        inputs.get(store(), input_id)
    except NotFound:
        return False
    return True


def _file(row: ReadingRow, name: str) -> str:
    sha256 = readings.files(store(), row.id).get(name)
    if sha256 is None:
        raise NotFound(
            "the reading has no file '{name}'",
            action="read the input again",
            code="reading_without_file",
            values={"name": name},
        )
    return sha256


def _read_facts(data: bytes) -> Weighed[dict[str, FactView]]:
    import pyarrow.parquet as pq

    names = ["fact_id", *FactView._fields]
    table = pq.read_table(io.BytesIO(data), columns=names).select(names)
    columns = table.to_pydict()
    columns["not_available"] = [reason and reason_of(reason) for reason in columns["not_available"]]
    rows = zip(*(columns[name] for name in FactView._fields), strict=True)
    return Weighed(dict(zip(columns["fact_id"], map(FactView._make, rows), strict=True)), table.nbytes)
