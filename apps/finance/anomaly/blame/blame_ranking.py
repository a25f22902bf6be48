"""Which fact is to blame when an identity fails, by all other checks and by what taking the difference would undo."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from math import log

from apps.documents import or_none
from apps.finance.anomaly.blame.repair import Repair, repair
from apps.finance.anomaly.evidence import Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.filings import Fact

SINGLE = frozenset(
    {
        "printed_signs",
        "impossible_signs",
        "units",
        "period_kind",
        "period_order",
        "column_periods",
        "share_scale",
        "after_report_end",
    }
)
"""Checks that name the wrong fact itself: what they list first is what is wrong."""
BOUNDS = frozenset({"parts_within_whole", "shares_within_authorised", "dilution", "report_period", "scale_outliers"})
"""Checks that hold for almost any value, and so clear no fact."""
NOISE = 0.03
"""Logarithmic distance between two years below which nothing follows from it."""
FAR = 3.0
"""Logarithmic distance beyond which it makes no difference how far two years are apart."""

PERIODS = 24
"""Periods of one concept, the newest, that a fact is compared with."""


class BlameRanking:
    """Orders facts by how much speaks for their being the wrong one.

    Args:
        evidence: The report.
        results: All verdicts.
    """

    def __init__(self, evidence: Evidence, results: Sequence[CheckResult]) -> None:
        self._evidence = evidence
        self._failed = [result for result in results if result.verdict == "fails"]
        self._cleared: Counter[str] = Counter()
        for result in results:
            if result.verdict == "holds" and result.check_id not in BOUNDS:
                self._cleared.update(set(result.fact_ids))

    @cached_property
    def fails(self) -> Counter[str]:
        """In how many failed checks a fact is used."""
        return Counter(fact for result in self._failed for fact in set(result.fact_ids))

    @cached_property
    def _named(self) -> set[str]:
        """Facts that a check names as wrong by themselves."""
        return {result.fact_ids[0] for result in self._failed if result.check_id in SINGLE and result.fact_ids}

    @cached_property
    def _agreeing(self) -> set[str]:
        """Facts that stand elsewhere with the same value."""
        return {
            fact.fact_id
            for group in self._evidence.filing.duplicates
            if group.agreement != "contradicting"
            for fact in group.facts
        }

    @cached_property
    def _other_periods(self) -> dict[tuple, list[Fact]]:
        """The newest facts of a concept for a part of the company."""
        index: dict[tuple, list[Fact]] = defaultdict(list)
        for fact in self._evidence.best_by_aspects.values():
            index[fact.concept, fact.dimensions, fact.instant].append(fact)
        return {key: sorted(facts, key=lambda fact: fact.end or "")[-PERIODS:] for key, facts in index.items()}

    def key(self, fact_id: str, group: Iterable[CheckResult]) -> tuple:
        """Sorts the most suspicious fact of some failed checks first.

        Named by a check that reads it alone; used in the most failures; used in the fewest identities that hold (a
        fact that fits elsewhere is not the wrong one); not repeated elsewhere with the same value; in a row out of
        step with its other periods by the difference. A fact that would fit with the opposite sign or in another scale
        goes before those that would not.
        """
        group = list(group)
        fails = sum(fact_id in result.fact_ids for result in group)
        cleared = self._cleared[fact_id] + (fact_id in self._agreeing)
        repaired = self.repair(fact_id, group)
        return (
            fact_id not in self._named,
            -fails,
            self._rare(fact_id),
            not (repaired is not None and repaired.slip),
            min(cleared, 6),
            -max((self._undone(fact_id, result) for result in group), default=0.0),
            min((result.fact_ids.index(fact_id) for result in group if fact_id in result.fact_ids), default=99),
        )

    def ordered(self, group: Sequence[CheckResult]) -> list[str]:
        """All facts of some failed checks, the most suspicious first.

        Of a single sum of which nothing else is known, the total stands second at the latest.
        """
        using: dict[str, list[CheckResult]] = defaultdict(list)
        for result in group:
            for fact in dict.fromkeys(result.fact_ids):
                using[fact].append(result)
        ordered = sorted(using, key=lambda fact: self.key(fact, using[fact]))
        stated = group[0].fact_ids[0] if len(group) == 1 and group[0].fact_ids else ""
        if stated in ordered[2:] and self.key(stated, group)[:5] == self.key(ordered[0], group)[:5]:
            ordered.remove(stated)
            ordered.insert(1, stated)
        return ordered

    def repair(self, fact_id: str, group: Iterable[CheckResult]) -> Repair | None:
        """What a fact would have to be for some failed sums to hold, None where nothing would do."""
        fact = self._evidence.facts.get(fact_id)
        return repair(fact, group) if fact is not None else None

    def _rare(self, fact_id: str) -> int:
        """Of contradicting duplicates, how many say the same as this fact, less those that say otherwise."""
        return self._votes.get(fact_id, 0)

    @cached_property
    def _votes(self) -> dict[str, int]:
        votes: dict[str, int] = {}
        for group in self._evidence.filing.duplicates:
            if group.agreement == "contradicting":
                count = Counter(fact.value for fact in group.facts)
                if len(group.facts) > 2 and len(set(count.values())) > 1:
                    votes.update({fact.fact_id: count[fact.value] for fact in group.facts})
                    least = min(count.values())
                    votes.update({f.fact_id: 0 for f in group.facts if count[f.value] == least})
        return votes

    def _undone(self, fact_id: str, result: CheckResult) -> float:
        """How much nearer to its other periods a fact would come if the difference were taken from it."""
        fact, difference = self._evidence.facts.get(fact_id), or_none(result.difference)
        if fact is None or fact.kind != "number" or fact.value is None:
            return 0.0
        if fact_id not in result.fact_ids or not difference:
            return 0.0
        value = Decimal(fact.value)
        others = [
            Decimal(other.value or 0)
            for other in self._other_periods.get((fact.concept, fact.dimensions, fact.instant), ())
            if other.end != fact.end or other.start != fact.start
        ]
        near = [other for other in others if other]
        if not value or not near or fact.unit != result.unit:
            return 0.0
        now = min(_apart(value, other) for other in near)
        then = min(_apart(value + step, other) for other in near for step in (difference, -difference))
        return round(log((now + NOISE) / (then + NOISE)), 3)


def _apart(one: Decimal, other: Decimal) -> float:
    """Distance of two amounts on a logarithmic scale; amounts of opposite signs are far apart."""
    if not one or not other:
        return FAR
    ratio = abs(one / other)
    size = FAR if not Decimal("0.05") < ratio < 20 else min(abs(log(ratio)), FAR)
    return size + (FAR if (one < 0) != (other < 0) else 0.0)
