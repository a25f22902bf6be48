"""Checks of every table of the report: what its totals add up, down the columns and along the rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from apps.finance.anomaly.checks.registry import check, compared
from apps.finance.anomaly.evidence import Amount, Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.names import member_name
from apps.finance.anomaly.printed.table_sums import Direction, TableSum
from apps.finance.anomaly.sentences import sentence
from core_model.errors import Message


@check("table_columns")
def table_columns(evidence: Evidence) -> Iterable[CheckResult]:
    return _verdicts(evidence, "table_columns", "down", Message("what_rows_above_elsewhere"))


@check("table_rows")
def table_rows(evidence: Evidence) -> Iterable[CheckResult]:
    return _verdicts(evidence, "table_rows", "across", Message("what_columns_beside"))


def _verdicts(evidence: Evidence, check_id: str, direction: Direction, what: Message) -> Iterable[CheckResult]:
    held: dict[int, list[TableSum]] = defaultdict(list)
    for each in evidence.table_sums:
        if each.direction != direction:
            continue
        if each.holds:
            held[each.grid].append(each)
        else:
            terms = [_amount(evidence, *term) for term in each.terms]
            total = _amount(evidence, *each.total)
            yield compared(check_id, total, terms, period_of(evidence.facts[each.total[0]]), what=what)
    for sums in held.values():
        yield _all_hold(check_id, sums)


def _all_hold(check_id: str, sums: Sequence[TableSum]) -> CheckResult:
    ids = dict.fromkeys(fact_id for each in sums for fact_id in each.fact_ids)
    return CheckResult(check_id, "holds", sentence("table_adds_up", count=len(sums)), tuple(ids))


def _amount(evidence: Evidence, fact_id: str, sign: int) -> Amount:
    fact = evidence.facts[fact_id]
    name = member_name(fact.dimensions[-1].member) if fact.dimensions else evidence.name_of(fact.concept)
    value = Amount(Decimal(fact.value or 0), evidence.rounding_of(fact), (fact_id,), name, fact.unit or "")
    return value if sign > 0 else -value
