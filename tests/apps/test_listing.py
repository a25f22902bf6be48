"""Every id that ``tandem delete`` takes is printed by a command, whole, and works there."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from apps import console
from apps.cli import app
from apps.finance.cli import list_reports
from apps.medical.records import entries
from apps.medical.records.studies import Identity, SeriesEntry, add_study
from apps.notices import NOTICE
from apps.settings import load_settings
from apps.store import blobs
from apps.store.store import Store
from core_model.errors import NotFound
from tests.apps.finance.records.made import save_report
from tests.apps.medical.records.made import save_scan
from tests.apps.test_documents import validator
from tests.conftest import put_empty_database


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Two studies of one patient, the first read twice, and a report; their ids."""
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    put_empty_database(tmp_path / "data")
    made: dict[str, str] = {}
    with Store(load_settings()) as store:
        for number in (1, 2):
            volume = blobs.put(store, "job-1", f"volume {number}", b"volume %d" % number)
            made[f"study {number}"] = add_study(
                store,
                Identity("P-17", "DOE^[bold]JANE"),
                f"1.2.{number}",
                [SeriesEntry(f"1.2.{number}.1", volume)],
                study_date=date(2024, 5, number),
            )
        for number in (1, 2):
            made[f"scan reading {number}"] = save_scan(store, made["study 1"], steps={"nodules": str(number)})
        made["report"] = save_report(store, "Example [red]Corp", input_hash="e" * 64)
        blobs.release(store, "job-1")
        made["patient"] = entries.study_of(store, made["scan reading 1"]).patient.id
    return made


def document(name: str, *words: str) -> dict:
    """What a command prints, after its schema has been held against it."""
    printed = json.loads(tandem(*words, "--json"))
    validator(f"{name}-1.json").validate(printed)
    assert (printed["schema"], printed["notice"]) == (f"{name}/1", NOTICE)
    return printed


def tandem(*words: str) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    return done.stdout


def test_studies_are_listed_with_the_ids_of_patient_study_and_readings(stored: dict[str, str]) -> None:
    listed = document("tandem.medical.list", "medical", "list")
    by_study = {entry["study"]["id"]: entry for entry in listed["studies"]}
    assert set(by_study) == {stored["study 1"], stored["study 2"]}
    first = by_study[stored["study 1"]]
    assert first["patient"] == {"id": stored["patient"], "name": "DOE^[bold]JANE", "patient_id": "P-17"}
    assert first["study"]["date"] == "2024-05-01"
    read = {row["id"] for row in first["readings"]}
    assert read == {stored["scan reading 1"], stored["scan reading 2"]}
    assert by_study[stored["study 2"]]["readings"] == []


def test_the_list_of_studies_stands_by_patient_in_lines_of_80_with_whole_ids(stored: dict[str, str]) -> None:
    lines = tandem("medical", "list").splitlines()
    assert max(map(len, lines)) <= 80
    words = [line.split()[0] for line in lines]
    assert words[0] == stored["patient"]
    assert lines[0].split("  ", 1)[1] == "DOE^[bold]JANE P-17"
    first, second = words.index(stored["study 1"]), words.index(stored["study 2"])
    assert lines[first] == f"  {stored['study 1']}  study of 2024-05-01"
    assert set(words[first + 1 : first + 3]) == {stored["scan reading 1"], stored["scan reading 2"]}
    assert lines[second + 1] == "    no reading"


def test_names_in_the_tables_do_not_steer_the_terminal(stored: dict[str, str]) -> None:
    with Store(load_settings()) as store:
        save_report(store, "Bad\x1b[2JCo", input_hash="f" * 64)
        add_study(store, Identity("P-18", "BAD\x9b2J^EVE"), "1.2.9", [])
    shown = tandem("finance", "list") + tandem("medical", "list")
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert r"Bad\x1b[2JCo" in shown
    assert r"\x9b2J" in shown.replace("\n", "")


def test_reports_are_listed_with_the_ids_of_their_readings(stored: dict[str, str]) -> None:
    (row,) = document("tandem.finance.list", "finance", "list")["readings"]
    assert (row["id"], row["company"], row["facts"]) == (stored["report"], "Example [red]Corp", 3)
    assert (row["form"], row["period_end"], row["anomalies"]) == ("10-K", "2024-12-31", 2)
    assert json.loads(tandem("finance", "list", "--company", "nobody", "--json"))["readings"] == []
    assert stored["report"] in tandem("finance", "list")


def test_reports_are_listed_in_80_columns_of_a_terminal_and_uncut_in_a_file(
    stored: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(load_settings()) as store:
        save_report(store, "A Company of an Uncommonly Long Registered Name, Incorporated", input_hash="c" * 64)
    for terminal in (True, False):
        out = io.StringIO()
        shown_on = Console(file=out, width=80, force_terminal=terminal, color_system=None)
        monkeypatch.setattr(console, "out", shown_on)
        list_reports(company="", limit=50, as_json=False)
        lines = out.getvalue().splitlines()
        assert stored["report"] in out.getvalue()
        assert (max(map(len, lines)) <= 80) == terminal
        assert ("Registered Name, Incorporated" in out.getvalue()) != terminal
        assert all(line.split()[-1] in ("2", "anomalies") for line in lines)


@pytest.mark.parametrize("name", ["patient", "study 1", "scan reading 1", "report"])
def test_each_listed_id_can_be_deleted(stored: dict[str, str], name: str) -> None:
    tandem("delete", stored[name], "--yes")
    everything = tandem("medical", "list", "--json") + tandem("finance", "list", "--json")
    assert stored[name] not in everything
    gone = {"patient": {"patient", "study 1", "study 2", "scan reading 1", "scan reading 2"},
            "study 1": {"study 1", "scan reading 1", "scan reading 2"}}.get(name, {name})  # fmt: skip
    for other, identifier in stored.items():
        assert (identifier in everything) == (other not in gone), other


def test_what_is_not_there_names_the_commands_that_list_ids(stored: dict[str, str]) -> None:
    from apps.jobs import delete

    for identifier in ("patient-none", "nonsense"):
        with Store(load_settings()) as store, pytest.raises(NotFound, match="tandem medical list"):
            delete(store, identifier)
