"""What the command line prints is shown as it stands, whatever is in it and whatever the terminal can show."""

import io
import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from apps import console
from apps.commands.jobs import list_jobs
from apps.finance.summary import print_summary
from apps.store import jobs
from apps.store.store import open_store

COMPANY = "Bracket [/] & [red]Sons[/red] Inc."
NOTHING = {"not_available": "the report does not say"}


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=stream, width=200))
    return stream


def test_a_companys_name_and_a_path_are_never_markup(printed: io.StringIO):
    document = {
        "id": "reading-1",
        "document": {"company": COMPANY, "form": "10-K", "period_end": "2024-12-31", "currency": NOTHING},
        "statements": {
            name: [{"line": "revenue", "label": "[/b] net", "reason": "", "values": []}]
            for name in ("income", "balance", "cash_flow")
        },
        "checks": [],
        "anomalies": [],
        "warnings": [],
        "facts": {"file": "/data/[/old]/facts"},
    }
    for statement in document["statements"].values():
        statement[0]["values"] = [{"end": "2024-12-31", "not_available": "not [/printed]"}]
    print_summary(document)
    text = printed.getvalue()
    assert COMPANY in text
    assert "n/a: not [/printed]" in text
    assert "/data/[/old]/facts" in text


def test_a_progress_bar_takes_any_path(monkeypatch: pytest.MonkeyPatch):
    stream = io.StringIO()
    monkeypatch.setattr(console, "err", Console(file=stream, force_terminal=True, width=120))
    with console.progress_bar("reading") as bar:
        bar.update(bar.task_ids[0], completed=0.5, description="/data/[/old]/report.html: facts")
        bar.refresh()
    assert "[/old]/report.html" in stream.getvalue()


def test_a_list_of_jobs_never_cuts_an_id_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    stream = io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=stream, width=80))
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    with open_store() as store:
        row = jobs.create(store, "medical.read", None, {})
        jobs.end(store, row.id, 1, "failed", error_code="refused", error_text="Slope [/] is 0.")
    list_jobs()
    assert row.id in stream.getvalue()
    assert "[/]" in stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii", "cp936"])
def test_a_document_is_the_same_json_in_every_locale(monkeypatch: pytest.MonkeyPatch, encoding: str):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    document = {"company": "可口可乐 Café – Å", "value": "1.5"}
    console.print_document(document)
    assert json.loads(raw.getvalue().decode(encoding)) == document
    if encoding == "utf-8":
        assert "可口可乐".encode() in raw.getvalue()
