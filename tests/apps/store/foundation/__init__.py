"""A store of the foundation, schema 0001, as the code of commit 2617e7f left it: a small report read twice (once from
an upload), a small phantom read once beside a series that was skipped, a study that was begun and never read, and jobs
of every state. Its content stands in ``store.json.gz`` as rows and blobs; of the large arrays only a corner was kept.
"""

import base64
import gzip
import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Date, DateTime, MetaData, insert

from apps.settings import Settings
from apps.store import migrations
from apps.store.disk import private_file
from apps.store.engine import WRITE, make_engine, sqlite_file

CONTENT = Path(__file__).parent / "store.json.gz"
UPLOAD = "0a1b2c3d.html"


@cache
def content() -> dict[str, Any]:
    """``rows`` of each table, and ``blobs`` by their hash, in base 64."""
    return json.loads(gzip.decompress(CONTENT.read_bytes()))


def rows(table: str) -> list[dict[str, Any]]:
    """The rows of a table, as the foundation left them."""
    return content()["rows"][table]


def document(reading_id: str) -> dict[str, Any]:
    """The document of a reading, as the foundation left it."""
    held = content()
    (sha256,) = [row["document_sha256"] for row in held["rows"]["reading"] if row["id"] == reading_id]
    return json.loads(base64.b64decode(held["blobs"][sha256]))


def make(settings: Settings) -> None:
    """Make the store where the settings say."""
    file = sqlite_file(settings.database_url)
    if file is not None:
        file.unlink(missing_ok=True)
        private_file(file)
    held, engine = content(), make_engine(settings.database_url)
    if migrations_of(engine):
        migrations.downgrade(engine, settings, "base")
    migrations.upgrade(engine, settings, "0001")
    schema = MetaData()
    schema.reflect(engine)
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        for table in schema.sorted_tables:
            for row in held["rows"].get(table.name, []):
                kinds = {name: table.c[name].type for name in row}
                connection.execute(insert(table).values({k: _read(v, kinds[k], settings) for k, v in row.items()}))
    engine.dispose()
    for sha256, data in held["blobs"].items():
        path = settings.blobs / sha256[:2] / sha256
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(data))
    (settings.blobs / ".store" / held["rows"]["audit"][0]["hash"]).mkdir(parents=True)
    for row in held["rows"]["input"]:
        if row["path"].startswith("/data/"):
            upload = Path(_read(row["path"], None, settings))
            upload.parent.mkdir(parents=True, exist_ok=True)
            upload.write_bytes(b"uploaded")


def migrations_of(engine: Any) -> frozenset[str]:
    with engine.connect() as connection:
        return migrations.current(connection)


def _read(value: Any, kind: Any, settings: Settings) -> Any:
    if isinstance(value, str):
        if isinstance(kind, DateTime):
            return datetime.fromisoformat(value)
        if isinstance(kind, Date):
            return date.fromisoformat(value)
        if value.startswith("/data/"):
            return str(settings.data_dir / value.removeprefix("/data/"))
    return value
