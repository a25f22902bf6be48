"""Checks of the balance sheet: it balances, and its subtotals fit into its totals."""

from collections.abc import Iterable
from decimal import Decimal

from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.registry import CHECKS, check, compared, stated_periods, text_of
from apps.finance.anomaly.wording import first_up, is_or_are, scale_of, when
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

CURRENT_ASSETS = ("us-gaap:AssetsCurrent", "ifrs-full:CurrentAssets")
CURRENT_LIABILITIES = ("us-gaap:LiabilitiesCurrent", "ifrs-full:CurrentLiabilities")
PARTS_OF = (
    (CURRENT_ASSETS, ASSETS),
    (CURRENT_LIABILITIES, LIABILITIES),
    (CURRENT_LIABILITIES, LIABILITIES_AND_EQUITY),
    (LIABILITIES, LIABILITIES_AND_EQUITY),
    (("us-gaap:CashAndCashEquivalentsAtCarryingValue", "ifrs-full:CashAndCashEquivalents"), ASSETS),
    (("us-gaap:CashAndCashEquivalentsAtCarryingValue",), CURRENT_ASSETS),
    (("us-gaap:AccountsReceivableNetCurrent", "us-gaap:ReceivablesNetCurrent"), CURRENT_ASSETS),
    (("us-gaap:InventoryNet", "ifrs-full:Inventories"), CURRENT_ASSETS),
    (("us-gaap:PropertyPlantAndEquipmentNet", "ifrs-full:PropertyPlantAndEquipment"), ASSETS),
    (("us-gaap:Goodwill", "ifrs-full:Goodwill"), ASSETS),
    (ASSETS_NONCURRENT, ASSETS),
    (LIABILITIES_NONCURRENT, LIABILITIES),
)
"""A part, and a whole that it cannot exceed where no part of the whole is negative."""
SHARES_ISSUED = ("us-gaap:CommonStockSharesIssued",)


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
                what="the same as total liabilities and equity",
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
                what="liabilities, redeemable interests and equity together" if middle else "liabilities and equity",
            )
            for terms in options
        ]
        yield min(results, key=lambda result: abs(result.difference or Decimal(0)))


@check("parts_within_whole", "No part is larger than the whole it belongs to")
def parts_within_whole(evidence: Evidence) -> Iterable[CheckResult]:
    for period in balance_periods(evidence):
        for part_names, whole_names in PARTS_OF:
            part, whole = evidence.concept(part_names, period), evidence.concept(whole_names, period)
            if part is not None and whole is not None and part.unit == whole.unit:
                yield _within("parts_within_whole", part, whole, period)


@check("shares_within_authorised", "No more shares are outstanding than issued, nor issued than authorised")
def shares_within_authorised(evidence: Evidence) -> Iterable[CheckResult]:
    for period in stated_periods(evidence, SHARES_ISSUED):
        issued = evidence.concept(SHARES_ISSUED, period)
        authorised = evidence.concept("us-gaap:CommonStockSharesAuthorized", period)
        outstanding = evidence.concept("us-gaap:CommonStockSharesOutstanding", period)
        if issued is not None and authorised is not None and authorised.value:
            yield _within("shares_within_authorised", issued, authorised, period)
        if issued is not None and outstanding is not None:
            yield _within("shares_within_authorised", outstanding, issued, period)


def _within(check_id: str, part: Amount, whole: Amount, period: Period) -> CheckResult:
    tolerance = part.rounding + whole.rounding
    excess = part.value - whole.value
    holds = excess <= tolerance
    scale = scale_of((part.value, whole.value), part.unit)
    verb = is_or_are(part.name)
    name, limit = first_up(part.name), scale.full(whole.value)
    return CheckResult(
        check_id,
        CHECKS[check_id].title,
        "holds" if holds else "fails",
        f"{name} of {scale.full(part.value)} {verb} not more than {whole.name}, {limit}."
        if holds
        else f"{name} {when(period)} {verb} {scale.full(part.value)}, more than {whole.name}, {limit}.",
        tuple(dict.fromkeys((*part.fact_ids, *whole.fact_ids))),
        max(excess, Decimal(0)),
        tolerance,
        part.unit,
        text_of(period),
    )
