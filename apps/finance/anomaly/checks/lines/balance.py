"""Checks of the balance sheet: it balances, and its subtotals fit into its totals."""

from collections.abc import Iterable
from decimal import Decimal
from itertools import product

from apps.finance.anomaly.checks.registry import check, closest_of, compared, stated_periods
from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.sentences import sentence
from apps.finance.money import scale_of
from apps.finance.periods import Period
from core_model.errors import Message

ASSETS = ("us-gaap:Assets", "ifrs-full:Assets")
LIABILITIES_AND_EQUITY = ("us-gaap:LiabilitiesAndStockholdersEquity", "ifrs-full:EquityAndLiabilities")
LIABILITIES = ("us-gaap:Liabilities", "ifrs-full:Liabilities")
EQUITY = ("us-gaap:StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest", "ifrs-full:Equity")
PARENTS_EQUITY = ("us-gaap:StockholdersEquity",)
MINORITY_INTEREST = ("us-gaap:MinorityInterest",)
TEMPORARY = "us-gaap:TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests"
"""All that stands between liabilities and equity and belongs to neither."""
TEMPORARY_OF_PARENT = "us-gaap:TemporaryEquityCarryingAmountAttributableToParent"
REDEEMABLE = (
    "us-gaap:RedeemableNoncontrollingInterestEquityCarryingAmount",
    "us-gaap:RedeemableNoncontrollingInterestEquityCommonCarryingAmount",
    "us-gaap:RedeemableNoncontrollingInterestEquityFairValue",
    "us-gaap:RedeemableNoncontrollingInterestEquityPreferredCarryingAmount",
    "us-gaap:RedeemableNoncontrollingInterestEquityOtherCarryingAmount",
)
"""Interests of others that stand there too."""
LIABILITIES_NONCURRENT = ("us-gaap:LiabilitiesNoncurrent", "ifrs-full:NoncurrentLiabilities")
ASSETS_NONCURRENT = ("us-gaap:AssetsNoncurrent", "ifrs-full:NoncurrentAssets")

CURRENT_ASSETS = ("us-gaap:AssetsCurrent", "ifrs-full:CurrentAssets")
CURRENT_LIABILITIES = ("us-gaap:LiabilitiesCurrent", "ifrs-full:CurrentLiabilities")
PARTS_OF = (
    (CURRENT_ASSETS, ASSETS),
    (CURRENT_LIABILITIES, LIABILITIES),
    (("us-gaap:CashAndCashEquivalentsAtCarryingValue", "ifrs-full:CashAndCashEquivalents"), ASSETS),
    (("us-gaap:CashAndCashEquivalentsAtCarryingValue",), CURRENT_ASSETS),
    (("us-gaap:AccountsReceivableNetCurrent", "us-gaap:ReceivablesNetCurrent"), CURRENT_ASSETS),
    (("us-gaap:InventoryNet", "ifrs-full:Inventories"), CURRENT_ASSETS),
    (("us-gaap:PropertyPlantAndEquipmentNet", "ifrs-full:PropertyPlantAndEquipment"), ASSETS),
    (("us-gaap:Goodwill", "ifrs-full:Goodwill"), ASSETS),
    (ASSETS_NONCURRENT, ASSETS),
    (LIABILITIES_NONCURRENT, LIABILITIES),
)
"""A part, and a whole that it cannot exceed, as no part of that whole can be negative."""
BESIDE_EQUITY = (CURRENT_LIABILITIES, LIABILITIES)
"""Parts of total liabilities and equity: they exceed it where equity is a deficit."""
SHARES_ISSUED = ("us-gaap:CommonStockSharesIssued",)
WITH_MIDDLE = Message("what_liabilities_redeemable_and_equity")
WITHOUT_MIDDLE = Message("what_liabilities_and_equity")


def balance_periods(evidence: Evidence) -> list[Period]:
    """Days for which total assets are stated, newest first."""
    days = {period for concept, period in evidence.plain_numbers if concept in ASSETS and not period.start}
    return sorted(days, reverse=True)


def between(evidence: Evidence, period: Period) -> list[list[Amount]]:
    """What may stand between liabilities and equity at a day: nothing, or the temporary equity that is stated.

    A total is never added to its parts. Where the widest one is not stated, the parent's temporary equity may be all
    there is, or stand beside the redeemable interests of others.
    """
    whole = evidence.concept(TEMPORARY, period)
    if whole is not None:
        return [[], [whole]]
    parents = evidence.concept(TEMPORARY_OF_PARENT, period)
    others = [amount for name in REDEEMABLE if (amount := evidence.concept(name, period)) is not None]
    of_parent = [parents] if parents is not None else []
    return [[], of_parent, [*of_parent, *others]] if of_parent and others else [[], [*of_parent, *others]]


def equities(evidence: Evidence, period: Period) -> list[list[Amount]]:
    """What equity may be at a day: the total, else the parent's, else that and the others' interests together."""
    total = evidence.concept(EQUITY, period)
    if total is not None:
        return [[total]]
    parents, others = evidence.concept(PARENTS_EQUITY, period), evidence.concept(MINORITY_INTEREST, period)
    if parents is None:
        return []
    return [[parents]] if others is None else [[parents], [parents, others]]


@check("balance_equality")
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
                what=Message("what_total_liabilities_and_equity"),
            )


@check("liabilities_and_equity", lenient=True)
def liabilities_and_equity(evidence: Evidence) -> Iterable[CheckResult]:
    for period in balance_periods(evidence):
        total = evidence.concept(LIABILITIES_AND_EQUITY, period)
        liabilities, choices = evidence.concept(LIABILITIES, period), equities(evidence, period)
        if total is None or liabilities is None or not choices:
            continue
        results = [
            compared(
                "liabilities_and_equity",
                total,
                [liabilities, *middle, *equity],
                period,
                what=WITH_MIDDLE if middle else WITHOUT_MIDDLE,
            )
            for equity, middle in product(choices, between(evidence, period))
        ]
        yield closest_of(results)


@check("parts_within_whole")
def parts_within_whole(evidence: Evidence) -> Iterable[CheckResult]:
    for period in balance_periods(evidence):
        for part_names, whole_names in PARTS_OF:
            part, whole = evidence.concept(part_names, period), evidence.concept(whole_names, period)
            if part is not None and whole is not None and part.unit == whole.unit:
                yield _within("parts_within_whole", part, whole, period)
        everything = evidence.concept(LIABILITIES_AND_EQUITY, period)
        if everything is None or not _has_equity(evidence, period):
            continue
        for part_names in BESIDE_EQUITY:
            part = evidence.concept(part_names, period)
            if part is not None and part.unit == everything.unit:
                yield _within("parts_within_whole", part, everything, period)


def _has_equity(evidence: Evidence, period: Period) -> bool:
    """Whether equity is stated and is no deficit."""
    equity = equities(evidence, period)
    return bool(equity) and sum(amount.value for amount in equity[-1]) >= 0


@check("shares_within_authorised")
def shares_within_authorised(evidence: Evidence) -> Iterable[CheckResult]:
    for period in stated_periods(evidence, SHARES_ISSUED):
        issued = evidence.concept(SHARES_ISSUED, period)
        authorised = evidence.concept("us-gaap:CommonStockSharesAuthorized", period)
        outstanding = evidence.concept("us-gaap:CommonStockSharesOutstanding", period)
        if issued is not None and authorised is not None and authorised.value and issued.unit == authorised.unit:
            yield _within("shares_within_authorised", issued, authorised, period)
        if issued is not None and outstanding is not None and issued.unit == outstanding.unit:
            yield _within("shares_within_authorised", outstanding, issued, period)


def _within(check_id: str, part: Amount, whole: Amount, period: Period) -> CheckResult:
    tolerance = part.rounding + whole.rounding
    excess = part.value - whole.value
    holds = excess <= tolerance
    scale = scale_of((part.value, whole.value), part.unit)
    parts = {
        "name": part.name,
        "amount": scale.amount(part.value),
        "limit_name": whole.name,
        "limit": scale.amount(whole.value),
    }
    return CheckResult(
        check_id,
        "holds" if holds else "fails",
        sentence("bound_holds", **parts) if holds else sentence("bound_fails", when=period.when, **parts),
        tuple(dict.fromkeys((*part.fact_ids, *whole.fact_ids))),
        max(excess, Decimal(0)),
        tolerance,
        part.unit,
        period,
    )
