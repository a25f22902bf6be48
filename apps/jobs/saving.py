"""The end of a job that makes a reading: kept once, however often the step runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import DeclarativeBase

from apps.jobs.run import Step
from apps.provenance import Provenance
from apps.store import blobs, readings


@dataclass(frozen=True, slots=True)
class Made:
    """A reading as an application hands it over.

    Attributes:
        document: Its bytes.
        rows: Rows of the application's own tables that go with it.
        files: Names and hashes of the blobs that it speaks of.
    """

    document: bytes
    rows: Sequence[DeclarativeBase] = ()
    files: Mapping[str, str] = field(default_factory=dict)


def save_reading(step: Step, provenance: Provenance, make: Callable[[str], Made]) -> str:
    """Keep the reading that a job made, and let go of what stood between its steps.

    Args:
        step: The job's last step.
        provenance: What the reading follows from.
        make: Puts the reading together, given its id; not asked where it is stored already.

    Returns:
        The reading's id.
    """
    reading_id = readings.id_of(step.kind, provenance, again=step.again)
    if not readings.is_stored(step.store, reading_id):
        made = make(reading_id)
        readings.save(
            step.store,
            step.kind,
            made.document,
            provenance,
            rows=made.rows,
            input_id=step.input_id,
            files=dict(made.files),
            again=step.again,
        )
    blobs.release(step.store, step.job_id)
    return reading_id
