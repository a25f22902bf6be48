"""What a report makes the reader do grows with its size, whatever it holds: doubled, it costs about twice as much.

The work is counted in lines of Python that run, never in seconds on the clock.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from apps.finance.filings import read_facts
from apps.finance.filings.source import locate
from apps.finance.filings.xml import parse
from apps.finance.periods import Period
from apps.finance.report import read_report
from apps.finance.statements.face import Entry, FaceRow
from apps.finance.statements.page.turned import with_turned_payments
from apps.finance.statements.tables import MAX_CAPTION, MAX_COLUMNS, without_marks
from apps.messages import cautioned
from core_model.errors import InputRejected
from tests.apps.finance.filings.documents import document, number, text
from tests.apps.finance.statements.reports import BALANCE, INCOME, Line, Maker, annual, gaap, newest


def lines_run(function: Callable[[], object]) -> int:
    """How many lines of Python a call runs."""
    count = 0

    def trace(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count


def chains(size: int) -> bytes:
    """As many facts as continuations, each of which goes through all of them."""
    links = "".join(f'<ix:continuation id="k{i}" continuedAt="k{i + 1}"/>' for i in range(size))
    facts = "".join(text("x", f"t{i}", f"acme:T{i}", continuedAt="k0") for i in range(size))
    return document(facts + links + f'<ix:continuation id="k{size}">end</ix:continuation>' + number("5"))


def notes(size: int) -> bytes:
    """Every fact linked to every footnote in one line."""
    facts = "".join(number("5", f"f{i}") for i in range(size))
    footnotes = "".join(f'<ix:footnote id="n{i}">x</ix:footnote>' for i in range(size))
    sources, targets = (" ".join(f"{letter}{i}" for i in range(size)) for letter in "fn")
    return document(facts + footnotes, resources=f'<ix:relationship fromRefs="{sources}" toRefs="{targets}"/>')


def beside_goodwill(cells: str) -> bytes:
    """A report whose row of goodwill has these cells between caption and numbers."""
    return annual().replace(b"<span>Goodwill</span></td>", b"<span>Goodwill</span></td>" + cells.encode())


def spans(size: int) -> bytes:
    """Cells that cover two hundred columns of two hundred rows, side by side."""
    return beside_goodwill('<td colspan="200" rowspan="200">x</td>' * size)


def headings(size: int) -> bytes:
    """A statement among thousands of rows of text."""
    return annual(balance=[*BALANCE[:4], *(Line(f"Heading {i}") for i in range(size)), *BALANCE[4:]])


def equal(size: int) -> bytes:
    """One number, stated over and over."""
    return document("".join(number("5", f"f{i}") for i in range(size)))


def differing(size: int) -> bytes:
    """One thing, stated differently over and over."""
    return document("".join(number(str(i + 1), f"f{i}") for i in range(size)))


def repeated_rows(size: int) -> bytes:
    """One fact, printed in row after row of a statement, each time with another number."""
    rows = [gaap("Net sales", "Revenues", str(i + 1), str(i + 2)) for i in range(size)]
    return annual(income=[*INCOME, *rows])


def periods(size: int) -> bytes:
    """One amount for as many periods, of which none follows another."""
    maker = Maker()
    days = [f"2023-01-{k % 28 + 1:02}/{2024 + k // 28}-02-01" for k in range(size)]
    return maker.document("".join(maker.fact("5", "us-gaap:Revenues", period) for period in days))


@pytest.mark.parametrize(
    ("make", "size"),
    [
        (chains, 400),
        (notes, 80),
        (spans, 80),
        (headings, 80),
        (equal, 80),
        (differing, 80),
        (repeated_rows, 80),
        (periods, 90),
    ],
)
def test_twice_the_report_is_about_twice_the_work(make, size):
    nothing, once, twice = (lines_run(lambda data=data: read_report(data)) for data in map(make, (1, size, 2 * size)))
    assert twice - nothing < 2.7 * max(once - nothing, nothing)


def test_payments_tagged_negative_are_looked_at_once_each():
    fact = read_facts(document(number("5", sign="-"))).facts[0]
    year = Period("2023-12-31", "2023-01-01")

    def paid(count: int) -> list[FaceRow]:
        entries = (Entry(year, replace(fact, fact_id=str(k)), "(5)", False) for k in range(count))
        return [
            FaceRow("x", (), "us-gaap:PaymentsToAcquireInvestments", (), False, 0, False, [each]) for each in entries
        ]

    once, twice = (lines_run(lambda rows=rows: with_turned_payments(rows)) for rows in map(paid, (40, 80)))
    assert twice < 2.2 * once
    assert all(row.entries[0].turned for row in with_turned_payments(paid(3)))


@pytest.mark.parametrize("unit", [" *", " * †", " (1)", "*", "(a)", " (1) (a)*"])
def test_footnote_marks_are_left_out_however_many_stand_there(unit):
    assert without_marks("Net sales" + unit * 50_000) == "Net sales"
    assert without_marks("Net sales" + unit * 50_000 + " x") == "Net sales" + unit * 50_000 + " x"


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("", ""),
        ("*", ""),
        ("(1)", ""),
        ("Sales (123)", "Sales (123)"),
        ("Sales (ab)", "Sales (ab)"),
        ("Sales (1) (note)", "Sales (1) (note)"),
        ("Sales\n(12)\t(b) †‡", "Sales"),
        ("(1) Sales", "(1) Sales"),
    ],
)
def test_footnote_marks_are_one_or_two_figures_or_a_letter_in_brackets_or_signs(printed, kept):
    assert without_marks(printed) == kept


def test_a_caption_without_end_is_cut_and_its_number_is_read():
    for caption in ("1" * 200_000, "a" + " * †" * 60_000 + "!", "sales " * 40_000):
        report = read_report(annual(income=[gaap(caption, "CostsAndExpenses", "1", "2"), *INCOME]))
        labels = [row.label for row in report.statements.reported["income"]]
        assert max(map(len, labels)) <= MAX_CAPTION
        assert newest(report.statements, "revenue") == "1000000000"


def test_cells_further_right_than_any_statement_are_not_read():
    wide = '<td colspan="200">x</td>' * (MAX_COLUMNS // 200)
    statements = read_report(beside_goodwill(wide)).statements
    assert newest(statements, "total_assets") == "1000000000"
    assert newest(statements, "goodwill") is None


def test_a_text_through_too_many_continuations_says_why_it_is_missing():
    filing = read_facts(chains(2_000))
    given = [fact.value for fact in filing.facts if fact.local_name.startswith("T")]
    assert given[0] == "xend"
    assert given[-1] is None
    assert locate(chains(2_000), "t0").continued_at


def test_links_between_facts_and_footnotes_beyond_a_measure_are_said():
    filing = read_facts(notes(400))
    assert "footnote_links_too_many" in [caution.code for caution in filing.cautions]
    [said] = [cautioned(caution) for caution in filing.cautions if caution.code == "footnote_links_too_many"]
    assert "100000" in said.replace(",", "")
    assert read_facts(notes(20)).facts[19].footnotes == tuple(f"n{i}" for i in range(20))


def test_a_document_type_without_end_is_refused():
    pattern = b'<!DOCTYPE html PUBLIC "-//' + b"XHTML " * 20_000
    assert re.match(rb"<!DOCTYPE", pattern)
    with pytest.raises(ValueError, match="document type of its own"):
        read_facts(pattern)


@pytest.mark.parametrize(
    "filler",
    [
        "<b/>" * 1_000_000,
        '<b a="" c="" d="" e="" f=""/>' * 200_000,
        "<b>x</b>" * 700_000,
    ],
    ids=["empty elements", "empty attributes", "one letter each"],
)
def test_markup_that_would_take_many_times_its_size_is_refused_before_it_is_parsed(filler, monkeypatch):
    monkeypatch.setattr("apps.finance.filings.xml.etree", None)  # no parser is asked
    with pytest.raises(InputRejected) as refusal:
        parse(document(filler + number("5")))
    assert refusal.value.code == "too_much_markup"
    assert "times the size of the document" in str(refusal.value)


def test_a_small_document_may_be_all_markup():
    assert read_facts(document("<b/>" * 100_000 + number("5"))).facts[0].value == "5"
