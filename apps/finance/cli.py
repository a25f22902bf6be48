"""``tandem finance``: read company reports."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps import console
from apps.notices import NOTICE

if TYPE_CHECKING:
    from apps.finance.reading import FinanceReading
    from apps.store.store import Store

app = typer.Typer(help="Company reports: facts, statements, checks, anomalies.", no_args_is_help=True)


@app.callback()
def finance() -> None:
    pass


@app.command()
def read(
    path: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="An inline XBRL report, or a folder of them.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Read again what was read before.")] = False,
) -> None:
    """Read reports: rebuild the three statements, check them, list what does not fit, with the sources."""
    from apps.documents import to_json
    from apps.finance.jobs import reports_in, submit
    from apps.finance.reading import FinanceBatch, FinanceReading
    from apps.finance.sources import refuse_address
    from apps.jobs.following import Submitted, wait_for
    from apps.messages import refused
    from apps.store import inputs
    from apps.store.store import open_store
    from core_model.errors import Refusal, TandemError, numbered_file

    try:
        refuse_address(str(path))
        folder = inputs.looked_up(path).is_dir()
        given = path.expanduser()
        files = reports_in(given) if folder else [given]
    except TandemError as error:
        console.say(f"tandem: {error.sentence(str(path))}")
        raise typer.Exit(1) from None
    failures: list[Refusal] = []
    made: list[FinanceReading] = []
    sources: list[str] = []
    with open_store() as store:
        submitted = []
        for number, file in enumerate(files, 1):
            try:
                submitted.append((number, Submitted(submit(store, file, again=again), str(file))))
            except TandemError as error:
                failures.append(replace(error.refusal, source=numbered_file(number, len(files)).message))
                console.say(f"tandem: {error.sentence(str(file))}")
        ended = wait_for(store, [each for _, each in submitted])
        for (number, each), progress in zip(submitted, ended, strict=True):
            if progress.state == "done" and progress.reading_id:
                made.append(_reading(store, progress.reading_id))
                sources.append(each.name)
            else:
                failures.append(replace(progress.refusal, source=numbered_file(number, len(files)).message))
                console.say(f"tandem: {refused(progress.refusal, name=each.name)}")
    if as_json and folder:
        console.print_document(to_json(FinanceBatch(readings=tuple(made), failures=tuple(failures))))
    elif as_json:
        for reading in made:
            console.print_document(to_json(reading))
    else:
        from apps.finance.summary import print_summary

        for reading, source in zip(made, sources, strict=True):
            print_summary(reading, source)
    raise typer.Exit(1 if failures else 0)


@app.command("list")
def list_reports(
    company: Annotated[str, typer.Option(help="Only companies whose name contains this text.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many readings, the newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the readings of reports with their ids, each of which `tandem delete` takes."""
    from rich.table import Table

    from apps.finance.records.filings import filings
    from apps.store.store import open_store

    with open_store() as store:
        entries = filings(store, company, limit)
    if as_json:
        rows = [
            {
                "id": entry.reading.id,
                "company": entry.filing.company or None,
                "form": entry.filing.form or None,
                "period_end": str(entry.filing.period_end or "") or None,
                "facts": entry.filing.num_facts,
                "anomalies": entry.filing.num_anomalies,
                "created_at": entry.reading.created_at.isoformat(),
            }
            for entry in entries
        ]
        console.print_document({"schema": "tandem.finance.list/1", "notice": NOTICE, "readings": rows})
        return
    table = Table("reading", "company", "form", "period end", "facts", "anomalies")
    table.columns[0].min_width, table.columns[0].overflow = 24, "fold"  # ids are to be copied: never cut off
    for entry in entries:
        filing = entry.filing
        cells = (entry.reading.id, filing.company or "n/a", filing.form, str(filing.period_end or "n/a"))
        table.add_row(*map(console.plain, cells), f"{filing.num_facts:,}", str(filing.num_anomalies))
    console.out.print(table)


def _reading(store: "Store", reading_id: str) -> "FinanceReading":
    """The stored reading, with its file of facts as a path that the person can open."""
    from apps.finance.jobs import stored
    from apps.store import blobs

    reading = stored(store, reading_id)
    path = str(blobs.path_of(store, reading.facts.sha256))
    return replace(reading, facts=replace(reading.facts, file=path))
