"""Roll-forwards of the notes: with the signs of the page, with signs that are learnt, with subtotals inside."""

import pytest

from apps.finance.anomaly import CheckResult
from apps.finance.report import read_report
from tests.apps.finance.anomaly.books import told
from tests.apps.finance.statements.reports import BALANCE, BEFORE, END, END_BEFORE, YEAR, Line, Maker, gaap

EARLIER = "2021-12-31"


def moved(caption: str, concept: str, *cells: str) -> Line:
    """A row of movements."""
    return gaap(caption, concept, *cells, periods=(YEAR, BEFORE))


def of_days(caption: str, concept: str, *cells: str, closing: bool = True) -> Line:
    """A row of balances on the last days, or the first."""
    return gaap(caption, concept, *cells, periods=(END, END_BEFORE) if closing else (END_BEFORE, EARLIER))


WARRANTY = [
    of_days("Balance, beginning of year", "ProductWarrantyAccrual", "336", "330", closing=False),
    moved("Provisions", "ProductWarrantyAccrualWarrantiesIssued", "287", "320"),
    moved("Adjustments", "ProductWarrantyAccrualPreexistingIncreaseDecrease", "15", "8"),
    moved("Settlements", "ProductWarrantyAccrualPayments", "(321)", "(322)"),
    of_days("Balance, end of year", "ProductWarrantyAccrual", "317", "336"),
]
ALLOWANCE = [
    of_days("Allowance, beginning of year", "AllowanceForDoubtfulAccountsReceivable", "107", "95", closing=False),
    moved("Charged to expense", "ProvisionForDoubtfulAccounts", "49", "52"),
    moved("Write-offs", "AllowanceForDoubtfulAccountsReceivableWriteOffs", "70", "40"),
    of_days("Allowance, end of year", "AllowanceForDoubtfulAccountsReceivable", "86", "107"),
]


def checked(*tables: list[Line]) -> list[CheckResult]:
    """The verdicts on roll-forwards in a report with some tables."""
    maker = Maker()
    body = maker.table([END, END_BEFORE], BALANCE[:9])
    body += "".join(maker.table([END, END_BEFORE], lines) for lines in tables)
    results = read_report(maker.document(body)).checks
    return [result for result in results if result.check_id == "roll_forwards"]


def changed(lines: list[Line], row: int, *cells: str) -> list[Line]:
    """The table with other numbers in a row."""
    before = lines[row]
    new = gaap(before.caption, before.concept.removeprefix("us-gaap:"), *cells, periods=before.periods)
    return [*lines[:row], new, *lines[row + 1 :]]


@pytest.mark.parametrize("lines", [WARRANTY, ALLOWANCE])
def test_two_years_that_come_out_are_told_together(lines):
    (result,) = checked(lines)
    assert result.verdict == "holds"
    assert "2 roll-forwards" in told(result)
    assert len(result.fact_ids) == 2 * len(lines)


def test_a_movement_that_is_wrong_breaks_the_roll_forward_of_its_year():
    failed = [r for r in checked(changed(WARRANTY, 1, "278", "320")) if r.verdict == "fails"]
    assert [(r.difference, r.tolerance, r.period.end) for r in failed if r.period] == [(9_000_000, 2_500_000, END)]
    assert "the opening amount and what moved it together" in told(failed[0])


def test_signs_that_the_page_leaves_out_are_learnt_from_the_other_year():
    failed = [r for r in checked(changed(ALLOWANCE, 2, "79", "40")) if r.verdict == "fails"]
    assert [r.difference for r in failed] == [9_000_000]
    assert failed[0].weights == (1, -1, -1, 1)


def test_movements_without_signs_that_come_out_in_no_year_are_not_judged():
    assert {r.verdict for r in checked(changed(ALLOWANCE, 2, "79", "49"))} == {"not_applicable"}


def test_a_subtotal_among_the_movements_moves_nothing():
    lines = [*WARRANTY[:3], moved("Together", "AcmeTotal", "302", "328"), *WARRANTY[3:]]
    assert {r.verdict for r in checked(lines)} <= {"holds", "not_applicable"}


CASH = [
    moved("Increase in cash", "CashPeriodIncreaseDecreaseExcludingExchangeRateEffect", "191", "345"),
    of_days("Cash at the beginning of the year", "CashDifferentFromBalanceSheet", "785", "422", closing=False),
    moved("Effect of exchange rates", "EffectOfExchangeRateOnCash", "(20)", "18"),
    of_days("Cash at the end of the year", "CashDifferentFromBalanceSheet", "956", "785"),
]


def test_what_stands_above_the_opening_amount_moved_it_too():
    (result,) = checked(CASH)
    assert result.verdict == "holds"
    assert "2 roll-forwards" in told(result)


def test_one_year_that_comes_out_with_the_row_above_shows_the_error_of_the_other():
    failed = [r for r in checked(changed(CASH, 2, "(29)", "18")) if r.verdict == "fails"]
    assert [r.difference for r in failed] == [9_000_000]


def test_a_row_above_that_has_nothing_to_do_with_it_is_left_alone():
    (result,) = checked([moved("Sales under warranty", "AcmeSales", "900", "800"), *WARRANTY])
    assert result.verdict == "holds"
