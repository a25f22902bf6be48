"""From failed checks to a ranked list of anomalies: one for each cause, with its weight and a reason."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from heapq import heapify, heappop, heappush

from apps.documents import Missing, or_none
from apps.finance.anomaly.blame.blame_ranking import BOUNDS, SINGLE, BlameRanking
from apps.finance.anomaly.blame.repair import told
from apps.finance.anomaly.checks.lines.balance import ASSETS, balance_periods
from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import Anomaly, CheckResult, Severity
from apps.finance.anomaly.names import member_name
from apps.finance.anomaly.sentences import followed, sentence
from core_model.errors import Message

HIGH_SHARE, MEDIUM_SHARE = Decimal("0.01"), Decimal("0.001")
"""Materiality: a difference of one per cent of total assets is high, of a thousandth medium."""
FULL_CONFIDENCE_TOLERANCES = 20
MOST_EXCESS = Decimal(1000)
"""Tolerances beyond which one failure is as grave as another."""
MOST, LEAST = Decimal("0.95"), Decimal("0.5")
CERTAIN = SINGLE | {"duplicate_facts"}
"""Checks that read one fact or its duplicates alone, and leave no room for presentation."""
INFERRED = frozenset({"repeated_periods", "scale_outliers", "charter_figures"})
"""Checks that infer a slip from how seldom amounts behave so, without a sum that contradicts them."""
LIKELY = 0.7
WHOLE_REPORT = frozenset({"share_scale", "report_period"})
"""Checks whose failures, wherever in the report they are, have one cause."""
ORDER = {"high": 0, "medium": 1, "low": 2}


def rank_anomalies(evidence: Evidence, results: Sequence[CheckResult]) -> list[Anomaly]:
    """Group the failures by their cause, weigh them, and sort them, the gravest first.

    Failures that share their most suspicious fact have one cause; so have failures of one check on one concept in
    several periods.

    Args:
        evidence: The report.
        results: All verdicts.

    Returns:
        Anomalies. Their ids follow from the check and from the concept, period and dimensions of the fact to blame, so
        that they stay when the file is read again or another part of it changes.
    """
    failed = [result for result in results if result.verdict == "fails"]
    blame = BlameRanking(evidence, results)
    causes = _same_error(evidence, blame, _by_fact(blame, failed))
    taken: dict[str, int] = {}
    days = balance_periods(evidence)
    assets = evidence.concept(ASSETS, days[0]) if days else None
    weighed = [_anomaly(evidence, blame, cause, assets, taken) for cause in causes]
    weighed.sort(key=lambda anomaly: (ORDER[anomaly.severity], -anomaly.confidence, anomaly.anomaly_id))
    return [replace(anomaly, rank=rank) for rank, anomaly in enumerate(weighed, 1)]


def _by_fact(blame: BlameRanking, failed: Sequence[CheckResult]) -> list[list[CheckResult]]:
    """Failures grouped by the fact that explains the most of them, again and again until none is left.

    The facts wait in a heap. A fact's entry is pushed anew whenever some of its failures are explained; the old one is
    known by its count, which only falls.
    """
    left = dict(enumerate(failed))
    using: dict[str, dict[int, CheckResult]] = defaultdict(dict)
    naming: dict[str, list[int]] = defaultdict(list)
    for number, result in left.items():
        for fact in result.fact_ids:
            using[fact][number] = result
        if result.check_id in CERTAIN and result.fact_ids:
            naming[result.fact_ids[0]].append(number)
    order = {fact: place for place, fact in enumerate(using)}
    waiting = [_urgency(blame, fact, using[fact], order[fact]) for fact in using]
    heapify(waiting)
    groups = []
    while waiting:
        count, _, _, root = heappop(waiting)
        if not count or -count != len(using[root]):
            continue
        numbers = list(using[root])
        touched = dict.fromkeys(fact for number in numbers for fact in left[number].fact_ids)
        numbers += sorted({n for fact in touched for n in naming[fact] if n in left} - set(numbers))
        group = [left.pop(number) for number in numbers]
        groups.append(group)
        touched |= dict.fromkeys(fact for result in group for fact in result.fact_ids)
        for fact in touched:
            using[fact] = {number: result for number, result in using[fact].items() if number in left}
            heappush(waiting, _urgency(blame, fact, using[fact], order[fact]))
    return groups + [[result] for result in left.values()]


def _urgency(
    blame: BlameRanking, fact: str, using: Mapping[int, CheckResult], place: int
) -> tuple[int, tuple, int, str]:
    """Sorts the fact that explains the most failures first, of those the most suspicious, of those the first named."""
    return -len(using), blame.key(fact, using.values()) if using else (), place, fact


def _same_error(
    evidence: Evidence, blame: BlameRanking, groups: Sequence[list[CheckResult]]
) -> list[list[CheckResult]]:
    """The groups, those put together that are the same error of the same concept in other periods."""
    merged: dict[tuple, list[CheckResult]] = {}
    for group in groups:
        main = _main(group)
        fact = evidence.facts.get(next(iter(blame.ordered(group)), ""))
        concept = fact.concept if fact is not None else ""
        key = (main.check_id,) if main.check_id in WHOLE_REPORT else (main.check_id, concept)
        merged.setdefault(key, []).extend(group)
    return list(merged.values())


def _anomaly(
    evidence: Evidence,
    blame: BlameRanking,
    group: Sequence[CheckResult],
    assets: Amount | None,
    taken: dict[str, int],
) -> Anomaly:
    main = _main(group)
    ids = tuple(blame.ordered(group))
    return Anomaly(
        _identity(evidence, main, ids, taken),
        0,
        main.check_id,
        _severity(group, assets),
        max(_confidence(result) for result in group),
        _reason(evidence, blame, main, group, ids),
        ids,
        main.check_id,
    )


def _identity(evidence: Evidence, main: CheckResult, ids: Sequence[str], taken: dict[str, int]) -> str:
    fact = evidence.facts.get(ids[0]) if ids else None
    if fact is None:
        about = main.period_text
    else:
        about = f"{fact.concept}|{fact.start}|{fact.end}|{fact.dimensions}|{fact.unit}"
    name = f"{main.check_id}|{about}"
    taken[name] = taken.get(name, 0) + 1
    if taken[name] > 1:
        name += f"|{taken[name]}"
    return "anomaly-" + hashlib.sha256(name.encode()).hexdigest()[:16]


def _reason(
    evidence: Evidence, blame: BlameRanking, main: CheckResult, group: Sequence[CheckResult], ids: Sequence[str]
) -> Message:
    reason = main.reason
    periods = {r.period for r in group if r.check_id == main.check_id and r.period != main.period}
    if periods:
        reason = followed(reason, sentence("same_in_other_periods", count=len(periods)))
    others = list({r.check_id: r.title for r in group if r.check_id != main.check_id}.values())
    if others:
        titles = [sentence("title_quoted", title=title) for title in others]
        code = "breaks_another_check" if len(others) == 1 else "breaks_other_checks"
        reason = followed(reason, sentence(code, titles=titles))
    fact = evidence.facts.get(ids[0]) if ids else None
    repaired = blame.repair(ids[0], group) if fact is not None and main.check_id not in CERTAIN else None
    if fact is not None and repaired is not None:
        members = [member_name(dimension.member) for dimension in fact.dimensions]
        repair = told(fact, members or evidence.name_of(fact.concept), repaired)
        reason = followed(reason, repair) if repair is not None else reason
    return reason


def _main(group: Sequence[CheckResult]) -> CheckResult:
    """The failure that says most plainly what is wrong, of equals the gravest, of those the newest."""
    return max(
        group,
        key=lambda result: (
            result.check_id in CERTAIN,
            result.check_id not in BOUNDS,
            min(_excess(result), MOST_EXCESS),
            result.period_text,
        ),
    )


def _excess(result: CheckResult) -> Decimal:
    """By how many tolerances a check fails."""
    if isinstance(result.difference, Missing):
        return Decimal(1)
    return abs(result.difference) / max(or_none(result.tolerance) or Decimal(0), Decimal("0.000001"))


def _confidence(result: CheckResult) -> float:
    if result.check_id in INFERRED:
        return LIKELY
    if result.check_id in CERTAIN or isinstance(result.difference, Missing):
        return float(MOST)
    return round(float(min(MOST, LEAST + _excess(result) / FULL_CONFIDENCE_TOLERANCES)), 4)


def _severity(group: Sequence[CheckResult], assets: Amount | None) -> Severity:
    """By the largest difference against total assets; medium where no difference is in their currency."""
    if assets is None or not assets.value:
        return "medium"
    amounts = [abs(r.difference) for r in group if not isinstance(r.difference, Missing) and r.unit == assets.unit]
    if not amounts:
        return "medium"
    share = max(amounts) / abs(assets.value)
    return "high" if share >= HIGH_SHARE else "medium" if share >= MEDIUM_SHARE else "low"
