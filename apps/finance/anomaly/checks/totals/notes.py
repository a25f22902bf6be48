"""Checks of the notes against the statements: amounts that a note takes apart add up to what the statement says.

Such tables may have rows that are tagged with concepts of the company's own. A sum is therefore held against a report
only where it is right in another period of the same report.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from apps.finance.anomaly.checks.lines.balance import (
    ASSETS,
    ASSETS_NONCURRENT,
    CURRENT_ASSETS,
    CURRENT_LIABILITIES,
    LIABILITIES,
    LIABILITIES_NONCURRENT,
)
from apps.finance.anomaly.checks.lines.income import PRETAX, TAX
from apps.finance.anomaly.checks.lines.shares import BASIC_SHARES, DILUTED_SHARES
from apps.finance.anomaly.checks.registry import check, compared, stated_periods, supported
from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.periods import Period
from core_model.errors import Message


@dataclass(frozen=True, slots=True)
class Sum:
    """A total and its parts.

    Attributes:
        what: What the total is by the identity, to stand behind "is".
        total: Concepts of the total, the first that is stated counts.
        parts: For each part the concepts that it may have, and its sign.
        least: How many parts must be stated.
    """

    what: Message
    total: tuple[str, ...]
    parts: tuple[tuple[tuple[str, ...], int], ...]
    least: int = 2


def _gaap(*names: str) -> tuple[str, ...]:
    return tuple(f"us-gaap:{name}" for name in names)


TAX_PARTS = (
    Sum(
        Message("what_current_and_deferred"),
        TAX,
        (
            (_gaap("CurrentIncomeTaxExpenseBenefit"), 1),
            (_gaap("DeferredIncomeTaxExpenseBenefit", "DeferredIncomeTaxesAndTaxCredits"), 1),
        ),
    ),
    Sum(
        Message("what_federal_state_and_foreign"),
        _gaap("CurrentIncomeTaxExpenseBenefit"),
        (
            (_gaap("CurrentFederalTaxExpenseBenefit"), 1),
            (_gaap("CurrentStateAndLocalTaxExpenseBenefit"), 1),
            (_gaap("CurrentForeignTaxExpenseBenefit"), 1),
        ),
    ),
    Sum(
        Message("what_federal_state_and_foreign"),
        _gaap("DeferredIncomeTaxExpenseBenefit", "DeferredIncomeTaxesAndTaxCredits"),
        (
            (_gaap("DeferredFederalIncomeTaxExpenseBenefit"), 1),
            (_gaap("DeferredStateAndLocalIncomeTaxExpenseBenefit"), 1),
            (_gaap("DeferredForeignIncomeTaxExpenseBenefit"), 1),
        ),
    ),
)
PRETAX_PARTS = (
    Sum(
        Message("what_domestic_and_foreign"),
        PRETAX,
        (
            (_gaap("IncomeLossFromContinuingOperationsBeforeIncomeTaxesDomestic"), 1),
            (_gaap("IncomeLossFromContinuingOperationsBeforeIncomeTaxesForeign"), 1),
        ),
    ),
)
WITH_LEASES = "PropertyPlantAndEquipmentAndFinanceLeaseRightOfUseAsset"
PROPERTY = (
    Sum(
        Message("what_gross_less_depreciation"),
        _gaap("PropertyPlantAndEquipmentNet"),
        (
            (_gaap("PropertyPlantAndEquipmentGross"), 1),
            (_gaap("AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment"), -1),
        ),
    ),
    Sum(
        Message("what_gross_less_depreciation"),
        _gaap(f"{WITH_LEASES}AfterAccumulatedDepreciationAndAmortization"),
        (
            (_gaap(f"{WITH_LEASES}BeforeAccumulatedDepreciationAndAmortization"), 1),
            (_gaap(f"{WITH_LEASES}AccumulatedDepreciationAndAmortization"), -1),
        ),
    ),
)
RAW_MATERIALS = _gaap(
    "InventoryRawMaterialsNetOfReserves",
    "InventoryRawMaterials",
    "InventoryRawMaterialsAndSuppliesNetOfReserves",
    "InventoryRawMaterialsAndSupplies",
    "InventoryRawMaterialsAndPurchasedPartsNetOfReserves",
)
INVENTORY = (
    Sum(
        Message("what_kinds_of_inventory"),
        _gaap("InventoryNet"),
        (
            (RAW_MATERIALS, 1),
            (_gaap("InventoryWorkInProcessNetOfReserves", "InventoryWorkInProcess"), 1),
            (_gaap("InventoryFinishedGoodsNetOfReserves", "InventoryFinishedGoods"), 1),
            (_gaap("InventorySuppliesNetOfReserves", "OtherInventorySupplies", "OtherInventoryNetOfReserves"), 1),
            (_gaap("InventoryLIFOReserve"), -1),
        ),
    ),
)
DEBT = (
    Sum(
        Message("what_current_and_noncurrent"),
        _gaap("LongTermDebt"),
        ((_gaap("LongTermDebtNoncurrent"), 1), (_gaap("LongTermDebtCurrent"), 1)),
    ),
    Sum(
        Message("what_current_and_noncurrent"),
        _gaap("LongTermDebtAndCapitalLeaseObligationsIncludingCurrentMaturities"),
        (
            (_gaap("LongTermDebtAndCapitalLeaseObligations"), 1),
            (_gaap("LongTermDebtAndCapitalLeaseObligationsCurrent"), 1),
        ),
    ),
    Sum(
        Message("what_current_and_noncurrent"),
        _gaap("OperatingLeaseLiability"),
        ((_gaap("OperatingLeaseLiabilityNoncurrent"), 1), (_gaap("OperatingLeaseLiabilityCurrent"), 1)),
    ),
)
LEASES = tuple(
    Sum(
        Message("what_payments_less_interest"),
        _gaap(liability),
        ((_gaap(f"{family}PaymentsDue"), 1), (_gaap(f"{family}UndiscountedExcessAmount"), -1)),
    )
    for liability, family in (
        ("OperatingLeaseLiability", "LesseeOperatingLeaseLiability"),
        ("FinanceLeaseLiability", "FinanceLeaseLiability"),
    )
)
"""Payments still due and the interest in them, which by definition leave the liability: no other period is needed."""
HALVES = (
    Sum(
        Message("what_current_and_noncurrent_assets"),
        ASSETS,
        ((CURRENT_ASSETS, 1), (ASSETS_NONCURRENT, 1)),
    ),
    Sum(
        Message("what_current_and_noncurrent_liabilities"),
        LIABILITIES,
        ((CURRENT_LIABILITIES, 1), (LIABILITIES_NONCURRENT, 1)),
    ),
)
DILUTIVE = _gaap(
    "WeightedAverageNumberDilutedSharesOutstandingAdjustment",
    "IncrementalCommonSharesAttributableToShareBasedPaymentArrangements",
)
DILUTED = (
    Sum(
        Message("what_basic_and_dilutive"),
        DILUTED_SHARES,
        (
            (BASIC_SHARES, 1),
            (DILUTIVE, 1),
            (_gaap("IncrementalCommonSharesAttributableToConversionOfDebtSecurities"), 1),
        ),
    ),
)
RATE = _gaap("EffectiveIncomeTaxRateContinuingOperations")
RATE_SLACK = Decimal("0.0015")
"""A rate is computed from amounts before they are rounded, and often printed to a tenth of a per cent."""


def _sums(
    evidence: Evidence, check_id: str, sums: Sequence[Sum], *, by_definition: bool = False
) -> Iterable[CheckResult]:
    for each in sums:
        results: list[CheckResult] = []
        for period in stated_periods(evidence, each.total):
            total = evidence.concept(each.total, period)
            found = [(evidence.concept(names, period), sign) for names, sign in each.parts]
            terms = [amount if sign > 0 else -amount for amount, sign in found if amount is not None]
            if total is not None and len(terms) >= each.least:
                results.append(compared(check_id, total, terms, period, what=each.what, slack=total.rounding))
        yield from results if by_definition else supported(results)


@check("tax_parts")
def tax_parts(evidence: Evidence) -> Iterable[CheckResult]:
    return _sums(evidence, "tax_parts", TAX_PARTS)


@check("pretax_parts")
def pretax_parts(evidence: Evidence) -> Iterable[CheckResult]:
    return _sums(evidence, "pretax_parts", PRETAX_PARTS)


@check("property_net")
def property_net(evidence: Evidence) -> Iterable[CheckResult]:
    return _sums(evidence, "property_net", PROPERTY)


@check("inventory_parts")
def inventory_parts(evidence: Evidence) -> Iterable[CheckResult]:
    return _sums(evidence, "inventory_parts", INVENTORY)


@check("debt_parts")
def debt_parts(evidence: Evidence) -> Iterable[CheckResult]:
    return _sums(evidence, "debt_parts", DEBT)


@check("lease_liabilities")
def lease_liabilities(evidence: Evidence) -> Iterable[CheckResult]:
    return _sums(evidence, "lease_liabilities", LEASES, by_definition=True)


@check("current_and_noncurrent")
def current_and_noncurrent(evidence: Evidence) -> Iterable[CheckResult]:
    return _sums(evidence, "current_and_noncurrent", HALVES)


@check("diluted_shares")
def diluted_shares(evidence: Evidence) -> Iterable[CheckResult]:
    return _sums(evidence, "diluted_shares", DILUTED)


@check("tax_rate")
def tax_rate(evidence: Evidence) -> Iterable[CheckResult]:
    results = []
    for period in stated_periods(evidence, RATE):
        rate, tax = evidence.concept(RATE, period), evidence.concept(TAX, period)
        pretax = evidence.concept(PRETAX, period)
        if rate is None or tax is None or pretax is None or tax.unit != pretax.unit:
            continue
        if abs(tax.value) >= abs(pretax.value):
            continue
        if tax.value < 0 or pretax.value < 0:
            rate, tax, pretax = magnitude(rate), magnitude(tax), magnitude(pretax)
        results.append(_rated(rate, tax, pretax, period))
    return results


def magnitude(amount: Amount) -> Amount:
    """The amount without its sign: companies state the rate of a loss or a benefit either way."""
    return -amount if amount.value < 0 else amount


def _rated(rate: Amount, tax: Amount, pretax: Amount, period: Period) -> CheckResult:
    quotient = tax.value / pretax.value
    of_rounding = (tax.rounding + abs(quotient) * pretax.rounding) / abs(pretax.value)
    slack = RATE_SLACK + of_rounding.quantize(Decimal("0.000001"))
    ids = (*tax.fact_ids, *pretax.fact_ids)
    computed = Amount(quotient.quantize(Decimal("0.0001")), slack, ids, Message("tax_over_income"), sign=0)
    return compared("tax_rate", rate, [computed], period, what=Message("what_tax_over_income"))
