"""``tandem db``: bring the database to the newest schema, verify the audit chain."""

import typer

from apps import console

app = typer.Typer(help="The database: upgrade its schema, verify what it holds.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the database to the newest schema; a new database gets its tables."""
    from apps.settings import load_settings
    from apps.store import applications, migrations
    from apps.store.disk import private_file
    from apps.store.engine import make_engine, sqlite_file
    from apps.store.privacy import keep_private

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
def verify() -> None:
    """Verify the audit chain entry by entry, the database file, and every stored content against its hash."""
    from apps.messages import refused
    from apps.store.store import open_store
    from apps.store.verification import verify as check

    with open_store() as store:
        found = check(store)
    for problem in found.problems:
        console.say(refused(problem))
    if found.problems:
        raise typer.Exit(1)
    console.say(f"the audit chain holds: {found.head.count} entries, head {found.head.hash}")
    console.say(f"{found.num_blobs} stored contents match their hashes")
