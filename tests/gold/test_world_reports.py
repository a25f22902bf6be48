"""The typed key lines of reports from other countries: well-formed, closed where the page closes, and as typed."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apps.finance.statements.concepts import CANDIDATES
from core_model.training.splits import split_of, split_of_ticker

FOLDER = Path(__file__).parent
GOLD = json.loads((FOLDER / "world_reports.json").read_text(encoding="utf8"))
REPORTS: dict[str, dict[str, Any]] = GOLD["reports"]
KINDS = {"values", "near", "elsewhere"}
PER_SHARE = {"eps_basic", "eps_diluted"}
DASH = re.compile(r"[-—―－–]")


def entries(report: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each typed figure with its line and its kind."""
    for line, kinds in report["lines"].items():
        for kind, figures in kinds.items():
            for figure in figures:
                yield line, kind, figure


def place(figure: dict[str, Any]) -> tuple[str, str, str]:
    return figure["period"], figure["basis"], figure.get("registrant", "")


def printed_number(printed: str) -> Decimal:
    """The amount of a printed figure, without its sign."""
    if "nil" in printed.lower():
        return Decimal(0)
    found = re.search(r"\d[\d, \u00a0]*(?:\.\d+)?", printed)
    assert found, printed
    return Decimal(re.sub(r"[, \u00a0]", "", found[0]))


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_well_formed(name: str) -> None:
    report = REPORTS[name]
    assert list(report["lines"]) == [line for line in CANDIDATES if line in report["lines"]]
    for line, kind, figure in entries(report):
        assert kind in KINDS
        assert figure["basis"] in report["bases"]
        assert figure["period"] in report["periods"]
        days = [date.fromisoformat(day) for day in figure["period"].split("..")]
        assert len(days) == 1 or days[0] < days[1], figure
        assert (kind == "near") == (figure.get("note") in {"wider", "narrower"}), figure
        assert (kind == "near") == ("why" in figure)
        assert (kind == "elsewhere") == ("where" in figure)
        if figure["value"] is None:
            assert figure["printed"] == "-"
        else:
            scale = 1 if line in PER_SHARE else report["scale"]
            assert abs(Decimal(figure["value"])) == printed_number(figure["printed"]) * scale, figure
    for line, kinds in report["lines"].items():
        places = [place(figure) for figure in kinds.get("values", ())]
        assert len(places) == len(set(places)), f"{line} has two values in one place"


@pytest.mark.parametrize("name", REPORTS)
def test_the_split_is_that_of_the_identity(name: str) -> None:
    report = REPORTS[name]
    rule = split_of_ticker if report["identity_kind"] == "ticker" else split_of
    assert report["split"] == rule(report["identity"])


SUMS = [
    ("total_assets", (("total_liabilities", 1), ("total_equity", 1))),
    ("gross_profit", (("revenue", 1), ("cost_of_revenue", -1))),
]


def test_what_closes_on_the_page_closes_here() -> None:
    closed = dict.fromkeys((total for total, _ in SUMS), 0)
    for report in REPORTS.values():
        typed = {
            (line, place(figure)): Decimal(figure["value"])
            for line, kind, figure in entries(report)
            if kind == "values" and figure["value"] is not None
        }
        rounding = report["scale"] if report["scale"] > 1 else 0  # a part printed in millions can lose one of them
        for total, parts in SUMS:
            for line, where in list(typed):
                if line == total and all((part, where) in typed for part, _ in parts):
                    made = sum(sign * typed[part, where] for part, sign in parts)
                    assert abs(typed[total, where] - made) <= rounding * len(parts), (report["files"], total, where)
                    closed[total] += 1
    assert closed == {"total_assets": 10, "gross_profit": 20}


def typing(name: str) -> dict[tuple[str, ...], set[Decimal | None]]:
    """The figures of one typist by report, line, period and basis."""
    typed: dict[tuple[str, ...], set[Decimal | None]] = {}
    for report, lines in json.loads((FOLDER / name).read_text(encoding="utf8")).items():
        for line, figures in lines.items():
            for figure in figures:
                key = (report, line, figure["period"], figure["basis"])
                value = None if figure["value"] is None else Decimal(figure["value"])
                typed.setdefault(key, set()).add(value)
    return typed


def test_the_agreement_is_that_of_the_two_typings() -> None:
    first, second = typing("world_reports_typed_a.json"), typing("world_reports_typed_b.json")
    both = first.keys() & second.keys()
    equal = sum(first[key] == second[key] for key in both)
    assert GOLD["about"]["agreement_before_settling"] == {
        "positions": len(first.keys() | second.keys()),
        "equal": equal,
        "differing": len(both) - equal,
        "typed_once": len(first.keys() ^ second.keys()),
    }


def test_every_figure_was_typed_by_one_of_the_two() -> None:
    typed = [json.loads((FOLDER / f"world_reports_typed_{who}.json").read_text(encoding="utf8")) for who in ("a", "b")]
    for name, report in REPORTS.items():
        for line, _, figure in entries(report):
            basis = figure.get("registrant", figure["basis"])
            assert any(
                other["period"] == figure["period"]
                and other["basis"] == basis
                and (
                    DASH.fullmatch(other["printed"])
                    if figure["value"] is None
                    else Decimal(other["value"] or 0) == Decimal(figure["value"])
                )
                for lines in typed
                for other in lines[name].get(line, ())
            ), (name, line, figure)
