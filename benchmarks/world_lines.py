"""Key lines of reports from other countries against what two people typed from the page, tags unseen.

Each figure typed for the whole that a reading is of (the group where the report has one, else the company) is a
position, in every period that the page prints. A value that nobody typed is one too. A position is

- right: the typed value, or no value beside a printed dash;
- marked: another value, or one that stands elsewhere on the page, with a word on it: it is said to be wider or narrower
  than the line, computed, of a turned sign, or not printed;
- silently wrong: another value, or one where the page prints none, without such a word;
- not available: nothing is given, and why.

The split is that of the typed identity (``core_model.training.splits``). Rules are made on reports of training and
validation companies; those of test companies are printed apart.
"""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from apps.documents import Missing
from apps.finance.report import read_report
from apps.finance.sources import report_of
from apps.finance.statements import Statements, StatementValue
from apps.finance.statements.concepts import CANDIDATES
from apps.finance.statements.model import StatementLine
from benchmarks import shared_data
from benchmarks.figures import Figure, bootstrap
from benchmarks.shared_data import REPOSITORY, FilingFile
from core_model.errors import InputRejected, Message

USUAL_MINUTES = 1.0
INPUTS = ["finance/world_reports_ixbrl.tar.xz"]
GOLD = REPOSITORY / "tests" / "gold" / "world_reports.json"
OUTCOMES = ("right", "marked", "silently_wrong", "not_available")


@dataclass(frozen=True, slots=True)
class Position:
    """One key line in one period.

    Attributes:
        line: Standard name of the line.
        period: Its last day, behind ``..`` and its first day where it is no day alone.
        typed: As typed; None where a dash is printed, or nothing.
        built: As read; None where nothing is given.
        outcome: One of ``OUTCOMES``.
        why: Why nothing is given, or what is said beside the value.
    """

    line: str
    period: str
    typed: Decimal | None
    built: Decimal | None
    outcome: str
    why: str


def gold() -> dict[str, dict[str, Any]]:
    """The typed reports by name, each once."""
    reports: dict[str, dict[str, Any]] = json.loads(GOLD.read_text(encoding="utf8"))["reports"]
    return {name: report for name, report in reports.items() if "same_as" not in report}


def british_reports() -> list[FilingFile]:
    """Those of British training and validation companies, of one document each, with the registered number."""
    folder = shared_data.folder("finance/world_reports_ixbrl") / "world_reports"
    return [
        FilingFile(folder / report["files"][0], report["identity"], "accounts", report["split"])
        for report in gold().values()
        if report["identity_kind"].endswith("(UK)") and report["split"] in ("train", "validation")
    ]


def read(report: dict[str, Any]) -> Statements | None:
    """The statements of a typed report; of several documents together. None where it is refused, and so said."""
    try:
        return _read(report)
    except InputRejected:
        return None


def _read(report: dict[str, Any]) -> Statements:
    folder = shared_data.folder("finance/world_reports_ixbrl") / "world_reports"
    files = [folder / name for name in report["files"]]
    if len(files) == 1:
        return read_report(report_of(files[0])).statements
    with tempfile.TemporaryDirectory() as scratch:
        for file in files:
            shutil.copy(file, scratch)
        return read_report(report_of(Path(scratch), among_others=True)).statements


def compare(report: dict[str, Any], statements: Statements | None) -> list[Position]:
    """Every position of a report.

    Args:
        report: As typed.
        statements: As read; None where the report was refused.
    """
    if statements is None:
        refused = Message("refused")
        lines = [
            StatementLine(line, "income", Missing(refused), Missing(refused), 0.0, refused, ()) for line in CANDIDATES
        ]
    else:
        lines = list(statements.lines)
    return [position for line in lines for position in _of_line(line, report)]


def _of_line(line: StatementLine, report: dict[str, Any]) -> Iterator[Position]:
    kinds = report["lines"].get(line.line, {})
    typed = {figure["period"]: figure for figure in kinds.get("values", ()) if _is_whole(figure, report)}
    beside = [figure for kind in ("near", "elsewhere") for figure in kinds.get(kind, ())]
    built: dict[str, StatementValue] = {}
    for value in line.values:
        if value.value is not None:
            period = value.period
            built.setdefault(f"{period.start}..{period.end}" if period.start else period.end, value)
    for when in [*typed, *(when for when in built if when not in typed)]:
        figure, shown = typed.get(when), built.get(when)
        number = Decimal(figure["value"]) if figure is not None and figure["value"] is not None else None
        outcome, why = _judged(figure, number, shown, line, [f for f in beside if f["period"] == when])
        yield Position(line.line, when, number, shown.value if shown is not None else None, outcome, why)


def _is_whole(figure: dict[str, Any], report: dict[str, Any]) -> bool:
    """Whether a figure is of the group where there is one, else of the company."""
    return bool(figure["basis"] == report["bases"][0])


def _judged(
    figure: dict[str, Any] | None,
    typed: Decimal | None,
    value: StatementValue | None,
    line: StatementLine,
    beside: list[dict[str, Any]],
) -> tuple[str, str]:
    if value is None:
        return ("right" if figure is not None and typed is None else "not_available"), line.reason.code
    if figure is not None and (value.value == typed or (typed is None and value.value == 0)):
        return "right", ""
    said = _word(line, value)
    if said:
        return "marked", said
    if figure is None and any(f["value"] is not None and Decimal(f["value"]) == value.value for f in beside):
        kind = "near" if any("why" in f for f in beside) else "elsewhere"
        return ("marked" if kind == "elsewhere" else "silently_wrong"), kind
    return "silently_wrong", line.reason.code


def _word(line: StatementLine, value: StatementValue) -> str:
    """What is said beside a value, by its code; empty where nothing is."""
    if value.derived:
        return "derived"
    if line.scope != "exact":
        return line.scope
    if value.turned:
        return "turned"
    return value.note.code if value.note is not None else ""


def run(recorded: bool) -> dict[str, Figure]:
    """Reads every report anew.

    Args:
        recorded: Makes no difference.
    """
    found = {name: (report, compare(report, read(report))) for name, report in gold().items()}
    figures: dict[str, Figure] = {}
    for prefix, splits in (("", ("train", "validation")), ("test_", ("test",))):
        positions = {name: of for name, (report, of) in found.items() if report["split"] in splits}
        figures |= {f"{prefix}{name}": figure for name, figure in shares(positions).items()}
    return figures


def shares(positions: dict[str, list[Position]]) -> dict[str, Figure]:
    """The share of each outcome, with the silently wrong ones by name.

    Args:
        positions: By report, one a company.
    """
    every = [position for of_report in positions.values() for position in of_report]
    counted = Counter(position.outcome for position in every)
    figures = {}
    for outcome in OUTCOMES:
        values = {
            name: [float(position.outcome == outcome) for position in of_report]
            for name, of_report in positions.items()
            if of_report
        }
        wrong = [
            f"{name} {p.line} {p.period}: typed {p.typed}, read {p.built}"
            for name, of_report in positions.items()
            for p in of_report
            if p.outcome == outcome == "silently_wrong"
        ]
        spread: dict[str, Any] = {"interval": bootstrap(values)}
        if len(values) < 10:
            spread = {"cases": [sum(of_report) / len(of_report) for of_report in values.values()]}
        note = "; ".join(wrong) or f"{counted[outcome]} positions of {len(values)} reports"
        figures[outcome] = Figure(counted[outcome] / len(every), "share", len(every), **spread, note=note)
    return figures
