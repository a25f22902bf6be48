"""From failed checks to a ranked list of anomalies: one for each cause, with its weight and a reason."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from apps.finance.anomaly.balance import ASSETS, balance_periods
from apps.finance.anomaly.evidence import Evidence
from apps.finance.anomaly.model import Anomaly, CheckResult, Severity

HIGH_SHARE, MEDIUM_SHARE = Decimal("0.01"), Decimal("0.001")
"""Materiality: a difference of one per cent of total assets is high, of a thousandth medium."""
FULL_CONFIDENCE_TOLERANCES = 20
CERTAIN = frozenset({"duplicate_facts", "impossible_signs", "units"})
"""Checks that read one fact or its duplicates alone, and leave no room for presentation."""


def rank_anomalies(evidence: Evidence, results: Sequence[CheckResult]) -> list[Anomaly]:
    """Group the failures that share their most telling fact, weigh them, and sort them, the gravest first.

    Args:
        evidence: The report.
        results: All verdicts.

    Returns:
        Anomalies with ids that follow from the report's check, period and facts alone.
    """
    failed = [result for result in results if result.verdict == "fails"]
    counts = Counter(fact for result in failed for fact in set(result.fact_ids))
    groups: dict[str, list[CheckResult]] = {}
    for result in failed:
        ids = result.fact_ids
        telling = max(ids, key=lambda fact: (counts[fact], -ids.index(fact))) if ids else result.check_id
        groups.setdefault(telling if counts[telling] > 1 else f"{result.check_id}/{result.period}", []).append(result)
    weighed = [_anomaly(evidence, key, group) for key, group in groups.items()]
    order = {"high": 0, "medium": 1, "low": 2}
    weighed.sort(key=lambda anomaly: (order[anomaly.severity], -anomaly.confidence, anomaly.anomaly_id))
    return [
        Anomaly(
            anomaly.anomaly_id,
            rank,
            anomaly.kind,
            anomaly.severity,
            anomaly.confidence,
            anomaly.reason,
            anomaly.fact_ids,
            anomaly.check_id,
        )
        for rank, anomaly in enumerate(weighed, 1)
    ]


def _anomaly(evidence: Evidence, key: str, group: Sequence[CheckResult]) -> Anomaly:
    main = max(group, key=lambda result: _excess(result))
    first = [key] if key in evidence.facts else []
    ids = tuple(dict.fromkeys([*first, *main.fact_ids, *(i for result in group for i in result.fact_ids)]))
    others = sorted({result.title for result in group} - {main.title})
    reason = main.reason
    if others:
        reason += " The same fact also breaks: " + "; ".join(others).lower() + "."
    name = f"{main.check_id}|{main.period}|{'|'.join(sorted(main.fact_ids))}"
    return Anomaly(
        "anomaly-" + hashlib.sha256(name.encode()).hexdigest()[:16],
        0,
        main.check_id,
        _severity(evidence, group),
        max(_confidence(result) for result in group),
        reason,
        ids,
        main.check_id,
    )


def _excess(result: CheckResult) -> Decimal:
    """By how many tolerances a check fails."""
    if result.difference is None:
        return Decimal(1)
    return abs(result.difference) / max(result.tolerance or Decimal(0), Decimal("0.000001"))


def _confidence(result: CheckResult) -> float:
    if result.check_id in CERTAIN or result.difference is None:
        return 0.95
    return round(float(min(Decimal("0.95"), Decimal("0.5") + _excess(result) / FULL_CONFIDENCE_TOLERANCES)), 4)


def _severity(evidence: Evidence, group: Sequence[CheckResult]) -> Severity:
    """By the largest difference in money against total assets; medium where it is not in money."""
    days = balance_periods(evidence)
    assets = evidence.concept(ASSETS, days[0]) if days else None
    amounts = [abs(r.difference) for r in group if r.difference is not None and r.unit and "/" not in r.unit]
    if assets is None or not assets.value or not amounts:
        return "medium"
    share = max(amounts) / abs(assets.value)
    return "high" if share >= HIGH_SHARE else "medium" if share >= MEDIUM_SHARE else "low"
