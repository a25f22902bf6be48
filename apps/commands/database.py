"""``tandem db``: bring the database to the newest schema, verify what it holds; ``tandem backup`` and ``restore``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps import console

if TYPE_CHECKING:
    from apps.store.audit import Head as KnownHead

Head = Annotated[
    str | None,
    typer.Option("--head", metavar="COUNT:HASH", help="A head of the audit chain from before, kept elsewhere."),
]
app = typer.Typer(help="The database: upgrade its schema, verify what it holds.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the database to the newest schema; a new database gets its tables."""
    from apps.settings import load_settings
    from apps.store import applications, migrations
    from apps.store.disk import private_file
    from apps.store.engine import make_engine, sqlite_file
    from apps.store.folders.privacy import keep_private

    settings = load_settings()
    url = settings.database_url
    file = sqlite_file(url)
    keep_private(settings)
    if file is not None and "mode=ro" not in url:
        private_file(file)
    engine = make_engine(url)
    try:
        migrations.upgrade(engine, settings)
    finally:
        engine.dispose()
    heads = migrations.heads(applications.load(settings.applications))
    console.say(f"the database has schema {', '.join(heads)}")


@app.command()
def verify(head: Head = None) -> None:
    """Verify the audit chain entry by entry, the database file, every stored content against its hash, every document
    against the chain, and every row against its document.

    Keep the head that it prints elsewhere: given again, it shows whether the chain was cut off at its end.
    """
    from apps.messages import refused
    from apps.store.store import open_store
    from apps.store.verification import verify as check

    with open_store() as store:
        found = check(store, _known(head))
    for problem in found.problems:
        console.say(refused(problem))
    if found.problems:
        raise typer.Exit(1)
    console.say(f"the audit chain holds: {found.head.count} entries, head {found.head}")
    console.say(f"{found.num_blobs} stored contents match their hashes, {found.num_readings} readings their documents")


def back_up(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file. It holds what the store holds.")],
) -> None:
    """Write the whole store into one file, while it is in use, and read it back to compare.

    With a PostgreSQL database this runs its program pg_dump. Keep the file as safe as the store: it holds names and
    paths, and deleting something from the store does not reach it.
    """
    from apps.store.backups import backup
    from apps.store.store import open_store

    with open_store() as store:
        made = backup(store, file.expanduser().absolute())
    console.say(f"backed up {made.num_blobs} contents, {made.size / 1e6:.1f} MB; audit head {made.head}")


def put_back(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What 'tandem backup FILE' has written.")],
) -> None:
    """Make a store of a backup where none is: in a new data folder, or where the lost database was.

    Jobs that were not done when it was backed up begin anew.
    """
    from apps.settings import load_settings
    from apps.store.backups import restore

    restored = restore(load_settings(), file.expanduser().absolute())
    console.say(f"restored {restored.num_blobs} contents; audit head {restored.head}")


def _known(head: str | None) -> "KnownHead | None":
    from apps.store.audit import Head as Parsed

    return None if head is None else Parsed.parse(head)
