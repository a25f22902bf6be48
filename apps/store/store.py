"""``Store``: the database and the blob folder together, opened once in a process and passed to everything."""

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from apps.settings import Settings, load_settings
from apps.store import applications, migrations
from apps.store.disk import data_dir_errors, private_file
from apps.store.engine import BUSY_TIMEOUT_S, make_engine, read_session, sqlite_file, translated_errors, write_session
from apps.store.folders.privacy import keep_private
from core_model.errors import Unavailable


class Store:
    """The open store. Threads may share it; processes open their own.

    Args:
        settings: Where the database and the blobs are.
        busy_timeout_s: How long to wait for another writer before a transaction is refused.

    Raises:
        Unavailable: The database is missing its schema, has a newer one, or cannot be opened; the code says which
            (``schema_missing``, ``schema_older``, ``schema_newer``, ``database_not_opened``, ``database_unreachable``,
            ``database_locked``), or the data folder is open to other users of this machine and not ours to change
            (``data_dir_open_to_others``).
        NotFound: The settings name an application that is not there.

    Attributes:
        settings: As given.
        applications: Those of the settings, each with its own tables in the database.
        engine: Of the database.

    A new SQLite file is made with its tables at once; a PostgreSQL database is filled by ``tandem db upgrade``.
    """

    def __init__(self, settings: Settings, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        self.settings = settings
        self._fence: Callable[[Session], None] | None = None
        self.applications = applications.load(settings.applications)
        file = sqlite_file(settings.database_url)
        keep_private(settings)
        with data_dir_errors():
            new = file is not None and not file.exists() and "mode=ro" not in settings.database_url
        if new:
            assert file is not None
            private_file(file)
        self.engine = make_engine(settings.database_url, busy_timeout_s)
        try:
            if new:
                migrations.upgrade(self.engine, settings)
            self._check_schema(file is not None)
        except BaseException:
            self.engine.dispose()
            raise

    @property
    def blobs_dir(self) -> Path:
        """Folder of the blobs."""
        return self.settings.blobs

    def read(self) -> AbstractContextManager[Session]:
        """A session for reading."""
        return read_session(self.engine)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session for writing: kept as a whole, or not at all."""
        with write_session(self.engine) as session:
            if self._fence is not None:
                self._fence(session)
            yield session

    def fenced(self, fence: Callable[[Session], None]) -> "Store":
        """This store for one that may lose the right to write: ``fence`` is asked in each transaction that writes, and
        raises where that has happened. It holds what it found until the transaction ends. (Not to be closed: the
        connections are those of this store.)"""
        fenced = copy.copy(self)
        fenced._fence = fence
        return fenced

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_schema(self, sqlite: bool) -> None:
        with translated_errors(), self.engine.connect() as connection:
            revisions = migrations.current(connection)
        if not revisions and sqlite:
            migrations.upgrade(
                self.engine, self.settings
            )  # a file that another process has just begun, or an empty one
            return
        if not revisions:
            raise Unavailable(
                "the database holds no tables of Tandem yet",
                allowed="schema {heads}",
                action="run 'tandem db upgrade'",
                code="schema_missing",
                values={"heads": migrations.heads(self.applications)},
            )
        migrations.refuse_unknown(revisions, self.applications)
        if not migrations.is_newest(revisions, self.applications):
            raise Unavailable(
                "the database has an older schema",
                allowed="schema {heads}",
                action="run 'tandem db upgrade'",
                code="schema_older",
                values={"heads": migrations.heads(self.applications)},
            )


@contextmanager
def open_store(settings: Settings | None = None) -> Iterator[Store]:
    """The store of ``settings`` (of the environment where not given), closed when the block ends."""
    store = Store(settings or load_settings())
    try:
        yield store
    finally:
        store.close()
