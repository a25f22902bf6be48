"""Checks of facts by themselves: contradicting duplicates, impossible signs, periods, units."""

from collections.abc import Iterable
from decimal import Decimal

from apps.finance.anomaly.evidence import Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.registry import CHECKS, check, not_applicable, shown, text_of
from apps.finance.filings.duplicates import find_duplicates

NEVER_NEGATIVE = frozenset(
    {
        "us-gaap:Assets",
        "us-gaap:AssetsCurrent",
        "us-gaap:Liabilities",
        "us-gaap:LiabilitiesCurrent",
        "us-gaap:LiabilitiesAndStockholdersEquity",
        "us-gaap:CashAndCashEquivalentsAtCarryingValue",
        "us-gaap:InventoryNet",
        "us-gaap:Goodwill",
        "us-gaap:PropertyPlantAndEquipmentNet",
        "us-gaap:AccountsReceivableNetCurrent",
        "us-gaap:LongTermDebtNoncurrent",
        "us-gaap:Revenues",
        "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
        "us-gaap:CostOfRevenue",
        "us-gaap:CostOfGoodsAndServicesSold",
        "us-gaap:ResearchAndDevelopmentExpense",
        "us-gaap:SellingGeneralAndAdministrativeExpense",
        "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment",
        "us-gaap:PaymentsOfDividends",
        "us-gaap:PaymentsOfDividendsCommonStock",
        "us-gaap:PaymentsForRepurchaseOfCommonStock",
        "us-gaap:WeightedAverageNumberOfSharesOutstandingBasic",
        "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding",
        "dei:EntityCommonStockSharesOutstanding",
        "ifrs-full:Assets",
        "ifrs-full:Revenue",
        "ifrs-full:Inventories",
        "ifrs-full:PropertyPlantAndEquipment",
    }
)
"""Amounts of the whole company that are positive or zero by their definition in the taxonomy."""


@check("duplicate_facts", "The same fact has the same value wherever it is printed")
def duplicate_facts(evidence: Evidence) -> Iterable[CheckResult]:
    groups = [group for group in find_duplicates(evidence.filing.facts) if group.facts[0].kind == "number"]
    bad = [group for group in groups if group.agreement == "contradicting"]
    title = CHECKS["duplicate_facts"].title
    for group in bad:
        fact = group.facts[0]
        values = [Decimal(each.value) for each in group.facts if each.value is not None]
        yield CheckResult(
            "duplicate_facts",
            title,
            "fails",
            f"{fact.local_name} is stated with values that rounding does not reconcile: {group.reason}.",
            tuple(each.fact_id for each in group.facts),
            (max(values) - min(values)) if values else None,
            None,
            fact.unit or "",
            text_of(period_of(fact)),
        )
    if groups and not bad:
        count = sum(len(group.facts) for group in groups)
        yield CheckResult(
            "duplicate_facts", title, "holds", f"{count} facts that stand in several places agree up to rounding."
        )


@check("impossible_signs", "Amounts that cannot be negative are not")
def impossible_signs(evidence: Evidence) -> Iterable[CheckResult]:
    read, bad = 0, []
    for (concept, _), facts in evidence.plain_numbers.items():
        if concept in NEVER_NEGATIVE:
            read += len(facts)
            bad.extend(fact for fact in facts if Decimal(fact.value or "0") < 0)
    title = CHECKS["impossible_signs"].title
    for fact in bad:
        value = Decimal(fact.value or "0")
        yield CheckResult(
            "impossible_signs",
            title,
            "fails",
            f"{fact.local_name} is {shown(value)}, which cannot be negative by its definition.",
            (fact.fact_id,),
            -value,
            Decimal(0),
            fact.unit or "",
            text_of(period_of(fact)),
        )
    if read and not bad:
        yield CheckResult("impossible_signs", title, "holds", f"{read} amounts that cannot be negative are not.")


@check("units", "Every amount is in the unit that its concept asks for")
def units(evidence: Evidence) -> Iterable[CheckResult]:
    currency = evidence.filing.document.currency
    title = CHECKS["units"].title
    if currency is None:
        yield not_applicable("units", "the report does not say its currency")
        return
    read, bad = 0, []
    for line in evidence.statements.lines:
        wanted = f"{currency}/shares" if line.line.startswith("eps_") else currency
        for value in line.values:
            if value.value is None or value.derived:
                continue
            read += 1
            if value.unit != wanted:
                bad.append((line, value, wanted))
    for line, value, wanted in bad:
        yield CheckResult(
            "units",
            title,
            "fails",
            f"{line.label or line.line} is stated in {value.unit or 'no unit'}; {wanted} is what this line is in.",
            value.fact_ids,
            unit=value.unit,
            period=text_of(value.period),
        )
    if read and not bad:
        yield CheckResult("units", title, "holds", f"{read} key amounts are in {currency} or {currency}/shares.")
