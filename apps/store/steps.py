"""Where DBOS keeps the recorded steps of jobs: beside the database on SQLite, in a schema of it on PostgreSQL.

``apps.jobs.records`` reads and writes them; here stands only what a store must know of them, to leave them out of a
backup and to begin them anew.
"""

from pathlib import Path

from sqlalchemy import text

from apps.store.disk import data_dir_errors
from apps.store.engine import make_engine, sqlite_file, translated_errors

SCHEMA = "dbos"


def steps_file(url: str) -> Path | None:
    """DBOS's own SQLite file; None where it has a schema of the PostgreSQL database."""
    file = sqlite_file(url)
    return None if file is None else file.with_suffix(".jobs.db")


def remove_steps(url: str) -> None:
    """Remove all that was recorded: a restored store has not the contents that it speaks of, and begins its open jobs
    anew."""
    file = steps_file(url)
    if file is not None:
        with data_dir_errors():
            for path in file.parent.glob(f"{file.name}*"):
                path.unlink(missing_ok=True)
        return
    engine = make_engine(url)
    try:
        with translated_errors(), engine.begin() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
    finally:
        engine.dispose()
