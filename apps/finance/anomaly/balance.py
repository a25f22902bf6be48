"""Checks of the balance sheet: it balances, and its subtotals fit into its totals."""

from collections.abc import Iterable
from decimal import Decimal

from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.registry import CHECKS, check, compared, shown, text_of
from apps.finance.statements.model import Period

ASSETS = ("us-gaap:Assets", "ifrs-full:Assets")
LIABILITIES_AND_EQUITY = ("us-gaap:LiabilitiesAndStockholdersEquity", "ifrs-full:EquityAndLiabilities")
LIABILITIES = ("us-gaap:Liabilities", "ifrs-full:Liabilities")
EQUITY = (
    "us-gaap:StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
    "us-gaap:StockholdersEquity",
    "ifrs-full:Equity",
)
BETWEEN = (
    "us-gaap:TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests",
    "us-gaap:TemporaryEquityCarryingAmountAttributableToParent",
    "us-gaap:RedeemableNoncontrollingInterestEquityCarryingAmount",
    "us-gaap:RedeemableNoncontrollingInterestEquityCommonCarryingAmount",
    "us-gaap:RedeemableNoncontrollingInterestEquityFairValue",
    "us-gaap:RedeemableNoncontrollingInterestEquityPreferredCarryingAmount",
    "us-gaap:RedeemableNoncontrollingInterestEquityOtherCarryingAmount",
)
"""What stands between liabilities and equity and belongs to neither."""
LIABILITIES_NONCURRENT = ("us-gaap:LiabilitiesNoncurrent", "ifrs-full:NoncurrentLiabilities")
ASSETS_NONCURRENT = ("us-gaap:AssetsNoncurrent", "ifrs-full:NoncurrentAssets")


def balance_periods(evidence: Evidence) -> list[Period]:
    """Days for which total assets are stated, newest first."""
    days = {period for concept, period in evidence.plain_numbers if concept in ASSETS and not period.start}
    return sorted(days, reverse=True)


def between(evidence: Evidence, period: Period) -> list[Amount]:
    """Redeemable interests and other temporary equity at a day; the widest total alone where there is one."""
    found = [amount for name in BETWEEN if (amount := evidence.concept(name, period)) is not None]
    total = next((amount for amount in found if "TemporaryEquity" in amount.name), None)
    return [total] if total is not None else found


@check("balance_equality", "Total assets equal total liabilities and equity")
def balance_equality(evidence: Evidence) -> Iterable[CheckResult]:
    for period in balance_periods(evidence):
        assets = evidence.concept(ASSETS, period)
        other = evidence.concept(LIABILITIES_AND_EQUITY, period)
        if assets is not None and other is not None:
            yield compared(
                "balance_equality",
                assets,
                [other],
                period,
                words="Total assets equal total liabilities and equity",
            )


@check("liabilities_and_equity", "Liabilities, redeemable interests and equity add up", lenient=True)
def liabilities_and_equity(evidence: Evidence) -> Iterable[CheckResult]:
    for period in balance_periods(evidence):
        total = evidence.concept(LIABILITIES_AND_EQUITY, period)
        liabilities, equity = evidence.concept(LIABILITIES, period), evidence.concept(EQUITY, period)
        if total is None or liabilities is None or equity is None:
            continue
        middle = between(evidence, period)
        options = [[liabilities, equity], [liabilities, *middle, equity]] if middle else [[liabilities, equity]]
        results = [
            compared(
                "liabilities_and_equity",
                total,
                terms,
                period,
                words="Total liabilities and equity are liabilities, redeemable interests and equity",
            )
            for terms in options
        ]
        yield min(results, key=lambda result: abs(result.difference or Decimal(0)))


@check("current_within_total", "A current part is not larger than its total")
def current_within_total(evidence: Evidence) -> Iterable[CheckResult]:
    pairs = (("current_assets", ASSETS), ("current_liabilities", LIABILITIES_AND_EQUITY))
    for line, whole_names in pairs:
        for period in evidence.periods.get(line, ()):
            part, whole = evidence.line(line, period), evidence.concept(whole_names, period)
            if part is None or whole is None:
                continue
            tolerance = part.rounding + whole.rounding
            excess = part.value - whole.value
            holds = excess <= tolerance
            verb = "is not" if holds else "is"
            yield CheckResult(
                "current_within_total",
                CHECKS["current_within_total"].title,
                "holds" if holds else "fails",
                f"{part.name.capitalize()} of {shown(part.value)} {verb} larger than {whole.name} of "
                f"{shown(whole.value)}.",
                tuple(dict.fromkeys((*part.fact_ids, *whole.fact_ids))),
                max(excess, Decimal(0)),
                tolerance,
                part.unit,
                text_of(period),
            )
