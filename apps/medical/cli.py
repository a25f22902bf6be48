"""``tandem medical``: read chest CT."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps import console
from apps.notices import NOTICE

if TYPE_CHECKING:
    from apps.medical.reading import MedicalReading
    from apps.medical.records.entries import StudyEntry
    from apps.store.store import Store
    from core_model.errors import Refusal

app = typer.Typer(
    help="Chest CT: lungs, nodules, measurements, heatmaps. Second reader, research use.", no_args_is_help=True
)


@app.callback()
def medical() -> None:
    pass


@app.command()
def read(
    path: Annotated[Path, typer.Argument(metavar="FOLDER|ZIP", help="A study as a DICOM folder or zip.")],
    series: Annotated[
        str | None, typer.Option(metavar="UID", help="Series Instance UID to read; UID#2 for the second volume of one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Read again what was read before.")] = False,
) -> None:
    """Read a chest CT: segment the lungs, find nodules, measure them, rank them by probability."""
    from apps.documents import to_json
    from apps.jobs.following import Submitted, wait_for
    from apps.medical.jobs import submit
    from apps.messages import refused
    from apps.store.store import open_store
    from core_model.errors import TandemError

    with open_store() as store:
        try:
            job_id = submit(store, path, series_uid=series, again=again)
        except TandemError as error:
            console.say(f"tandem: {error.sentence(str(path))}")
            raise typer.Exit(1) from None
        (progress,) = wait_for(store, [Submitted(job_id, str(path))])
        if progress.state != "done" or not progress.reading_id:
            console.say(f"tandem: {path}: {refused(progress.refusal)}")
            for line in _named_files(path, progress.refusal):
                console.say(line)
            raise typer.Exit(1)
        reading = _reading(store, progress.reading_id)
    if as_json:
        console.print_document(to_json(reading))
    else:
        from apps.medical.summary import print_summary

        print_summary(reading)


@app.command("list")
def list_studies(
    limit: Annotated[int, typer.Option(min=1, help="How many studies, the newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List studies with the ids of their patients, studies and readings, each of which `tandem delete` takes."""
    from apps.medical.records.entries import studies as listed
    from apps.store.store import open_store

    with open_store() as store:
        entries = listed(store, limit)
    if as_json:
        studies = [
            {
                "patient": {"id": entry.patient.id, "name": entry.patient.name, "patient_id": entry.patient.patient_id},
                "study": {"id": entry.study.id, "date": str(entry.study.study_date or "") or None},
                "readings": [
                    {"id": made.reading.id, "created_at": made.reading.created_at.isoformat()}
                    for made in entry.readings
                ],
            }
            for entry in entries
        ]
        console.print_document({"schema": "tandem.medical.list/1", "notice": NOTICE, "studies": studies})
        return
    of_patients: dict[str, list[StudyEntry]] = {}
    for entry in entries:
        of_patients.setdefault(entry.patient.id, []).append(entry)
    for patient_id, theirs in of_patients.items():
        patient = theirs[0].patient
        named = " ".join(dict.fromkeys(part for part in (patient.name, patient.patient_id) if part))
        _print_line(f"{patient_id}  {named}")
        for entry in theirs:
            _print_line(f"  {entry.study.id}  study of {entry.study.study_date or 'n/a'}")
            for made in entry.readings:
                shown = "1 finding" if made.num_shown == 1 else f"{made.num_shown} findings"
                _print_line(f"    {made.reading.id}  read {made.reading.created_at:%Y-%m-%d %H:%M} UTC, {shown} shown")
            if not entry.readings:
                _print_line("    no reading")


def _print_line(text: str) -> None:
    """A line that is never folded or cut: ids are to be copied."""
    console.out.print(console.plain(console.visible(text)), soft_wrap=True, highlight=False)


def _named_files(path: Path, refusal: "Refusal") -> list[str]:
    """The names of the files that a refusal numbers, for the person who gave the path; they are stored nowhere."""
    from apps.medical.dicom.sources import name_of_file
    from core_model.errors import TandemError

    named = []
    values = refusal.source.values if refusal.source else {}
    for number in [values[name] for name in ("number", "other") if name in values]:
        try:
            named.append(f"file {number} is {name_of_file(path.expanduser(), number)}")
        except TandemError:  # what stood there has changed since it was read
            continue
    return named


def _reading(store: "Store", reading_id: str) -> "MedicalReading":
    """The stored reading, with its heatmaps as paths that the person can open."""
    from apps.medical.jobs import stored
    from apps.store import blobs

    reading = stored(store, reading_id)
    findings = [
        replace(finding, heatmap=str(blobs.path_of(store, finding.heatmap)))
        if isinstance(finding.heatmap, str)
        else finding
        for finding in reading.findings
    ]
    return replace(reading, findings=tuple(findings))
