"""Rows as reported carry the number that the page prints, with its sign, whatever sign its tag has."""

import re
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.finance.filings import read_facts
from apps.finance.statements import Statements, build_statements
from apps.finance.statements.printing import printed_negative
from benchmarks import shared_data
from tests import needs
from tests.apps.finance.statements.reports import BEFORE, CASH_FLOW, INCOME, YEAR, Line, Maker, annual, gaap, read

EQUITY_METHOD = gaap("Equity income", "IncomeLossFromEquityMethodInvestments", "(19)", "7", flip=True)
INVENTORIES = Line("Inventories", "us-gaap:IncreaseDecreaseInInventories", ("17", "(4)"), flip=True)


@pytest.mark.parametrize(
    ("printed", "negative"),
    [
        ("1,019", False),
        ("(1,019)", True),
        ("$ (1,019)", True),
        ("$(0.15)", True),
        ("RMB (12)", True),
        ("（1,019）", True),
        ("-5", True),
        ("−5", True),
        ("1,019-", True),
        ("12-15", False),
        ("—", False),
        ("-", False),
        ("(—)", False),
        ("", False),
        ("no", False),
    ],
)
def test_parentheses_and_minus_are_a_negative_number(printed: str, negative: bool):
    assert printed_negative(printed) is negative


_DIGITS = st.sampled_from(["８", "8", "12", "１２", "１"])
_LIST = st.tuples(_DIGITS, st.sampled_from([",", "，", "、", "・", ", ", " "]), _DIGITS).map("".join)
_NUMBERS = st.just("") | _DIGITS | _LIST
_MARK = st.one_of(
    st.tuples(st.sampled_from(["※", "*", "†", "注", "(注)", "（注）", "（※）"]), _NUMBERS).map("".join),
    st.tuples(st.just("("), st.sampled_from(["注", "※"]), _NUMBERS, st.just(")")).map("".join),
    st.sampled_from(["①", "⑳"]),
)
_MARKS = st.lists(_MARK, min_size=1, max_size=3).flatmap(
    lambda marks: st.sampled_from([",", "，", "、", "・", " ", ""]).map(lambda between: between.join(marks))
)
_AMOUNTS = st.sampled_from(["2,417", "２，４１７", "417", "1,234,567", "12,345.6"])
_NEGATIVE = st.sampled_from(["△{}", "▲ {}", "-{}", "－{}", "({})", "（{}）", "{}-", "¥△{}"])


@given(_MARKS, _AMOUNTS, _NEGATIVE)
def test_marks_of_notes_before_a_number_do_not_hide_its_sign(marks: str, amount: str, form: str):
    assert printed_negative(f"{marks} {form.format(amount)}")


@given(_MARKS, _AMOUNTS)
def test_marks_of_notes_before_a_number_are_no_sign(marks: str, amount: str):
    assert not printed_negative(f"{marks} {amount}")
    assert not printed_negative(f"{marks} －")


@pytest.mark.parametrize(
    "text", ["※１,※２ △2,417", "(注)３ △2,417", "※1、2 △2,417", "※１・２ (2,417)", "(*2,417)", "※8 417-"]
)
def test_a_negative_number_behind_marks_of_notes(text: str):
    assert printed_negative(text)


@pytest.mark.parametrize("piece", ["※", "(注", "※1,", "※1 ", "(※ ", "1 ", "*", "(*1)", "① ", "※\t"])
def test_the_work_on_marks_follows_the_length_of_the_text(piece: str):
    def seconds(times: int) -> float:
        start = time.process_time()
        printed_negative(piece * times)
        return time.process_time() - start

    assert min(seconds(80_000) for _ in range(3)) < 40 * max(min(seconds(8_000) for _ in range(3)), 1e-3)


def test_a_row_has_the_printed_sign_and_keeps_the_tags_value_beside_it():
    filing, statements = read(annual(income=[*INCOME[:7], EQUITY_METHOD, *INCOME[7:]]))
    row = next(row for row in statements.reported["income"] if row.label == "Equity income")
    newest, before = row.values
    assert (newest.as_printed, newest.value) == (Decimal(-19_000_000), Decimal(19_000_000))
    assert (before.as_printed, before.value) == (Decimal(7_000_000), Decimal(7_000_000))
    fact = next(fact for fact in filing.facts if fact.fact_id == newest.fact_ids[0])
    assert (fact.concept, fact.value) == (EQUITY_METHOD.concept, "19000000")


def test_a_tag_of_the_other_sign_does_not_turn_an_amount_that_the_page_prints_without_parentheses():
    maker = Maker()
    row = f"<tr><td>Inventories</td><td>{maker.fact('17', INVENTORIES.concept, YEAR)}</td></tr>"
    turned = row.replace('scale="6"', 'scale="6" sign="-"')
    _, statements = read(
        annual(cash_flow=CASH_FLOW, maker=maker).replace(b"<tr><td style=\"padding-left:0pt\"><span>Dividends paid",
                                                         turned.encode() + b"<tr><td><span>Dividends paid")
    )  # fmt: skip
    inventories = next(row for row in statements.reported["cash_flow"] if row.label == "Inventories").values[0]
    assert (inventories.as_printed, inventories.value) == (Decimal(17_000_000), Decimal(-17_000_000))


def test_a_negated_label_alone_is_no_warning_and_the_key_line_keeps_its_own_sign():
    _, statements = read(annual())
    rows = {row.label: row for row in statements.reported["cash_flow"]}
    assert rows["Dividends paid"].values[0].as_printed == Decimal(-40_000_000)
    assert statements.line("dividends_paid").values[0].value == Decimal(40_000_000)
    assert not [caution for caution in statements.cautions if caution.code == "sign_differs"]


def test_an_opening_parenthesis_in_a_cell_of_its_own_belongs_to_the_number_behind_it():
    data = annual().replace(b"<td>$</td><td>(<ix:nonFraction", b"<td>$ (</td><td><ix:nonFraction")
    _, statements = read(data)
    rows = {row.label: row for row in statements.reported["cash_flow"]}
    values = [value.as_printed for value in rows["Purchases of property, plant and equipment"].values]
    assert values == [Decimal(-60_000_000), Decimal(-50_000_000)]
    effects = [value.as_printed for value in rows["Effect of exchange rates"].values]
    assert effects == [Decimal(-3_000_000), Decimal(1_000_000)]
    assert [value.period.start[:4] for value in statements.line("dividends_paid").values] == [YEAR[:4], BEFORE[:4]]


def on_page(text: str) -> Decimal | None:
    """A number as printed in a filing, read by itself: digits with commas, negative in parentheses; None for a dash."""
    digits = re.sub(r"[^\d.]", "", text)
    if not digits:
        return None
    return -Decimal(digits) if "(" in text or text.lstrip("$ ").startswith(("-", "−")) else Decimal(digits)


@pytest.fixture(scope="module")
def annual_reports() -> dict[str, Statements]:
    """The annual reports of two companies whose tags and pages often differ in sign."""
    needs.shared_data()
    found = {}
    for file in shared_data.filings(split="train", form="10-K"):
        if file.ticker in ("KO", "WMT"):
            found[file.ticker] = build_statements(file.path.read_bytes(), read_facts(file.path))
    assert set(found) == {"KO", "WMT"}
    return found


@pytest.mark.shared_data
@pytest.mark.parametrize("ticker", ["KO", "WMT"])
def test_every_row_of_a_real_report_is_the_number_on_the_page_in_its_unit(annual_reports, ticker: str):
    turned = compared = 0
    for name, rows in annual_reports[ticker].reported.items():
        for row in rows:
            for value in row.values:
                expected, shown = on_page(value.printed), value.as_printed
                if expected is None or shown is None:
                    continue
                scale = shown / expected if expected else Decimal(1)
                assert scale in (1, 1_000_000), (name, row.label, value)
                compared, turned = compared + 1, turned + (shown != value.value)
    assert compared > 200
    assert turned > 20


FLOWS = {
    "KO": ("Net Cash Provided by Operating Activities", "Consolidated net income"),
    "WMT": ("Net cash provided by operating activities", "Consolidated net income"),
}


@pytest.mark.shared_data
@pytest.mark.parametrize("ticker", ["KO", "WMT"])
def test_the_printed_rows_of_operating_cash_add_up_to_the_printed_total(annual_reports, ticker: str):
    rows = annual_reports[ticker].reported["cash_flow"]
    total = next(k for k, row in enumerate(rows) if row.label.lower() == FLOWS[ticker][0].lower())
    first = next(k for k, row in enumerate(rows) if row.label.lower() == FLOWS[ticker][1].lower())
    for column, wanted in enumerate(rows[total].values):
        parts = [row.values[column].as_printed or Decimal(0) for row in rows[first:total] if row.values]
        assert sum(parts) == wanted.as_printed


@pytest.mark.shared_data
def test_rows_whose_tag_has_the_other_sign_are_as_on_the_page(annual_reports):
    income = {row.label: row for row in annual_reports["KO"].reported["cash_flow"]}
    equity = next(row for label, row in income.items() if label.startswith("Equity (income) loss"))
    assert on_page("(1,019)") * 1_000_000 in [value.as_printed for value in equity.values]
    flows = {row.label: row for row in annual_reports["WMT"].reported["cash_flow"]}
    assert Decimal("2017000000") in [value.as_printed for value in flows["Inventories"].values]
