"""Deleting a reading, a job, or what an application keeps: its rows, and the contents and inputs that nothing else
needs after it.

From outside use ``apps.jobs.delete``, which removes the recorded steps of the jobs too.

The audit chain keeps what was deleted by id and content hash. A path goes with the last thing that needed it, and so
does the file behind it where it was uploaded: the store's own copy in ``inputs.inbox``. What a person gave by its path
stays where it is.

The store removes readings, jobs, inputs and contents. What an application keeps, its own removers remove (see
``apps.store.applications``): each gets a ``Removal`` and the id, deletes its own rows, and says what goes with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Delete, delete, select
from sqlalchemy.orm import Session

from apps.store import audit, blobs, inputs, jobs
from apps.store.applications import Application, Remover
from apps.store.engine import forget_deleted
from apps.store.ids import KINDS, kind_of
from apps.store.store import Store
from apps.store.tables import InputRow, JobRow, ReadingRow
from core_model.errors import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion removed.

    Attributes:
        rows: Ids, by kind (``"reading"``, ``"job"``, ``"input"``, and the kinds of the applications).
        blobs: Hashes of the contents that are gone from the disk.
        uploads: Uploaded files that are gone from the inbox, by their random names, as ``inputs.uploads_among`` says.
    """

    rows: dict[str, list[str]] = field(default_factory=dict)
    blobs: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)


class Removal:
    """A deletion while it goes on, in one transaction.

    Attributes:
        session: Its session.
        applications: Those of the store.
    """

    def __init__(self, session: Session, applications: tuple[Application, ...]) -> None:
        self.session, self.applications = session, applications
        self.rows: dict[str, list[str]] = {}
        self.paths: list[str] = []
        self._inputs: set[str] = set()
        self._acts: list[tuple[str, str, str]] = []

    def remove(self, kind: str, ids: Iterable[str], statement: Delete) -> None:
        """Delete rows and note the ids that they had."""
        self.session.execute(statement, execution_options={"synchronize_session": False})
        ids = list(ids)
        if ids:
            self.rows.setdefault(kind, []).extend(ids)

    def let_go(self, given: Iterable[str | None]) -> None:
        """Inputs that the removed rows named: each goes too where nothing else needs it.

        Raises:
            NotAllowed: A job is queued or running on one.
        """
        named = {identifier for identifier in given if identifier is not None}
        query = select(JobRow.id).where(JobRow.input_id.in_(named), JobRow.state.in_(jobs.ACTIVE))
        running = self.session.execute(query.limit(1)).scalar_one_or_none()
        if running is not None:
            raise NotAllowed(
                "a job is reading it",
                action="wait for it, or run 'tandem jobs cancel {job}' first",
                code="in_use",
                values={"job": running},
            )
        self._inputs |= named

    def readings(self, readings: Iterable[ReadingRow]) -> None:
        """Delete readings, what hangs on them (by cascade), the jobs that made them, and the inputs that nothing else
        needs: also those of the jobs, since the same content under another path is an input of its own.

        Raises:
            NotAllowed: A job is queued or running on an input of theirs.
        """
        readings = list(readings)
        ids = [reading.id for reading in readings]
        self.let_go(reading.input_id for reading in readings)
        made = self.session.execute(select(JobRow.id, JobRow.input_id).where(JobRow.reading_id.in_(ids))).all()
        self._inputs |= {input_id for _, input_id in made if input_id is not None}
        jobs_of_them = [job_id for job_id, _ in made]
        self.remove("job", jobs_of_them, delete(JobRow).where(JobRow.id.in_(jobs_of_them)))
        self.remove("reading", ids, delete(ReadingRow).where(ReadingRow.id.in_(ids)))

    def record(self, action: str, subject: str, subject_hash: str = "") -> None:
        """An act for the audit chain, written at the end."""
        self._acts.append((action, subject, subject_hash))

    def finish(self) -> list[str]:
        """Remove the inputs that nothing needs any more, and the rows of the contents that only the removed needed.

        Returns:
            Hashes of those contents.
        """
        for identifier in sorted(self._inputs):
            self._remove_input(identifier)
        orphans = blobs.release_rows(self.session, [owner for ids in self.rows.values() for owner in ids])
        for act in self._acts:
            audit.record(self.session, *act)
        return orphans

    def _remove_input(self, identifier: str) -> None:
        """An input that nothing needs, and the ended jobs on it, with their contents."""
        held = select(InputRow.id).where(InputRow.id == identifier).with_for_update()
        self.session.execute(held)  # whoever queues a job on it holds it too: that job is seen here, or finds it gone
        needed = [
            select(ReadingRow.id).where(ReadingRow.input_id == identifier),
            select(JobRow.id).where(JobRow.input_id == identifier, JobRow.state.in_(jobs.ACTIVE)),
            *(select(column).where(column == identifier) for each in self.applications for column in each.inputs),
        ]
        if any(self.session.execute(query.limit(1)).first() for query in needed):
            return
        ended = list(self.session.execute(select(JobRow.id).where(JobRow.input_id == identifier)).scalars())
        self.remove("job", ended, delete(JobRow).where(JobRow.id.in_(ended)))
        self.paths += self.session.execute(select(InputRow.path).where(InputRow.id == identifier)).scalars()
        self.remove("input", [identifier], delete(InputRow).where(InputRow.id == identifier))


def delete_everything_of(store: Store, identifier: str) -> Deleted:
    """Delete what an id stands for.

    Args:
        store: The open store.
        identifier: Id of a reading, of an ended job, or of what an application keeps.

    Raises:
        NotFound: There is nothing with this id.
        NotAllowed: A job is queued or running on it; or what the id stands for goes only with what needs it.
    """
    remover = _remover(store, identifier)
    with store.write() as session:
        removal = Removal(session, store.applications)
        remover(removal, identifier)
        orphans = removal.finish()
        deleted = Deleted(removal.rows, orphans, inputs.uploads_among(store, removal.paths))
    blobs.remove_files(store, deleted.blobs)
    inputs.remove_uploads(store, deleted.uploads)
    forget_deleted(store.engine)
    return deleted


def listing_commands(applications: Iterable[Application]) -> list[str]:
    """The commands that print ids, as they are quoted in a sentence."""
    return [f"'{command}'" for command in (*(each.listed_by for each in applications), "tandem jobs list")]


def _remover(store: Store, identifier: str) -> Remover:
    removers: dict[str, Remover] = {"reading": _reading, "job": _job}
    kinds = set(KINDS)
    for application in store.applications:
        removers.update(application.removers)
        kinds.update(application.kinds)
    kind = kind_of(identifier)
    if kind not in kinds:
        raise NotFound(
            "there is nothing with the id '{id}'",
            allowed="an id such as reading-0123abcd",
            action="see {commands}",
            code="unknown_id",
            values={"id": identifier[:40], "commands": listing_commands(store.applications)},
        )
    if kind not in removers:
        raise NotAllowed(
            "a row of the kind '{kind}' is not deleted by itself",
            allowed="ids of {kinds}",
            code="not_deleted_alone",
            values={"kind": kind, "kinds": sorted(removers)},
        )
    return removers[kind]


def _reading(removal: Removal, identifier: str) -> None:
    row = removal.session.get(ReadingRow, identifier)
    if row is None:
        raise NotFound(
            "there is no reading '{id}'",
            action="see {commands}",
            code="no_reading_to_delete",
            values={"id": identifier[:40], "commands": listing_commands(removal.applications)},
        )
    removal.readings([row])
    removal.record("reading.delete", identifier, row.document_sha256)


def _job(removal: Removal, identifier: str) -> None:
    row = removal.session.get(JobRow, identifier, with_for_update=True)  # nobody retries it meanwhile
    if row is None:
        raise NotFound(
            "there is no job '{id}'",
            action="see {commands}",
            code="no_job_to_delete",
            values={"id": identifier[:40], "commands": listing_commands(removal.applications)},
        )
    if row.state in jobs.ACTIVE:
        raise NotAllowed(
            "the job is {state}",
            action="run 'tandem jobs cancel {job}' first",
            code="job_not_ended",
            values={"state": jobs.STATE_WORDS[row.state], "job": identifier},
        )
    removal.remove("job", [identifier], delete(JobRow).where(JobRow.id == identifier))
    removal.record("job.delete", identifier)
    if row.input_id is None:
        return
    active = select(JobRow.id).where(JobRow.input_id == row.input_id, JobRow.state.in_(jobs.ACTIVE))
    if removal.session.execute(active.limit(1)).first() is not None:
        return
    for application in removal.applications:
        if application.left_by_job is not None:
            application.left_by_job(removal, row.input_id)
    removal.let_go([row.input_id])
