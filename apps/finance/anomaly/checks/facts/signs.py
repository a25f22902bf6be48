"""Checks of signs: amounts that cannot be negative, and tags that contradict what the page prints."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from apps.documents import or_none
from apps.finance.anomaly.checks.registry import check
from apps.finance.anomaly.evidence import Evidence, agree, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.printed.losses import has_own_sign, says_loss, wrong_signs
from apps.finance.anomaly.sentences import sentence
from apps.finance.filings import Fact
from apps.finance.money import amount
from apps.finance.statements.model import ReportedLine, StatementValue
from apps.finance.statements.printing import printed_negative
from core_model.errors import Message

NEVER_NEGATIVE = frozenset(
    {
        "us-gaap:Assets",
        "us-gaap:AssetsCurrent",
        "us-gaap:Liabilities",
        "us-gaap:LiabilitiesCurrent",
        "us-gaap:LiabilitiesAndStockholdersEquity",
        "us-gaap:CashAndCashEquivalentsAtCarryingValue",
        "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
        "us-gaap:InventoryNet",
        "us-gaap:Goodwill",
        "us-gaap:PropertyPlantAndEquipmentNet",
        "us-gaap:PropertyPlantAndEquipmentGross",
        "us-gaap:AccountsReceivableNetCurrent",
        "us-gaap:ReceivablesNetCurrent",
        "us-gaap:AccountsPayableCurrent",
        "us-gaap:LongTermDebt",
        "us-gaap:LongTermDebtNoncurrent",
        "us-gaap:LongTermDebtAndCapitalLeaseObligations",
        "us-gaap:OperatingLeaseRightOfUseAsset",
        "us-gaap:IntangibleAssetsNetExcludingGoodwill",
        "us-gaap:Revenues",
        "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
        "us-gaap:CostOfRevenue",
        "us-gaap:CostOfGoodsAndServicesSold",
        "us-gaap:CostsAndExpenses",
        "us-gaap:ResearchAndDevelopmentExpense",
        "us-gaap:SellingGeneralAndAdministrativeExpense",
        "us-gaap:GeneralAndAdministrativeExpense",
        "us-gaap:InterestExpense",
        "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment",
        "us-gaap:PaymentsToAcquireProductiveAssets",
        "us-gaap:PaymentsOfDividends",
        "us-gaap:PaymentsOfDividendsCommonStock",
        "us-gaap:PaymentsForRepurchaseOfCommonStock",
        "us-gaap:RepaymentsOfLongTermDebt",
        "us-gaap:ProceedsFromIssuanceOfLongTermDebt",
        "us-gaap:WeightedAverageNumberOfSharesOutstandingBasic",
        "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding",
        "us-gaap:CommonStockSharesAuthorized",
        "us-gaap:CommonStockSharesIssued",
        "us-gaap:CommonStockSharesOutstanding",
        "dei:EntityCommonStockSharesOutstanding",
        "ifrs-full:Assets",
        "ifrs-full:EquityAndLiabilities",
        "ifrs-full:Revenue",
        "ifrs-full:Inventories",
        "ifrs-full:PropertyPlantAndEquipment",
    }
)
"""Amounts of the whole company that are positive or zero by their definition in the taxonomy."""


@check("impossible_signs")
def impossible_signs(evidence: Evidence) -> Iterable[CheckResult]:
    read = 0
    bad: list[Fact] = []
    for (concept, _), facts in evidence.plain_numbers.items():
        if concept in NEVER_NEGATIVE:
            read += len(facts)
            bad.extend(fact for fact in facts if Decimal(fact.value or "0") < 0 and not _usual(evidence, fact))
    for fact in bad:
        value = Decimal(fact.value or "0")
        yield CheckResult(
            "impossible_signs",
            "fails",
            sentence(
                "never_negative",
                name=evidence.name_of(fact.concept),
                when=period_of(fact).when,
                amount=amount(value, fact.unit or ""),
            ),
            (fact.fact_id,),
            2 * -value,
            Decimal(0),
            fact.unit or "",
            period_of(fact),
        )
    if read and not bad:
        yield CheckResult("impossible_signs", "holds", sentence("none_negative", count=read))


def _usual(evidence: Evidence, fact: Fact) -> bool:
    """Whether the page prints the amount, or the same one elsewhere, negative too, and so means it (a credit)."""
    alike = [f for f in evidence.plain_numbers[fact.concept, period_of(fact)] if f.unit == fact.unit and agree(f, fact)]
    stated = [evidence.on_page[f.fact_id] for f in alike if f.fact_id in evidence.on_page]
    return any(printed_negative(value.printed) and not value.turned for value in stated)


@check("printed_signs")
def printed_signs(evidence: Evidence) -> Iterable[CheckResult]:
    read = 0
    bad: list[CheckResult] = []
    for rows in evidence.statements.reported.values():
        for row in rows:
            judged = [value for value in row.values if value.value and value.printed and value.fact_ids]
            read += len(judged)
            bad.extend(_contradictions(evidence, row, judged))
    yield from bad
    if read and not bad:
        yield CheckResult("printed_signs", "holds", sentence("signs_agree", count=read))


def _contradictions(evidence: Evidence, row: ReportedLine, judged: list[StatementValue]) -> Iterator[CheckResult]:
    own = has_own_sign(or_none(row.concept) or "")
    even = 2 * sum(value.turned for value in judged) == len(judged)
    for value in wrong_signs(row, judged) if own else [value for value in judged if value.turned]:
        fact = evidence.facts[value.fact_ids[0]]
        others = tuple(v.fact_ids[0] for v in judged if v is not value) if even and not own else ()
        if value.note is not None and value.note.code == "payment_tagged_negative":
            why = Message("sign_of_payments")
        elif not own:
            opposed = printed_negative(value.printed) == ((value.value or Decimal(0)) < 0)
            why = Message("sign_opposed_elsewhere" if opposed else "sign_printed_elsewhere")
        else:
            why = Message("sign_of_losses" if says_loss(row) else "sign_as_printed")
        yield CheckResult(
            "printed_signs",
            "fails",
            sentence(
                "sign_contradicts_page",
                name=evidence.caption(row),
                when=value.period.when,
                printed=value.printed,
                amount=amount(value.value or Decimal(0), value.unit),
                why=why,
            ),
            (fact.fact_id, *others),
            2 * abs(value.value or Decimal(0)),
            Decimal(0),
            value.unit,
            value.period,
        )
