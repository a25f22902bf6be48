"""What reading an annual report costs: CPU of the process and all its children, imports included, on one thread.

Five annual reports of training and validation companies: the median one by size and two on each side. Cold is
``tandem finance read`` with an empty store, from the command to the document: command line and worker start and import
everything. Next is a further report in a worker that has read one. The baseline is the first version (commit
``FOUNDATION``), unpacked from the history and run on the same reports in the same run, where the history has it.
"""

import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from benchmarks import shared_data
from benchmarks.figures import Figure
from benchmarks.shared_data import REPOSITORY

USUAL_MINUTES = 4.0
INPUTS = ["finance/us_filings_ixbrl.tar.xz"]
FOUNDATION = "2617e7f"
NUM_REPORTS = 5
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
BASELINE = f"the first version (commit {FOUNDATION}), same reports, same run"


def reports() -> list[shared_data.FilingFile]:
    """The five reports, and first one more to warm a worker with."""
    annual = shared_data.filings(split=("train", "validation"), form="10-K")
    by_size = sorted(annual, key=lambda report: report.path.stat().st_size)
    first = (len(by_size) - NUM_REPORTS) // 2
    return by_size[first - 1 : first + NUM_REPORTS]


def foundation(folder: Path) -> Path | None:
    """The first version in a folder; None where the history does not reach back to it."""
    packed = subprocess.run(
        ["git", "-C", str(REPOSITORY), "archive", FOUNDATION, "apps", "core_model", "pyproject.toml"],
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        return None
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    own = folder / "benchmarks" / "_read_worker.py"
    own.parent.mkdir()
    own.write_bytes((REPOSITORY / "benchmarks" / "_read_worker.py").read_bytes())
    (own.parent / "__init__.py").touch()
    return folder


def run_in(tree: Path, data: Path, *words: str) -> tuple[str, float]:
    """What a module of a version prints, and what it cost with all its children, in CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=tree,
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": str(tree), "TANDEM_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{words[0]} stopped: {done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(tree: Path, paths: list[Path]) -> dict[str, list[float]]:
    """CPU seconds of each report but the first, cold, next and of its statements and checks."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold = [
            run_in(tree, folder / f"cold-{number}", "apps.cli", "finance", "read", str(path), "--json")[1]
            for number, path in enumerate(paths[1:])
        ]
        given = [str(path) for path in paths]
        after = json.loads(run_in(tree, folder, "benchmarks._read_worker", "jobs", str(folder / "next"), *given)[0])
        parts = json.loads(run_in(tree, folder, "benchmarks._read_worker", "parts", *given)[0])
    return {"cold_read": cold, "next_read": after[1:], "statements_and_checks": parts[1:]}


def run(recorded: bool) -> dict[str, Figure]:
    """Measures everything anew; nothing is recorded.

    Args:
        recorded: Makes no difference.
    """
    chosen = reports()
    paths = [report.path for report in chosen]
    ours = measure(REPOSITORY, paths)
    with tempfile.TemporaryDirectory() as folder:
        tree = foundation(Path(folder))
        theirs = measure(tree, paths) if tree else None
    figures = {}
    for name, seconds in ours.items():
        before = f"; baseline {statistics.median(theirs[name]):.2f} s" if theirs else ""
        figures[f"{name}_cpu_s"] = Figure(
            statistics.median(seconds),
            "s",
            len(seconds),
            cases=seconds,
            baseline=BASELINE if theirs else None,
            note=f"{', '.join(report.ticker for report in chosen[1:])}{before}",
        )
        if theirs:
            ratios = [before / now for before, now in zip(theirs[name], seconds, strict=True)]
            figures[f"{name}_ratio"] = Figure(
                statistics.median(ratios), "ratio", len(ratios), cases=ratios, baseline=BASELINE
            )
    return figures
