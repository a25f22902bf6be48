"""What the command line prints is shown as it stands, whatever is in it and whatever the terminal can show."""

import io
import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from apps import console
from apps.commands.jobs import list_jobs
from apps.documents import Missing
from apps.finance.anomaly.model import Anomaly
from apps.finance.periods import Period
from apps.finance.reading import FactsFile
from apps.finance.statements.model import STATEMENTS, StatementLine, StatementName, StatementValue
from apps.finance.summary import print_summary
from apps.jobs import following
from apps.jobs.following import Submitted
from apps.store import jobs
from apps.store.store import open_store
from core_model.errors import Message, Refusal
from tests.apps.finance.readings import blank, sentence

COMPANY = "Bracket [/] & [red]Sons[/red] Inc."


def everywhere(reason: str) -> dict[StatementName, tuple[StatementLine, ...]]:
    """Statements of one line without a number each, for a reason."""
    value = StatementValue(Period("2024-12-31"), None, not_available=sentence(reason))
    return {
        name: (StatementLine("revenue", name, "[/b] net", "", 0.0, sentence(reason), (value,)),) for name in STATEMENTS
    }


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=stream, width=200))
    return stream


def test_a_companys_name_and_a_path_are_never_markup(printed: io.StringIO):
    reading = blank(facts=FactsFile(0, "b" * 64, "/data/[/old]/facts"), statements=everywhere("not [/printed]"))
    print_summary(replace(reading, document=replace(reading.document, company=COMPANY)))
    text = printed.getvalue()
    assert COMPANY in text
    assert "n/a: not [/printed]" in text
    assert "/data/[/old]/facts" in text


STEERING = "a\x1b]0;title\x07\x1b[31m\x9b2J\x7f\r.html"
SHOWN = r"a\x1b]0;title\x07\x1b[31m\x9b2J\x7f\x0d.html"


def test_a_name_never_steers_the_terminal_nor_makes_a_line_of_ours(monkeypatch: pytest.MonkeyPatch):
    stream = io.StringIO()
    monkeypatch.setattr(console, "err", Console(file=stream, width=20))
    console.say(f"file 2 is /data/{STEERING}\ntandem: all is well")
    assert stream.getvalue() == rf"file 2 is /data/{SHOWN}\x0atandem: all is well" + "\n"


def test_a_progress_bar_shows_control_characters_of_a_name(store_of_one_job: str, monkeypatch: pytest.MonkeyPatch):
    shown: list[str] = []

    @contextmanager
    def bar(_: str) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(task_ids=[0], update=lambda *_, description, **__: shown.append(description))

    monkeypatch.setattr(console, "progress_bar", bar)
    monkeypatch.setattr(following, "ensure_worker", lambda _: nullcontext())
    with open_store() as store:
        following.wait_for(store, [Submitted(store_of_one_job, f"{STEERING}\nx")])
    assert shown == [rf"{SHOWN}\x0ax: waiting"]


@pytest.fixture
def store_of_one_job(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Id of the one job, which has ended, of the environment's store."""
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path))
    with open_store() as store:
        row = jobs.create(store, "finance.read", None, {})
        jobs.end(store, row.id, 1, "failed", error=Refusal("as_written", {"text": "No"}))
    return row.id


def test_the_texts_of_a_document_do_not_steer_the_terminal(printed: io.StringIO):
    about = replace(
        blank().document,
        company=STEERING,
        form=STEERING,
        period_end=STEERING,
        currency=Missing(Message("as_written", {"text": STEERING})),
    )
    anomaly = Anomaly("anomaly-1", 1, "sign", "high", 0.9, sentence(f"one {STEERING}\ntwo"), (), "printed_signs")
    print_summary(blank(document=about, statements=everywhere(STEERING), anomalies=(anomaly,)))
    lines = printed.getvalue().splitlines()
    assert lines[0] == SHOWN
    assert lines[1] == f"{SHOWN}, period to {SHOWN}, n/a ({SHOWN})"
    assert f"Revenue: n/a: {SHOWN}" in lines
    assert [line.split() for line in lines if "one" in line] == [["1.", "high", "one", *SHOWN.split()]]
    assert "\x1b" not in printed.getvalue()


def test_a_document_holds_no_control_character_and_is_the_same(monkeypatch: pytest.MonkeyPatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="utf-8"))
    console.print_document({"company": STEERING})
    printed = raw.getvalue().decode()
    assert json.loads(printed) == {"company": STEERING}
    assert {sign for sign in printed if unicodedata.category(sign) == "Cc"} == {"\n"}


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
        jobs.end(store, row.id, 1, "failed", error=Refusal("as_written", {"text": "Slope [/] is 0"}))
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


def test_a_document_is_printed_from_its_json_as_it_is_from_its_parts(capsys: pytest.CaptureFixture[str]):
    console.print_document({"a": 1.5, "b": ["é\x9b"]})
    console.print_document('{"a":1.5,"b":["é\x9b"]}'.encode())
    first, second = capsys.readouterr().out.split("}\n")[:2]
    assert first == second
