"""What a person reads at a terminal of 80 columns: whole numbers under their periods, reasons on one line."""

import io
import re
from decimal import Decimal

import pytest
from rich.console import Console

from apps import console
from apps.demo.report import make_example_report
from apps.finance import summary
from apps.finance.document import build_document
from apps.finance.filings import read_facts
from apps.finance.statements import build_statements
from apps.finance.statements.lines import BY_NAME


def made(folder, seed: int = 0) -> dict:
    make_example_report(folder / "report.html", seed)
    data = (folder / "report.html").read_bytes()
    filing = read_facts(data)
    return build_document(
        filing, build_statements(data, filing), [], [], reading_id="reading-1", facts_sha256="ab" * 32, provenance={}
    )


def printed(document: dict, monkeypatch: pytest.MonkeyPatch, width: int = 80) -> list[str]:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=out, width=width))
    monkeypatch.setattr(console, "err", Console(file=err, width=width))
    summary.print_summary(document)
    return out.getvalue().splitlines()


def values_of(document: dict, line: str) -> list[dict]:
    return next(one for lines in document["statements"].values() for one in lines if one["line"] == line)["values"]


@pytest.mark.parametrize("seed", range(4))
def test_every_number_stands_whole_on_the_line_of_its_name(seed, tmp_path, monkeypatch):
    document = made(tmp_path, seed)
    lines = printed(document, monkeypatch)
    assert all(len(line) <= 80 for line in lines[:-1])
    assert lines[1].endswith("USD in millions")
    compared = 0
    for name, about in BY_NAME.items():
        newest = [value for value in values_of(document, name) if "value" in value][:2]
        (line,) = [line for line in lines if line.startswith((f"{about.english}  ", f"{about.english}: n/a"))]
        if not newest:
            assert "n/a: " in line
            continue
        numbers = re.findall(r"\(?[\d,]+(?:\.\d+)?\)?", line.removeprefix(about.english))
        scale = 1 if name.startswith("eps_") else 1_000_000
        got = [Decimal(re.sub(r"[(),]", "", n)) * (-scale if n.startswith("(") else scale) for n in numbers]
        assert got == [Decimal(value["value"]) for value in newest]
        compared += len(got)
    assert compared > 50


def test_digits_stand_under_digits(tmp_path, monkeypatch):
    lines = printed(made(tmp_path), monkeypatch)
    ends = {line.rstrip(")*").__len__() for line in lines if re.search(r"\d(?:\)|\*)?$", line) and "  " in line}
    assert len(ends) == 1, lines


def test_amounts_that_are_no_whole_thousands_are_printed_in_full(tmp_path, monkeypatch):
    document = made(tmp_path)
    newest = values_of(document, "revenue")[0]
    newest["value"] = "-123456789012345.67"
    lines = printed(document, monkeypatch)
    assert lines[1].endswith(", USD")
    assert any("(123,456,789,012,345.67)" in line for line in lines)
    assert all(len(line) <= 80 for line in lines[:-1])


def test_a_value_that_is_missing_in_one_period_says_why_below_it(tmp_path, monkeypatch):
    document = made(tmp_path)
    before = values_of(document, "goodwill")[1]
    for key in ("value", "unit", "fact_ids"):
        del before[key]
    before["not_available"] = "the page leaves the cell empty"
    lines = printed(document, monkeypatch)
    at = next(number for number, line in enumerate(lines) if line.startswith("Goodwill"))
    assert lines[at].endswith("n/a")
    assert lines[at + 1] == f"  {before['end']}: n/a: the page leaves the cell empty"


def test_a_long_reason_keeps_to_its_line(tmp_path, monkeypatch):
    document = made(tmp_path)
    values_of(document, "inventory")[:] = []
    line = next(one for lines in document["statements"].values() for one in lines if one["line"] == "inventory")
    line["reason"] = "because " * 40
    (shown,) = [one for one in printed(document, monkeypatch) if one.startswith("Inventories")]
    assert len(shown) == 80
    assert shown.startswith("Inventories: n/a: because because")
    assert shown.endswith("…")


def test_names_from_a_report_are_printed_as_they_stand(tmp_path, monkeypatch):
    document = made(tmp_path)
    document["document"]["company"] = "Acme [/bold] [red]Inc."
    assert printed(document, monkeypatch)[0] == "Acme [/bold] [red]Inc."


def test_a_quarter_is_compared_with_the_quarter_a_year_before():
    def value(start: str, end: str) -> dict:
        return {"start": start, "end": end, "value": "1", "unit": "USD", "fact_ids": []}

    values = [value("2024-04-01", "2024-06-30"), value("2024-01-01", "2024-06-30"), value("2023-04-01", "2023-06-30")]
    values.append(value("2023-01-01", "2023-06-30"))
    lines = [{"line": name, "label": "x", "reason": "", "values": values} for name in ("revenue", "net_income")]
    assert summary.periods_of(lines) == [("2024-06-30", "2024-04-01"), ("2023-06-30", "2023-04-01")]


def titles(start: str, end: str, monkeypatch: pytest.MonkeyPatch, tmp_path) -> list[str]:
    """The headings of the statements of a report about one period."""
    document = made(tmp_path)
    for lines in document["statements"].values():
        for line in lines:
            line["values"] = [
                {"start": start, "end": end, "value": "1", "unit": "USD", "fact_ids": []} for _ in line["values"][:1]
            ]
    return [line for line in printed(document, monkeypatch) if line.startswith(tuple(summary.TITLES.values()))]


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
def test_a_statement_says_how_long_its_period_is_where_that_is_no_year(start, end, length, monkeypatch, tmp_path):
    shown = titles(start, end, monkeypatch, tmp_path)
    assert [re.sub(r"  +.*", "", line) for line in shown] == [f"{title}{length}" for title in summary.TITLES.values()]
