"""The sums that the British balance-sheet formats name: a row under each of these names is the sum of others by law.

Companies Act formats print the parts of current assets in an inner column and their sum, less creditors, in an outer
one, so that columns and rules tell little of what a total adds up; its name tells it (FRS 102, section 4; Schedule 1 of
the regulations on accounts).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from apps.finance.anomaly.checks.lines.income import with_optional
from apps.finance.anomaly.checks.registry import (
    check,
    closest_of,
    compared,
    not_applicable,
    supported,
    unless_everywhere,
)
from apps.finance.anomaly.checks.totals.dimensions import amount_of
from apps.finance.anomaly.evidence import Amount, Evidence, agree, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.filings import Fact
from apps.finance.filings.entity.consolidation import local
from apps.finance.filings.entity.taxonomies import mostly_national, national
from apps.finance.periods import Period
from core_model.errors import Message

Names = tuple[str, ...]
CHECK = "named_subtotals"
_BRITISH = "taxonomy_uk"
WITHIN, AFTER = "WithinOneYear", "AfterOneYear"
"""Members of the axis of maturities: creditors within one year, and after it."""
CREDITORS: Names = ("CreditorsDueWithinOneYear", "Creditors@WithinOneYear", "Creditors")
LATER: Names = ("CreditorsDueAfterOneYear", "Creditors@AfterOneYear")
NET_CURRENT: Names = ("NetCurrentAssetsLiabilities",)
LESS_CURRENT: Names = ("TotalAssetsLessCurrentLiabilities",)
NET_ASSETS: Names = (
    "NetAssetsLiabilities",
    "NetAssetsLiabilitiesIncludingPensionAssetLiability",
    "NetAssetsLiabilitiesExcludingPensionAssetLiability",
)
FIXED: Names = ("FixedAssets",)
CURRENT: Names = ("CurrentAssets",)
PREPAID: Names = ("PrepaymentsAccruedIncomeNotExpressedWithinCurrentAssetSubtotal",)
ACCRUED: Names = (
    "AccruedLiabilitiesNotExpressedWithinCreditorsSubtotal",
    "AccrualsDeferredIncome",
    "AccruedLiabilitiesDeferredIncome",
)
PROVISIONS: Names = ("ProvisionsForLiabilitiesBalanceSheetSubtotal", "ProvisionsForLiabilitiesCharges", "Provisions")
TAXES: Names = (
    "DeferredTaxLiabilities",
    "NetDeferredTaxLiabilityAsset",
    "TaxationIncludingDeferredTaxationBalanceSheetSubtotal",
)
PENSION: Names = ("RetirementBenefitObligationsSurplus", "PensionAssetLiability", "DefinedBenefitObligationsSurplus")
FIXED_KINDS: tuple[Names, ...] = (
    ("IntangibleAssets", "IntangibleFixedAssets"),
    ("PropertyPlantEquipment", "TangibleFixedAssets"),
    ("InvestmentsFixedAssets", "FixedAssetInvestments"),
    ("InvestmentProperty", "InvestmentProperties"),
    ("HeritageAssets",),
)
CURRENT_KINDS: tuple[Names, ...] = (
    ("TotalInventories", "Inventories", "StocksInventory"),
    ("Debtors",),
    ("CurrentAssetInvestments", "InvestmentsCurrentAssets"),
    ("CashBankOnHand", "CashBankInHand"),
)


@dataclass(frozen=True, slots=True)
class NamedSum:
    """What a row of the format adds up.

    Attributes:
        total: Names of its row.
        added: Names of the rows that it adds; all must be stated.
        deducted: Names of the rows that it deducts, whatever sign they are printed with; all must be stated.
        either: Names of rows that may be added (1) or deducted (-1), if they are stated.
        kinds: Names of rows all of which that are stated are added; at least one must be.
        whole: Names of the row that stands for the kinds where it is stated.
        what: What the total is, to stand behind "is".
        judged: Which failures count.
    """

    total: Names
    what: Message
    added: tuple[Names, ...] = ()
    deducted: tuple[Names, ...] = ()
    either: tuple[tuple[Names, int], ...] = ()
    kinds: tuple[Names, ...] = ()
    whole: Names = ()
    judged: Callable[[Iterable[CheckResult]], list[CheckResult]] = field(default=unless_everywhere)


SUMS = (
    NamedSum(FIXED, Message("what_kinds_of_fixed_assets"), kinds=FIXED_KINDS, judged=supported),
    NamedSum(CURRENT, Message("what_kinds_of_current_assets"), kinds=CURRENT_KINDS, judged=supported),
    NamedSum(
        NET_CURRENT,
        Message("what_current_assets_less_creditors"),
        deducted=(CREDITORS,),
        kinds=CURRENT_KINDS,
        whole=CURRENT,
        either=((PREPAID, 1), (ACCRUED, -1)),
    ),
    NamedSum(
        LESS_CURRENT,
        Message("what_fixed_and_net_current_assets"),
        added=(NET_CURRENT,),
        kinds=FIXED_KINDS,
        whole=FIXED,
        either=((PREPAID, 1), (ACCRUED, -1), (PENSION, 1)),
    ),
    NamedSum(
        NET_ASSETS,
        Message("what_total_less_later_liabilities"),
        added=(LESS_CURRENT,),
        either=((LATER, -1), (PROVISIONS, -1), (TAXES, -1), (ACCRUED, -1), (PENSION, 1)),
        judged=supported,
    ),
    NamedSum(
        NET_ASSETS,
        Message("what_capital_and_reserves"),
        added=(("Equity", "ShareholderFunds", "CapitalAndReserves"),),
    ),
)


@check(CHECK)
def named_subtotals(evidence: Evidence) -> Iterable[CheckResult]:
    """A verdict for each day on which such a total and all that it adds up are stated."""
    stated = _Stated(evidence)
    if not stated.days:
        yield not_applicable(CHECK, Message("no_british_format"))
        return
    judged = [result for each in SUMS for result in each.judged(list(_verdicts(stated, each)))]
    yield from judged or [not_applicable(CHECK, Message("named_sums_lack_terms"))]


def british(evidence: Evidence) -> bool:
    """Whether a report is tagged with names of the British taxonomies: in its balance sheet rows of two columns stand
    under each other, of which not all belong to one total."""
    return mostly_national(evidence.filing.facts) == _BRITISH


def _verdicts(stated: "_Stated", each: NamedSum) -> Iterator[CheckResult]:
    for day in stated.days:
        total = stated.amount(each.total, day)
        whole = stated.amount(each.whole, day)
        kinds = [amount for names in each.kinds if (amount := stated.amount(names, day)) is not None]
        kinds = kinds if whole is None else [whole]
        needed = [*(stated.amount(names, day) for names in each.added), *kinds]
        needed += [_deducted(stated.amount(names, day)) for names in each.deducted]
        terms = [amount for amount in needed if amount is not None]
        lacking = len(terms) < len(needed) or (bool(each.kinds) and not kinds)
        if total is None or lacking:
            continue
        optional = []
        for names, sign in each.either:
            amount = stated.amount(names, day)
            optional.append(amount if sign > 0 else _deducted(amount))
        choices = with_optional(terms, optional)
        yield closest_of(compared(CHECK, total, choice, day, what=each.what) for choice in choices)


def _deducted(amount: Amount | None) -> Amount | None:
    """What is deducted, though some print and tag it negative."""
    return amount if amount is None or amount.value < 0 else -amount


class _Stated:
    """The amounts of a report under names of the British taxonomies."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._facts: dict[tuple[str, Period], list[Fact]] = {}
        for fact in evidence.best_by_aspects.values():
            if fact.instant and national(fact.namespace) == _BRITISH and (name := _name(fact)):
                self._facts.setdefault((name, period_of(fact)), []).append(fact)
        totals = {name for each in SUMS for name in each.total}
        self.days = sorted({day for name, day in self._facts if name in totals}, reverse=True)

    def amount(self, names: Names, day: Period) -> Amount | None:
        """The amount under the first of some names that is stated for a day; None where none is, or two are at odds."""
        currency = self._evidence.filing.document.currency
        for name in names:
            facts = [fact for fact in self._facts.get((name, day), ()) if fact.unit == currency]
            if facts and all(agree(facts[0], other) for other in facts):
                return amount_of(facts[0], self._evidence.name_of(facts[0].concept))
            if facts:
                return None
        return None


def _name(fact: Fact) -> str:
    """The local name; behind an @ the maturity; empty for facts of another part of the company."""
    if not fact.dimensions:
        return fact.local_name
    if len(fact.dimensions) == 1 and local(fact.dimensions[0].member) in (WITHIN, AFTER):
        return f"{fact.local_name}@{local(fact.dimensions[0].member)}"
    return ""
