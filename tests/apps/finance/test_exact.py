"""Numbers of any length that a report may hold go through statements, checks and print without a digit rounded."""

from dataclasses import replace
from decimal import getcontext

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.finance import summary
from apps.finance.anomaly import check_statements
from apps.finance.document import build_document
from apps.finance.money import printed
from tests.apps.finance.statements.reports import BALANCE, INCOME, Line, Maker, annual, read

whole = st.integers(min_value=10**30, max_value=10**90)


def with_cells(lines: list[Line], cells: dict[str, tuple[str, str]], leave_out: str) -> list[Line]:
    """The lines with other numbers, without the one that is to follow from them."""
    return [replace(line, cells=cells.get(line.caption, line.cells)) for line in lines if line.caption != leave_out]


def document_of(revenue: int, cost: int, assets: int, equity: int) -> dict:
    """The document of a report that prints these numbers in dollars, and neither gross profit nor liabilities."""
    income = {
        "Net sales": (f"{revenue:,}", "900"),
        "Cost of sales": (f"({cost:,})", "560"),
    }
    balance = {"Total assets": (f"{assets:,}", "930"), "Total equity": (f"{equity:,}", "470")}
    made = annual(
        with_cells(INCOME, income, "Gross profit"),
        with_cells(BALANCE, balance, "Total liabilities"),
        maker=Maker(scale=0),
    )
    filing, statements = read(made)
    checks, anomalies = check_statements(filing, statements)
    return build_document(
        filing, statements, checks, anomalies, reading_id="reading-1", facts_sha256="0" * 64, provenance={}
    )


def newest(document: dict, statement: str, line: str, *, derived: bool) -> dict:
    values = next(one for one in document["statements"][statement] if one["line"] == line)["values"]
    return next(value for value in values if "value" in value and bool(value.get("derived")) == derived)


@settings(max_examples=15, deadline=None)
@given(revenue=whole, cost=whole, assets=whole, equity=whole)
def test_values_differences_and_signs_keep_every_digit(revenue: int, cost: int, assets: int, equity: int) -> None:
    assert getcontext().prec == 28
    document = document_of(revenue, cost, assets, equity)
    assert newest(document, "income", "revenue", derived=False)["value"] == str(revenue)
    assert newest(document, "income", "cost_of_revenue", derived=False)["value"] == str(-cost)
    assert newest(document, "income", "gross_profit", derived=True)["value"] == str(revenue + cost)
    assert newest(document, "balance", "total_liabilities", derived=True)["value"] == str(assets - equity)
    differences = {check["difference"] for check in document["checks"] if check["id"].startswith("balance")}
    assert not any("E" in str(difference) for difference in differences)


@given(st.integers(min_value=-(10**120), max_value=10**120), st.sampled_from([1, 1_000, 1_000_000]))
@settings(deadline=None)
def test_printed_amounts_keep_every_digit(number: int, scale: int) -> None:
    text = str(number * scale)
    shown = f"({-number:,})" if number < 0 else f"{number:,}"
    assert printed(text, scale) == shown


def test_the_unit_of_a_long_amount_is_still_found() -> None:
    values = [{"value": "1" + "0" * 40, "unit": "USD", "end": "2023-12-31"}]
    statements = {name: [] for name in summary.TITLES} | {"income": [{"line": "revenue", "values": values}]}
    assert summary.unit_of({"statements": statements}) == (1_000_000, 0)
