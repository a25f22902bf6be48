"""Checks of periods: of each column of a statement, of each concept, and of the columns against the report's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from apps.finance.anomaly.checks.registry import CHECKS, check, not_applicable, text_of
from apps.finance.anomaly.evidence import Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.wording import first_up, is_or_are, listed, said
from apps.finance.filings import Fact
from apps.finance.periods import Period, apart
from apps.finance.statements.mapping import SPOKEN
from apps.finance.statements.model import ReportedLine, StatementName

WEEK = 7
"""Fiscal years that end on a weekday may differ by some days from the day on the cover."""
COLUMN_SUPPORT = 5
"""Rows that a column needs before its period is taken as known."""


@check("column_periods", "All facts of a printed column are of its period")
def column_periods(evidence: Evidence) -> Iterable[CheckResult]:
    read = 0
    title = CHECKS["column_periods"].title
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
                captions = listed(f'"{evidence.caption(row)}"' for row, _ in same)
                bad.append(
                    CheckResult(
                        "column_periods",
                        title,
                        "fails",
                        f"{captions} {'is' if len(same) == 1 else 'are'} tagged for {said(period)} in a column whose "
                        f"other {count} rows are tagged for {said(usual)}.",
                        tuple(ids[0] for _, ids in same),
                        period=text_of(usual),
                    )
                )
    yield from bad
    if read and not bad:
        yield CheckResult("column_periods", title, "holds", f"{read} printed facts are of the period of their column.")


def _columns(
    statement: StatementName, rows: Sequence[ReportedLine], currency: str | None
) -> Iterable[list[tuple[ReportedLine, Period, tuple[str, ...]]]]:
    """For each printed column its rows with the period and the facts of each; opening balances are left out."""
    units = (currency, f"{currency}/shares") if statement != "balance" else (currency,)
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


@check("period_kind", "A concept is stated for days or for periods, never for both")
def period_kind(evidence: Evidence) -> Iterable[CheckResult]:
    kinds: dict[str, dict[bool, list[Fact]]] = defaultdict(lambda: defaultdict(list))
    for fact in evidence.filing.facts:
        if fact.kind == "number" and fact.value is not None and fact.end:
            kinds[fact.concept][fact.instant].append(fact)
    title = CHECKS["period_kind"].title
    balance = {row.concept for row in evidence.statements.reported.get("balance", ())}
    mixed = {concept: both for concept, both in kinds.items() if len(both) > 1}
    for concept, both in mixed.items():
        days, spans = both[True], both[False]
        fewer, more = (days, spans) if (len(days), concept in balance) <= (len(spans), False) else (spans, days)
        yield CheckResult(
            "period_kind",
            title,
            "fails",
            f"{first_up(evidence.name_of(concept))} is stated for {said(period_of(fewer[0]))}, elsewhere for "
            f"{said(period_of(more[0]))}; an amount is either of a day or of a period.",
            tuple(fact.fact_id for fact in (*fewer, *more)[:12]),
            period=text_of(period_of(fewer[0])),
        )
    if kinds and not mixed:
        yield CheckResult("period_kind", title, "holds", f"{len(kinds)} concepts are each of days or of periods.")


@check("period_order", "No period ends before it begins")
def period_order(evidence: Evidence) -> Iterable[CheckResult]:
    title = CHECKS["period_order"].title
    spans = [fact for fact in evidence.filing.facts if fact.kind == "number" and fact.start and fact.end]
    bad = [fact for fact in spans if (fact.end or "") < (fact.start or "")]
    for fact in bad:
        yield CheckResult(
            "period_order",
            title,
            "fails",
            f"{first_up(evidence.name_of(fact.concept))} is stated for a period from {fact.start} to {fact.end}, "
            "which ends before it begins.",
            (fact.fact_id,),
            period=text_of(period_of(fact)),
        )
    if spans and not bad:
        yield CheckResult("period_order", title, "holds", f"{len(spans)} facts are of periods that run forwards.")


@check("report_period", "The statements' newest columns end with the report's period")
def report_period(evidence: Evidence) -> Iterable[CheckResult]:
    end = evidence.filing.document.period_end
    if end is None:
        yield not_applicable("report_period", "The report does not say when its period ends.")
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
            CHECKS["report_period"].title,
            "holds" if days <= WEEK else "fails",
            f"The newest column of the {SPOKEN[statement]} ends on {newest}, the report's period on {end}.",
            (*cover[:1], *ids[:4]),
            Decimal(days),
            Decimal(WEEK),
            "days",
            newest,
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


@check("after_report_end", "Nothing in the statements is of a day after the report's period")
def after_report_end(evidence: Evidence) -> Iterable[CheckResult]:
    """One verdict for each period that is too late; none where a whole column is, which is what is wrong then."""
    end = evidence.filing.document.period_end
    if end is None:
        yield not_applicable("after_report_end", "The report does not say when its period ends.")
        return
    late = {name: day for name, day in _newest_days(evidence).items() if apart(day, end) > WEEK}
    if late:
        columns = listed(f"the {SPOKEN[name]} on {day}" for name, day in late.items())
        yield not_applicable(
            "after_report_end", f"Whole columns end after the report's period on {end}: the newest of {columns}."
        )
        return
    title = CHECKS["after_report_end"].title
    read = 0
    bad: dict[Period, list[Fact]] = defaultdict(list)
    for (concept, period), facts in evidence.plain_numbers.items():
        if concept in evidence.captions:
            read += len(facts)
            if apart(period.end, end) > WEEK:
                bad[period].extend(facts)
    for period, facts in bad.items():
        names = list(dict.fromkeys(evidence.name_of(fact.concept) for fact in facts))
        verb = "are" if len(names) > 1 else is_or_are(names[0])
        yield CheckResult(
            "after_report_end",
            title,
            "fails",
            f"{first_up(listed(names))} {verb} stated for {said(period)}, after the end of the report's period on "
            f"{end}.",
            tuple(fact.fact_id for fact in facts),
            period=text_of(period),
        )
    if read and not bad:
        yield CheckResult("after_report_end", title, "holds", f"{read} facts of the statements are of {end} or before.")
