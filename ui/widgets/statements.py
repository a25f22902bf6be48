"""A statement of a reading as rows for the grid: periods left to right, newest right, money in round units."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.documents import Missing, or_none
from apps.finance.anomaly.model import CheckResult
from apps.finance.money import is_money, least_places, printed, round_unit, unit_in_words
from apps.finance.periods import Period, day_before
from apps.finance.reading import NOT_SAID, FinanceReading
from apps.finance.statements.model import ReportedLine, StatementLine, StatementName, StatementValue
from apps.messages import said
from core_model.errors import Message
from ui import labels

USUAL_PERIODS = 3
"""Columns beyond which the captions get less room."""
NO_LINES = Message("reading_no_lines")
SCALES = {1_000_000: "millions", 1_000: "thousands", 1: "ones"}
"""Keys of the labels of the scales."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a line.

    Attributes:
        line: The line.
        value: Its number in the column's period, or why there is none.
        amount: The number as the statement shows it: with the page's sign.
        checks: The checks that used its facts, those that fail first.
    """

    line: StatementLine | ReportedLine
    value: StatementValue
    amount: Decimal | None
    checks: Sequence[CheckResult]

    @property
    def dash(self) -> str:
        """The dash that the page prints for nothing; empty where it prints something else."""
        text = self.value.printed.strip()
        return text if self.amount == 0 and text and not any(sign.isalnum() for sign in text) else ""

    @property
    def turned(self) -> bool:
        """Whether the page's sign is not that of the tag."""
        return self.amount is not None and self.amount != self.value.value


@dataclass(frozen=True, slots=True)
class Table:
    """What the grid draws and what its cells stand for.

    Attributes:
        columns: Headings for the grid; the first is the caption's.
        rows: Rows for the grid.
        cells: By row id and column number of the grid.
        scale: Money is shown in units of this: 1, 1,000 or 1,000,000.
        currency: Of the money; empty where none is shown.
        num_turned: How many numbers have another sign on the page than their tags.
    """

    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    cells: dict[tuple[str, int], Cell]
    scale: int
    currency: str
    num_turned: int


def table_of(reading: FinanceReading, name: StatementName, reported: bool, language: str) -> Table | Message:
    """A statement as a table.

    Args:
        reading: The report.
        name: Which statement.
        reported: As the company printed it; else the standard lines.
        language: Of the headings.

    Returns:
        The table, or the reason why there is none.
    """
    lines = _lines(reading, name, reported)
    if isinstance(lines, Missing):
        return lines.not_available
    if not lines:
        return NO_LINES
    periods = _columns(lines)
    money = [value for line in lines for value in line.values if _is_money(value)]
    currency = money[0].unit if money else ""
    scale, of_money = round_unit(value.value for value in money if value.value is not None)
    checks = _checks_by_fact(reading.checks)
    years = all(not period.start or period.is_year for period in periods)
    columns = [
        {"label": "", "width": "46%" if len(periods) <= USUAL_PERIODS else "36%"},
        *({**_heading(period, years, language), "align": "right"} for period in periods),
    ]
    rows: list[dict[str, Any]] = []
    cells: dict[tuple[str, int], Cell] = {}
    for number, line in enumerate(lines):
        row = line.line if isinstance(line, StatementLine) else f"row-{number}"
        values = _by_column(line.values, periods)
        places = of_money if any(map(_is_money, line.values)) else _places(line.values)
        drawn = [_caption(line, currency, scale, language)]
        for column, period in enumerate(periods, 1):
            value = values.get(period)
            if value is None and isinstance(line, StatementLine):
                value = StatementValue(period, None, not_available=line.reason)
            if value is None:
                drawn.append({"text": ""})
                continue
            cell = cells[row, column] = Cell(line, value, value.as_printed, _checks_of(value, checks))
            drawn.append(_drawn(cell, scale, places, language))
        indent = line.depth if isinstance(line, ReportedLine) else 0
        rows.append({"id": row, "kind": _kind(line), "indent": indent, "cells": drawn})
    return Table(columns, rows, cells, scale, currency, sum(cell.turned for cell in cells.values()))


def _lines(
    reading: FinanceReading, name: StatementName, reported: bool
) -> Sequence[StatementLine | ReportedLine] | Missing:
    if reported:
        return reading.reported[name]
    return reading.statements[name]


def _columns(lines: Iterable[StatementLine | ReportedLine]) -> list[Period]:
    """The periods of the columns, the longest first, of equally long ones the oldest first.

    So the newest quarter stands right of the newest half year. A statement of durations has no column for an instant,
    and what is tagged some days beside the period of more numbers has none of its own.
    """
    usual = Counter(value.period for line in lines for value in line.values)
    periods = {one for one in usual if not any(other.beside(one) and usual[other] > usual[one] for other in usual)}
    durations = {period for period in periods if period.start}
    return sorted(durations or periods, key=lambda period: (-period.months, period))


def _by_column(values: Iterable[StatementValue], columns: Sequence[Period]) -> dict[Period, StatementValue]:
    """The values of a line by column. Cash in hand stands in the year that it closes, or that it opens."""
    found = {value.period: value for value in values}
    for column in columns:
        beside = [period for period in found if period.beside(column) and period not in columns]
        if column not in found and beside:
            found[column] = found[beside[0]]
    instants = {period.end: value for period, value in found.items() if not period.start}
    if not instants or not columns[-1].start:
        return found
    closing = max(instants) >= columns[-1].end
    for column in columns:
        end = column.end if closing else day_before(column.start)
        if end in instants:
            found.setdefault(column, instants[end])
    return found


def _heading(period: Period, years: bool, language: str) -> dict[str, str]:
    """The period's last day, above it how long it is where not every column is a year."""
    if years or not period.start:
        return {"label": period.end}
    months = said(Message("period_heading", {"months": period.months}), language)
    return {"label": months if period.months else f"{period.start} –", "sub": period.end}


def _is_money(value: StatementValue) -> bool:
    return value.value is not None and is_money(value.unit)


def _places(values: Iterable[StatementValue]) -> int:
    """Decimals of a line that is not money: those of its longest value, and two for amounts per share."""
    plain = [value for value in values if value.value is not None and not _is_money(value)]
    return max((max(len(f"{v.value:f}".partition(".")[2]), least_places(v.unit)) for v in plain), default=0)


def _checks_by_fact(checks: Iterable[CheckResult]) -> dict[str, list[CheckResult]]:
    by_fact: dict[str, list[CheckResult]] = {}
    for check in checks:
        for fact in check.fact_ids:
            by_fact.setdefault(fact, []).append(check)
    return by_fact


def _checks_of(value: StatementValue, by_fact: Mapping[str, list[CheckResult]]) -> list[CheckResult]:
    found = {id(check): check for fact in value.fact_ids for check in by_fact.get(fact, [])}
    return sorted(found.values(), key=lambda check: check.verdict != "fails")


def _caption(line: StatementLine | ReportedLine, currency: str, scale: int, language: str) -> dict[str, Any]:
    unit = _unit_of(line.values, currency, scale, language)
    if isinstance(line, ReportedLine):
        return {"text": line.label, "unit": unit}
    reason, label, scope = said(line.reason, language), or_none(line.label) or None, scope_of(line, language)
    mark = labels.text(f"scope_{line.scope}_mark", language) if scope else None
    hint = f"{scope}\n{reason}" if scope else reason
    return {"text": labels.line_name(line.line, language), "sub": label, "hint": hint, "unit": unit, "scope": mark}


def scope_of(line: StatementLine, language: str) -> str:
    """That a line's numbers count more or less than its definition; empty where they do not, or where it has none."""
    if line.scope == "exact" or all(value.value is None for value in line.values):
        return ""
    return labels.text(f"scope_{line.scope}", language)


def _unit_of(values: Iterable[StatementValue], currency: str, scale: int, language: str) -> str | None:
    """The unit of a row where it is not that of the table's head: shares, an amount per share, another currency."""
    units = dict.fromkeys(value.unit for value in values if value.value is not None and value.unit != currency)
    names = [
        labels.text("in_units", language, currency=unit, scale=labels.text(SCALES[scale], language))
        if is_money(unit)
        else said(unit_in_words(unit), language)
        for unit in units
    ]
    return ", ".join(names) or None


def _kind(line: StatementLine | ReportedLine) -> str:
    if isinstance(line, ReportedLine):
        return "heading" if line.heading else "total" if line.total else "line"
    return "total" if line.line in labels.TOTALS else "line"


def _drawn(cell: Cell, scale: int, places: int, language: str) -> dict[str, Any]:
    if cell.amount is None:
        reason = said(cell.value.not_available or NOT_SAID, language)
        return {"text": labels.text("not_available", language), "tone": "muted", "pick": True,
                "hint": labels.text("because", language, reason=reason)}  # fmt: skip
    verdicts = [check.verdict for check in cell.checks]
    mark = "fails" if "fails" in verdicts else "holds" if "holds" in verdicts else None
    hint = "\n".join(
        labels.captioned(said(check.title, language), labels.text(check.verdict, language), language)
        for check in cell.checks
    )
    if cell.value.note is not None:
        hint = "\n".join(filter(None, (said(cell.value.note, language), hint)))
    shown = cell.dash or printed(cell.amount, scale if _is_money(cell.value) else 1, places)
    tone = "derived" if cell.value.derived else ""
    return {"text": shown, "mark": mark, "pick": True, "hint": hint or None, "tone": tone}
