"""Checks of amounts by dimension: segments, products and components of equity add up where they are complete."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from apps.finance.anomaly.checks.registry import check, compared, supported
from apps.finance.anomaly.evidence import Amount, Evidence, period_of, rounding_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.names import axis_name, member_name
from apps.finance.anomaly.sentences import sentence
from apps.finance.filings import Fact
from apps.finance.filings.model import Dimension
from apps.finance.periods import Period
from core_model.errors import Message

EQUITY_AXIS = "us-gaap:StatementEquityComponentsAxis"
EQUITY_TOTALS = (
    "us-gaap:StockholdersEquity",
    "us-gaap:StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
)
OTHER_MEASURES = frozenset(
    {
        "us-gaap:FairValueByMeasurementBasisAxis",
        "us-gaap:FairValueByFairValueHierarchyLevelAxis",
        "dei:LegalEntityAxis",
        "srt:RangeAxis",
        "srt:StatementScenarioAxis",
        "srt:RestatementAxis",
        "us-gaap:ChangeInAccountingPrincipleTypeAxis",
    }
)
"""Axes whose members say the amount again in another way, or are companies of which each reports for itself, and need
not add up."""
MOST_WRONG = 4
"""A sum counts as complete where at most one, or one in five, of its periods is not right."""
COMPONENTS = {
    "us-gaap:RetainedEarningsMember": ("us-gaap:RetainedEarningsAccumulatedDeficit",),
    "us-gaap:AccumulatedOtherComprehensiveIncomeMember": ("us-gaap:AccumulatedOtherComprehensiveIncomeLossNetOfTax",),
    "us-gaap:AdditionalPaidInCapitalMember": ("us-gaap:AdditionalPaidInCapital",),
    "us-gaap:NoncontrollingInterestMember": ("us-gaap:MinorityInterest",),
    "us-gaap:ParentMember": ("us-gaap:StockholdersEquity",),
}
"""Components of equity that the balance sheet prints as a line of its own."""


@dataclass(slots=True)
class Breakdown:
    """One amount along one axis in one period.

    Attributes:
        members: The fact of each member.
    """

    members: dict[str, Fact] = field(default_factory=dict)


def amount_of(fact: Fact, name: Message, others: tuple[str, ...] = ()) -> Amount:
    """A fact as a term of a check."""
    return Amount(Decimal(fact.value or 0), rounding_of(fact), (fact.fact_id, *others), name, fact.unit or "")


@check("dimension_totals")
def dimension_totals(evidence: Evidence) -> Iterable[CheckResult]:
    along: dict[tuple, dict[Period, Breakdown]] = defaultdict(lambda: defaultdict(Breakdown))
    for fact in evidence.best_by_aspects.values():
        if len(fact.dimensions) == 1 and fact.concept in evidence.captions:
            axis, member, _ = fact.dimensions[0]
            if axis not in OTHER_MEASURES and (axis != EQUITY_AXIS or fact.instant):
                along[fact.concept, axis, fact.unit][period_of(fact)].members[member] = fact
    for (concept, axis, unit), by_period in along.items():
        every = set().union(*(breakdown.members for breakdown in by_period.values()))
        if axis == EQUITY_AXIS:
            every.discard("us-gaap:ParentMember")
        results = []
        what = sentence("what_members", axis=axis_name(axis))
        for period, breakdown in sorted(by_period.items(), reverse=True):
            whole = evidence.best(concept, period, (), unit)
            if whole is None or len(every) < 2 or not every <= breakdown.members.keys():
                continue
            terms = [amount_of(breakdown.members[m], member_name(m)) for m in sorted(every)]
            stated = amount_of(whole, evidence.name_of(concept))
            results.append(compared("dimension_totals", stated, terms, period, what=what))
        held = sum(result.verdict == "holds" for result in results)
        if held and len(results) - held <= max(1, held // MOST_WRONG):
            yield from results


@check("equity_components")
def equity_components(evidence: Evidence) -> Iterable[CheckResult]:
    for member, concepts in COMPONENTS.items():
        results = []
        for concept in EQUITY_TOTALS:
            for period in evidence.days_by_member.get((concept, EQUITY_AXIS, member), ()):
                component = evidence.best(concept, period, (Dimension(EQUITY_AXIS, member),), None)
                line = evidence.concept(concepts, period)
                if component is None or line is None or component.unit != line.unit:
                    continue
                name = sentence("member_in_statement_of_equity", member=member_name(member))
                results.append(
                    compared(
                        "equity_components",
                        line,
                        [amount_of(component, name)],
                        period,
                        what=Message("what_statement_of_equity"),
                    )
                )
        yield from supported(results)
