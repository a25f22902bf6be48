"""``tandem jobs``: see, watch, cancel and retry jobs."""

from typing import Annotated, Any

import typer

from apps import console
from apps.notices import NOTICE

app = typer.Typer(help="See, watch, cancel and retry jobs.", no_args_is_help=True)
JobId = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def _error(row: Any) -> dict[str, Any] | None:
    """Why a job failed: code and values for programs, and the sentence."""
    from apps.jobs.client import refusal_of
    from apps.messages import refused

    error = refusal_of(row)
    return None if error is None else {**error.as_dict(), "text": refused(error)}


def _as_dict(row: Any, held: dict[str, tuple[int, int]]) -> dict[str, Any]:
    files, size = held.get(row.id, (0, 0))
    moments = {name: getattr(row, name) for name in ("created_at", "started_at", "ended_at")}
    return {
        "id": row.id,
        "kind": row.kind,
        "state": row.state,
        "step": row.step,
        "fraction": round(row.fraction, 4),
        "eta_s": row.eta_s,
        "reading": row.reading_id,
        "error": _error(row),
        "attempt": row.attempt,
        "kept": {"files": files, "bytes": size},
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }


@app.command("list")
def list_jobs(
    state: Annotated[
        list[str] | None, typer.Option(help="queued, running, done, failed or cancelled; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List jobs, the newest first."""
    from rich.table import Table
    from rich.text import Text

    from apps.store import blobs, jobs
    from apps.store.store import open_store
    from apps.store.tables.jobs import STATES

    unknown = sorted(set(state or ()) - set(STATES))
    if unknown:
        raise typer.BadParameter(f"no state {unknown[0]!r}; there are {', '.join(STATES)}", param_hint="--state")
    with open_store() as store:
        rows = jobs.listing(store, tuple(state or ()), limit)
        held = blobs.held(store, [row.id for row in rows])
    if as_json:
        entries = [_as_dict(row, held) for row in rows]
        console.print_document({"schema": "tandem.jobs/2", "notice": NOTICE, "jobs": entries})
        return
    # Without lines, and with the step beside the state, the ids stay in one piece at 80 columns: they are to be copied.
    table = Table("job", "kind", "state", "result or reason", box=None, padding=(0, 2, 0, 0))
    for column, longest in ((table.columns[0], 20), (table.columns[-1], 25)):
        column.min_width, column.overflow = longest, "fold"
    for row in rows:
        going = "" if row.state == "done" else f" {row.fraction:.0%} {row.step or ''}".rstrip()
        table.add_row(row.id, row.kind, row.state + going, Text(row.reading_id or (_error(row) or {}).get("text", "")))
    console.out.print(table)
    ended = [held[row.id][1] for row in rows if row.state in ("failed", "cancelled") and row.id in held]
    if ended:
        console.say(
            f"{len(ended)} failed or cancelled {'job keeps' if len(ended) == 1 else 'jobs keep'} "
            f"{sum(ended) / 1e6:.1f} MB for a retry; "
            "'tandem jobs retry JOB' goes on with it, 'tandem delete JOB' removes it"
        )


@app.command()
def show(job: JobId, as_json: AsJson = False) -> None:
    """Show one job."""
    from apps.store import blobs, jobs
    from apps.store.store import open_store

    with open_store() as store:
        entry = _as_dict(jobs.get(store, job), blobs.held(store, [job]))
    if as_json:
        console.print_document({"schema": "tandem.job/2", "notice": NOTICE, **entry})
        return
    kept = entry.pop("kept")
    if kept["files"]:
        entry["kept"] = f"{kept['files']} contents, {kept['bytes'] / 1e6:.1f} MB, until it is done or deleted"
    entry["error"] = entry["error"] and entry["error"]["text"]
    for name, value in entry.items():
        if value is not None and value != "":
            console.out.print(f"{name:12} {value}", highlight=False, markup=False)


@app.command()
def watch(
    job: Annotated[list[str], typer.Argument(metavar="JOB...", help="Ids of one or more jobs.")],
) -> None:
    """Follow jobs to their end, with a worker where none runs."""
    from apps.jobs.following import Submitted, wait_for
    from apps.messages import refused
    from apps.store.store import open_store

    with open_store() as store:
        ended = wait_for(store, [Submitted(each, each) for each in job])
    for progress in ended:
        told = progress.reading_id or (refused(progress.error) if progress.error else "")
        console.say(f"{progress.job_id} {progress.state} {told}".rstrip())
    raise typer.Exit(0 if all(progress.state == "done" for progress in ended) else 1)


@app.command()
def cancel(job: JobId) -> None:
    """Ask a job to stop; it does within seconds, and can be retried."""
    from apps.jobs import cancel as ask
    from apps.store.store import open_store

    with open_store() as store:
        progress = ask(store, job)
    console.say(f"{job} {'is being cancelled' if progress.cancelling else progress.state}")


@app.command()
def retry(job: JobId) -> None:
    """Queue a failed or cancelled job again, from the step it stopped at; a worker does it (`tandem jobs watch`)."""
    from apps.jobs import retry as again
    from apps.store.store import open_store

    with open_store() as store:
        progress = again(store, job)
    console.say(f"{job} {progress.state}; to follow it: tandem jobs watch {job}")
