"""``tandem``: the command line. Data on stdout, everything else on stderr; exit status 0 ok, 1 failed, 2 usage.

Heavy libraries are imported inside the commands that need them, so that ``tandem --help`` answers at once.
"""

import sys
from typing import Annotated

import typer

from apps import console
from apps.commands.adapters import app as adapters
from apps.commands.core import app as core
from apps.commands.database import app as database
from apps.commands.database import back_up, put_back
from apps.commands.jobs import app as jobs
from apps.commands.train import train
from apps.finance.cli import app as finance
from apps.medical.cli import app as medical
from core_model.errors import TandemError

app = typer.Typer(
    help="Read company reports and chest CT with one shared model. Research use; no medical device, no advice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(finance, name="finance")
app.add_typer(medical, name="medical")
app.add_typer(jobs, name="jobs")
app.add_typer(adapters, name="adapters")
app.add_typer(core, name="core")
app.add_typer(database, name="db")
app.command("train")(train)
app.command("backup")(back_up)
app.command("restore")(put_back)


def _version(wanted: bool) -> None:
    if wanted:
        from apps.provenance import version

        typer.echo(f"tandem {version()}")
        raise typer.Exit


@app.callback()
def tandem(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def worker() -> None:
    """Run jobs until stopped. Use it for a permanent worker; other commands start their own when none runs."""
    from apps.jobs import run_guarded

    console.say("the worker runs; Ctrl-C ends it, and leaves its job for the next worker")
    raise typer.Exit(run_guarded())


@app.command()
def ui(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="TCP port; TANDEM_PORT, or 8501, where not given.")
    ] = None,
) -> None:
    """Serve the dashboard on this machine, with a worker where none runs."""
    from apps.dashboard import serve

    raise typer.Exit(serve(port))


@app.command()
def demo(
    seed: Annotated[int | None, typer.Option(help="Seed of the generated input; a new one where not given.")] = None,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="Do not serve the dashboard afterwards.")] = False,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="TCP port of the dashboard.")] = None,
) -> None:
    """Run both main jobs on a generated chest CT and annual report, say what was found, serve the dashboard."""
    from apps.demo.run import run_demo

    status = run_demo(seed)
    if not no_ui:
        from apps.dashboard import serve

        status = serve(port) or status
    raise typer.Exit(status)


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show versions, data folders and problems of this installation."""
    from apps.doctor import examine

    report = examine()
    if as_json:
        console.print_document(report)
    else:
        from apps.doctor import print_report

        print_report(report)
    raise typer.Exit(0 if report["healthy"] else 1)


@app.command()
def delete(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of a reading, study, patient or ended job.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a reading, study, patient or ended job with everything that nothing else needs; the audit keeps its hash.

    Ids are printed by `tandem medical list`, `tandem finance list` and `tandem jobs list`.
    """
    from apps.jobs import delete as remove
    from apps.store.store import open_store

    if not yes:
        typer.confirm(f"Remove {identifier} for good?", abort=True, err=True)
    with open_store() as store:
        deleted = remove(store, identifier)
        kept_in_files = store.engine.dialect.name == "postgresql"
    rows = sum(len(ids) for ids in deleted.rows.values())
    console.say(f"removed {identifier}: {rows} rows, {len(deleted.blobs) + len(deleted.uploads)} files")
    if kept_in_files:
        console.say("PostgreSQL keeps removed rows in its files until it uses the space again, or until 'VACUUM FULL'")


def main() -> None:
    """Entry point: typed errors become one sentence on stderr and exit status 1."""
    try:
        app()
    except TandemError as error:
        console.say(f"tandem: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        console.say("stopped")
        sys.exit(130)


if __name__ == "__main__":
    main()
