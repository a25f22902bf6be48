"""Checks of one amount over several times: what moved in consecutive periods adds up to what moved in all of them."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from apps.finance.anomaly.checks.registry import check, compared
from apps.finance.anomaly.checks.totals.dimensions import amount_of
from apps.finance.anomaly.evidence import Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.sentences import sentence
from apps.finance.filings import Fact
from apps.finance.money import is_money
from apps.finance.periods import Period
from core_model.errors import Message

MOST_PARTS = 4
"""Quarters of a year."""
MOST_PERIODS = 100
"""Periods of one amount between which sums are looked for; no report states more than some dozen of one."""
NOT_ADDED = ("Average", "Maximum", "Minimum", "Range")
"""Parts of names of amounts that are no flow."""


@check("periods_add_up")
def periods_add_up(evidence: Evidence) -> Iterable[CheckResult]:
    """One verdict for each amount and longest period of which all parts are stated."""
    series: dict[tuple, dict[Period, Fact]] = defaultdict(dict)
    for (concept, period, dimensions, unit), fact in evidence.best_by_aspects.items():
        if period.start and is_money(unit) and not any(word in concept for word in NOT_ADDED):
            series[concept, dimensions, unit][period_of(fact)] = fact
    held: dict[str, None] = {}
    count = 0
    for of in series.values():
        starting: dict[str, list[Period]] = defaultdict(list)
        for period in sorted(of, reverse=True) if len(of) <= MOST_PERIODS else ():
            starting[period.start].append(period)
        for whole in of:
            parts = next(_parts(whole, starting), None)
            if parts is None:
                continue
            name = evidence.part_name(of[whole])
            terms = [amount_of(of[part], sentence("name_in_period", name=name, period=part.message)) for part in parts]
            stated = amount_of(of[whole], name)
            result = compared("periods_add_up", stated, terms, whole, what=Message("what_parts_of_period"))
            if result.verdict == "holds":
                count += 1
                held.update(dict.fromkeys(result.fact_ids))
            else:
                yield result
    if count:
        yield CheckResult("periods_add_up", "holds", sentence("periods_right", count=count), tuple(held))


def _parts(whole: Period, starting: Mapping[str, Sequence[Period]]) -> Iterator[Sequence[Period]]:
    """The ways in which stated periods follow each other from the first day of one to its last, the fewest first.

    Args:
        whole: That one.
        starting: The stated periods by their first days, of each the longest first.
    """
    waiting: deque[tuple[Period, ...]] = deque([()])
    while waiting:
        chain = waiting.popleft()
        if chain and chain[-1].end == whole.end:
            yield chain
        elif len(chain) < MOST_PARTS:
            next_day = _day_after(chain[-1].end) if chain else whole.start
            within = (then for then in starting.get(next_day, ()) if then != whole and then.end <= whole.end)
            waiting.extend((*chain, then) for then in within)


def _day_after(day: str) -> str:
    try:
        return (date.fromisoformat(day[:10]) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return ""
