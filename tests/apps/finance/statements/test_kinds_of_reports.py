"""Kinds of reports besides the industrial company's: funds, partnerships, utilities,
layouts without tables; and rows and pages that are made otherwise."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from apps.finance.report import read_report
from apps.finance.statements import Statements
from apps.messages import cautioned, said
from tests.apps.finance.statements.reports import (
    BALANCE,
    BEFORE,
    CASH_FLOW,
    END,
    END_BEFORE,
    INCOME,
    YEAR,
    Line,
    Maker,
    annual,
    gaap,
    newest,
    read,
    replaced,
)


def codes(statements: Statements) -> list[str]:
    return [caution.code for caution in statements.cautions]


def statements_of(**parts) -> Statements:
    return read(annual(**parts))[1]


def test_a_row_whose_columns_have_different_concepts_keeps_both_numbers():
    markup = annual().decode()
    first, second = [match.start() for match in re.finditer('name="us-gaap:OperatingIncomeLoss"', markup)][:2]
    changed = markup[:second] + markup[second:].replace("OperatingIncomeLoss", "OperatingProfitOfAll", 1)
    _, statements = read(changed.encode())
    values = statements.line("operating_income").values
    assert [value.value for value in values] == [Decimal("2e8"), Decimal("1.6e8")]
    assert values[0].note is None
    assert said(values[1].note) == (
        "tagged here as another concept than elsewhere in the row (us-gaap:OperatingProfitOfAll)"
    )
    assert first < second


def test_a_number_tagged_with_two_concepts_is_found_under_either():
    markup = annual(income=replaced(INCOME, "Net income attributable to the company")).decode()

    def twice(match: re.Match[str]) -> str:
        inner = match[0].replace("us-gaap:ProfitLoss", "us-gaap:NetIncomeLoss").replace('id="f-', 'id="g-')
        return re.sub(r">[^<>]*<", lambda _: f">{inner}<", match[0], count=1)

    markup = re.sub(r'<ix:nonFraction [^>]*name="us-gaap:ProfitLoss".*?</ix:nonFraction>', twice, markup)
    _, statements = read(markup.encode())
    line = statements.line("net_income")
    assert (line.concept, newest(statements, "net_income")) == ("us-gaap:NetIncomeLoss", "135000000")
    marked = [row.line for row in statements.reported["income"] if row.label == "Net income"]
    assert marked == ["net_income"]


@pytest.mark.parametrize(
    "rows",
    [
        [gaap("Cost of sales (excluding depreciation)", "CostOfRevenue", "600", "560")],
        [gaap("Cost of sales", "CostOfGoodsAndServiceExcludingDepreciationDepletionAndAmortization", "600", "560")],
        [gaap("Cost of sales", "CostOfRevenue", "600", "560"), Line("Fulfillment", "acme:Fulfillment", ("90", "80"))],
    ],
)
def test_gross_profit_is_not_derived_from_costs_that_leave_some_out(rows):
    lines = replaced(replaced(INCOME, "Gross profit"), "Cost of sales", *rows)
    statements = statements_of(income=lines)
    assert newest(statements, "cost_of_revenue") == "600000000"
    assert not [value for value in statements.line("gross_profit").values if value.value is not None]


def test_gross_profit_is_derived_from_the_total_of_costs():
    lines = replaced(INCOME, "Gross profit")
    assert [value.value for value in statements_of(income=lines).line("gross_profit").values if value.derived] == [
        Decimal("4e8"),
        Decimal("3.4e8"),
    ]


def test_a_fund_a_partnership_and_a_utility_have_their_own_names():
    income = gaap("Total investment income", "GrossInvestmentIncomeOperating", "9", "8")
    equity = gaap("Total net assets", "AssetsNet", "560", "500", rule=True)
    without = [line for line in BALANCE if line.concept != "us-gaap:StockholdersEquity"]
    fund = statements_of(
        income=replaced(INCOME, "Net sales", income), balance=replaced(without, "Total equity", equity)
    )
    assert (newest(fund, "revenue"), newest(fund, "total_equity")) == ("9000000", "560000000")
    units = [
        gaap(
            "Per unit, basic",
            "NetIncomeLossPerOutstandingLimitedPartnershipUnitBasicNetOfTax",
            "1.6",
            "1.5",
            unit="perShare",
        ),
        gaap(
            "Per unit, diluted",
            "NetIncomeLossPerOutstandingLimitedPartnershipUnitDiluted",
            "1.59",
            "1.4",
            unit="perShare",
        ),
    ]
    partnership = statements_of(income=replaced(replaced(INCOME, "Diluted"), "Basic", *units))
    assert (newest(partnership, "eps_basic"), newest(partnership, "eps_diluted")) == ("1.6", "1.59")
    plant = [
        gaap("Net utility plant", "PublicUtilitiesPropertyPlantAndEquipmentNet", "380", "370"),
        gaap("Non-utility property, net", "PropertyPlantAndEquipmentNet", "20", "10"),
    ]
    utility = statements_of(balance=replaced(BALANCE, "Property, plant and equipment, net", *plant))
    assert newest(utility, "property_plant_equipment") == "380000000"
    whole = [
        plant[0],
        gaap("Total property, plant and equipment", "PropertyPlantAndEquipmentNet", "400", "380", rule=True),
    ]
    utility = statements_of(balance=replaced(BALANCE, "Property, plant and equipment, net", *whole))
    assert newest(utility, "property_plant_equipment") == "400000000"


def test_a_payment_that_is_tagged_negative_where_the_page_prints_cash_paid_is_marked():
    lines = replaced(CASH_FLOW, "Dividends paid", gaap("Dividends paid", "PaymentsOfDividends", "(40)", "—"))
    value = statements_of(cash_flow=lines).line("dividends_paid").values[0]
    assert (value.value, value.turned) == (Decimal("-4e7"), True)
    assert value.note is not None
    assert value.note.code == "payment_tagged_negative"
    plain = [
        gaap("Purchases of property, plant and equipment", "PaymentsToAcquirePropertyPlantAndEquipment", "60", "50"),
        gaap("Dividends paid", "PaymentsOfDividends", "(40)", "(35)"),
    ]
    lines = replaced(
        replaced(CASH_FLOW, "Purchases of property, plant and equipment", plain[0]), "Dividends paid", plain[1]
    )
    value = statements_of(cash_flow=lines).line("dividends_paid").values[0]
    assert not value.turned, "the page prints payments without parentheses: these are refunds"


def test_a_statement_of_changes_in_equity_is_no_income_statement():
    maker = Maker()
    axis = "core:EquityDimension=core:RetainedEarnings"
    rows = [
        gaap("Profit for the period", "ProfitLoss", "31", "31"),
        gaap("Total comprehensive income", "ComprehensiveIncomeNetOfTax", "31", "31"),
        gaap("Dividends", "PaymentsOfDividends", "(6)", "(6)"),
    ]
    table = maker.table([YEAR, BEFORE], [Line("Profit and loss account"), *rows])
    parts = "".join(maker.fact("31", line.concept, YEAR, Line("", dims=axis)) for line in rows)
    table = table.replace("</table>", f"<tr><td>Profit and loss account</td><td>{parts}</td></tr></table>")
    balance = "<p>Balance sheet</p>" + maker.table([END, END_BEFORE], BALANCE)
    _, statements = read(maker.document(balance + "<p>Section 408</p>" + table))
    assert "income" in statements.not_available


def without_tables(data: bytes) -> bytes:
    markup = re.sub(rb"<(/?)(?:table|tr|td)\b[^>]*>", rb"<\1div>", data)
    return markup.replace(b"<//div>", b"</div>")


def table_for_each_row(data: bytes) -> bytes:
    return data.replace(b"</tr><tr>", b"</tr></table><table><tr>")


@pytest.mark.parametrize("layout", [without_tables, table_for_each_row])
def test_a_layout_without_tables_says_so_once_and_shows_its_values(layout):
    report = read_report(layout(annual()))
    assert codes(report.statements).count("layout_without_tables") == 1
    assert not [code for code in codes(report.statements) if code.endswith("_not_found")]
    usual = read(annual())[1]
    for name in ("revenue", "net_income", "total_assets", "operating_cash_flow", "eps_basic"):
        line = report.statements.line(name)
        assert newest(report.statements, name) == newest(usual, name), name
        assert line.confidence <= 0.6
        assert said(line.values[0].note).startswith("taken from its tag alone")
        assert [value.period.end for value in line.values] == ["2023-12-31", "2022-12-31"]


def test_a_change_in_cash_is_known_by_its_arithmetic():
    lines = [line for line in CASH_FLOW if "exchange" not in line.caption.lower()]
    change = Line("Movement for the year", "acme:Movement", ("53", "95"))
    statements = statements_of(cash_flow=replaced(lines, "Net change in cash", change))
    line = statements.line("change_in_cash")
    assert (line.concept, newest(statements, "change_in_cash")) == ("acme:Movement", "53000000")
    assert said(line.reason) == "Row 'Movement for the year' is the sum of the cash flows; its tag is acme:Movement."
    off = Line("Movement for the year", "acme:Movement", ("53", "96"))
    assert newest(statements_of(cash_flow=replaced(lines, "Net change in cash", off)), "change_in_cash") is None


@pytest.mark.parametrize(
    ("printed", "expense"), [(("(20)", "(10)"), "20000000"), (("20", "10"), "20000000"), (("(21)", "(11)"), None)]
)
def test_net_interest_is_an_expense_where_the_page_adds_up_so(printed, expense):
    row = Line("Interest, net", "us-gaap:InterestIncomeExpenseNet", printed)
    statements = statements_of(income=replaced(INCOME, "Interest expense", row))
    assert newest(statements, "interest_expense") == expense
    if expense:
        assert statements.line("interest_expense").scope == "narrower"


def test_net_interest_income_is_no_expense():
    lines = replaced(
        INCOME, "Operating income", gaap("Operating income", "OperatingIncomeLoss", "160", "140", rule=True)
    )
    row = Line("Interest, net", "us-gaap:InterestIncomeExpenseNet", ("20", "10"))
    statements = statements_of(income=replaced(lines, "Interest expense", row))
    assert newest(statements, "interest_expense") is None
    assert [said(value.not_available) for value in statements.line("interest_expense").values][:1] == [
        "the page prints a net interest income, which is not an interest expense"
    ]


def test_what_counts_more_or_less_than_the_line_is_marked():
    usual = statements_of()
    assert {line.scope for line in usual.lines} == {"exact"}
    wider = gaap("Receivables, net", "ReceivablesNetCurrent", "120", "110", indent=12)
    assert (
        statements_of(balance=replaced(BALANCE, "Accounts receivable, net", wider)).line("receivables").scope == "wider"
    )
    alone = [line for line in CASH_FLOW if "investing" not in line.caption]
    part = gaap(
        "Net cash used in continuing investing activities",
        "NetCashProvidedByUsedInInvestingActivitiesContinuingOperations",
        "(65)",
        "(55)",
    )
    assert statements_of(cash_flow=[*alone, part]).line("investing_cash_flow").scope == "narrower"


def with_cells(caption: str, change: Callable[[str], str]) -> Statements:
    """The report with the cells of one row of the income statement changed."""
    markup = annual().decode()
    start = markup.rindex("<tr>", 0, markup.index(f">{caption}<"))
    end = markup.index("</tr>", start)
    return read((markup[:start] + change(markup[start:end]) + markup[end:]).encode())[1]


def printed_of(statements: Statements, label: str) -> list[Decimal | None]:
    return [value.value for row in statements.reported["income"] if row.label == label for value in row.values]


def test_a_number_whose_cell_is_wider_joins_no_columns():
    def widened(row: str) -> str:
        first, second = row.index("<ix:"), row.rindex("<ix:")
        cell = row.rindex("<td", 0, first)
        return row[:cell] + '<td colspan="3"' + row[cell + 3 :] if first < second else row

    statements = with_cells("Research and development", widened)
    assert printed_of(statements, "Research and development") == [Decimal("9e7"), Decimal("8e7")]
    assert printed_of(statements, "Operating income") == [Decimal("2e8"), Decimal("1.6e8")]


def test_a_row_set_apart_makes_no_further_column():
    """Its numbers stand three grid columns to the right, the last of them where nothing else does."""
    before = "</span></td>" + "<td></td>" * 3
    statements = with_cells("Research and development", lambda row: row.replace("</span></td>", before, 1))
    assert len(printed_of(statements, "Operating income")) == 2
    assert printed_of(statements, "Research and development") == [Decimal("9e7"), Decimal("8e7")]


def test_a_column_of_ratios_is_no_column_of_the_statement():
    maker = Maker()
    lines = [
        Line(line.caption, line.concept, line.cells, line.dims, line.unit, line.indent, line.rule, line.flip)
        for line in INCOME
    ]
    table = maker.table([YEAR, BEFORE], lines)
    ratio = maker.fact("12.5", "acme:ShareOfSales", YEAR, Line("", unit="pure"))
    table = table.replace("</tr>", f"<td></td><td>{ratio}</td><td></td></tr>")
    units = '<xbrli:unit id="pure"><xbrli:measure>xbrli:pure</xbrli:measure></xbrli:unit>'
    data = maker.document("<p>STATEMENTS OF INCOME</p>" + table)
    data = data.replace(b"</ix:resources>", f"{units}</ix:resources>".encode())
    _, statements = read(data)
    assert printed_of(statements, "Net sales") == [Decimal("1e9"), Decimal("9e8")]
    assert newest(statements, "revenue") == "1000000000"


def heads(*rows: str) -> str:
    """Rows of a caption alone, and one of years without any."""
    made = "".join(f"<tr><td>{row}</td></tr>" for row in rows)
    return made + '<tr><td></td><td colspan="3">2023</td><td colspan="3">2022</td></tr>'


@pytest.mark.parametrize("above", [">Net sales<", ">Operating income<"])
@pytest.mark.parametrize(
    "again",
    [
        '<tr><td>(In millions)</td><td colspan="3">2023</td><td colspan="3">2022</td></tr>',
        heads("(in millions, except per share amounts)"),
        heads("Years ended December 31,"),
        heads("CONSOLIDATED STATEMENTS OF INCOME (continued)", "(unaudited)"),
        '<tr><td></td><td colspan="3">December 31, 2023</td><td colspan="3">December 31, 2022</td></tr>',
        "<tr><td>(単位：百万円)</td></tr>"
        + "<tr><td></td><td>前連結会計年度(自 2022年４月１日 至 2023年３月31日)</td></tr>",
        "<tr><td>单位：百万元</td></tr><tr><td></td><td>2023年度</td><td>2022年度</td></tr>",
    ],
)
def test_years_and_units_that_are_printed_again_are_no_row(again: str, above: str):
    markup = annual().decode()
    at = markup.rindex("<tr>", 0, markup.index(above))
    _, statements = read((markup[:at] + again + markup[at:]).encode())
    assert [row.label for row in statements.reported["income"]] == [line.caption for line in INCOME]


def test_a_bank_s_revenue_follows_where_it_prints_no_total():
    rows = [
        gaap("Net interest income", "InterestIncomeExpenseNet", "700", "600"),
        gaap("Total noninterest income", "NoninterestIncome", "300", "300", rule=True),
    ]
    line = statements_of(income=replaced(INCOME, "Net sales", *rows)).line("revenue")
    assert [value.value for value in line.values if value.derived] == [Decimal("1e9"), Decimal("9e8")]
    assert not [value for value in line.values if value.value is not None and not value.derived]


@pytest.mark.parametrize(
    ("namespace", "whose"),
    [
        ("http://xbrl.frc.org.uk/fr/2019-01-01/core", "names of the British taxonomy of the FRC"),
        ("http://disclosure.edinet-fsa.go.jp/taxonomy/jppfs/2023-12-01/jppfs_cor", "the Japanese taxonomy of EDINET"),
        ("http://xbrl.dcca.dk/fsa", "names of the Danish taxonomy"),
    ],
)
def test_names_of_another_country_s_taxonomy_are_not_called_the_company_s_own(namespace, whose):
    markup = annual(income=replaced(INCOME, "Net sales", gaap("Omsætning", "Revenues", "1,000", "900"))).decode()
    markup = markup.replace("us-gaap:", "own:").replace("xmlns:acme=", f'xmlns:own="{namespace}" xmlns:acme=')
    _, statements = read(markup.encode())
    assert codes(statements).count("national_taxonomy") == 1
    assert not [code for code in codes(statements) if code.endswith("_not_found")]
    revenue = said(statements.line("revenue").reason)
    assert whose in revenue
    assert "own concepts" not in revenue
    own = markup.replace("own:CostOfRevenue", "acme:CostOfRevenue").replace("own:GrossProfit", "acme:GrossProfit")
    assert own != markup
    assert "own concepts" not in said(read(own.encode())[1].line("revenue").reason)
    far = re.sub(r'name="own:[A-Za-z]+"', 'name="own:Omsaetning"', markup)
    _, statements = read(far.encode())
    assert set(statements.not_available) == {"income", "balance", "cash_flow"}
    assert all(whose in said(reason) for reason in statements.not_available.values())
    assert codes(statements) == ["national_taxonomy"]


BRITISH = "http://xbrl.frc.org.uk/fr/2019-01-01/core"
RESULT = {
    "en": ("Turnover", "Cost of sales", "Profit for the financial year"),
    "da": ("Nettoomsætning", "Vareforbrug", "Årets resultat"),
    "ja": ("売上高", "売上原価", "当期純利益"),
}


def unmapped(body: str, maker: Maker) -> dict[str, str]:
    """Why the statements are not read of a report tagged with names of the British taxonomy that are not mapped."""
    markup = maker.document(body).decode().replace("us-gaap:", "own:")
    _, statements = read(markup.replace("xmlns:acme=", f'xmlns:own="{BRITISH}" xmlns:acme=').encode())
    return {name: said(reason) for name, reason in statements.not_available.items()}


@pytest.mark.parametrize("language", RESULT)
def test_a_statement_under_names_that_are_not_mapped_is_printed_and_not_read(language: str):
    maker = Maker()
    rows = [gaap(caption, f"Own{number}", "31", "30") for number, caption in enumerate(RESULT[language])]
    why = unmapped(f"<p>Result</p>{maker.table([YEAR, BEFORE], rows)}", maker)
    assert "not read: the report is tagged with names of the British taxonomy" in why["income"]
    assert why["cash_flow"] == "No cash-flow statement is printed."
    assert why["balance"] == "No balance sheet is printed."


def test_a_statement_in_two_tables_is_printed():
    maker = Maker()
    sides = [("TILLGÅNGAR", "Maskiner", "Kassa"), ("Eget kapital", "Aktiekapital", "Skulder")]
    tables = [maker.table([END], [gaap(name, f"Own{name[:3]}", "31") for name in side]) for side in sides]
    why = unmapped("".join(tables), maker)
    assert "not read" in why["balance"]
    assert why["income"] == "No income statement is printed."


def test_where_no_statement_is_printed_under_any_names_that_is_said():
    maker = Maker()
    rows = [gaap(caption, f"Own{caption}", "31", "30") for caption in ("Debtors", "Creditors", "Equity", "Goodwill")]
    note = [gaap(caption, f"Own{caption}", "3", "2") for caption in ("Wages", "Pensions", "Audit")]
    exempt = "<p>The company has not presented its own profit and loss account.</p>"
    tables = (maker.table([END, END_BEFORE], rows), maker.table([YEAR, BEFORE], note))
    why = unmapped(f"<p>Balance sheet</p>{tables[0]}{exempt}{tables[1]}", maker)
    assert why["income"] == "No income statement is printed."
    loose = "".join(maker.fact(str(number), f"us-gaap:Own{number}", YEAR) for number in range(1, 6))
    why = unmapped(f"<p>{loose}</p>", maker)
    assert why["income"].startswith("No income statement was found")


def test_a_group_s_statement_with_a_table_a_row_is_not_said_to_be_not_printed():
    maker = Maker()
    group = "bus:GroupCompanyDataDimension=bus:Consolidated"
    rows = [
        replace(gaap(caption, f"Own{number}", "31", "30"), dims=group) for number, caption in enumerate(RESULT["en"])
    ]
    whole = maker.table([YEAR, BEFORE], rows)
    why = unmapped("<p>Consolidated income statement</p>" + table_for_each_row(whole.encode()).decode(), maker)
    assert why["income"].startswith("No income statement was found")


@pytest.mark.parametrize(
    "concept",
    [
        "ifrs-full:IncreaseDecreaseInCashAndCashEquivalentsBeforeEffectOfExchangeRateChanges",
        "us-gaap:CashAndCashEquivalentsPeriodIncreaseDecreaseExcludingExchangeRateEffect",
    ],
)
def test_a_change_in_cash_before_exchange_effects_is_marked_narrower(concept):
    lines = [line for line in CASH_FLOW if "exchange" not in line.caption.lower()]
    row = Line("Total cash flow effects", concept, ("53", "95"))
    line = statements_of(cash_flow=replaced(lines, "Net change in cash", row)).line("change_in_cash")
    assert (line.concept, line.scope) == (concept, "narrower")
    assert "without exchange effects" in said(line.reason)


def test_a_change_in_cash_is_not_taken_for_the_exchange_effect_that_its_name_holds():
    name = "ifrs-full:IncreaseDecreaseInCashAndCashEquivalentsBeforeEffectOfExchangeRateChanges"
    rows = [
        Line("Total cash flow effects", name, ("53", "95")),
        Line("Exchange", "ifrs-full:EffectOfExchangeRateChangesOnCashAndCashEquivalents", ("(3)", "1")),
    ]
    lines = [line for line in CASH_FLOW if "exchange" not in line.caption.lower()]
    line = statements_of(cash_flow=replaced(lines, "Net change in cash", *rows)).line("change_in_cash")
    assert [(value.value, value.derived) for value in line.values if value.value is not None] == [
        (Decimal("5e7"), True),
        (Decimal("9.6e7"), True),
    ]


def test_a_line_that_no_row_is_tagged_as_is_not_refused_for_the_caption_of_another():
    statements = statements_of(income=replaced(INCOME, "Diluted"))
    assert said(statements.line("eps_diluted").reason) == (
        "No row of the income statement is tagged as diluted earnings per share."
    )


def test_a_cell_tagged_for_a_part_or_in_another_unit_than_its_row_says_so() -> None:
    part = "us-gaap:StatementBusinessSegmentsAxis=acme:A"
    maker = Maker()
    rows = {"a part": Line("", "us-gaap:ResearchAndDevelopmentExpense", dims=part), "a unit": Line("", unit="perShare")}
    table = maker.table([YEAR, BEFORE], INCOME)
    found = {}
    for what, line in rows.items():
        fact = maker.fact("80", "us-gaap:ResearchAndDevelopmentExpense", BEFORE, line)
        start = table.rindex("<tr>", 0, table.index(">Research and development<"))
        end = table.index("</tr>", start)
        last = table.rindex("<ix:nonFraction", start, end)
        stop = table.index("</ix:nonFraction>", last) + len("</ix:nonFraction>")
        other = table[:last] + fact + table[stop:]
        _, statements = read(maker.document("<p>STATEMENTS OF INCOME</p>" + other))
        first, second = statements.line("research_and_development").values
        assert first.note is None
        found[what] = said(second.note)
    assert found == {
        "a part": f"tagged here for a part of the company alone, unlike the row ({part})",
        "a unit": "tagged here in another unit than elsewhere in the row (USD/shares)",
    }


@pytest.mark.parametrize(("mark", "currency", "odd"), [("$", "GBP", True), ("$", "CAD", False), ("£", "USD", True)])
def test_amounts_printed_with_another_currency_s_mark_than_their_tags_are_said(mark: str, currency: str, odd: bool):
    maker = Maker(currency=currency)
    body = "<p>BALANCE SHEETS</p>" + maker.table([END, END_BEFORE], BALANCE).replace("<td>$</td>", f"<td>{mark}</td>")
    _, statements = read(maker.document(body.replace(">$<", f">{mark}<")))
    said_of = [caution for caution in statements.cautions if caution.code == "currency_printed_otherwise"]
    assert bool(said_of) == odd
    if odd:
        assert said_of[0].values == {"mark": mark, "currency": currency}
        assert cautioned(said_of[0]).startswith(
            f"The page prints amounts with {mark}, but they are tagged in {currency}"
        )
