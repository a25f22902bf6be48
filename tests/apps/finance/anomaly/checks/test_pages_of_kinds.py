"""What is right on the page of some kinds of reports is no anomaly, and what is wrong there is one: subtotals within
subtotals and in an inner column, amounts cut off, marks before a sign, subsidiaries that report beside their parent."""

import re

import pytest

from apps.finance.report import ReadReport, read_report
from tests.apps.finance.statements.reports import BEFORE, END, END_BEFORE, YEAR, Line, Maker, gaap

CORE = b'<html xmlns:core="http://xbrl.frc.org.uk/fr/2023-01-01/core" '


def balance_sheet(rows: list[Line], scale: int = 6, currency: str = "JPY") -> ReadReport:
    """A report with a balance sheet of these rows alone."""
    maker = Maker(scale=scale, currency=currency, language="ja")
    data = maker.document("<p>Balance sheet</p>" + maker.table([END, END_BEFORE], rows))
    return read_report(data.replace(b"<html ", CORE))


def judged(report: ReadReport, check_id: str) -> list[str]:
    return [
        check.verdict for check in report.checks if check.check_id == check_id and check.verdict != "not_applicable"
    ]


NESTED = [
    Line("流動資産合計", "acme:CurrentAssets", ("115,500", "108,750")),
    Line("有形固定資産合計", "acme:Property", ("70,100", "67,300")),
    Line("のれん", "acme:Goodwill", ("19,300", "20,450")),
    Line("無形固定資産合計", "acme:Intangibles", ("19,300", "20,450")),
    Line("投資その他の資産合計", "acme:Investments", ("30,100", "31,250")),
    Line("固定資産合計", "acme:NoncurrentAssets", ("119,500", "119,000")),
    Line("資産合計", "acme:Assets", ("235,000", "227,750")),
    Line("流動負債合計", "acme:CurrentLiabilities", ("60,000", "59,000")),
    Line("固定負債合計", "acme:NoncurrentLiabilities", ("40,000", "41,000")),
    Line("負債合計", "acme:Liabilities", ("100,000", "100,000")),
    Line("資本金", "acme:Capital", ("25,000", "25,000")),
    Line("利益剰余金", "acme:Retained", ("110,000", "102,750")),
    Line("純資産合計", "acme:NetAssets", ("135,000", "127,750")),
    Line("負債純資産合計", "acme:LiabilitiesAndNetAssets", ("235,000", "227,750")),
]
"""Mostly totals, as of a condensed balance sheet; property, intangibles and investments are parts of the sixth."""


def test_subtotals_within_a_part_are_not_added_to_the_total_again():
    report = balance_sheet(NESTED)
    assert not report.anomalies
    assert set(judged(report, "balance_subtotals")) == {"holds"}


@pytest.mark.parametrize("number", [0, 5, 6])
def test_a_wrong_total_of_subtotals_is_found(number):
    row = NESTED[number]
    wrong = f"{int(row.cells[0].replace(',', '')) + 9_000:,}"
    rows = [*NESTED[:number], Line(row.caption, row.concept, (wrong, row.cells[1])), *NESTED[number + 1 :]]
    assert balance_sheet(rows).anomalies


def cut_off(short: tuple[int, int], terms: int = 9) -> list[Line]:
    """Rows of a total that is this much more than their sum, as amounts cut off to millions print it."""
    rows = [
        gaap(f"Item {n}", "OtherAssetsCurrent", f"{4_000 + 371 * n:,}", f"{3_900 + 353 * n:,}") for n in range(terms)
    ]
    rows = [Line(row.caption, f"acme:Item{n}", row.cells) for n, row in enumerate(rows)]
    sums = [sum(int(row.cells[column].replace(",", "")) for row in rows) + short[column] for column in (0, 1)]
    total = gaap("Total current assets", "AssetsCurrent", *(f"{each:,}" for each in sums), rule=True)
    rest = gaap("Total non-current assets", "AssetsNoncurrent", "50,000", "48,000")
    both = gaap(
        "Total assets", "Assets", *(f"{each + int(more):,}" for each, more in zip(sums, (50_000, 48_000), strict=True))
    )
    return [*rows, total, rest, both]


@pytest.mark.parametrize(("short", "wrong"), [((6, 5), False), ((9, 5), False), ((10, 5), True), ((40, 5), True)])
def test_as_many_rows_that_are_cut_off_lose_as_many_units(short, wrong):
    assert bool(balance_sheet(cut_off(short)).anomalies) is wrong


@pytest.mark.parametrize(
    ("exact", "wrong"), [("4,000,912,000", False), ("4,001,100,000", True), ("3,999,400,000", True)]
)
def test_an_amount_that_is_cut_off_in_the_statement_and_exact_elsewhere_is_no_contradiction(exact, wrong):
    maker = Maker(currency="JPY", language="ja")
    table = maker.table([END, END_BEFORE], cut_off((6, 5)))
    note = maker.fact(exact, "acme:Item0", END, Line("", unit="shares", decimals="-3"))
    note = note.replace('unitRef="shares"', 'unitRef="usd"')
    report = read_report(maker.document(f"<p>Balance sheet</p>{table}<p>{note}</p>"))
    assert judged(report, "duplicate_facts") == ["fails" if wrong else "holds"]


INNER_AND_OUTER = [
    Line("Fixed assets"),
    Line("Investments", "core:InvestmentsFixedAssets", ("40,000", "39,000")),
    Line("", "core:FixedAssets", ("40,000", "39,000")),
    Line("Current assets"),
    Line("Debtors", "core:Debtors", ("1,310", "1,120")),
    Line("Cash at bank and in hand", "core:CashBankOnHand", ("-", "410")),
    Line("", "core:CurrentAssets", ("1,310", "1,530")),
    Line("Creditors: amounts falling due within one year", "core:Creditors", ("(120)", "(140)"), flip=True),
    Line("Net current assets", "core:NetCurrentAssetsLiabilities", ("1,190", "1,390")),
    Line("Total assets less current liabilities", "core:TotalAssetsLessCurrentLiabilities", ("41,190", "40,390")),
    Line("Net assets", "core:NetAssetsLiabilities", ("41,190", "40,390")),
    Line("Called up share capital", "core:ShareCapital", ("1", "1")),
    Line("Profit and loss account", "core:RetainedEarnings", ("41,189", "40,389")),
    Line("", "core:Equity", ("41,190", "40,390")),
]
"""The balance sheet of a small British company; its subtotals stand in an outer column, some without a caption."""
INNER = ("Debtors", "Cash at bank and in hand", "Creditors: amounts falling due within one year")


def small_company(rows: list[Line]) -> ReadReport:
    """The rows in two columns a year: an inner one for those of ``INNER``, and for the subtotal above creditors."""
    maker = Maker(scale=0, currency="GBP", language="en-GB")
    lines = ['<tr><td></td><td></td><td colspan="3">2023 £</td><td></td><td colspan="3">2022 £</td></tr>']
    for row in rows:
        cells = ""
        for period, printed in zip((END, END_BEFORE), row.cells, strict=False):
            tagged = maker.fact(printed, row.concept, period, row) if any(map(str.isdigit, printed)) else printed
            inside = row.caption in INNER or row.concept == "core:CurrentAssets"
            cells += f"<td>{tagged}</td><td></td>" if inside else f"<td></td><td>{tagged}</td>"
        lines.append(f"<tr><td>{row.caption}</td>{cells}</tr>")
    data = maker.document(f"<p>Balance sheet as at 31 December 2023</p><table>{''.join(lines)}</table>")
    return read_report(data.replace(b"<html ", CORE))


def test_a_subtotal_in_an_outer_column_is_not_added_to_the_inner_one():
    report = small_company(INNER_AND_OUTER)
    assert not report.anomalies
    assert set(judged(report, "balance_subtotals")) == {"holds"}


MARKED = [
    gaap("Net sales", "Revenues", "8,300", "8,100"),
    gaap("Cost of sales", "CostOfRevenue", "5,200", "5,000"),
    gaap("Gross profit", "GrossProfit", "3,100", "3,100", rule=True),
    gaap("Net income", "ProfitLoss", "1,450", "1,400"),
    gaap("Other comprehensive income", "OtherComprehensiveIncomeLossNetOfTax", "(640)", "210"),
    gaap("Comprehensive income", "ComprehensiveIncomeNetOfTax", "810", "1,610", rule=True),
]


@pytest.mark.parametrize("mark", ["※８ ", "*1 ", "※", "①"])
def test_a_mark_of_a_note_before_a_sign_is_no_part_of_the_amount(mark):
    maker = Maker(currency="JPY", language="ja")
    markup = maker.document("<p>Statement of income</p>" + maker.table([YEAR, BEFORE], MARKED)).decode()
    before = re.search(r"\((<ix:nonFraction [^>]*>640</ix:nonFraction>)\)", markup)
    assert before is not None
    marked = markup.replace(before[0], f"<span>{mark}</span>△{before[1]}")
    report = read_report(marked.encode())
    assert not report.anomalies
    assert judged(report, "printed_signs") == ["holds"]
    without = read_report(marked.replace(before[1], before[1].replace(' sign="-"', "")).encode())
    assert [anomaly.check_id for anomaly in without.anomalies] == ["printed_signs"]


def test_subsidiaries_that_report_beside_their_parent_need_not_add_up_to_it():
    """Two of its subsidiaries; in the year before their other income happens to be the parent's."""

    def statement(maker: Maker, title: str, member: str, *amounts: tuple[str, str]) -> str:
        concepts = ("Revenues", "OperatingIncomeLoss", "NonoperatingIncomeExpense", "NetIncomeLoss")
        dims = f"dei:LegalEntityAxis=acme:{member}Member" if member else ""
        rows = [gaap(f"Row of {name}", name, *cells, dims=dims) for name, cells in zip(concepts, amounts, strict=True)]
        return f"<p>{title} STATEMENTS OF INCOME</p>" + maker.table([YEAR, BEFORE], rows)

    maker = Maker()
    body = (
        statement(maker, "ACME", "", ("700", "680"), ("190", "180"), ("33", "19"), ("140", "130"))
        + statement(maker, "ACME EAST", "East", ("300", "290"), ("90", "85"), ("11", "12"), ("60", "55"))
        + statement(maker, "ACME WEST", "West", ("200", "190"), ("50", "48"), ("6", "7"), ("30", "29"))
    )
    report = read_report(maker.document(body))
    assert not report.anomalies
    revenue = [value.value for value in report.statements.line("revenue").values]
    assert revenue == [700_000_000, 680_000_000]
