"""One finance reading: its statements, anomalies, checks and warnings, each leading to the source beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import streamlit as st

from apps.finance.money import printed
from ui import labels
from ui.widgets import statements
from ui.widgets.components import grid
from ui.widgets.shell import escaped, go, known, language, parameter, t

HEIGHT = 640
TONES = {"high": "red", "medium": "orange", "low": "gray", "fails": "red", "holds": "green", "not_applicable": "gray"}
ORDER = ("fails", "holds", "not_applicable")
VIEWS = (*statements.NAMES, "anomalies", "checks", "warnings")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is selected: what to say of it, and the facts to show in the source."""

    title: str
    notes: Sequence[tuple[str, str]]
    fact_ids: Sequence[str]


def counted(document: Mapping[str, Any], view: str) -> str:
    """The view's name, with the number of what needs a look."""
    if view in statements.NAMES:
        return t(view)
    entries = document[view]
    number = sum(entry.get("verdict", "fails") == "fails" for entry in entries)
    return f"{t(view)} {number}" if number else t(view)


def show_statement(document: Mapping[str, Any], name: str, reported: bool) -> Chosen | None:
    """Draw a statement; what is selected in it."""
    table = statements.table_of(document, name, reported, language())
    if isinstance(table, str):
        st.info(escaped(t("no_lines", reason=table)))
        return None
    scale = {1_000_000: "millions", 1_000: "thousands", 1: "ones"}[table.scale]
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
    return _chosen_cell(table.cells[chosen]) if chosen else None


def _chosen_in(table: statements.Table) -> tuple[str, int] | None:
    """The cell that the address names; else the newest number of the first line that has one."""
    row, _, column = parameter("pick").rpartition(".")
    if column.isdecimal() and (row, int(column)) in table.cells:
        return row, int(column)
    with_facts = [key for key, cell in table.cells.items() if cell.fact_ids]
    return max((key for key in with_facts if key[0] == with_facts[0][0]), default=None) if with_facts else None


def show_anomalies(document: Mapping[str, Any]) -> Chosen | None:
    """Draw the ranked anomalies; the selected one."""
    anomalies = sorted(document["anomalies"], key=lambda anomaly: anomaly["rank"])
    if not anomalies:
        verdicts = [check["verdict"] for check in document["checks"]]
        holds = verdicts.count("holds")
        st.success(t("no_anomalies", total=len(verdicts), holds=holds, other=len(verdicts) - holds))
        return None
    rows = [
        {
            "id": anomaly["id"],
            "cells": [
                {"text": str(anomaly["rank"])},
                {"text": t(f"severity_{anomaly['severity']}"), "badge": TONES[anomaly["severity"]]},
                {"text": anomaly["reason"], "tone": "wrap"},
                {"text": f"{anomaly['confidence']:.0%}"},
            ],
        }
        for anomaly in anomalies
    ]
    columns = [{"label": "#", "width": "30px"}, {"label": "", "width": "80px"}, {"label": t("anomalies")}]
    chosen = _rows([*columns, {"label": t("confidence").capitalize(), "align": "right"}], rows, "anomalies")
    for anomaly in anomalies:
        if anomaly["id"] == chosen:
            titles = {check["id"]: check["title"] for check in document["checks"]}
            check_id = anomaly.get("check_id")
            title = titles.get(check_id, "") if isinstance(check_id, str) else ""
            notes = [("", anomaly["reason"])] if title else []
            confidence = (t("confidence"), f"{anomaly['confidence']:.0%}")
            return Chosen(title or anomaly["reason"], [*notes, confidence], anomaly["fact_ids"])
    return None


def show_checks(document: Mapping[str, Any]) -> Chosen | None:
    """Draw the checks, those that fail first; the selected one."""
    by_title: dict[str, list[Mapping[str, Any]]] = {}
    for check in document["checks"]:
        by_title.setdefault(check["title"], []).append(check)
    groups = sorted(by_title.values(), key=lambda group: min(ORDER.index(check["verdict"]) for check in group))
    checks: list[Mapping[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for group in groups:
        rows.append({"kind": "heading", "cells": [{"text": group[0]["title"], "tone": "over"}, *[{"text": ""}] * 3]})
        for check in sorted(group, key=lambda check: ORDER.index(check["verdict"])):
            rows.append(_check_row(check, f"check-{len(checks)}"))
            checks.append(check)
    columns = [{"label": t("checks"), "width": "56%"}, {"label": t("period_end"), "align": "right"}, {"label": ""}]
    chosen = _rows([*columns, {"label": t("difference"), "align": "right"}], rows, "checks")
    for number, check in enumerate(checks):
        if f"check-{number}" == chosen:
            tolerance = (t("tolerance"), _amount(check["tolerance"], check.get("unit", "")))
            notes = [("", check["reason"]), *([tolerance] if isinstance(check["tolerance"], str) else [])]
            return Chosen(f"{check['title']}: {t(check['verdict'])}", notes, check["fact_ids"])
    return None


def _check_row(check: Mapping[str, Any], row: str) -> dict[str, Any]:
    unit = check.get("unit", "")
    return {
        "id": row,
        "indent": 1,
        "cells": [
            {"text": check["reason"], "hint": check["reason"]},
            {"text": check.get("period", "").rpartition("/")[2]},
            {"text": t(check["verdict"]), "badge": TONES[check["verdict"]]},
            {"text": _amount(check["difference"], unit)},
        ],
    }


def show_warnings(document: Mapping[str, Any]) -> Chosen | None:
    """Draw what was skipped or degraded; the selected one, with the fact that it concerns."""
    warnings = document["warnings"]
    if not warnings:
        st.success(t("no_warnings"))
        return None
    rows = [
        {
            "id": f"warning-{number}",
            "cells": [
                {"text": warning["text"], "tone": "wrap", "hint": warning["code"]},
                {"text": warning.get("source", "")},
                {"text": f"× {warning.get('count', 1)}"},
            ],
        }
        for number, warning in enumerate(warnings)
    ]
    columns = [{"label": t("warnings"), "width": "70%"}, {"label": ""}, {"label": "", "align": "right"}]
    chosen = _rows(columns, rows, "warnings")
    for row, warning in zip(rows, warnings, strict=True):
        if row["id"] == chosen:
            kind, _, fact_id = warning.get("source", "").partition(" ")
            return Chosen(warning["text"], [], [fact_id] if kind == "fact" and fact_id else [])
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
    line, value = cell.line, cell.value
    label = line["label"] if isinstance(line["label"], str) else ""
    name = labels.line_name(line["line"], language()) if line.get("line") else label
    notes = []
    sure = line.get("confidence")
    reason = [line["reason"]] if line.get("reason") else []
    if isinstance(sure, int | float):
        notes.append((t("concept"), " · ".join([known(line["concept"]), f"{t('confidence')} {sure:.0%}", *reason])))
    if value.get("derived"):
        notes.append(("", t("derived")))
    if "tagged_value" in value:
        notes.append(("", t("tagged_value", value=printed(value["tagged_value"]))))
    notes += [_about_check(check) for check in cell.checks]
    if "value" not in value:
        return Chosen(name, [("", t("because", reason=value["not_available"])), *notes], ())
    return Chosen(f"{name}: {printed(value['value'])} {value['unit']}", notes, cell.fact_ids)


def _about_check(check: Mapping[str, Any]) -> tuple[str, str]:
    """A check's verdict, and what it says."""
    return t(check["verdict"]), check["reason"]


def _amount(value: Any, unit: str) -> str:
    if not isinstance(value, str):
        return t("not_available")
    return f"{printed(value)} {unit}".strip() if Decimal(value) else "0"
