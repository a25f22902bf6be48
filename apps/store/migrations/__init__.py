"""Schema versions of the store, from the first table on; ``upgrade`` brings a database to the newest.

On both databases a migration runs in one transaction that holds the write lock, so a killed one leaves nothing, and
two processes that meet a new file make it once.

To change the schema: change the models, write ``versions/vNNNN_what.py`` with ``upgrade`` and ``downgrade`` after the
newest one, and raise ``HEAD``. ``tests/apps/store/test_migrations.py`` compares the result with the models on both
databases, and goes all the way down and up again. A revision that has been released is never changed.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from apps.store.engine import WRITE, translated_errors
from core_model.errors import Unavailable

# The newest revision in versions/. Kept here as well, since asking Alembic costs 0.4 s at every start; a test holds
# the two together.
HEAD = "0001"
LOCK = 7_418_116  # any number, the same in every Tandem process


def current(connection: Connection) -> str | None:
    """The revision that a database stands at; None where it holds no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def known() -> list[str]:
    """All revisions of this version of Tandem, oldest first."""
    return [revision.revision for revision in reversed(list(_script().walk_revisions()))]


def upgrade(engine: Engine) -> tuple[str | None, str | None]:
    """Bring the schema to the newest revision.

    Args:
        engine: From ``make_engine``.

    Returns:
        The revision before and after.

    Raises:
        Unavailable: The schema is newer than this version of Tandem, the database belongs to another program, or it
            cannot be written.
    """
    return _move(engine, lambda script, revision: script._upgrade_revs("head", revision))


def downgrade(engine: Engine, to: str) -> tuple[str | None, str | None]:
    """Take the schema back to a revision, or to ``"base"``, which removes every table with what it holds."""
    return _move(engine, lambda script, revision: script._downgrade_revs(to, revision))


def _move(engine: Engine, steps: Callable[[Any, Any], Any]) -> tuple[str | None, str | None]:
    from alembic.runtime.environment import EnvironmentContext

    from apps.store.tables import metadata

    script = _script()
    with translated_errors(), engine.execution_options(**{WRITE: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        before = current(connection)
        refuse_newer(before)
        if before is None and set(inspect(connection).get_table_names()) & set(metadata.tables):
            raise Unavailable(
                "the database holds tables of another program",
                action="give Tandem a database of its own with TANDEM_DATABASE_URL",
                code="database_foreign",
            )
        with EnvironmentContext(
            _config(), script, fn=lambda revision, _context: steps(script, revision)
        ) as environment:
            environment.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
            environment.run_migrations()
        return before, current(connection)


def refuse_newer(revision: str | None) -> None:
    """Refuse a schema that this version of Tandem does not know."""
    if revision is not None and revision != HEAD and revision not in known():
        raise Unavailable(
            f"the database has schema {revision[:12]}, newer than this version of Tandem knows",
            allowed=f"schema {HEAD} and older",
            action="install the newer version of Tandem, or use another database",
            code="schema_newer",
        )


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "apps.store:migrations")
    return config


def _script() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())
