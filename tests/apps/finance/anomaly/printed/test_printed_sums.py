"""What a printed total adds up is learnt from the page: from the other columns, the total before, the signs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.finance.anomaly.evidence import Evidence
from apps.finance.anomaly.printed.page import page_rows
from apps.finance.anomaly.printed.structures import LONGEST, structures
from tests.apps.finance.anomaly.books import Books, told, year


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


MEMBERS = (
    ("CashAndCashEquivalentsAtCarryingValue", (300, 250), False),
    ("AccountsReceivableNetCurrent", (200, 200), False),
    ("AssetsCurrent", (500, 450), True),
    ("PropertyPlantAndEquipmentNet", (500, 480), False),
    ("Assets", (1000, 930), True),
    ("AccountsPayableCurrent", (200, 190), False),
    ("LongTermDebtNoncurrent", (280, 270), False),
    ("Liabilities", (480, 460), True),
    ("MembersCapital", (510, 460), False),
    ("StockholdersEquity", (510, 460), True),
    ("MinorityInterest", (10, 10), False),
    ("StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest", (520, 470), True),
    ("LiabilitiesAndStockholdersEquity", (1000, 930), True),
)


def test_a_total_over_a_single_row_is_that_row_and_is_not_counted_beside_it():
    books = statement(*MEMBERS, name="balance")
    found = sums(books, "balance")
    assert found["StockholdersEquity"] == [("MembersCapital", 1)]
    assert found["LiabilitiesAndStockholdersEquity"] == [
        ("Liabilities", 1),
        ("StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest", 1),
    ]
    assert books.anomalies() == []
    reasons = [text for r in books.check()[0] if "MembersCapital" in (text := told(r))]
    assert reasons[0] == "StockholdersEquity of 510 million USD is the same as the row above: 510 (MembersCapital)."


def test_a_single_row_that_differs_from_the_total_in_one_column_explains_nothing():
    rows = [(name, (510, 450) if name == "MembersCapital" else values, total) for name, values, total in MEMBERS]
    books = statement(*rows, name="balance")
    assert "StockholdersEquity" not in sums(books, "balance")
    assert books.anomalies() == []


def test_a_total_whose_rows_are_not_printed_leaves_the_sums_across_it_unjudged():
    books = statement(
        ("LongTermDebtCurrent", (30, 20), False),
        ("LiabilitiesCurrent", (200, 190), True),
        ("LongTermDebtNoncurrent", (250, 240), False),
        ("Liabilities", (480, 460), True),
        name="balance",
    )
    assert sums(books, "balance") == {}
    assert books.anomalies() == []


def losses(*rows: tuple[str, str, tuple[int, int], bool]) -> Books:
    """An income statement that prints losses without a sign: caption, concept, amounts as tagged, whether a total."""
    books = Books()
    for caption, concept, values, total in rows:
        ids = books.both(concept, *values, instant=False)
        books.print_row("income", caption, ids, total=total, deducted=values[0] < 0)
    return books


PRETAX = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"


def test_losses_printed_without_a_sign_add_up_as_what_they_are():
    books = losses(
        ("Revenues", "Revenues", (100, 90), False),
        ("Operating expenses", "OperatingExpenses", (620, 500), False),
        ("Loss from operations", "OperatingIncomeLoss", (-520, -410), True),
        ("Other income", "OtherNonoperatingIncomeExpense", (15, 12), False),
        ("Loss before income taxes", PRETAX, (-505, -398), True),
        ("Net loss", "NetIncomeLoss", (-505, -398), True),
    )
    assert sums(books) == {
        "Loss from operations": [("Revenues", 1), ("Operating expenses", -1)],
        "Loss before income taxes": [("Loss from operations", 1), ("Other income", 1)],
        "Net loss": [("Loss before income taxes", 1)],
    }
    assert books.anomalies() == []


def test_no_sum_has_two_incomes_of_which_one_holds_the_other():
    books = statement(
        ("OperatingIncomeLoss", (520, 410), True),
        ("UnusualItems", (-7, -9), False),
        (PRETAX, (520, 410), True),
        ("NetIncomeLoss", (1040, 820), True),
    )
    assert sums(books) == {}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(500, 900), st.integers(500, 900)), min_size=2, max_size=12), st.integers(0, 4))
def test_a_total_is_explained_by_the_rows_since_the_total_before(amounts, before):
    first = [(f"First{k}", (1000 + k, 2000 + 3 * k), False) for k in range(2 + before)]
    head = ("AssetsCurrent", tuple(sum(values[k] for _, values, _ in first) for k in (0, 1)), True)
    rows = [(f"Row{k}", values, False) for k, values in enumerate(amounts)]
    total = tuple(head[1][k] + sum(values[k] for _, values, _ in rows) for k in (0, 1))
    found = sums(statement(*first, head, *rows, ("Assets", total, True), name="balance"), "balance")
    assert found["AssetsCurrent"] == [(name, 1) for name, _, _ in first]
    assert found["Assets"] == [("AssetsCurrent", 1), *((name, 1) for name, _, _ in rows)]


def test_a_run_of_rows_has_an_end():
    rows = [(f"Row{k}", (1000 + k, 2000 + 3 * k), False) for k in range(LONGEST + 1)]
    fits, exceeds = rows[:LONGEST], rows
    for taken, explained in ((fits, True), (exceeds, False)):
        total = tuple(sum(values[k] for _, values, _ in taken) for k in (0, 1))
        found = sums(statement(*taken, ("Assets", total, True), name="balance"), "balance")
        assert ("Assets" in found) == explained


def test_the_income_that_earnings_per_share_divide_is_the_same_in_every_year():
    books = Books()
    books.both("NetIncomeLoss", -3080, 4337, instant=False)
    books.both("ProfitLoss", -3528, 4065, instant=False)
    books.both("WeightedAverageNumberOfSharesOutstandingBasic", 863, 865, instant=False, unit="shares")
    eps = books.both("EarningsPerShareBasic", "-3.57", "5.01", instant=False, unit="USD/shares", decimals="2")
    assert books.verdicts("eps_basic") == ["holds", "holds"]
    assert sorted(books.change(eps[0], value="-4.09").verdicts("eps_basic")) == ["fails", "holds"]
