"""``tandem db``: bring the database to the newest schema, verify the audit chain."""

import typer

from apps import console

app = typer.Typer(help="The database: upgrade its schema, verify its audit chain.", no_args_is_help=True)


@app.command()
def upgrade() -> None:
    """Bring the database to the newest schema; a new database gets its tables."""
    from apps.settings import load_settings
    from apps.store import migrations
    from apps.store.engine import make_engine

    engine = make_engine(load_settings().database_url)
    try:
        migrations.upgrade(engine)
    finally:
        engine.dispose()
    console.say(f"the database has schema {migrations.HEAD}")


@app.command()
def verify() -> None:
    """Verify the audit chain: every entry, in order, with its hash."""
    from apps.store import audit
    from apps.store.store import open_store

    with open_store() as store:
        head = audit.verify(store)
    console.say(f"the audit chain holds: {head.count} entries, head {head.hash}")
