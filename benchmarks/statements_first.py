"""Three statements of real reports: key lines against typed gold, and what the checks say of untouched reports.

Only the six gold filings of training and validation companies are compared with; those of test companies are not
opened. Balance and flags are measured over all filings of training and validation companies, and each check is proved
on one of them: it holds untouched and fails when a fact that it reads is altered.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from apps.finance.anomaly import check_statements
from apps.finance.anomaly.printed.layout import Layout, read_layout
from apps.finance.filings import Filing, read_facts
from apps.finance.filings.source import markup_of
from apps.finance.filings.xml import parse
from apps.finance.statements import Statements, build_statements
from apps.finance.statements.captions import Embed
from apps.finance.statements.concepts import CANDIDATES
from benchmarks import shared_data
from benchmarks._checks_proof import prove_checks
from benchmarks.figures import Figure, bootstrap
from benchmarks.shared_data import REPOSITORY, FilingFile
from core_model.errors import Message
from core_model.training.splits import Split, split_of_ticker

USUAL_MINUTES = 2.0
INPUTS = ["finance/us_filings_ixbrl.tar.xz", "finance/world_reports_ixbrl.tar.xz"]
GOLD = REPOSITORY / "tests" / "gold" / "statements.json"
TUNED_ON: tuple[Split, ...] = ("train", "validation")
BALANCE_CHECK = "balance_equality"


@dataclass(frozen=True, slots=True)
class Difference:
    """One key line that is not what was typed from the page."""

    ticker: str
    line: str
    typed: Decimal | None
    built: Decimal | None
    reason: Message


@dataclass(frozen=True, slots=True)
class Reading:
    """One filing with what was built from it."""

    file: FilingFile
    filing: Filing
    statements: Statements
    layout: Layout
    cpu_s: float


def gold(path: Path = GOLD) -> dict[str, dict[str, Decimal | None]]:
    """Typed lines of the gold filings of training and validation companies, by accession number."""
    typed = {}
    for entry in json.loads(path.read_text(encoding="utf8")).values():
        if split_of_ticker(entry["ticker"]) in TUNED_ON:
            typed[entry["accession"]] = {
                name: Decimal(line["value"]) if line.get("value") is not None else None
                for name, line in entry["lines"].items()
            }
    return typed


def compare(ticker: str, statements: Statements, typed: dict[str, Decimal | None]) -> tuple[int, list[Difference]]:
    """How many lines are right (equal, or not printed and not available), and the others.

    The newest printed value counts; derived ones count as neither right nor wrong.
    """
    right = 0
    differences = []
    for line in statements.lines:
        built = next((value.value for value in line.values if not value.derived), None)
        if built == typed[line.line]:
            right += 1
        else:
            differences.append(Difference(ticker, line.line, typed[line.line], built, line.reason))
    return right, differences


def by_concept_alone(filing: Filing, line: str) -> Decimal | None:
    """Baseline: the newest fact of the line's preferred concept, wherever it stands."""
    for candidate in CANDIDATES[line]:
        facts = [
            fact
            for fact in filing.facts
            if fact.concept == candidate.concept and not fact.dimensions and fact.value is not None and fact.end
        ]
        if facts:
            newest = max(facts, key=lambda fact: (fact.end or "", fact.start or ""))
            return candidate.sign * Decimal(newest.value or "0")
    return None


def text_embedding() -> Embed | None:
    """The core's embedding of texts, None where its weights are not there."""
    from core_model import load_core, weights_available

    if not weights_available():
        return None
    core = load_core()
    return lambda texts: core.embed_texts(texts).numpy()


def readings(embed: Embed | None) -> Iterator[Reading]:
    """All filings of training and validation companies, read."""
    for file in shared_data.filings(split=TUNED_ON):
        data = file.path.read_bytes()
        filing = read_facts(data)
        root = parse(markup_of(data))
        started = time.process_time()
        statements = build_statements(root, filing, embed)
        cpu_s = time.process_time() - started
        yield Reading(file, filing, statements, read_layout(root, filing), cpu_s)


class CheckFigures:
    """What the checks say of untouched filings: whether the balance is decided, and how many anomalies are listed."""

    def __init__(self) -> None:
        self._decided: dict[str, list[float]] = {}
        self._flags: dict[str, list[float]] = {}
        self._causes: Counter[str] = Counter()
        self._seconds: list[float] = []

    def add(self, reading: Reading) -> None:
        """Check one filing."""
        started = time.process_time()
        results, anomalies = check_statements(reading.filing, reading.statements, reading.layout)
        self._seconds.append((time.process_time() - started) / reading.filing.document.size * 4e6)
        self._causes.update(f"{reading.file.ticker} {anomaly.kind}" for anomaly in anomalies)
        verdicts = [result.verdict for result in results if result.check_id == BALANCE_CHECK]
        decided = any(verdict != "not_applicable" for verdict in verdicts)
        self._decided.setdefault(reading.file.ticker, []).append(float(decided))
        self._flags.setdefault(reading.file.ticker, []).append(float(len(anomalies)))

    def figures(self) -> dict[str, Figure]:
        """``balance_decided``, ``false_flags_per_filing`` and what the checks cost."""
        flags = [flag for of_company in self._flags.values() for flag in of_company]
        return {
            "balance_decided": share(
                self._decided, "balance holds or fails, filings of training and validation companies"
            ),
            "false_flags_per_filing": Figure(
                sum(flags) / len(flags),
                "count",
                len(flags),
                interval=bootstrap(self._flags),
                note="every anomaly on an untouched filing counts; "
                + ", ".join(f"{cause} x{count}" for cause, count in sorted(self._causes.items())),
            ),
            "cpu_s_checks_4mb": Figure(
                sorted(self._seconds)[len(self._seconds) // 2],
                "s",
                len(self._seconds),
                note=f"median, scaled to 4 MB; worst {max(self._seconds):.3f}",
            ),
        }


def run(recorded: bool) -> dict[str, Figure]:
    """The figures. Nothing is recorded: everything is measured each time."""
    typed = gold()
    right: dict[str, list[float]] = {}
    wrong: dict[str, list[float]] = {}
    baseline: dict[str, list[float]] = {}
    missed: list[Difference] = []
    found: dict[str, list[float]] = {}
    seconds = []
    checked = CheckFigures()
    for reading in readings(text_embedding()):
        ticker = reading.file.ticker
        lines = typed.get(reading.file.path.stem)
        if lines is not None:
            number, differences = compare(ticker, reading.statements, lines)
            mistaken = sum(difference.built is not None for difference in differences)
            right[ticker] = [1.0] * number + [0.0] * len(differences)
            wrong[ticker] = [1.0] * mistaken + [0.0] * (number + len(differences) - mistaken)
            baseline[ticker] = [float(by_concept_alone(reading.filing, name) == value) for name, value in lines.items()]
            missed += differences
        found.setdefault(ticker, []).append(len(reading.statements.reported) / 3)
        seconds.append(reading.cpu_s / reading.filing.document.size * 4e6)
        checked.add(reading)
    note = "; ".join(f"{d.ticker} {d.line}: typed {d.typed}, built {d.built}" for d in missed)
    figures = {
        "lines_right": share(right, note or "every line as typed from the page"),
        "lines_wrong": share(wrong, "a value that is not the typed one; n/a is not wrong"),
        "lines_right_by_concept_alone": share(baseline, "baseline: the line's first concept, newest fact, any place"),
        "statements_found": share(found, "of the three statements, all filings of training and validation companies"),
        "cpu_s_statements_4mb": Figure(
            sorted(seconds)[len(seconds) // 2], "s", len(seconds), note="median, scaled to 4 MB, the tree shared"
        ),
    }
    return figures | checked.figures() | {"checks_proved": proved()}


def share(values: dict[str, list[float]], note: str) -> Figure:
    """The mean over all values, with an interval over companies, or a case for each where they are fewer than 10."""
    every = [value for of_company in values.values() for value in of_company]
    mean = sum(every) / len(every)
    if len(values) >= 10:
        return Figure(mean, "share", len(every), interval=bootstrap(values), note=note)
    cases = [sum(of_company) / len(of_company) for of_company in values.values()]
    return Figure(mean, "share", len(every), cases=cases, note=f"{', '.join(values)}: {note}")


def proved() -> Figure:
    """How many checks hold on an untouched real filing and fail when one fact that they read is altered."""
    proofs = prove_checks()
    lacking = [name for name, found in proofs.items() if not found]
    note = f"of {len(proofs)} checks; " + (f"not proved: {', '.join(lacking)}" if lacking else "all of them")
    return Figure(float(len(proofs) - len(lacking)), "count", len(proofs), note=note)
