"""Facts of inline XBRL reports: speed, memory, and parity with Arelle, over the 35 annual reports.

CPU time is from bytes to facts, with imports and set-up left out on all sides; ours is the median of five readings, the
baselines' is of one. A ratio is the median over the reports of baseline / ours. Parity is over every ix:nonFraction and
every fact that only one side has; left out are only those for which Arelle logs that it lacks the transformation.
"""

import json
import statistics
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal, InvalidOperation
from importlib.metadata import version
from pathlib import Path

from benchmarks import shared_data
from benchmarks.figures import Figure, bootstrap

USUAL_MINUTES = 3.0
INPUTS = ["finance/us_filings_ixbrl.tar.xz"]

_FOUR_MB = 4 * 2**20
_LARGE = 2 * 2**20
_BASELINES = {
    "arelle": "Arelle {}, offline load",
    "edgartools": "edgartools {}, HTMLParser.parse",
    "ixbrlparse": "ixbrlparse {}, IXBRL",
}
_PACKAGES = {"arelle": "arelle-release", "edgartools": "edgartools", "ixbrlparse": "ixbrlparse"}


def run(recorded: bool) -> dict[str, Figure]:
    """Measures everything anew; it takes minutes, so nothing is recorded.

    Args:
        recorded: Makes no difference.
    """
    reports = shared_data.filings(form="10-K")
    paths = [report.path for report in reports]
    tickers = [report.ticker for report in reports]
    sizes = [path.stat().st_size for path in paths]
    read = {name: readings(name, paths) for name in ("ours", *_BASELINES)}
    ours_s = [statistics.median(reading["cpu_s"]) for reading in read["ours"]]

    figures: dict[str, Figure] = {}
    for name, described in _BASELINES.items():
        ratios = [theirs["cpu_s"][0] / ours for theirs, ours in zip(read[name], ours_s, strict=True)]
        figures[f"cpu_ratio_{name}"] = Figure(
            statistics.median(ratios),
            "ratio",
            len(ratios),
            interval=_interval(tickers, ratios),
            baseline=described.format(version(_PACKAGES[name])),
            note=f"least {min(ratios):.1f}; {statistics.median(r['cpu_s'][0] for r in read[name]):.2f} s against "
            f"{statistics.median(ours_s):.3f} s a report",
        )
    scaled = {i: ours_s[i] * _FOUR_MB / sizes[i] for i in range(len(reports)) if sizes[i] > _LARGE}
    figures["cpu_s_4mb_report"] = Figure(
        statistics.median(scaled.values()),
        "s",
        len(scaled),
        interval=_interval([tickers[i] for i in scaled], list(scaled.values())),
        note=f"CPU seconds per 4 MiB; the largest report, {max(sizes) / 2**20:.1f} MiB, took "
        f"{ours_s[sizes.index(max(sizes))]:.3f} s",
    )
    largest = max(shared_data.filings(), key=lambda report: report.path.stat().st_size)
    figures["peak_memory_mb"] = Figure(
        peak_memory_mb(largest.path), "MB", 1, note=f"fresh process, {largest.ticker} {largest.form}"
    )
    cases = {
        ticker: compare(ours["facts"], theirs["facts"])
        for ticker, ours, theirs in zip(tickers, read["ours"], read["arelle"], strict=True)
    }
    figures |= parity(cases)
    return figures


def readings(reader: str, paths: list[Path]) -> list[dict]:
    """What ``_filing_readers`` measures of one reader, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks._filing_readers", reader]
    answer = subprocess.run(
        command,
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
        cwd=shared_data.REPOSITORY,
        check=False,
    )
    if answer.returncode:
        raise RuntimeError(f"{reader} stopped: {answer.stderr[-2000:]}")
    return [json.loads(line) for line in answer.stdout.splitlines()]


def peak_memory_mb(path: Path) -> float:
    """Peak resident memory of a fresh process that reads one report, in MB."""
    command = [sys.executable, "-m", "benchmarks._filing_readers", "memory", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=shared_data.REPOSITORY, check=True)
    return json.loads(answer.stdout)["peak_mb"]


def compare(ours: list[dict], theirs: list[dict]) -> dict[str, list]:
    """Compares the facts of one report.

    Returns:
        ``equal``: 1 or 0 for each compared fact; ``excluded``: 1 or 0 for each number, whether it is left out;
        ``different``: pairs that differ; ``texts``: what the numbers left out display; ``equal_texts``: 1 or 0 for each
        text that both sides have, markup compared in canonical form.
    """
    by_id = {fact["id"]: fact for fact in ours}
    found: dict[str, list] = defaultdict(list)
    for fact in theirs:
        mine = by_id.pop(fact["id"], None)
        if mine is None:
            found["equal"].append(0)
            found["different"].append((None, fact))
        elif fact["number"] or mine["number"]:
            found["excluded"].append(int(fact["lacks"]))
            if fact["lacks"]:
                found["texts"].append(fact["text"])
                continue
            same = _same(mine, fact)
            found["equal"].append(int(same))
            if not same:
                found["different"].append((mine, fact))
        elif not fact["lacks"]:
            found["equal_texts"].append(int(mine["digest"] == fact["digest"]))
    for fact in by_id.values():
        found["equal"].append(0)
        found["different"].append((fact, None))
    return found


def _same(ours: dict, theirs: dict) -> bool:
    keys = ("number", "concept", "nil", "start", "end", "dimensions", "unit")
    if any(ours[key] != theirs[key] for key in keys):
        return False
    if ours["nil"]:
        return True
    try:
        return Decimal(ours["value"]) == Decimal(theirs["value"])
    except (InvalidOperation, TypeError):
        return False


def parity(cases: dict[str, dict[str, list]]) -> dict[str, Figure]:
    """The shares over all reports, with intervals over companies."""
    equal = {ticker: found["equal"] for ticker, found in cases.items()}
    excluded = {ticker: found["excluded"] for ticker, found in cases.items()}
    texts = {ticker: found["equal_texts"] for ticker, found in cases.items()}
    compared, numbers = sum(map(len, equal.values())), sum(map(len, excluded.values()))
    different = [pair for found in cases.values() for pair in found["different"]]
    note = "every ix:nonFraction, and every fact that one side alone has"
    if different:
        note += f"; first difference: {json.dumps(different[0])[:400]}"
    arelle = f"Arelle {version('arelle-release')}"
    return {
        "parity": Figure(_share(equal), "share", compared, interval=bootstrap(equal), baseline=arelle, note=note),
        "excluded_share": Figure(
            _share(excluded),
            "share",
            numbers,
            interval=bootstrap(excluded),
            note="numbers for which Arelle logs that it lacks the transformation (the SEC's number words)",
        ),
        "text_parity": Figure(
            _share(texts),
            "share",
            sum(map(len, texts.values())),
            interval=bootstrap(texts),
            baseline=arelle,
            note="every ix:nonNumeric whose transformation Arelle has: its text, or its markup in canonical form",
        ),
    }


def _share(values: dict[str, list[int]]) -> float:
    return sum(map(sum, values.values())) / sum(map(len, values.values()))


def _interval(identities: list[str], values: list[float]) -> tuple[float, float]:
    by_identity: dict[str, list[float]] = defaultdict(list)
    for identity, value in zip(identities, values, strict=True):
        by_identity[identity].append(value)
    return bootstrap(by_identity, statistics.median)
