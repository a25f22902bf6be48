"""Deleting a reading, study, patient or job: its rows, and the blobs and rows that nothing else needs after it.

From outside use ``apps.jobs.delete``, which removes the recorded steps of the jobs too.

The audit chain keeps what was deleted by id and content hash. A path or a patient's row goes with the last thing that
needed it, and so does the file behind it where it was uploaded: the store's own copy in ``inputs.inbox``. What a person
gave by its path stays where it is.
"""

from dataclasses import dataclass, field

from sqlalchemy import Delete, delete, select
from sqlalchemy.orm import Session

from apps.store import audit, blobs, inputs, jobs
from apps.store.engine import forget_deleted
from apps.store.ids import WHERE_IDS_ARE, hash_of, kind_of
from apps.store.store import Store
from apps.store.tables import InputRow, JobRow, PatientRow, ReadingRow, SeriesRow, StudyRow
from core_model.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion removed.

    Attributes:
        rows: Ids, by kind (``"reading"``, ``"study"``, ``"series"``, ``"patient"``, ``"input"``, ``"job"``).
        blobs: Hashes of the contents that are gone from the disk.
        uploads: Uploaded files that are gone from the inbox, by their random names, as ``inputs.uploads_among`` says.
    """

    rows: dict[str, list[str]] = field(default_factory=dict)
    blobs: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)

    def add(self, kind: str, ids: list[str]) -> None:
        if ids:
            self.rows.setdefault(kind, []).extend(ids)


def delete_everything_of(store: Store, identifier: str) -> Deleted:
    """Delete what an id stands for.

    Args:
        store: The open store.
        identifier: Id of a reading, study, patient or ended job.

    Raises:
        NotFound: There is nothing with this id.
        NotAllowed: A job is queued or running on it; or what the id stands for goes only with what needs it.
    """
    kind = kind_of(identifier)
    removers = {"reading": _reading, "study": _study, "patient": _patient, "job": _job}
    if kind not in removers:
        raise NotAllowed(
            f"a row of the kind '{kind}' is not deleted by itself", allowed="a reading, study, patient or job"
        )
    deleted = Deleted()
    with store.write() as session:
        deleted.uploads.extend(inputs.uploads_among(store, removers[kind](session, identifier, deleted)))
        owners = [owner for kind in ("reading", "series", "job") for owner in deleted.rows.get(kind, [])]
        deleted.blobs.extend(blobs.release_rows(session, owners))
    blobs.remove_files(store, deleted.blobs)
    inputs.remove_uploads(store, deleted.uploads)
    forget_deleted(store.engine)
    return deleted


def _reading(session: Session, identifier: str, deleted: Deleted) -> list[str]:
    """Like the other removers: the paths of the inputs that went with it."""
    row = session.get(ReadingRow, identifier)
    if row is None:
        raise _nothing("reading", identifier)
    _refuse_running(session, {row.input_id} - {None})
    given = _remove_readings(session, [row], deleted)
    paths = _remove_inputs(session, {row.input_id, *given}, deleted)
    audit.record(session, "reading.delete", identifier, row.document_sha256)
    return paths


def _study(session: Session, identifier: str, deleted: Deleted) -> list[str]:
    row = session.get(StudyRow, identifier)
    if row is None:
        raise _nothing("study", identifier)
    paths = _remove_study(session, row, deleted)
    _remove_patient_without_study(session, row.patient_row_id, deleted)
    return paths


def _patient(session: Session, identifier: str, deleted: Deleted) -> list[str]:
    if session.get(PatientRow, identifier) is None:
        raise _nothing("patient", identifier)
    studies = session.execute(select(StudyRow).where(StudyRow.patient_row_id == identifier)).scalars().all()
    paths = [path for study in studies for path in _remove_study(session, study, deleted)]
    session.execute(delete(PatientRow).where(PatientRow.id == identifier))
    deleted.add("patient", [identifier])
    audit.record(session, "patient.delete", identifier)
    return paths


def _job(session: Session, identifier: str, deleted: Deleted) -> list[str]:
    row = session.get(JobRow, identifier)
    if row is None:
        raise _nothing("job", identifier)
    if row.state in jobs.ACTIVE:
        raise NotAllowed(f"the job is {row.state}", action=f"run 'tandem jobs cancel {identifier}' first")
    session.execute(delete(JobRow).where(JobRow.id == identifier))
    deleted.add("job", [identifier])
    paths = _remove_unread_studies(session, row.input_id, deleted)
    paths += _remove_inputs(session, {row.input_id}, deleted)
    audit.record(session, "job.delete", identifier)
    return paths


def _remove_unread_studies(session: Session, input_id: str | None, deleted: Deleted) -> list[str]:
    """Studies that the import of an input had begun, and of which no reading came: no page shows them."""
    active = select(JobRow.id).where(JobRow.input_id == input_id, JobRow.state.in_(jobs.ACTIVE))
    if input_id is None or session.execute(active).first() is not None:
        return []
    read = select(ReadingRow.id).where(ReadingRow.study_id == StudyRow.id).exists()
    paths: list[str] = []
    for study in session.execute(select(StudyRow).where(StudyRow.input_id == input_id, ~read)).scalars().all():
        paths += _remove_study(session, study, deleted)
        _remove_patient_without_study(session, study.patient_row_id, deleted)
    return paths


def _remove_patient_without_study(session: Session, patient_row_id: str, deleted: Deleted) -> None:
    others = select(StudyRow.id).where(StudyRow.patient_row_id == patient_row_id)
    if session.execute(others).first() is None:
        session.execute(delete(PatientRow).where(PatientRow.id == patient_row_id))
        deleted.add("patient", [patient_row_id])


def _remove_study(session: Session, study: StudyRow, deleted: Deleted) -> list[str]:
    readings = session.execute(select(ReadingRow).where(ReadingRow.study_id == study.id)).scalars().all()
    given = {study.input_id, *(reading.input_id for reading in readings)}
    _refuse_running(session, given - {None})
    given |= _remove_readings(session, list(readings), deleted)
    series = list(session.execute(select(SeriesRow.id).where(SeriesRow.study_id == study.id)).scalars())
    _execute(session, delete(SeriesRow).where(SeriesRow.study_id == study.id))
    deleted.add("series", series)
    _execute(session, delete(StudyRow).where(StudyRow.id == study.id))
    deleted.add("study", [study.id])
    paths = _remove_inputs(session, given, deleted)
    contents = sorted(reading.document_sha256 for reading in readings)
    audit.record(session, "study.delete", study.id, hash_of(contents))
    return paths


def _remove_readings(session: Session, readings: list[ReadingRow], deleted: Deleted) -> set[str | None]:
    """Readings and what hangs on them (by cascade), and the jobs that made them. Returns the inputs of those jobs: the
    same content under another path is an input of its own."""
    ids = [reading.id for reading in readings]
    made = session.execute(select(JobRow.id, JobRow.input_id).where(JobRow.reading_id.in_(ids))).all()
    jobs_of_them = [job_id for job_id, _ in made]
    _execute(session, delete(JobRow).where(JobRow.id.in_(jobs_of_them)))
    deleted.add("job", jobs_of_them)
    _execute(session, delete(ReadingRow).where(ReadingRow.id.in_(ids)))
    deleted.add("reading", ids)
    return {input_id for _, input_id in made}


def _remove_inputs(session: Session, given: set[str | None], deleted: Deleted) -> list[str]:
    """Inputs that nothing needs any more; and the ended jobs on them, with their contents. Returns their paths."""
    paths: list[str] = []
    for identifier in sorted(one for one in given if one is not None):
        needed = (
            select(ReadingRow.id).where(ReadingRow.input_id == identifier),
            select(StudyRow.id).where(StudyRow.input_id == identifier),
            select(JobRow.id).where(JobRow.input_id == identifier, JobRow.state.in_(jobs.ACTIVE)),
        )
        if any(session.execute(query).first() for query in needed):
            continue
        ended = list(session.execute(select(JobRow.id).where(JobRow.input_id == identifier)).scalars())
        _execute(session, delete(JobRow).where(JobRow.id.in_(ended)))
        deleted.add("job", ended)
        paths += session.execute(select(InputRow.path).where(InputRow.id == identifier)).scalars()
        _execute(session, delete(InputRow).where(InputRow.id == identifier))
        deleted.add("input", [identifier])
    return paths


def _refuse_running(session: Session, given: set[str | None]) -> None:
    query = select(JobRow.id).where(JobRow.input_id.in_(given), JobRow.state.in_(jobs.ACTIVE))
    running = session.execute(query.limit(1)).scalar_one_or_none()
    if running is not None:
        raise NotAllowed(
            "a job is reading it", action=f"wait for it, or run 'tandem jobs cancel {running}' first", code="in_use"
        )


def _execute(session: Session, statement: Delete) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})


def _nothing(kind: str, identifier: str) -> NotFound:
    return NotFound(f"there is no {kind} '{identifier[:40]}'", action=WHERE_IDS_ARE)
