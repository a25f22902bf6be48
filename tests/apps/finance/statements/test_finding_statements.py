"""Which tables are the statements: split ones, other periods, other makers, and tables that only look like them."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.apps.finance.statements.reports import (
    BALANCE,
    BEFORE,
    CASH_FLOW,
    END,
    END_BEFORE,
    EXPECTED,
    INCOME,
    YEAR,
    Line,
    Maker,
    annual,
    gaap,
    newest,
    read,
)

QUARTER, QUARTER_BEFORE = "2023-04-01/2023-06-30", "2022-04-01/2022-06-30"
HALF, HALF_BEFORE = "2023-01-01/2023-06-30", "2022-01-01/2022-06-30"
JUNE = "2023-06-30"
OF_PARENT = "srt:ConsolidatedEntitiesAxis=srt:ParentCompanyMember"


def key_lines(statements):
    return {line.line: (newest(statements, line.line), line.concept, line.label) for line in statements.lines}


@pytest.fixture(scope="module")
def usual():
    return key_lines(read(annual())[1])


def test_a_balance_sheet_split_over_two_tables_is_put_together(usual):
    maker = Maker()
    at = next(index for index, line in enumerate(BALANCE) if line.caption == "Liabilities and equity")
    body = (
        "<p>CONSOLIDATED STATEMENTS OF INCOME</p>"
        + maker.table([YEAR, BEFORE], INCOME)
        + "<p>CONSOLIDATED BALANCE SHEETS</p>"
        + maker.table([END, END_BEFORE], BALANCE[:at])
        + "<p>57</p><p>CONSOLIDATED BALANCE SHEETS (continued)</p>"
        + maker.table([END, END_BEFORE], BALANCE[at:])
        + "<p>CONSOLIDATED STATEMENTS OF CASH FLOWS</p>"
        + maker.table([YEAR, BEFORE], CASH_FLOW)
    )
    _, statements = read(maker.document(body))
    assert key_lines(statements) == usual
    assert [row.label for row in statements.reported["balance"]] == [line.caption for line in BALANCE]


def test_a_cash_flow_statement_that_goes_on_without_a_title_is_put_together(usual):
    maker = Maker()
    body = (
        "<p>CONSOLIDATED STATEMENTS OF INCOME</p>"
        + maker.table([YEAR, BEFORE], INCOME)
        + "<p>CONSOLIDATED BALANCE SHEETS</p>"
        + maker.table([END, END_BEFORE], BALANCE)
        + "<p>CONSOLIDATED STATEMENTS OF CASH FLOWS</p>"
        + maker.table([YEAR, BEFORE], CASH_FLOW[:4])
        + "<p>58</p>"
        + maker.table([YEAR, BEFORE], CASH_FLOW[4:])
    )
    assert key_lines(read(maker.document(body))[1]) == usual


def quarterly(separate: bool) -> bytes:
    maker = Maker()
    columns = [QUARTER, QUARTER_BEFORE, HALF, HALF_BEFORE]
    lines = [
        gaap("Net sales", "Revenues", "250", "220", "480", "430"),
        gaap("Income taxes", "IncomeTaxExpenseBenefit", "10", "9", "20", "18"),
        gaap("Net income", "NetIncomeLoss", "30", "25", "55", "50"),
        gaap("Basic", "EarningsPerShareBasic", "0.30", "0.25", "0.55", "0.50", unit="perShare"),
        gaap("Diluted", "EarningsPerShareDiluted", "0.29", "0.24", "0.54", "0.49", unit="perShare"),
    ]
    title = "<p>CONSOLIDATED STATEMENTS OF INCOME (UNAUDITED)</p>"
    if separate:
        first = [Line(x.caption, x.concept, x.cells[:2], unit=x.unit) for x in lines]
        second = [Line(x.caption, x.concept, x.cells[2:], unit=x.unit) for x in lines]
        income = title + maker.table(columns[:2], first) + title + maker.table(columns[2:], second)
    else:
        income = title + maker.table(columns, lines)
    cash = [
        gaap("Net cash from operating activities", "NetCashProvidedByUsedInOperatingActivities", "70", "60", "31"),
        gaap(
            "Net cash used in investing activities", "NetCashProvidedByUsedInInvestingActivities", "(7)", "(6)", "(3)"
        ),
        gaap(
            "Net cash used in financing activities", "NetCashProvidedByUsedInFinancingActivities", "(9)", "(8)", "(4)"
        ),
    ]
    body = (
        income
        + "<p>CONSOLIDATED BALANCE SHEETS</p>"
        + maker.table([JUNE, END_BEFORE], BALANCE)
        + "<p>CONSOLIDATED STATEMENTS OF CASH FLOWS</p>"
        + maker.table([HALF, HALF_BEFORE, QUARTER], cash)
    )
    return maker.document(body, cover=HALF)


@pytest.mark.parametrize("separate", [False, True], ids=["four columns", "two tables"])
def test_a_quarterly_report_gives_the_quarter_for_income_and_the_year_to_date_for_cash(separate):
    _, statements = read(quarterly(separate))
    revenue = statements.line("revenue").values
    assert [f"{v.value:f}" for v in revenue] == ["250000000", "480000000", "220000000", "430000000"]
    assert [v.period.start for v in revenue] == ["2023-04-01", "2023-01-01", "2022-04-01", "2022-01-01"]
    cash = statements.line("operating_cash_flow").values
    assert [f"{v.value:f}" for v in cash] == ["70000000", "31000000", "60000000"]
    assert newest(statements, "total_assets") == "1000000000"
    labels = [row.label for row in statements.reported["income"]]
    assert labels == ["Net sales", "Income taxes", "Net income", "Basic", "Diluted"]
    assert len(statements.reported["income"][0].values) == 4


def test_income_and_comprehensive_income_in_one_statement_are_read(usual):
    more = [
        Line("Comprehensive income:"),
        gaap("Net income", "ProfitLoss", "135", "156"),
        gaap("Currency translation", "OtherComprehensiveIncomeLossNetOfTax", "7", "(9)"),
        gaap("Comprehensive income", "ComprehensiveIncomeNetOfTax", "142", "147", rule=True),
    ]
    data = annual([*INCOME, *more]).replace(b"STATEMENTS OF INCOME", b"STATEMENTS OF INCOME AND COMPREHENSIVE INCOME")
    _, statements = read(data)
    assert key_lines(statements) == usual
    assert statements.reported["income"][-1].label == "Comprehensive income"


def test_ifrs_names_in_a_german_report_in_euros_are_mapped():
    def ifrs(caption: str, concept: str, *cells: str, **more) -> Line:
        return Line(caption, f"ifrs-full:{concept}", cells, **more)

    maker = Maker(scale=3, language="de", currency="EUR")
    income = [
        ifrs("Umsatzerlöse", "Revenue", "5,000", "4,000"),
        ifrs("Umsatzkosten", "CostOfSales", "3,000", "2,500"),
        ifrs("Bruttoergebnis", "GrossProfit", "2,000", "1,500"),
        ifrs("Ergebnis vor Steuern", "ProfitLossBeforeTax", "900", "700"),
        ifrs("Ertragsteuern", "IncomeTaxExpenseContinuingOperations", "300", "200"),
        ifrs("Konzernergebnis", "ProfitLoss", "600", "500"),
        ifrs("davon Aktionäre", "ProfitLossAttributableToOwnersOfParent", "590", "495"),
        ifrs("Ergebnis je Aktie", "BasicEarningsLossPerShare", "5.90", "4.95", unit="perShare"),
    ]
    balance = [
        ifrs("Geschäfts- oder Firmenwert", "Goodwill", "50", "50"),
        ifrs("Sachanlagen", "PropertyPlantAndEquipment", "700", "650"),
        ifrs("Vorräte", "Inventories", "80", "70"),
        ifrs("Zahlungsmittel", "CashAndCashEquivalents", "120", "100"),
        ifrs("Summe Vermögenswerte", "Assets", "1,000", "900", rule=True),
        ifrs("Eigenkapital", "Equity", "400", "350"),
        ifrs("Summe Passiva", "EquityAndLiabilities", "1,000", "900", rule=True),
    ]
    cash = [
        ifrs("Mittelzufluss", "CashFlowsFromUsedInOperatingActivities", "210", "190"),
        ifrs("Investitionen", "PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities", "90", "80"),
        ifrs("Investitionstätigkeit", "CashFlowsFromUsedInInvestingActivities", "(95)", "(85)"),
        ifrs("Finanzierungstätigkeit", "CashFlowsFromUsedInFinancingActivities", "(95)", "(75)"),
        ifrs("Dividenden", "DividendsPaidClassifiedAsFinancingActivities", "40", "35"),
        ifrs("Veränderung", "IncreaseDecreaseInCashAndCashEquivalents", "20", "30"),
    ]
    body = (
        f"<h2>Gewinn- und Verlustrechnung</h2>{maker.table([YEAR, BEFORE], income)}<h2>Bilanz</h2>"
        f"{maker.table([END, END_BEFORE], balance)}<h2>Kapitalflussrechnung</h2>{maker.table([YEAR, BEFORE], cash)}"
    )
    _, statements = read(maker.document(body))
    got = {line.line: newest(statements, line.line) for line in statements.lines if isinstance(line.concept, str)}
    assert got == {
        "revenue": "5000000",
        "cost_of_revenue": "3000000",
        "gross_profit": "2000000",
        "income_before_tax": "900000",
        "income_tax": "300000",
        "net_income": "590000",
        "eps_basic": "5.9",
        "cash": "120000",
        "inventory": "80000",
        "property_plant_equipment": "700000",
        "goodwill": "50000",
        "total_assets": "1000000",
        "total_equity": "400000",
        "operating_cash_flow": "210000",
        "capital_expenditure": "90000",
        "investing_cash_flow": "-95000",
        "financing_cash_flow": "-95000",
        "dividends_paid": "40000",
        "change_in_cash": "20000",
    }
    assert statements.line("revenue").values[0].unit == "EUR"
    found = [caution.code for caution in statements.cautions]
    assert found == [
        "no_title",
        "no_title",
        "statement_open",
        "no_title",
        "currency_printed_otherwise",
        "scale_printed_otherwise",
    ]


def decoy_tables(maker: Maker) -> dict[str, str]:
    """Tables that hold anchors and are no primary statement."""
    summary = [
        gaap("Net sales", "Revenues", "1,000", "900"),
        gaap("Operating income", "OperatingIncomeLoss", "200", "160"),
        gaap("Net income", "NetIncomeLoss", "130", "150"),
        gaap("Basic earnings per share", "EarningsPerShareBasic", "1.30", "1.50", unit="perShare"),
        gaap("Diluted earnings per share", "EarningsPerShareDiluted", "1.28", "1.47", unit="perShare"),
    ]
    quarters = ["2023-01-01/2023-03-31", QUARTER]
    by_quarter = [
        Line(x.caption, x.concept, ("250", "250") if x.unit == "usd" else ("0.30", "0.40"), unit=x.unit)
        for x in summary
    ]
    parent = [Line(x.caption, x.concept, x.cells, OF_PARENT, x.unit) for x in BALANCE]
    share = gaap("Common stock, par value", "CommonStockParOrStatedValuePerShare", "0.01", "0.01", unit="perShare")
    return {
        "summary": "<h2>Results of operations</h2><p>Selected financial data</p>"
        + maker.table([YEAR, BEFORE], summary),
        "quarters": "<p>Quarterly financial information</p>" + maker.table(quarters, by_quarter),
        "parent": "<p>CONDENSED BALANCE SHEETS OF THE PARENT</p>" + maker.table([END, END_BEFORE], parent),
        "parenthetical": "<p>CONSOLIDATED BALANCE SHEETS (PARENTHETICAL)</p>" + maker.table([END, END_BEFORE], [share]),
    }


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    first=st.lists(st.sampled_from(["summary", "quarters", "parent", "parenthetical"]), unique=True),
    last=st.lists(st.sampled_from(["summary", "quarters", "parent", "parenthetical"]), unique=True),
)
def test_tables_that_only_look_like_statements_change_nothing(usual, first, last):
    maker = Maker()
    decoys = decoy_tables(maker)
    data = annual(before="".join(decoys[name] for name in first), maker=maker)
    behind = "".join(decoys[name] for name in last).encode()
    _, statements = read(data.replace(b"</body>", behind + b"</body>"))
    assert key_lines(statements) == usual


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_changes_no_key_line(usual, seed):
    shuffle = random.Random(seed)
    statements = [shuffle.sample(lines, len(lines)) for lines in (INCOME, BALANCE, CASH_FLOW)]
    assert key_lines(read(annual(*statements))[1]) == usual


@settings(max_examples=15, deadline=None)
@given(scale=st.sampled_from([0, 3, 6, 9]), factor=st.integers(1, 999))
def test_whatever_the_page_is_rounded_to_values_are_in_whole_units(scale, factor):
    def scaled(line: Line) -> Line:
        if line.unit != "usd":
            return line
        cells = tuple(_times(cell, factor) for cell in line.cells)
        return Line(line.caption, line.concept, cells, line.dims, line.unit, line.indent, line.rule, line.flip)

    data = annual(
        *[[scaled(line) for line in lines] for lines in (INCOME, BALANCE, CASH_FLOW)], maker=Maker(scale=scale)
    )
    _, statements = read(data)
    for line in statements.lines:
        value = line.values[0]
        if line.line.startswith("eps_"):
            assert (f"{value.value:f}", value.unit) == (EXPECTED[line.line], "USD/shares")
        else:
            expected = int(EXPECTED[line.line]) // 10**6 * factor * 10**scale
            assert (int(value.value), value.unit) == (expected, "USD")


def _times(printed: str, factor: int) -> str:
    digits = int(printed.strip("()").replace(",", "")) * factor
    return f"({digits:,})" if printed.startswith("(") else f"{digits:,}"
