"""What a printed total adds up is learnt from the page: from the other columns, the total before, the signs."""

import pytest

from apps.finance.anomaly.evidence import Evidence
from apps.finance.anomaly.footing import structures
from apps.finance.anomaly.page import page_rows
from tests.apps.finance.anomaly.books import Books, year


def statement(*rows: tuple, name: str = "income") -> Books:
    """Rows of concept, amounts of 2024 and 2023, and whether the row is a total."""
    books = Books()
    for concept, values, total in rows:
        books.print_row(name, concept, books.both(concept, *values, instant=name == "balance"), total=total)
    return books


def sums(books: Books, name: str = "income") -> dict[str, list[tuple[str, int]]]:
    """For each explained total its terms with their signs."""
    found = structures(page_rows(Evidence(books.filing(), books.statements()), name), name)
    return {each.total.caption: [(row.caption, sign) for row, sign in each.terms] for each in found}


IMPAIRED = statement(
    ("GrossProfit", (2261, 1984), False),
    ("SellingGeneralAndAdministrativeExpenseExcludingImpairmentLosses", (885, 812), False),
    ("GoodwillImpairmentLoss", (16, 630), False),
    ("SellingGeneralAndAdministrativeExpense", (901, 1442), True),
    ("OperatingIncomeLoss", (1360, 542), True),
)


def test_costs_add_up_among_themselves_and_are_deducted_from_income():
    assert sums(IMPAIRED) == {
        "SellingGeneralAndAdministrativeExpense": [
            ("SellingGeneralAndAdministrativeExpenseExcludingImpairmentLosses", 1),
            ("GoodwillImpairmentLoss", 1),
        ],
        "OperatingIncomeLoss": [("GrossProfit", 1), ("SellingGeneralAndAdministrativeExpense", -1)],
    }


def test_rows_between_an_income_and_the_next_are_deducted_where_they_are_printed_as_costs():
    books = statement(
        ("OperatingIncomeLoss", (1542, 2376), True),
        ("InterestExpense", (159, 132), False),
        ("InvestmentIncomeInterest", (-98, -26), False),
        ("OtherNonoperatingIncomeExpense", (-155, -82), False),
        ("IncomeLossFromContinuingOperationsBeforeIncomeTaxesDomestic", (1636, 2352), True),
    )
    signs = [sign for _, sign in sums(books)["IncomeLossFromContinuingOperationsBeforeIncomeTaxesDomestic"]]
    assert signs == [1, -1, -1, -1]


def test_a_subtotal_of_subtotals_does_not_count_their_rows_again():
    books = statement(
        ("CashX", (10, 9), False),
        ("InventoryNet", (25, 18), False),
        ("AssetsCurrent", (35, 27), True),
        ("Goodwill", (100, 90), False),
        ("Assets", (135, 117), True),
        name="balance",
    )
    assert sums(books, "balance")["Assets"] == [("AssetsCurrent", 1), ("Goodwill", 1)]


@pytest.mark.parametrize(
    "concept",
    ["OperatingIncomeLoss", "GrossProfit", "GoodwillImpairmentLoss", "SellingGeneralAndAdministrativeExpense"],
)
def test_a_wrong_row_breaks_its_sums_and_is_among_the_first_three(concept):
    fact = f"{concept}|{year(2023).start}|{year(2023).end}"
    anomalies = IMPAIRED.add(fact, 77_000_000).anomalies()
    assert anomalies
    assert fact in anomalies[0].fact_ids[:3]


def test_a_row_that_is_no_total_and_happens_to_be_a_sum_in_one_year_is_left_alone():
    books = statement(
        ("Revenues", (100, 90), False),
        ("OtherNonoperatingIncomeExpense", (11, 7), False),
        ("InvestmentIncomeInterest", (111, 55), False),
    )
    assert sums(books) == {}


def test_the_income_that_earnings_per_share_divide_is_the_same_in_every_year():
    books = Books()
    books.both("NetIncomeLoss", -3080, 4337, instant=False)
    books.both("ProfitLoss", -3528, 4065, instant=False)
    books.both("WeightedAverageNumberOfSharesOutstandingBasic", 863, 865, instant=False, unit="shares")
    eps = books.both("EarningsPerShareBasic", "-3.57", "5.01", instant=False, unit="USD/shares", decimals="2")
    assert books.verdicts("eps_basic") == ["holds", "holds"]
    assert sorted(books.change(eps[0], value="-4.09").verdicts("eps_basic")) == ["fails", "holds"]
