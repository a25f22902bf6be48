"""Checks of every table of the report: what its totals add up, down the columns and along the rows."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from apps.finance.anomaly.checks.registry import check, compared
from apps.finance.anomaly.evidence import Amount, Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.names import on_day
from apps.finance.anomaly.printed.sums import Number
from apps.finance.anomaly.printed.table_sums import Direction, TableSum
from apps.finance.anomaly.sentences import followed, sentence
from core_model.errors import Message

ROWS_ABOVE = Message("what_rows_above")


@check("table_columns")
def table_columns(evidence: Evidence) -> Iterable[CheckResult]:
    return _verdicts(evidence, "table_columns", "down", Message("what_rows_above_elsewhere"))


@check("table_rows")
def table_rows(evidence: Evidence) -> Iterable[CheckResult]:
    return _verdicts(evidence, "table_rows", "across", Message("what_columns_beside"))


@check("roll_forwards")
def roll_forwards(evidence: Evidence) -> Iterable[CheckResult]:
    right: dict[str, None] = {}
    held = 0
    for each in evidence.printed_sums.roll_forwards:
        if each.holds:
            held += 1
            right.update(dict.fromkeys(each.fact_ids))
            continue
        closing, opening = (_on_day(evidence, number) for number in (each.closing, each.opening))
        movements = [_printed(evidence, number, sign) for number, sign in zip(each.movements, each.signs, strict=True)]
        period = period_of(evidence.facts[each.closing.fact_id])
        what = Message("what_opening_and_movements")
        yield compared("roll_forwards", closing, [opening, *movements], period, what=what)
    if held:
        yield CheckResult("roll_forwards", "holds", sentence("roll_forwards_right", count=held), tuple(right))


def _on_day(evidence: Evidence, number: Number) -> Amount:
    amount = _printed(evidence, number, 1)
    return replace(amount, name=on_day(amount.name, evidence.facts[number.fact_id].end or ""))


def _printed(evidence: Evidence, number: Number, sign: int) -> Amount:
    """A number of a table with the sign that it has on the page, turned where it is taken off."""
    tagged = (evidence.facts[number.fact_id].value or "").startswith("-")
    return _amount(evidence, number.fact_id, sign if tagged == (number.value < 0) else -sign)


def _verdicts(evidence: Evidence, check_id: str, direction: Direction, what: Message) -> Iterable[CheckResult]:
    held: dict[int, list[TableSum]] = defaultdict(list)
    for each in evidence.printed_sums.tables:
        if each.direction != direction:
            continue
        if each.holds:
            held[each.grid].append(each)
        else:
            yield _failed(evidence, check_id, each, what)
    for sums in held.values():
        yield _all_hold(check_id, sums)


def _failed(evidence: Evidence, check_id: str, each: TableSum, what: Message) -> CheckResult:
    total, terms = _amount(evidence, *each.total), [_amount(evidence, *term) for term in each.terms]
    period = period_of(evidence.facts[each.total[0]])
    if each.within is None:
        return compared(check_id, total, terms, period, what=ROWS_ABOVE if each.alone else what)
    exact = [replace(amount, rounding=Decimal(0)) for amount in (total, *terms)]
    result = compared(check_id, exact[0], exact[1:], period, what=what, slack=each.within)
    return replace(result, reason=followed(result.reason, Message("other_sums_are_exact")))


def _all_hold(check_id: str, sums: Sequence[TableSum]) -> CheckResult:
    ids = dict.fromkeys(fact_id for each in sums for fact_id in each.fact_ids)
    return CheckResult(check_id, "holds", sentence("table_adds_up", count=len(sums)), tuple(ids))


def _amount(evidence: Evidence, fact_id: str, sign: int) -> Amount:
    fact = evidence.facts[fact_id]
    name = evidence.part_name(fact)
    value = Amount(Decimal(fact.value or 0), evidence.rounding_of(fact), (fact_id,), name, fact.unit or "")
    return value if sign > 0 else -value
