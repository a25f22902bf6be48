"""One finance reading: its statements, anomalies, checks and warnings, each leading to the source beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from apps.documents import Missing, or_none
from apps.finance.anomaly.model import CheckResult
from apps.finance.money import printed
from apps.finance.reading import NOT_SAID, FinanceReading, fact_of
from apps.finance.statements.model import StatementLine, StatementName
from apps.messages import cautioned, said
from core_model.errors import Message
from ui import labels
from ui.widgets import statements
from ui.widgets.components import grid
from ui.widgets.shell import escaped, go, language, parameter, t

HEIGHT = 640
TONES = {"high": "red", "medium": "orange", "low": "gray", "fails": "red", "holds": "green", "not_applicable": "gray"}
ORDER = ("fails", "holds", "not_applicable")
VIEWS = ("income", "balance", "cash_flow", "anomalies", "checks", "warnings")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is selected: what to say of it, and the facts to show in the source."""

    title: str
    notes: Sequence[tuple[str, str]]
    fact_ids: Sequence[str]


def known(value: str | int | Missing) -> str:
    """A value as text; what is missing says why."""
    return t("because", reason=worded(value.not_available)) if isinstance(value, Missing) else str(value)


def worded(sentence: Message) -> str:
    """A stored sentence in the screen's language."""
    return said(sentence, language())


def counted(reading: FinanceReading, view: str) -> str:
    """The view's name, with the number of what needs a look."""
    failing = sum(check.verdict == "fails" for check in reading.checks)
    numbers = {"anomalies": len(reading.anomalies), "checks": failing, "warnings": len(reading.cautions)}
    number = numbers.get(view, 0)
    return f"{t(view)} {number}" if number else t(view)


def show_statement(reading: FinanceReading, name: StatementName, reported: bool) -> Chosen | None:
    """Draw a statement; what is selected in it."""
    table = statements.table_of(reading, name, reported, language())
    if isinstance(table, Message):
        st.info(escaped(t("no_lines", reason=worded(table))))
        return None
    scale = statements.SCALES[table.scale]
    table.columns[0]["label"] = t("in_units", currency=table.currency, scale=t(scale)) if table.currency else ""
    chosen = _chosen_in(table)
    selected = {"row": chosen[0], "column": chosen[1]} if chosen else None
    _pick(
        {
            "columns": table.columns,
            "rows": table.rows,
            "mode": "cell",
            "selected": selected,
            "label": t(name),
            "height": HEIGHT,
            "follow": True,
        },
        f"statement-{name}-{reported}",
    )
    if table.num_turned:
        st.caption(t("signs_as_printed", n=table.num_turned))
    return _chosen_cell(table.cells[chosen]) if chosen else None


def _chosen_in(table: statements.Table) -> tuple[str, int] | None:
    """The cell that the address names; else the newest number of the first line that has one."""
    row, _, column = parameter("pick").rpartition(".")
    if column.isdecimal() and (row, int(column)) in table.cells:
        return row, int(column)
    with_facts = [key for key, cell in table.cells.items() if cell.value.fact_ids]
    return max((key for key in with_facts if key[0] == with_facts[0][0]), default=None) if with_facts else None


def show_anomalies(reading: FinanceReading) -> Chosen | None:
    """Draw the ranked anomalies; the selected one."""
    if not reading.anomalies:
        holds = sum(check.verdict == "holds" for check in reading.checks)
        total = len(reading.checks)
        st.success(t("no_anomalies", total=total, holds=holds, other=total - holds))
        return None
    rows = [
        {
            "id": anomaly.anomaly_id,
            "cells": [
                {"text": str(anomaly.rank)},
                {"text": t(f"severity_{anomaly.severity}"), "badge": TONES[anomaly.severity]},
                {"text": worded(anomaly.reason), "tone": "wrap"},
                {"text": f"{anomaly.confidence:.0%}"},
            ],
        }
        for anomaly in reading.anomalies
    ]
    columns = [{"label": "#", "width": "30px"}, {"label": "", "width": "80px"}, {"label": t("anomalies")}]
    chosen = _rows([*columns, {"label": t("confidence").capitalize(), "align": "right"}], rows, "anomalies")
    anomaly = next((anomaly for anomaly in reading.anomalies if anomaly.anomaly_id == chosen), None)
    if anomaly is None:
        return None
    reason = worded(anomaly.reason)
    check = next((check for check in reading.checks if check.check_id == anomaly.check_id), None)
    title = worded(check.title) if check else ""
    notes = [("", reason)] if title else []
    return Chosen(title or reason, [*notes, (t("confidence"), f"{anomaly.confidence:.0%}")], anomaly.fact_ids)


def show_checks(reading: FinanceReading) -> Chosen | None:
    """Draw the checks, those that fail first; the selected one."""
    by_id: dict[str, list[CheckResult]] = {}
    for check in reading.checks:
        by_id.setdefault(check.check_id, []).append(check)
    groups = sorted(by_id.values(), key=lambda group: min(ORDER.index(check.verdict) for check in group))
    checks: list[CheckResult] = []
    rows: list[dict[str, Any]] = []
    for group in groups:
        title = {"text": worded(group[0].title), "tone": "over"}
        rows.append({"kind": "heading", "cells": [title, *[{"text": ""}] * 3]})
        for check in sorted(group, key=lambda check: ORDER.index(check.verdict)):
            rows.append(_check_row(check, f"check-{len(checks)}"))
            checks.append(check)
    columns = [{"label": t("checks"), "width": "56%"}, {"label": t("period_end"), "align": "right"}, {"label": ""}]
    chosen = _rows([*columns, {"label": t("difference"), "align": "right"}], rows, "checks")
    for number, check in enumerate(checks):
        if f"check-{number}" == chosen:
            notes = [("", worded(check.reason))]
            if not isinstance(check.tolerance, Missing):
                notes.append((t("tolerance"), _amount(check.tolerance, check.unit)))
            return Chosen(labels.captioned(worded(check.title), t(check.verdict), language()), notes, check.fact_ids)
    return None


def _check_row(check: CheckResult, row: str) -> dict[str, Any]:
    reason = worded(check.reason)
    return {
        "id": row,
        "indent": 1,
        "cells": [
            {"text": reason, "hint": reason},
            {"text": check.period.end if check.period else ""},
            {"text": t(check.verdict), "badge": TONES[check.verdict]},
            _difference(check),
        ],
    }


def show_cautions(reading: FinanceReading) -> Chosen | None:
    """Draw what was skipped or degraded; the selected one, with the fact that it concerns."""
    if not reading.cautions:
        st.success(t("no_warnings"))
        return None
    rows = [
        {
            "id": f"warning-{number}",
            "cells": [
                {"text": cautioned(caution, language()), "tone": "wrap", "hint": caution.code},
                {"text": worded(caution.source) if caution.source else ""},
                {"text": f"× {caution.count}"},
            ],
        }
        for number, caution in enumerate(reading.cautions)
    ]
    columns = [{"label": t("warnings"), "width": "70%"}, {"label": ""}, {"label": "", "align": "right"}]
    chosen = _rows(columns, rows, "warnings")
    for row, caution in zip(rows, reading.cautions, strict=True):
        if row["id"] == chosen:
            fact = fact_of(caution)
            return Chosen(cautioned(caution, language()), [], [fact] if fact else [])
    return None


def _rows(columns: list[dict[str, Any]], rows: list[dict[str, Any]], view: str) -> str:
    ids = [row["id"] for row in rows if "id" in row]
    chosen = parameter("pick") if parameter("pick") in ids else next(iter(ids), "")
    data = {"columns": columns, "rows": rows, "mode": "row", "label": t(view), "height": HEIGHT, "follow": True}
    _pick({**data, "selected": {"row": chosen, "column": 0}}, f"rows-{view}")
    return chosen


def _pick(data: dict[str, Any], key: str) -> None:
    def picked(row: str, column: int) -> None:
        go(pick=f"{row}.{column}" if data["mode"] == "cell" else row, n=None)

    grid(data, key, picked)


def _chosen_cell(cell: statements.Cell) -> Chosen:
    line, value, amount = cell.line, cell.value, cell.amount
    name = labels.line_name(line.line, language()) if line.line else or_none(line.label) or ""
    notes = []
    if isinstance(line, StatementLine):
        reason = worded(line.reason)
        concept = known(line.concept)
        notes.append((t("concept"), f"{concept} · {t('confidence')} {line.confidence:.0%} · {reason}"))
        if scope := statements.scope_of(line, language()):
            notes.append(("", scope))
    if value.derived:
        notes.append(("", t("derived")))
    if value.value is not None and cell.turned:
        notes.append(("", t("tagged_value", value=printed(value.value))))
    if value.value is not None and value.note is not None:
        notes.append(("", worded(value.note)))
    notes += [(t(check.verdict), worded(check.reason)) for check in cell.checks]
    if amount is None:
        return Chosen(name, [("", t("because", reason=worded(value.not_available or NOT_SAID))), *notes], ())
    number = t("printed_dash", dash=cell.dash) if cell.dash else printed(amount)
    return Chosen(labels.captioned(name, f"{number} {value.unit}", language()), notes, value.fact_ids)


def _difference(check: CheckResult) -> dict[str, Any]:
    if isinstance(check.difference, Missing):
        return {"text": t("not_available"), "hint": worded(check.difference.not_available)}
    return {"text": _amount(check.difference, check.unit)}


def _amount(value: Decimal, unit: str) -> str:
    return f"{printed(value)} {unit}".strip() if value else "0"
