"""Power of the checks: single facts of real reports altered at random, and whether an anomaly names them.

Works on the 30 key lines of filings of training and validation companies. Run as ``python -m benchmarks._alterations``.
"""

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from math import exp, log

from lxml import etree

from apps.finance.anomaly import check_statements
from apps.finance.anomaly.printed.layout import Layout, read_layout
from apps.finance.anomaly.rounding import rounding_of
from apps.finance.filings import Fact, Filing, read_facts
from apps.finance.filings.duplicates import find_duplicates
from apps.finance.filings.source import markup_of
from apps.finance.filings.xml import parse
from apps.finance.statements import Statements, build_statements
from benchmarks import shared_data
from benchmarks.shared_data import FilingFile

KINDS = ("value", "sign", "unit", "period", "duplicate")
FIRST = 3
"""How far down the facts of an anomaly a reader looks."""
MOST_CHANGED = 0.3
"""A value is moved by ten tolerances up to this share of it, on a logarithmic scale."""
TOLERANCES = 10


@dataclass(frozen=True, slots=True)
class Report:
    """One filing, read, with its tree."""

    file: FilingFile
    root: etree._Element
    filing: Filing
    statements: Statements
    layout: Layout


def read_report(file: FilingFile) -> Report:
    """Read a filing."""
    data = file.path.read_bytes()
    filing = read_facts(data)
    root = parse(markup_of(data))
    return Report(file, root, filing, build_statements(root, filing), read_layout(root, filing))


def altered(report: Report, changes: dict[str, Fact]) -> tuple[Filing, Statements, Layout]:
    """The filing with some facts replaced, the statements built from it, and where the facts stand."""
    facts = [changes.get(fact.fact_id, fact) for fact in report.filing.facts]
    filing = replace(report.filing, facts=facts, duplicates=find_duplicates(facts))
    cover = next((fact for fact in changes.values() if fact.concept == "dei:DocumentPeriodEndDate"), None)
    if cover is not None:
        filing.document = replace(filing.document, period_end=cover.text)
    return filing, build_statements(report.root, filing), report.layout


def change(report: Report, fact: Fact, kind: str, rng: random.Random) -> Fact | None:
    """The fact with its value, sign, unit or period wrong; None where it cannot be altered so.

    A changed value stands for a misstated number, printed and tagged alike; the others for tags that are wrong.
    """
    value = Decimal(fact.value or 0)
    if kind in ("value", "duplicate"):
        least = 2 * TOLERANCES * rounding_of(fact) or abs(value) / 100
        most = max(abs(value) * Decimal(str(MOST_CHANGED)), least)
        step = Decimal(str(exp(rng.uniform(log(least), log(most))))) if least else Decimal(0)
        digits = -int(fact.decimals) if fact.decimals and fact.decimals.lstrip("-").isdigit() else 0
        step = max(round(step.scaleb(-digits)), 1) * Decimal(1).scaleb(digits)
        return replace(fact, value=plain(value + (step if rng.random() < 0.5 else -step))) if value else None
    if kind == "sign":
        return replace(fact, value=plain(-value)) if value else None
    if kind == "unit":
        unit = "shares" if fact.unit and "/" in fact.unit else rng.choice(["EUR", "shares"])
        return replace(fact, unit=unit)
    others = [
        f
        for f in report.filing.facts
        if f.concept == fact.concept and not f.dimensions and (f.start, f.end) != (fact.start, fact.end) and f.end
    ]
    if not others:
        return None
    other = rng.choice(others)
    return replace(fact, start=other.start, end=other.end, context_id=other.context_id)


def plain(value: Decimal) -> str:
    """Exact decimal text without superfluous zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def cases(report: Report, rng: random.Random, number: int) -> Iterator[tuple[str, str, Fact, dict[str, Fact]]]:
    """Random alterations of one report: line, kind, the fact, and what replaces it."""
    facts = {fact.fact_id: fact for fact in report.filing.facts}
    places = [
        (line.line, value)
        for line in report.statements.lines
        for value in line.values
        if value.value and not value.derived and value.fact_ids
    ]
    made = 0
    while made < number and places:
        line, value = rng.choice(places)
        kind = rng.choice(KINDS)
        same = [facts[i] for i in value.fact_ids]
        if kind == "duplicate" and len(same) < 2:
            kind = "value"
        on_page = next((f for f in sorted(same, key=lambda f: f.order) if not f.hidden), same[0])
        fact = rng.choice([f for f in same if f is not on_page]) if kind == "duplicate" else on_page
        new = change(report, fact, kind, rng)
        if new is None:
            continue
        made += 1
        yield line, kind, fact, {fact.fact_id: new}


def flagged(report: Report, fact: Fact, changes: dict[str, Fact], before: set[str]) -> tuple[bool, bool]:
    """Whether a new anomaly names the fact among its first, and whether there is a new anomaly at all."""
    _, anomalies = check_statements(*altered(report, changes))
    news = [anomaly for anomaly in anomalies if anomaly.anomaly_id not in before]
    named = any(fact.fact_id in anomaly.fact_ids[:FIRST] for anomaly in news)
    return named, bool(news)


def measure(each: int = 6, step: int = 1, seed: int = 0, *, told: bool = False) -> dict[tuple[str, str], list[tuple]]:
    """Outcomes by line and kind.

    Args:
        each: Alterations of one filing.
        step: Every how many filings one is taken.
        seed: Of the random choices.
        told: Whether to print each alteration that was not named.
    """
    outcomes: dict[tuple[str, str], list[tuple]] = defaultdict(list)
    for file in shared_data.filings(split=("train", "validation"))[::step]:
        report = read_report(file)
        rng = random.Random(f"{seed} {file.path.stem}")  # noqa: S311 - reproducible choices
        before = {
            anomaly.anomaly_id for anomaly in check_statements(report.filing, report.statements, report.layout)[1]
        }
        for line, kind, fact, changes in cases(report, rng, each):
            outcome = flagged(report, fact, changes, before)
            outcomes[line, kind].append(outcome)
            if told and not outcome[0]:
                new = changes[fact.fact_id]
                print(
                    file.ticker, file.form, line, kind, fact.fact_id, fact.value, "to", new.value, new.unit,
                    new.start, new.end, "seen" if outcome[1] else "missed", flush=True,
                )  # fmt: skip
    return outcomes


def main() -> None:
    """Print the share named, by kind and by line."""
    numbers = [int(text) for text in sys.argv[1:]]
    outcomes = measure(*numbers, told=True)
    for index, title in ((1, "kind"), (0, "line")):
        named: Counter[str] = Counter()
        seen: Counter[str] = Counter()
        all_of: Counter[str] = Counter()
        for key, of_key in outcomes.items():
            all_of[key[index]] += len(of_key)
            named[key[index]] += sum(outcome[0] for outcome in of_key)
            seen[key[index]] += sum(outcome[1] for outcome in of_key)
        for name, count in sorted(all_of.items()):
            print(f"{title} {name:32} {count:5} named {named[name] / count:.2f} seen {seen[name] / count:.2f}")
    every = [outcome for of_key in outcomes.values() for outcome in of_key]
    print(f"all {len(every)} named {sum(o[0] for o in every) / len(every):.3f}")


if __name__ == "__main__":
    main()
