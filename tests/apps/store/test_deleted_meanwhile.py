"""PostgreSQL locks rows, not the database: what is deleted between two statements of another transaction is no error of
another kind than what was deleted before."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from apps.settings import load_settings
from apps.store import audit, blobs, inputs, jobs, workers
from apps.store.store import Store
from core_model.errors import NotFound
from tests.apps.conftest import Postgres

DELETE = {
    "job": "DELETE FROM job",
    "worker": "DELETE FROM worker",
    "input": "DELETE FROM input",
    "reference": "DELETE FROM blob_reference",
}


@pytest.fixture
def store(postgres: Postgres, tmp_path: Path) -> Iterator[Store]:
    url = postgres.new_database()
    with Store(load_settings(data_dir=tmp_path / "data", database_url=url)) as opened:
        yield opened
    postgres.drop(url)


@pytest.fixture
def meanwhile(store: Store) -> Iterator[Callable[[str], None]]:
    """Lets another connection do something, as far as no lock keeps it from it, as soon as a session has read and is
    about to write."""
    waiting: list[str] = []

    def act(*_: object) -> None:
        if not waiting:
            return
        statements = waiting.pop()
        with suppress(DBAPIError), store.engine.connect() as connection, connection.begin():
            connection.execute(text("SET LOCAL lock_timeout = '300ms'"))
            for statement in statements.split("; "):
                connection.execute(text(statement))

    event.listen(Session, "before_flush", act)
    yield waiting.append
    event.remove(Session, "before_flush", act)
    assert waiting == [], "nothing was read and then written: no test of what happens in between"


@pytest.mark.parametrize("act", ["cancel", "retry", "start"])
def test_a_job_deleted_while_something_is_done_to_it_is_there_or_not_found(
    store: Store, meanwhile: Callable[[str], None], act: str
) -> None:
    job_id = jobs.create(store, "test", None, {}).id
    if act == "retry":
        jobs.end(store, job_id, 1, "failed")
    meanwhile(DELETE["job"])
    with suppress(NotFound):
        if act == "start":
            jobs.start(store, job_id, 1, "worker-1")
        else:
            getattr(jobs, act)(store, job_id)
    assert audit.verify(store).count >= 1


def test_a_worker_forgotten_while_it_beats_beats_on(store: Store, meanwhile: Callable[[str], None]) -> None:
    workers.beat(store, "worker-1")
    meanwhile(DELETE["worker"])
    workers.beat(store, "worker-1")
    workers.forget(store, "worker-1")
    workers.beat(store, "worker-1")
    assert [row.id for row in workers.live(store)] == ["worker-1"]


def test_the_hash_of_an_input_that_was_deleted_is_kept_nowhere_and_no_error(store: Store, tmp_path: Path) -> None:
    input_id = inputs.add(store, tmp_path)
    with store.engine.begin() as connection:
        connection.execute(text(DELETE["input"]))
    inputs.set_hash(store, input_id, "a" * 64)
    with pytest.raises(NotFound):
        inputs.get(store, input_id)


def test_a_content_let_go_of_while_its_name_gets_another_one_is_no_error(
    store: Store, meanwhile: Callable[[str], None]
) -> None:
    blobs.put(store, "reading-1", "text", b"one")
    meanwhile(DELETE["reference"])
    sha256 = blobs.put(store, "reading-1", "text", b"two")
    assert blobs.owned(store, "reading-1") == {"text": sha256}
