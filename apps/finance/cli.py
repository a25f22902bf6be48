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
    name: Annotated[
        str,
        typer.Argument(
            metavar="FILE|FOLDER",
            help="An inline XBRL report (.htm, .html, .xhtml, a submission's .txt, a .zip), or a folder of them.",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Read again what was read before.")] = False,
) -> None:
    """Read reports: rebuild the three statements, check them, list what does not fit, with the sources."""
    from apps.documents import to_json
    from apps.finance.jobs import reports_in, submit
    from apps.finance.reading import FinanceBatch, FinanceReading
    from apps.finance.sources import pdfs_in, refuse_address
    from apps.jobs.following import Submitted, wait_for
    from apps.messages import refused
    from apps.store import inputs
    from apps.store.store import open_store
    from core_model.errors import Refusal, TandemError, numbered_file

    path = Path(name)
    try:
        refuse_address(name)
        folder = inputs.looked_up(path).is_dir()
        given = path.expanduser()
        files = reports_in(given, _say_repeat) if folder else [given]
    except TandemError as error:
        console.say(f"tandem: {error.sentence(name)}")
        raise typer.Exit(1) from None
    if folder and (pdfs := pdfs_in(given)):
        console.say(f"warning: PDFs are not read; the folder holds {pdfs}")
    failures: list[Refusal] = []
    made: list[FinanceReading] = []
    sources: list[Path] = []
    failed: list[Path] = []
    with open_store() as store:
        submitted = []
        for number, file in enumerate(files, 1):
            try:
                submitted.append((number, Submitted(submit(store, file, again=again, among_others=folder), str(file))))
            except TandemError as error:
                failures.append(replace(error.refusal, source=numbered_file(number, len(files)).message))
                failed.append(file)
                console.say(f"tandem: {error.sentence(str(file))}")
        ended = wait_for(store, [each for _, each in submitted])
        for (number, each), progress in zip(submitted, ended, strict=True):
            if progress.state == "done" and progress.reading_id:
                made.append(_reading(store, progress.reading_id))
                sources.append(Path(each.name))
            else:
                failures.append(replace(progress.refusal, source=numbered_file(number, len(files)).message))
                failed.append(Path(each.name))
                console.say(f"tandem: {refused(progress.refusal, name=each.name)}")
    if as_json and folder:
        batch = FinanceBatch(
            readings=tuple(made),
            failures=tuple(failures),
            sources=tuple(str(source.relative_to(given)) for source in sources),
            failed_sources=tuple(str(source.relative_to(given)) for source in failed),
        )
        console.print_document(to_json(batch))
    elif as_json:
        for reading in made:
            console.print_document(to_json(reading))
    else:
        from apps.finance.summary import print_summary

        for reading, source in zip(made, sources, strict=True):
            print_summary(reading, str(source))
    raise typer.Exit(1 if failures else 0)


@app.command("list")
def list_reports(
    company: Annotated[str, typer.Option(help="Only companies whose name contains this text.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many readings, the newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the readings of reports with their ids, each of which `tandem delete` takes."""
    from rich.cells import cell_len
    from rich.text import Text

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
    listed = [("reading", "company", "form", "period end", "facts", "anomalies")]
    for entry in entries:
        filing = entry.filing
        about = (filing.company or "n/a", filing.form or "n/a", str(filing.period_end or "n/a"))
        listed.append((entry.reading.id, *about, f"{filing.num_facts:,}", str(filing.num_anomalies)))
    wide = [max(cell_len(console.visible(text)) for text in column) for column in zip(*listed, strict=True)]
    if console.out.is_terminal:  # ids are to be copied, so the company is cut; in a file nothing is
        wide[1] = min(wide[1], max(console.out.width - sum(wide) + wide[1] - 2 * (len(wide) - 1), len("company")))
    for row in listed:
        cells = [Text(console.visible(text)) for text in row]
        for number, (cell, width) in enumerate(zip(cells, wide, strict=True)):
            cell.truncate(width, overflow="ellipsis")
            cell.align("right" if number > 3 else "left", width)
        console.out.print(Text("  ").join(cells), soft_wrap=True, highlight=False)


def _say_repeat(package: Path, report: Path) -> None:
    console.say(f"warning: {package} holds the report {report} once more and is not read again")


def _reading(store: "Store", reading_id: str) -> "FinanceReading":
    """The stored reading, with its file of facts as a path that the person can open."""
    from apps.finance.jobs import stored
    from apps.store import blobs

    reading = stored(store, reading_id)
    path = str(blobs.path_of(store, reading.facts.sha256))
    return replace(reading, facts=replace(reading.facts, file=path))
