"""What a person reads at a terminal of 80 columns: whole numbers under their periods, reasons on one line."""

import io
import re
import tempfile
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from apps import console
from apps.demo.report import make_example_report
from apps.finance import summary
from apps.finance.periods import Period
from apps.finance.reading import FinanceReading
from apps.finance.report import make_reading, read_report
from apps.finance.statements.lines import BY_NAME
from apps.finance.statements.model import StatementValue
from apps.messages import said
from apps.provenance import Provenance
from tests.apps.finance.readings import sentence


@cache
def made(seed: int = 0) -> FinanceReading:
    """The reading of an example report, read once in a run of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        make_example_report(path, seed)
        report = read_report(path.read_bytes())
    return make_reading(
        report, reading_id="reading-1", facts_sha256="ab" * 32, provenance=Provenance("a" * 64, {}, {}, {}, {})
    )


def changed(reading: FinanceReading, name: str, **parts: Any) -> FinanceReading:
    """The reading with other parts of one key line."""
    statements = {
        statement: tuple(replace(line, **parts) if line.line == name else line for line in lines)
        for statement, lines in reading.statements.items()
    }
    return replace(reading, statements=statements)


def printed(reading: FinanceReading, monkeypatch: pytest.MonkeyPatch, width: int = 80) -> list[str]:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=out, width=width, force_terminal=True, color_system=None))
    monkeypatch.setattr(console, "err", Console(file=err, width=width))
    summary.print_summary(reading, "report.html")
    return out.getvalue().splitlines()


def test_nothing_is_cut_in_a_file(monkeypatch):
    reading = changed(made(), "inventory", values=(), reason=sentence("because " * 40))
    out = io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=out, width=80))
    summary.print_summary(reading, "a/" + "long/" * 30 + "report.html")
    lines = out.getvalue().splitlines()
    assert next(line for line in lines if line.startswith("Inventories")).count("because") == 40
    assert "source a/" + "long/" * 30 + "report.html" in lines


def test_three_years_stand_side_by_side_where_they_fit(monkeypatch):
    reading = made()
    ends = [value.period.end for value in reading.line("revenue").values][:3]
    shown = next(line for line in printed(reading, monkeypatch) if line.startswith("Income statement"))
    assert shown.split()[2:] == ends
    narrow = next(line for line in printed(reading, monkeypatch, 66) if line.startswith("Income statement"))
    assert narrow.split()[2:] == ends[:2]


@pytest.mark.parametrize("seed", range(4))
def test_every_number_stands_whole_on_the_line_of_its_name(seed, monkeypatch):
    reading = made(seed)
    lines = printed(reading, monkeypatch)
    assert all(len(line) <= 80 for line in lines[:-1])
    assert lines[1].endswith("USD in millions")
    compared = 0
    for name, about in BY_NAME.items():
        newest = [value.value for value in reading.line(name).values if value.value is not None][:3]
        called = said(about.message) + (" (USD)" if name.startswith("eps_") else "")  # the millions are not theirs
        (line,) = [line for line in lines if line.startswith((f"{called}  ", f"{called}: n/a"))]
        if not newest:
            assert "n/a: " in line
            continue
        numbers = re.findall(r"\(?[\d,]+(?:\.\d+)?\)?", line.removeprefix(called))
        scale = 1 if name.startswith("eps_") else 1_000_000
        got = [Decimal(re.sub(r"[(),]", "", n)) * (-scale if n.startswith("(") else scale) for n in numbers]
        assert got == newest[: len(got)]
        assert len(got) >= min(2, len(newest))
        compared += len(got)
    assert compared > 50


def test_digits_stand_under_digits(monkeypatch):
    lines = printed(made(), monkeypatch)
    ends = {line.rstrip(")*").__len__() for line in lines if re.search(r"\d(?:\)|\*)?$", line) and "  " in line}
    assert len(ends) == 2, "three years of income and cash flows, two days of the balance sheet"


def test_amounts_that_are_no_whole_thousands_are_printed_in_full(monkeypatch):
    reading = made()
    first, *others = reading.line("revenue").values
    long = replace(first, value=Decimal("-123456789012345.67"))
    lines = printed(changed(reading, "revenue", values=(long, *others)), monkeypatch)
    assert lines[1].endswith(", USD")
    assert any("(123,456,789,012,345.67)" in line for line in lines)
    assert all(len(line) <= 80 for line in lines[:-1])


def test_a_value_that_is_missing_in_one_period_says_why_below_it(monkeypatch):
    reading = made()
    newest, before, *others = reading.line("goodwill").values
    empty = StatementValue(before.period, None, not_available=sentence("the page leaves the cell empty"))
    lines = printed(changed(reading, "goodwill", values=(newest, empty, *others)), monkeypatch)
    at = next(number for number, line in enumerate(lines) if line.startswith("Goodwill"))
    assert lines[at].endswith("n/a")
    assert lines[at + 1] == f"  {before.period.end}: n/a: the page leaves the cell empty"


def test_a_long_reason_keeps_to_its_line(monkeypatch):
    reading = changed(made(), "inventory", values=(), reason=sentence("because " * 40))
    (shown,) = [one for one in printed(reading, monkeypatch) if one.startswith("Inventories")]
    assert len(shown) == 80
    assert shown.startswith("Inventories: n/a: because because")
    assert shown.endswith("…")


def test_names_from_a_report_are_printed_as_they_stand(monkeypatch):
    reading = made()
    renamed = replace(reading, document=replace(reading.document, company="Acme [/bold] [red]Inc."))
    assert printed(renamed, monkeypatch)[0] == "Acme [/bold] [red]Inc."


def test_a_quarter_is_compared_with_the_quarter_a_year_before():
    periods = [
        Period("2024-06-30", "2024-04-01"),
        Period("2024-06-30", "2024-01-01"),
        Period("2023-06-30", "2023-04-01"),
        Period("2023-06-30", "2023-01-01"),
    ]
    values = tuple(StatementValue(period, Decimal(1), "USD") for period in periods)
    lines = [replace(line, values=values) for line in made().statements["income"][:2]]
    assert summary.periods_of(lines) == [periods[0], periods[2]]


def titles(start: str, end: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The headings of the statements of a report about one period."""
    reading = made()
    value = StatementValue(Period(end, start), Decimal(1), "USD")
    statements = {
        name: tuple(replace(line, values=(value,) if line.values else ()) for line in lines)
        for name, lines in reading.statements.items()
    }
    shown = printed(replace(reading, statements=statements), monkeypatch)
    return [line for line in shown if line.startswith(tuple(summary.TITLES.values()))]


@pytest.mark.parametrize(
    ("start", "end", "length"),
    [
        ("2024-01-01", "2024-12-31", ""),
        ("2023-12-31", "2025-01-04", ""),
        ("2024-01-01", "2024-03-31", ", 3 months"),
        ("2024-12-01", "2024-12-31", ", 1 month"),
        ("2023-11-18", "2024-12-31", ", 410 days"),
        ("2024-12-31", "2024-12-31", ", 1 day"),
    ],
)
def test_a_statement_says_how_long_its_period_is_where_that_is_no_year(start, end, length, monkeypatch):
    shown = titles(start, end, monkeypatch)
    assert [re.sub(r"  +.*", "", line) for line in shown] == [f"{title}{length}" for title in summary.TITLES.values()]


def test_whose_figures_they_are_stands_in_the_heading_where_the_report_tells(monkeypatch):
    reading = made()
    assert printed(reading, monkeypatch)[1].endswith("USD in millions")
    group = replace(reading, document=replace(reading.document, basis="group"))
    assert printed(group, monkeypatch)[1].endswith("USD in millions, the group's figures")
    own = replace(reading, document=replace(reading.document, basis="company"))
    assert printed(own, monkeypatch)[1].endswith("USD in millions, the company's own figures")


def test_a_statement_that_is_not_there_says_so_once(monkeypatch):
    reading = made()
    why = sentence("it is printed nowhere")
    gone = tuple(replace(line, values=(), reason=why) for line in reading.statements["balance"])
    lines = printed(replace(reading, statements={**reading.statements, "balance": gone}), monkeypatch)
    assert [line for line in lines if "printed nowhere" in line] == ["n/a: it is printed nowhere"]
    assert lines[lines.index("n/a: it is printed nowhere") - 1] == "Balance sheet"


def test_what_a_reader_must_know_of_a_number_stands_below_the_statement(monkeypatch):
    reading = made()
    first, *others = reading.line("capital_expenditure").values
    odd = replace(first, value=Decimal(-5_000_000), turned=True, note=sentence("its sign is odd"))
    lines = printed(changed(reading, "capital_expenditure", values=(odd, *others)), monkeypatch)
    assert f"Capital expenditure {first.period.end}: its sign is odd" in lines


def test_a_printed_dash_is_no_zero(monkeypatch):
    reading = made()
    newest, before, *others = reading.line("goodwill").values
    dash = replace(before, value=Decimal(0), printed="—", note=sentence("dash"))
    lines = printed(changed(reading, "goodwill", values=(newest, dash, *others)), monkeypatch)
    assert next(line for line in lines if line.startswith("Goodwill")).endswith(" —")


def test_a_number_tagged_a_day_off_stands_in_its_column(monkeypatch):
    reading = made()
    before = printed(reading, monkeypatch)
    newest, *others = reading.line("revenue").values
    off = replace(newest, period=Period(newest.period.end[:-2] + "30", newest.period.start))
    assert newest.period.end.endswith("-31")
    shown = printed(changed(reading, "revenue", values=(off, *others)), monkeypatch)
    assert shown == before


def test_a_line_in_another_currency_than_the_heading_says_so(monkeypatch):
    reading = made()
    line = reading.line("revenue")
    assert not [text for text in printed(reading, monkeypatch) if ": in " in text]
    odd = tuple(replace(value, unit="EUR") for value in line.values)
    assert "Revenue: in EUR" in printed(changed(reading, "revenue", values=odd), monkeypatch)
