"""Schema versions of the store and of the applications that keep tables in it; ``upgrade`` brings all to the newest.

Each has a branch of its own: the store's revisions lie in ``versions``, an application's in ``migrations`` beside its
records, called by its name (``finance_0001``), and say which revision of the store they depend on.

On both databases a migration runs in one transaction that holds the write lock, so a killed one leaves nothing, and
two processes that meet a new file make it once.

To change the schema: change the models, write ``vNNNN_what.py`` with ``upgrade`` and ``downgrade`` after the newest one
of the branch, and raise ``HEAD`` here or ``head`` of the application. ``tests/apps/store/test_migrations.py`` compares
the result with the models on both databases, and goes all the way down and up again. A revision that has been released
is never changed.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from apps.settings import Settings
from apps.store import applications
from apps.store.applications import Application
from apps.store.engine import WRITE, translated_errors
from apps.store.tables import metadata
from core_model.errors import Unavailable

# The newest revision in versions/. Kept here as well, since asking Alembic costs 0.4 s at every start; a test holds
# the two together.
HEAD = "0002"
LOCK = 7_418_116  # any number, the same in every Tandem process


def heads(known: Sequence[Application]) -> list[str]:
    """The newest revisions: the store's, then those of the applications."""
    return [HEAD, *(each.head for each in known)]


def current(connection: Connection) -> frozenset[str]:
    """The revisions that a database stands at; none where it holds no tables of ours. One that another depends on is
    left out: Alembic keeps it so."""
    if not inspect(connection).has_table("alembic_version"):
        return frozenset()
    return frozenset(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())


def is_newest(revisions: Collection[str], known: Sequence[Application]) -> bool:
    """Whether a database that stands at these revisions has all the newest."""
    implied = {each.needs for each in known if each.head in revisions}
    return {*revisions, *implied} >= set(heads(known))


def upgrade(engine: Engine, settings: Settings, to: str = "heads") -> frozenset[str]:
    """Bring the schema to the newest revisions, and the documents of readings to the form that is read now.

    Args:
        engine: From ``make_engine``.
        settings: The applications, and the folder of the blobs.
        to: The revision to stop at; the newest of all branches where not given.

    Returns:
        The revisions before.

    Raises:
        Unavailable: The schema is newer than this version of Tandem, the database or the blob folder belongs to
            another program, or one of them cannot be written.
        NotFound: The settings name an application that is not there.
    """
    return _move(engine, settings, lambda script, revisions: script._upgrade_revs(to, revisions))


def downgrade(engine: Engine, settings: Settings, to: str) -> frozenset[str]:
    """Take the schema back to a revision, or to ``"base"``, which removes every table with what it holds. Documents
    stay as they are."""
    return _move(engine, settings, lambda script, revisions: script._downgrade_revs(to, revisions))


def _move(engine: Engine, settings: Settings, steps: Callable[[Any, Any], Any]) -> frozenset[str]:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    known = applications.load(settings.applications)
    script = script_of(known)
    with translated_errors(), _rebuilding(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        before = current(connection)
        refuse_unknown(before, known)
        tables = set().union(metadata.tables, *(each.metadata.tables for each in known))
        if not before and set(inspect(connection).get_table_names()) & tables:
            raise Unavailable(
                "the database holds tables of another program",
                action="give Tandem a database of its own with TANDEM_DATABASE_URL",
                code="database_foreign",
            )
        with EnvironmentContext(
            Config(), script, fn=lambda revisions, _context: steps(script, revisions)
        ) as environment:
            environment.configure(connection=connection, render_as_batch=True, blobs_dir=settings.blobs)
            environment.run_migrations()
    return before


@contextmanager
def _rebuilding(engine: Engine) -> Iterator[Connection]:
    """A transaction in which tables can be rebuilt. SQLite changes a table by copying it and dropping the old one,
    which would take all that refers to it along: so it looks at the foreign keys once, at the end
    (https://www.sqlite.org/lang_altertable.html, section 7)."""
    with engine.execution_options(**{WRITE: True}).connect() as connection:
        raw: Any = connection.connection.driver_connection
        if connection.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                astray = connection.execute(text("PRAGMA foreign_key_check")).all()
                assert not astray, f"the migration leaves rows of {astray[0][0]} without those of {astray[0][2]}"
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def refuse_unknown(revisions: Collection[str], known: Sequence[Application]) -> None:
    """Refuse a schema that this version of Tandem, with these applications, does not know.

    Raises:
        Unavailable: One of the revisions is newer (code ``schema_newer``), or of an application that the settings do
            not name (``application_missing``).
    """
    if set(revisions) <= set(heads(known)):
        return
    all_known = {revision.revision for revision in script_of(known).walk_revisions()}
    for revision in sorted(set(revisions) - all_known):
        name, _, number = revision.rpartition("_")
        if number.isdecimal() and name and name not in {each.name for each in known}:
            raise Unavailable(
                "the database holds tables of an application that is not among the settings: {name}",
                action="name the package of its records in TANDEM_APPLICATIONS",
                code="application_missing",
                values={"name": name[:12]},
            )
        raise Unavailable(
            "the database has schema {revision}, newer than this version of Tandem knows",
            allowed="schema {heads} and older",
            action="install the newer version of Tandem, or use another database",
            code="schema_newer",
            values={"revision": revision[:12], "heads": heads(known)},
        )


def script_of(known: Sequence[Application]) -> Any:
    """Alembic's view of all branches."""
    from alembic.script import ScriptDirectory

    folder = Path(__file__).parent
    branches = [folder / "versions", *(each.migrations for each in known)]
    return ScriptDirectory(str(folder), version_locations=[str(branch) for branch in branches])
