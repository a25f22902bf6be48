"""What the checks of reports read: the share of facts whose change they notice, and of planted errors.

A fact counts as read where changing it alone by ten times its rounding tolerance makes a check fail that did not.
Reports of training and validation companies; what is changed is drawn by a seed.
"""

import os
import random
from collections import defaultdict
from collections.abc import Iterable

from benchmarks import shared_data
from benchmarks._plants import Report, cash_plants, moved, note_plants, read, sampled, unit_plants
from benchmarks.figures import Figure, bootstrap

INPUTS = ("finance/us_filings_ixbrl.tar.xz",)
USUAL_MINUTES = 12.0
SEED = "coverage"
FACTS, NOTES, UNITS = 60, 12, 8
"""Facts changed in one report, figures of notes and units planted."""

Shares = dict[str, list[float]]
"""By company what was found, 1 or 0."""


def measure(report: Report, seed: str, told: Iterable[str] = ()) -> dict[str, list[tuple[str, bool]]]:
    """Outcomes on one report: by figure the place of each changed fact and whether a check noticed."""
    rng = random.Random(f"{seed} {report.file.path.stem}")  # noqa: S311 - reproducible choices
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for fact in sampled(report.numbers, rng, FACTS):
        found["read"].append((report.place(fact), report.finds({fact.fact_id: moved(fact)})))
    plants = {
        "cash": cash_plants(report),
        "note_figures": note_plants(report, rng, NOTES),
        "foreign_unit": unit_plants(report, rng, UNITS),
    }
    for name, of_name in plants.items():
        for changes in of_name:
            seen = report.finds(changes)
            found[name].append((name, seen))
            if name in told and not seen:
                new = next(iter(changes.values()))
                print(name, report.file.ticker, report.file.form, new.fact_id[-40:], new.concept, new.value, new.unit)
    return found


def run(recorded: bool) -> dict[str, Figure]:
    """The figures. Nothing is recorded: everything is measured each time."""
    outcomes: dict[str, Shares] = defaultdict(lambda: defaultdict(list))
    flags: Shares = defaultdict(list)
    causes: dict[str, int] = defaultdict(int)
    step = int(os.environ.get("TANDEM_COVERAGE_STEP", "1"))
    for file in shared_data.filings(split=("train", "validation"))[::step]:
        report = read(file)
        _, anomalies = report.untouched
        flags[file.ticker].append(float(len(anomalies)))
        for anomaly in anomalies:
            causes[anomaly.kind] += 1
        for name, of_name in measure(report, SEED, os.environ.get("TANDEM_COVERAGE_TOLD", "").split(",")).items():
            for place, seen in of_name:
                outcomes[name][file.ticker].append(float(seen))
                if name == "read":
                    outcomes[place][file.ticker].append(float(seen))
    every = [flag for of_company in flags.values() for flag in of_company]
    listed = ", ".join(f"{cause} x{count}" for cause, count in sorted(causes.items()))
    return {
        "facts_read_by_a_judged_check": _share(outcomes["read"], "all numbers"),
        "face_facts_read": _share(outcomes["face"], "numbers that the three statements print"),
        "note_facts_read": _share(outcomes["notes"], "other numbers of the whole company"),
        "dimensioned_facts_read": _share(outcomes["dimensioned"], "numbers of a part"),
        "planted_cash_found": _share(outcomes["cash"], "cash of the cash-flow statement times 1.12 wherever stated"),
        "planted_notes_found": _share(outcomes["note_figures"], "a note's plain figure times 1.12"),
        "planted_foreign_unit_found": _share(outcomes["foreign_unit"], "a plain amount in another currency"),
        "false_flags_per_filing": Figure(
            sum(every) / len(every), "count", len(every), interval=bootstrap(flags), note=listed or "none"
        ),
    }


def _share(values: Shares, note: str) -> Figure:
    every = [value for of_company in values.values() for value in of_company]
    return Figure(sum(every) / len(every), "share", len(every), interval=bootstrap(values), note=note)
