"""Identities that cannot be judged although the page prints every term."""

import pytest

from apps.finance.anomaly import CheckResult
from apps.finance.report import read_report
from tests.apps.finance.anomaly.books import told
from tests.apps.finance.statements.reports import BALANCE, END, END_BEFORE, INCOME, YEAR, Line, Maker, gaap

BEFORE = "2022-01-01/2022-12-31"
CHANGE = "CashAndCashEquivalentsPeriodIncreaseDecrease"
CASH = "CashAndCashEquivalentsAtCarryingValue"
TOTAL = BALANCE[-1]
FLOWS = [
    gaap("Net income", "ProfitLoss", "135", "156"),
    gaap("Net cash provided by operating activities", "NetCashProvidedByUsedInOperatingActivities", "180", "150"),
    gaap("Net cash used in investing activities", "NetCashProvidedByUsedInInvestingActivities", "(70)", "(80)"),
    gaap("Net cash used in financing activities", "NetCashProvidedByUsedInFinancingActivities", "(60)", "(40)"),
    gaap("Net increase in cash", CHANGE, "50", "30", rule=True),
    gaap("Cash at beginning of year", CASH, "250", "220", periods=(END_BEFORE, "2021-12-31")),
    gaap("Cash at end of year", CASH, "300", "250", periods=(END, END_BEFORE)),
]


def found(balance: list[Line], flows: list[Line] = FLOWS, currency: str = "") -> list[CheckResult]:
    """The findings in a report with its three statements."""
    maker = Maker()
    periods = [YEAR, BEFORE]
    body = maker.table(periods, INCOME) + maker.table([END, END_BEFORE], balance) + maker.table(periods, flows)
    page = maker.document(body)
    if currency:
        unit = f'<xbrli:unit id="other"><xbrli:measure>iso4217:{currency}</xbrli:measure></xbrli:unit><xbrli:unit '
        page = page.replace(b"<xbrli:unit ", unit.encode(), 1)
    return [r for r in read_report(page).checks if r.check_id == "terms_not_comparable"]


def last_row(**more) -> list[Line]:
    """The balance sheet with its last row otherwise tagged."""
    concept = more.pop("concept", TOTAL.concept)
    return [*BALANCE[:-1], Line(TOTAL.caption, concept, TOTAL.cells, rule=True, **more)]


def test_a_report_of_which_every_identity_can_be_judged_has_no_finding():
    assert [result.verdict for result in found(BALANCE)] == ["holds"]


@pytest.mark.parametrize(
    ("balance", "currency", "why"),
    [
        (last_row(concept=""), "", "the number has no tag"),
        (last_row(unit="other"), "EUR", "its tag is in EUR"),
        (last_row(dims="dei:LegalEntityAxis=us-gaap:SubsidiariesMember"), "", "a part of the company"),
    ],
)
def test_a_printed_term_that_cannot_be_compared_is_a_finding_of_its_own(balance, currency, why):
    failed = [result for result in found(balance, currency=currency) if result.verdict == "fails"]
    assert [result.period.end for result in failed if result.period] == [END, END_BEFORE]
    assert why in told(failed[0])
    assert "printed as" in told(failed[0])
    assert told(failed[0], "zh")
    assert all(result.fact_ids for result in failed)


def test_cash_without_a_tag_is_a_finding_of_the_roll_forward():
    untagged = [*FLOWS[:5], Line(FLOWS[5].caption, "", FLOWS[5].cells), FLOWS[6]]
    failed = [result for result in found(BALANCE, untagged) if result.verdict == "fails"]
    assert [result.period.end for result in failed if result.period] == [END_BEFORE]
    assert "Cash at beginning of year is printed as 220" in told(failed[0])


def test_a_term_that_the_page_does_not_print_is_none():
    assert {result.verdict for result in found(BALANCE[:-1])} == {"holds"}
