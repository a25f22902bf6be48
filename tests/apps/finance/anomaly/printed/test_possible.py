"""What cannot add up is left out by approximate arithmetic, and nothing else is; long statements are read in part."""

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.finance.anomaly.evidence import Amount
from apps.finance.anomaly.printed import structures as module
from apps.finance.anomaly.printed.page import PageRow
from apps.finance.anomaly.printed.possible import Possible
from apps.finance.anomaly.printed.structures import LONGEST_STATEMENT, structures
from apps.finance.periods import Period
from core_model.errors import Message
from tests.apps.finance.anomaly.books import Books

YEARS = (Period("2024-12-31", "2024-01-01"), Period("2023-12-31", "2023-01-01"))
CONCEPTS = (
    "x:Revenues", "x:CostOfRevenue", "x:GrossProfit", "x:OperatingExpenses", "x:OperatingIncomeLoss", "x:Assets",
    "x:InterestExpense", "x:OtherNonoperatingIncomeExpense", "x:NetIncomeLoss", "x:Goodwill",
)  # fmt: skip
values = (
    st.none() | st.integers(-9, 9).map(Decimal) | st.sampled_from([Decimal("0.1"), Decimal("1e25"), Decimal("7e18")])
)
rows = st.lists(
    st.tuples(st.sampled_from(CONCEPTS), st.sampled_from(["row", "less row"]), st.booleans(), values, values),
    max_size=14,
)


def page(given_: list[tuple]) -> list[PageRow]:
    def amount(value: Decimal | None) -> Amount | None:
        return None if value is None else Amount(value, Decimal("0.5"), (), Message("x"), "USD")

    return [
        PageRow(caption, concept, total, dict(zip(YEARS, map(amount, both), strict=True)))
        for concept, caption, total, *both in given_
    ]


@settings(deadline=None)
@given(rows, st.sampled_from(["income", "balance"]))
def test_the_sums_are_those_that_exact_arithmetic_finds_row_by_row(given_, statement):
    found = list(structures(page(given_), statement))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Possible, "depths", lambda _self, _total, above, ways: [len(above)] * len(ways))
        everywhere = list(structures(page(given_), statement))
    assert found == everywhere


def test_numbers_beyond_double_precision_are_left_to_exact_arithmetic():
    vast = Decimal(10) ** 400
    made = page([("x:A", "row", False, vast, vast), ("x:B", "row", False, vast, vast)])
    made += page([("x:Assets", "row", True, 2 * vast, 2 * vast)])
    (found,) = structures(made, "balance")
    assert [row.concept for row, _ in found.terms] == ["x:A", "x:B"]


def test_rows_that_are_the_sum_of_nothing_are_added_up_by_no_exact_arithmetic(monkeypatch: pytest.MonkeyPatch):
    chance = random.Random(1)
    made = page([("x:Goodwill", "row", False, *(Decimal(chance.randrange(10**9)) for _ in YEARS)) for _ in range(900)])
    extended = []
    monkeypatch.setattr(module._Sum, "extend", lambda self, row: extended.append(row))
    assert not list(structures(made, "income"))
    assert len(extended) <= 900, "of 180,000"


def test_of_a_statement_with_thousands_of_rows_the_first_are_added_up_and_it_says_so():
    books = Books()
    for number in range(LONGEST_STATEMENT + 5):
        books.print_row(
            "balance", f"Row{number}", books.both(f"Row{number}", 10**6 + number**2, 3 * number + 7, instant=True)
        )
    (said,) = [result for result in books.check()[0] if result.check_id == "balance_subtotals"]
    assert said.verdict == "not_applicable"
    assert said.reason == Message("rows_beyond", {"rows": LONGEST_STATEMENT + 5, "most": LONGEST_STATEMENT})
