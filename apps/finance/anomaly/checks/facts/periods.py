"""Checks of periods: of each column of a statement, of each concept, and of the columns against the report's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from apps.documents import or_none
from apps.finance.anomaly.checks.registry import check, not_applicable
from apps.finance.anomaly.evidence import Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.sentences import sentence
from apps.finance.filings import Fact
from apps.finance.money import per_share
from apps.finance.periods import WEEK, Period, apart
from apps.finance.statements.model import ReportedLine, StatementName
from core_model.errors import Message

NO_END = Message("report_end_not_stated")
COLUMN_SUPPORT = 5
"""Rows that a column needs before its period is taken as known."""


@check("column_periods")
def column_periods(evidence: Evidence) -> Iterable[CheckResult]:
    read = 0
    bad: list[CheckResult] = []
    for statement, rows in evidence.statements.reported.items():
        for column in _columns(statement, rows, evidence.filing.document.currency):
            usual, count = Counter(period for _, period, _ in column).most_common(1)[0]
            if count < COLUMN_SUPPORT or count * 3 < len(column) * 2:
                continue
            read += len(column)
            others = [(row, period, ids) for row, period, ids in column if period != usual and ids]
            for period in dict.fromkeys(period for _, period, _ in others):
                same = [(row, ids) for row, when, ids in others if when == period]
                bad.append(
                    CheckResult(
                        "column_periods",
                        "fails",
                        sentence(
                            "row_of_other_period" if len(same) == 1 else "rows_of_other_period",
                            captions=[sentence("name_quoted", name=evidence.caption(row)) for row, _ in same],
                            period=period.message,
                            count=count,
                            usual=usual.message,
                        ),
                        tuple(ids[0] for _, ids in same),
                        period=usual,
                    )
                )
    yield from bad
    if read and not bad:
        yield CheckResult("column_periods", "holds", sentence("columns_agree", count=read))


def _columns(
    statement: StatementName, rows: Sequence[ReportedLine], currency: str | None
) -> Iterable[list[tuple[ReportedLine, Period, tuple[str, ...]]]]:
    """For each printed column its rows with the period and the facts of each; opening balances are left out."""
    units = {currency, per_share(currency)} if currency and statement != "balance" else {currency}
    usable = [row for row in rows if row.values and row.values[0].unit in units]
    widths = Counter(len(row.values) for row in usable)
    if not widths:
        return
    width = widths.most_common(1)[0][0]
    for k in range(width):
        column = []
        for row in usable:
            if len(row.values) == width and bool(row.values[k].period.start) == (statement != "balance"):
                column.append((row, row.values[k].period, row.values[k].fact_ids))
        if column:
            yield column


@check("period_kind")
def period_kind(evidence: Evidence) -> Iterable[CheckResult]:
    kinds: dict[str, dict[bool, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for fact in evidence.filing.facts:
        if fact.kind == "number" and fact.value is not None and fact.end:
            kinds[fact.concept][fact.instant].append(fact)
    balance = {or_none(row.concept) for row in evidence.statements.reported.get("balance", ())}
    mixed = {concept: both for concept, both in kinds.items() if len(both) > 1}
    for concept, both in mixed.items():
        days, spans = both[True], both[False]
        fewer, more = (days, spans) if (len(days), concept in balance) <= (len(spans), False) else (spans, days)
        yield CheckResult(
            "period_kind",
            "fails",
            sentence(
                "period_kinds_mixed",
                name=evidence.name_of(concept),
                fewer=period_of(fewer[0]).message,
                more=period_of(more[0]).message,
            ),
            tuple(fact.fact_id for fact in (*fewer, *more)[:12]),
            period=period_of(fewer[0]),
        )
    if kinds and not mixed:
        yield CheckResult("period_kind", "holds", sentence("period_kinds_agree", count=len(kinds)))


@check("period_order")
def period_order(evidence: Evidence) -> Iterable[CheckResult]:
    spans = [fact for fact in evidence.filing.facts if fact.kind == "number" and fact.start and fact.end]
    bad = [fact for fact in spans if (fact.end or "") < (fact.start or "")]
    for fact in bad:
        yield CheckResult(
            "period_order",
            "fails",
            sentence(
                "period_order_wrong",
                name=evidence.name_of(fact.concept),
                start=fact.start or "",
                end=fact.end or "",
            ),
            (fact.fact_id,),
            period=period_of(fact),
        )
    if spans and not bad:
        yield CheckResult("period_order", "holds", sentence("period_orders_right", count=len(spans)))


@check("report_period")
def report_period(evidence: Evidence) -> Iterable[CheckResult]:
    end = evidence.filing.document.period_end
    if end is None:
        yield not_applicable("report_period", NO_END)
        return
    for statement, newest in _newest_days(evidence).items():
        ids = tuple(
            value.fact_ids[0]
            for row in evidence.statements.reported[statement]
            for value in row.values
            if value.fact_ids and value.period.end == newest and not row.dimensions
        )
        cover = tuple(f.fact_id for f in evidence.filing.facts if f.concept == "dei:DocumentPeriodEndDate")
        days = abs(apart(newest, end))
        yield CheckResult(
            "report_period",
            "holds" if days <= WEEK else "fails",
            sentence("newest_column", statement=Message(f"statement_{statement}"), newest=newest, end=end),
            (*cover[:1], *ids[:4]),
            Decimal(days),
            Decimal(WEEK),
            "days",
            Period(newest),
        )


def _newest_days(evidence: Evidence) -> dict[StatementName, str]:
    """For each statement the last day of its newest column, where enough rows say so."""
    newest: dict[StatementName, str] = {}
    for statement, rows in evidence.statements.reported.items():
        ends = Counter(
            value.period.end for row in rows for value in row.values if value.fact_ids and not row.dimensions
        )
        likely = [day for day, count in ends.items() if count >= COLUMN_SUPPORT]
        if likely:
            newest[statement] = max(likely)
    return newest


@check("after_report_end")
def after_report_end(evidence: Evidence) -> Iterable[CheckResult]:
    """One verdict for each period that is too late; none where a whole column is, which is what is wrong then."""
    end = evidence.filing.document.period_end
    if end is None:
        yield not_applicable("after_report_end", NO_END)
        return
    late = {name: day for name, day in _newest_days(evidence).items() if apart(day, end) > WEEK}
    if late:
        columns = [
            sentence("column_of_statement", statement=Message(f"statement_{name}"), day=day)
            for name, day in late.items()
        ]
        yield not_applicable("after_report_end", sentence("columns_after_report", end=end, columns=columns))
        return
    read = 0
    bad: dict[Period, list[Fact]] = defaultdict(list)
    for (concept, period), facts in evidence.plain_numbers.items():
        if concept in evidence.captions:
            read += len(facts)
            if apart(period.end, end) > WEEK:
                bad[period].extend(facts)
    for period, facts in bad.items():
        yield CheckResult(
            "after_report_end",
            "fails",
            _after(evidence, facts, period, end),
            tuple(fact.fact_id for fact in facts),
            period=period,
        )
    if read and not bad:
        yield CheckResult("after_report_end", "holds", sentence("none_after_report", count=read, end=end))


def _after(evidence: Evidence, facts: Sequence[Fact], period: Period, end: str) -> Message:
    names: list[Message] = []
    for fact in facts:
        name = evidence.name_of(fact.concept)
        if name not in names:
            names.append(name)
    if len(names) > 1:
        return sentence("several_after_report", names=names, period=period.message, end=end)
    return sentence("one_after_report", name=names[0], period=period.message, end=end)
