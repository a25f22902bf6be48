"""Rows that are a part of a line, and columns and facts that say it in another currency or of another entity."""

import re
from dataclasses import replace

import pytest

from apps.documents import Missing
from apps.finance.report import about, read_report
from apps.finance.statements import Statements
from apps.messages import said
from tests.apps.finance.statements.reports import (
    BALANCE,
    END,
    END_BEFORE,
    INCOME,
    PRETAX,
    Line,
    Maker,
    annual,
    gaap,
    newest,
    read,
    replaced,
)

FEES = gaap("Management fees", "RevenueFromContractWithCustomerExcludingAssessedTax", "20", "18")
RENT = gaap("Rental income", "OperatingLeaseLeaseIncome", "80", "72")
FROM_COSTS = INCOME[5:]
BANK = [
    gaap("Total interest income", "InterestAndDividendIncomeOperating", "900", "800"),
    gaap("Total interest expense", "InterestExpense", "300", "250"),
    gaap("Net interest income", "InterestIncomeExpenseNet", "600", "550", rule=True),
    gaap("Service charges", "RevenueFromContractWithCustomerExcludingAssessedTax", "30", "28"),
    gaap("Other income", "NoninterestIncomeOtherOperatingIncome", "70", "60"),
    gaap("Total noninterest income", "NoninterestIncome", "100", "88", rule=True),
    gaap("Total noninterest expense", "NoninterestExpense", "400", "380", rule=True),
    gaap("Income before income taxes", PRETAX, "300", "258", rule=True),
    gaap("Income tax expense", "IncomeTaxExpenseBenefit", "60", "50"),
    gaap("Net income", "NetIncomeLoss", "240", "208", rule=True),
    gaap("Basic", "EarningsPerShareBasic", "2.40", "2.08", unit="perShare"),
]


def derived(statements: Statements, line: str) -> str | None:
    value = next((value for value in statements.line(line).values if value.derived), None)
    return None if value is None else f"{value.value:f}"


def test_a_row_of_contract_revenue_is_not_the_total_that_another_concept_has():
    own = Line("Total revenues", "acme:RevenueOfAllKinds", ("100", "90"), rule=True)
    _, statements = read(annual(income=[FEES, RENT, own, *FROM_COSTS]))
    assert newest(statements, "revenue") == "100000000"
    _, statements = read(annual(income=[FEES, RENT, *FROM_COSTS]))
    assert newest(statements, "revenue") is None
    assert "are parts, and their sum is printed nowhere" in said(statements.line("revenue").reason)
    _, statements = read(annual(income=[replace(FEES, caption="Net sales"), *FROM_COSTS]))
    assert newest(statements, "revenue") == "20000000"
    for total in (replace(FEES, caption="Total net revenues"), replace(FEES, caption="Net sales", rule=True)):
        _, statements = read(annual(income=[RENT, replace(total, cells=("100", "90")), *FROM_COSTS]))
        assert newest(statements, "revenue") == "100000000"


@pytest.mark.parametrize(
    "rows",
    [
        [
            gaap("Product revenue", "Revenues", "700", "600"),
            gaap("Service revenue", "RevenueNotFromContractWithCustomer", "300", "300"),
            replace(FEES, caption="Total revenues", cells=("1,000", "900"), rule=True),
        ],
        [
            gaap("Gross sales", "Revenues", "1,100", "990"),
            Line("Less returns", "acme:Returns", ("(100)", "(90)")),
            replace(FEES, caption="Net sales", cells=("1,000", "900"), rule=True),
        ],
    ],
)
def test_a_row_tagged_as_revenues_above_a_total_of_it_is_not_the_revenue(rows):
    _, statements = read(annual(income=[*rows, *INCOME[1:]]))
    assert newest(statements, "revenue") == "1000000000"


def test_a_cost_whose_caption_leaves_some_of_it_out_is_narrower_than_its_line():
    selling = "Selling, general and administrative expenses"
    short = gaap(f"{selling} (excluding depreciation)", "SellingGeneralAndAdministrativeExpense", "110", "100")
    _, statements = read(annual(income=replaced(INCOME, selling, short)))
    assert statements.line("selling_general_administrative").scope == "narrower"
    assert read(annual())[1].line("selling_general_administrative").scope == "exact"


def test_a_bank_s_service_charges_are_not_its_revenue():
    _, statements = read(annual(income=BANK))
    assert newest(statements, "revenue") is None
    assert derived(statements, "revenue") == "700000000"


@pytest.mark.parametrize("redeemable", [False, True])
def test_liabilities_that_follow_from_equity_leave_out_what_belongs_to_others(redeemable):
    gone = ("Total liabilities", "Noncontrolling interests", "Total equity")
    rows = [line for line in BALANCE if line.caption not in gone]
    others = [gaap("Minority interest", "MinorityInterest", "10", "10")]
    if redeemable:
        others.append(gaap("Redeemable interests", "RedeemableNoncontrollingInterestEquityCarryingAmount", "5", "5"))
    place = next(k for k, line in enumerate(rows) if line.caption == "Accumulated deficit")
    _, statements = read(annual(balance=[*rows[:place], *others, *rows[place:]]))
    assert newest(statements, "total_equity") == "510000000"
    assert derived(statements, "total_liabilities") == ("475000000" if redeemable else "480000000")
    note = next(value.note for value in statements.line("total_liabilities").values if value.derived)
    beside = "the non-controlling interests and the redeemable ones" if redeemable else "the non-controlling interests"
    assert note is not None
    assert said(note) == f"total assets less total equity, and less {beside} beside it"


def test_cash_whose_equivalents_stand_apart_is_narrower_than_the_line():
    both = [gaap("Cash", "Cash", "200", "150"), gaap("Cash equivalents", "CashEquivalentsAtCarryingValue", "100", "9")]
    _, statements = read(annual(balance=replaced(BALANCE, "Cash and cash equivalents", *both)))
    assert (newest(statements, "cash"), statements.line("cash").scope) == ("200000000", "narrower")
    _, statements = read(annual(balance=replaced(BALANCE, "Cash and cash equivalents", both[0])))
    assert statements.line("cash").scope == "exact"


def test_of_several_rows_that_are_called_as_the_line_none_is_said_to_be_called_so():
    two = [Line("Net sales", f"acme:SalesTo{name}", ("600", "500")) for name in "AB"]
    _, statements = read(annual(income=replaced(INCOME, "Net sales", *two)))
    reason = said(statements.line("revenue").reason)
    assert newest(statements, "revenue") is None
    assert "2 rows are called as this line is" in reason
    assert "none is called" not in reason
    assert said(statements.line("revenue").reason, "zh")


class Translated(Maker):
    """Prints the newest year in dollars first, then both years in the report's own currency."""

    def _row(self, periods: list[str], line: Line) -> str:
        if not line.cells:
            return f"<tr><td>{line.caption}</td></tr>"
        when = line.periods or periods
        cells = []
        for number, (period, printed) in enumerate(((when[0], line.cells[0]), *zip(when, line.cells, strict=True))):
            fact = self.fact(
                printed if number else "(7)" if printed.startswith("(") else "7", line.concept, period, line
            )
            cells.append(fact if number else fact.replace(f'unitRef="{line.unit}"', f'unitRef="{line.unit}2"'))
        return f"<tr><td>{line.caption}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"

    def table(self, periods: list[str], lines: list[Line], heading: str = "") -> str:
        heads = "".join(f"<td>{head}</td>" for head in ("2023 US$", "2023 RMB", "2022 RMB"))
        return f"<table><tr><td></td>{heads}</tr>{''.join(self._row(periods, line) for line in lines)}</table>"


def translated() -> bytes:
    data = annual(maker=Translated(currency="CNY")).decode()
    units = "".join(re.findall(r"<xbrli:unit id=.*?</xbrli:unit>", data, re.DOTALL))
    further = re.sub(r'id="(\w+)"', r'id="\g<1>2"', units).replace("CNY", "USD")
    return data.replace("</ix:resources>", further + "</ix:resources>").encode()


@pytest.mark.parametrize("tables", [True, False])
def test_a_translation_that_stands_in_front_is_not_the_line(tables):
    data = translated()
    if not tables:
        data = re.sub(rb"<(/?)(?:table|tr|td)\b[^>]*>", rb"<\1div>", data)
    report = read_report(data)
    assert about(report.filing).currency == "CNY"
    for line, value in (("revenue", "1000000000"), ("total_assets", "1000000000"), ("eps_basic", "1.3")):
        assert newest(report.statements, line) == value
        assert report.statements.line(line).values[0].unit.startswith("CNY")
    assert "currency_printed_otherwise" not in [caution.code for caution in report.statements.cautions]


def test_figures_of_another_entity_are_no_lines_and_are_counted():
    own, other = Maker(), Maker()
    more = [gaap(f"Asset {k}", "OtherAssetsNoncurrent", "1", "1") for k in range(8)]
    rows = [replace(line, cells=tuple(f"{k}" for k in (77, 66))) for line in (*BALANCE[:6], *more, *BALANCE[6:])]
    rows = [line if line.concept else replace(line, cells=()) for line in rows]
    table = "<p>CONSOLIDATED BALANCE SHEETS</p>" + other.table([END, END_BEFORE], rows)
    table = table.replace('id="f-', 'id="g-').replace('contextRef="c-', 'contextRef="s-')
    contexts = "".join(other._context(name, *key) for key, name in other.contexts.items())
    contexts = contexts.replace('id="c-', 'id="s-').replace("0000012345", "99999")
    data = annual(maker=own).decode().replace("</body>", table + "</body>")
    report = read_report(data.replace("<ix:resources>", "<ix:resources>" + contexts).encode())
    assert newest(report.statements, "total_assets") == "1000000000"
    assert [c.values["count"] for c in report.statements.cautions if c.code == "other_entities"] == [1]
    failed = [said(check.reason) for check in report.checks if check.verdict == "fails"]
    assert failed
    assert not [reason for reason in failed if "99999" in reason]
    same = data.replace("<ix:resources>", "<ix:resources>" + contexts.replace("99999", "12345"))
    assert "other_entities" not in [c.code for c in read_report(same.encode()).statements.cautions]


def test_rounding_does_not_tell_the_company_s_figures_from_the_group_s():
    """The group's amounts in millions, and one of them once more to the dollar without the dimension."""
    maker = Maker()
    group = [replace(line, dims="bus:GroupCompanyDataDimension=bus:Consolidated") for line in BALANCE]
    body = "<p>Consolidated balance sheet</p>" + maker.table([END, END_BEFORE], group)
    exact = maker.fact("1,000,000,012", "us-gaap:Assets", END, Line("", unit="shares", decimals="0"))
    other = maker.fact("5", "us-gaap:OtherAssets", END)
    data = maker.document(body + exact.replace('unitRef="shares"', 'unitRef="usd"') + other)
    report = read_report(data)
    assert "group_and_company" not in [caution.code for caution in report.statements.cautions]
    assert not isinstance(about(report.filing).basis, Missing)


def test_a_statement_tagged_in_another_unit_than_its_head_names_is_said():
    markup = annual().decode()
    start, end = markup.index("CONSOLIDATED BALANCE SHEETS"), markup.index("CONSOLIDATED STATEMENTS OF CASH FLOWS")
    balance = markup[start:end]

    def counts(changed: str) -> list[int]:
        cautions = read(markup.replace(balance, changed).encode())[1].cautions
        return [caution.count for caution in cautions if caution.code == "scale_printed_otherwise"]

    wrong = balance.replace('scale="6"', 'scale="3"')
    assert counts(wrong) == [sum(len(line.cells) for line in BALANCE if line.concept)]
    notes = balance.replace("(In millions)", "").replace("Goodwill", "Goodwill of the $1.5 billion merger")
    for right in (balance, notes, wrong.replace("(In millions)", "(Shares in thousands, else in millions)")):
        assert not counts(right)
