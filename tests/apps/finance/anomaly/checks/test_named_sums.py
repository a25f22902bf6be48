"""The sums that the British balance-sheet formats name: each is judged on its own day, whatever column it stands in."""

from decimal import Decimal

import pytest

from apps.finance.anomaly.model import CheckResult
from apps.finance.report import ReadReport, read_report
from apps.messages import said
from tests.apps.finance.statements.reports import END, END_BEFORE, Line, Maker

WITHIN, AFTER = "core:Maturities=core:WithinOneYear", "core:Maturities=core:AfterOneYear"
ROWS = {
    "Tangible assets": ("PropertyPlantEquipment", "400", "380"),
    "Investments": ("InvestmentsFixedAssets", "100", "90"),
    "Fixed assets": ("FixedAssets", "500", "470"),
    "Stocks": ("TotalInventories", "60", "50"),
    "Debtors": ("Debtors", "70", "80"),
    "Cash at bank and in hand": ("CashBankOnHand", "20", "15"),
    "Total": ("CurrentAssets", "150", "145"),
    "Creditors: within one year": ("Creditors", "110", "120"),
    "Net current assets": ("NetCurrentAssetsLiabilities", "40", "25"),
    "Total assets less current liabilities": ("TotalAssetsLessCurrentLiabilities", "540", "495"),
    "Creditors: after one year": ("Creditors", "130", "140"),
    "Provisions": ("ProvisionsForLiabilitiesBalanceSheetSubtotal", "10", "5"),
    "Net assets": ("NetAssetsLiabilities", "400", "350"),
    "Equity": ("Equity", "400", "350"),
}
DIMENSIONS = {"Creditors: within one year": WITHIN, "Creditors: after one year": AFTER}


def report(namespace: str = "http://xbrl.frc.org.uk/fr/2023-01-01/core", **other: tuple[str, str] | None) -> ReadReport:
    """A company's balance sheet; rows with other amounts, or without any, by their concept."""
    maker, lines = Maker(), []
    for caption, (concept, *amounts) in ROWS.items():
        cells = other.get(concept, tuple(amounts))
        if cells is not None:
            lines.append(Line(caption, f"us-gaap:{concept}", tuple(cells), dims=DIMENSIONS.get(caption, "")))
    markup = maker.document("<p>Balance sheet</p>" + maker.table([END, END_BEFORE], lines)).decode()
    markup = markup.replace('"us-gaap:', '"own:').replace(">us-gaap:", ">own:")
    return read_report(markup.replace("xmlns:acme=", f'xmlns:own="{namespace}" xmlns:acme=').encode())


def named(of: ReadReport) -> list[CheckResult]:
    return [check for check in of.checks if check.check_id == "named_subtotals"]


def failures(**other: tuple[str, str] | None) -> list[tuple[str, str]]:
    """The days and sentences of the named sums that fail."""
    return [
        (check.period.end, said(check.reason))
        for check in named(report(**other))
        if check.verdict == "fails" and check.period is not None
    ]


def test_every_named_sum_holds_on_both_days():
    assert [check.verdict for check in named(report())] == ["holds"] * 12
    assert not report().anomalies


@pytest.mark.parametrize(
    ("concept", "amounts", "of_the_newest"),
    [
        ("CurrentAssets", ("160", "145"), 2),
        ("NetCurrentAssetsLiabilities", ("140", "25"), 2),
        ("InvestmentsFixedAssets", ("190", "90"), 1),
        ("FixedAssets", ("600", "470"), 2),
        ("TotalAssetsLessCurrentLiabilities", ("640", "495"), 2),
        ("ProvisionsForLiabilitiesBalanceSheetSubtotal", ("30", "5"), 1),
        ("Equity", ("403", "350"), 1),
    ],
)
def test_a_wrong_amount_fails_its_sums_and_the_other_year_is_judged_still(concept, amounts, of_the_newest):
    checks = named(report(**{concept: amounts}))
    ends = [(check.verdict, check.period.end) for check in checks if check.period is not None]
    assert ends.count(("fails", END)) == of_the_newest
    assert ends.count(("holds", END_BEFORE)) == 6


def test_creditors_are_deducted_whatever_their_sign_and_told_apart_by_maturity():
    ((day, sentence), *more) = failures(NetCurrentAssetsLiabilities=("45", "25"))
    assert day == END
    assert "150 (current assets) - 110 (creditors) = 40" in sentence
    assert len(more) == 1


def test_kinds_stand_for_a_total_that_is_not_stated():
    checks = named(report(FixedAssets=None))
    assert {check.verdict for check in checks} == {"holds"}
    assert len(checks) == 10
    assert len(failures(FixedAssets=None, InvestmentsFixedAssets=("190", "90"))) == 1


def test_nothing_is_said_of_a_sum_that_holds_nowhere_or_lacks_a_term():
    beyond = failures(ProvisionsForLiabilitiesBalanceSheetSubtotal=None)
    assert not beyond, "what the report does not tag may stand between"
    assert not failures(NetCurrentAssetsLiabilities=("90", "75"), TotalAssetsLessCurrentLiabilities=("590", "545"),
                        ProvisionsForLiabilitiesBalanceSheetSubtotal=("60", "55"))  # fmt: skip


def test_names_of_another_taxonomy_are_not_judged():
    (check,) = named(report("http://acme.example/own"))
    assert check.verdict == "not_applicable"
    assert said(check.reason) == "No total is stated under a name of the British balance-sheet format."


def test_the_tolerance_is_rounding_alone():
    (check, *_) = [check for check in named(report(Equity=("403", "350"))) if check.verdict == "fails"]
    assert (check.difference, check.tolerance) == (Decimal(-3_000_000), Decimal(1_000_000))
