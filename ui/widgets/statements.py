"""A statement of a reading as rows for the grid: periods left to right, newest right, money in round units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.finance.money import is_money, least_places, printed, round_unit
from apps.finance.periods import Period, day_before
from apps.messages import said
from core_model.errors import Message
from ui import labels

NAMES = ("income", "balance", "cash_flow")
USUAL_PERIODS = 3
"""Columns beyond which the captions get less room."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a line: the line, the value's entry in the document, the checks that used its facts."""

    line: Mapping[str, Any]
    value: Mapping[str, Any]
    checks: Sequence[Mapping[str, Any]]

    @property
    def fact_ids(self) -> list[str]:
        return list(self.value.get("fact_ids", []))


@dataclass(frozen=True, slots=True)
class Table:
    """What the grid draws and what its cells stand for.

    Attributes:
        columns: Headings for the grid; the first is the caption's.
        rows: Rows for the grid.
        cells: By row id and column number of the grid.
        scale: Money is shown in units of this: 1, 1,000 or 1,000,000.
        currency: Of the money; empty where none is shown.
    """

    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    cells: dict[tuple[str, int], Cell]
    scale: int
    currency: str


def table_of(document: Mapping[str, Any], name: str, reported: bool, language: str) -> Table | str:
    """The statement ``name`` of a finance document.

    Args:
        document: ``tandem.finance.reading/1``.
        name: ``income``, ``balance`` or ``cash_flow``.
        reported: As the company printed it; else the standard lines.
        language: Of the headings.

    Returns:
        The table, or the reason why there is none.
    """
    key = "statements_as_reported" if reported else "statements"
    lines = document.get(key, {}).get(name, {"not_available": "the reading does not hold it"})
    if isinstance(lines, Mapping):
        return str(lines.get("not_available", ""))
    if not lines:
        return "the statement has no lines"
    periods = _columns(lines)
    money = [value for line in lines for value in line["values"] if _is_money(value)]
    scale, of_money = round_unit(Decimal(value["value"]) for value in money)
    currency = next((value["unit"] for value in money), "")
    checks = _checks_by_fact(document.get("checks", []))
    years = all(not period[1] or Period(*period).is_year for period in periods)
    columns = [
        {"label": "", "width": "46%" if len(periods) <= USUAL_PERIODS else "36%"},
        *({**_heading(period, years, language), "align": "right"} for period in periods),
    ]
    rows, cells = [], {}
    for number, line in enumerate(lines):
        row = f"{line['line']}" if not reported else f"row-{number}"
        values = _by_column(line["values"], periods)
        places = of_money if any(_is_money(value) for value in line["values"]) else _places(line["values"])
        drawn = [_caption(line, reported, language)]
        for column, period in enumerate(periods, 1):
            value = values.get(period)
            if value is None and not reported:
                value = {"start": period[1] or None, "end": period[0], "not_available": line["reason"]}
            if value is None:
                drawn.append({"text": ""})
                continue
            cell = Cell(line, value, _checks_of(value, checks))
            cells[row, column] = cell
            drawn.append(_drawn(cell, scale, places, language))
        rows.append({"id": row, "kind": _kind(line, reported), "indent": line.get("depth", 0), "cells": drawn})
    return Table(columns, rows, cells, scale, currency)


def _columns(lines: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The periods of the columns, the longest first, of equally long ones the oldest first.

    So the newest quarter stands right of the newest half year. A statement of durations has no column for an instant.
    """
    periods = {_period(value) for line in lines for value in line["values"]}
    durations = {period for period in periods if period[1]}
    return sorted(durations or periods, key=lambda period: (-Period(*period).months, period))


def _by_column(
    values: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The values of a line by column. Cash in hand stands in the year that it closes, or that it opens."""
    found = {_period(value): value for value in values}
    instants = {end: value for (end, start), value in found.items() if not start}
    if not instants or not columns[-1][1]:
        return found
    closing = max(instants) >= columns[-1][0]
    for column in columns:
        end = column[0] if closing else day_before(column[1])
        if end in instants:
            found.setdefault(column, instants[end])
    return found


def _period(value: Mapping[str, Any]) -> tuple[str, str]:
    return value["end"], value.get("start") or ""


def _heading(period: tuple[str, str], years: bool, language: str) -> dict[str, str]:
    """The period's last day, above it how long it is where not every column is a year."""
    end, start = period
    if years or not start:
        return {"label": end}
    months = Period(*period).months
    return {
        "label": said(Message("period_heading", {"months": months}), language) if months else f"{start} –",
        "sub": end,
    }


def _is_money(value: Mapping[str, Any]) -> bool:
    return is_money(value.get("unit"))


def _places(values: Sequence[Mapping[str, Any]]) -> int:
    """Decimals of a line that is not money: those of its longest value, and two for amounts per share."""
    plain = [value for value in values if "value" in value and not _is_money(value)]
    return max((max(len(v["value"].partition(".")[2]), least_places(v["unit"])) for v in plain), default=0)


def _checks_by_fact(checks: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    by_fact: dict[str, list[Mapping[str, Any]]] = {}
    for check in checks:
        for fact in check["fact_ids"]:
            by_fact.setdefault(fact, []).append(check)
    return by_fact


def _checks_of(value: Mapping[str, Any], by_fact: Mapping[str, list[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    found = {id(check): check for fact in value.get("fact_ids", []) for check in by_fact.get(fact, [])}
    return sorted(found.values(), key=lambda check: check["verdict"] != "fails")


def _caption(line: Mapping[str, Any], reported: bool, language: str) -> dict[str, Any]:
    label = line["label"] if isinstance(line["label"], str) else ""
    if reported:
        return {"text": label}
    return {"text": labels.line_name(line["line"], language), "sub": label or None, "hint": line["reason"]}


def _kind(line: Mapping[str, Any], reported: bool) -> str:
    if reported:
        return "heading" if line.get("heading") else "total" if line.get("total") else "line"
    return "total" if line["line"] in labels.TOTALS else "line"


def _drawn(cell: Cell, scale: int, places: int, language: str) -> dict[str, Any]:
    value = cell.value
    if "value" not in value:
        return {"text": labels.text("not_available", language), "tone": "muted", "pick": True,
                "hint": labels.text("because", language, reason=value["not_available"])}  # fmt: skip
    verdicts = [check["verdict"] for check in cell.checks]
    mark = "fails" if "fails" in verdicts else "holds" if "holds" in verdicts else None
    hint = "\n".join(f"{check['title']}: {labels.text(check['verdict'], language)}" for check in cell.checks)
    shown = printed(value["value"], scale if _is_money(value) else 1, places)
    tone = "derived" if value.get("derived") else ""
    return {"text": shown, "mark": mark, "pick": True, "hint": hint or None, "tone": tone}
