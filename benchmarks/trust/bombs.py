"""Hostile reports and studies: what each costs, of the process that reads and all that came from it.

Those of the shared trials, where they are, and our own. Refused ones must cost little; what is accepted must stay in
proportion to its size. Each kind has one reader, which has read one input before: what counts is what an input adds.
"""

import json
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from apps.demo.report import make_example_report
from apps.processes import start_module
from benchmarks import shared_data
from benchmarks.figures import Figure
from benchmarks.trust import accepted_made, bombs_made
from benchmarks.trust.processes import cpu_s, memory_mb, watched

FINANCE, MEDICAL = "apps.finance.parsing:parse", "apps.medical.parsing:parse"
SHARED = {"hostile_reports.tar.xz": FINANCE, "hostile_dicom_zip.tar.xz": MEDICAL}
LARGE_MB = 1.0
"""An accepted input of this size or more is judged by its memory beside its size."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one input cost.

    Attributes:
        name: Its file's name.
        code: Of its refusal; empty where it was read.
        cpu_s: CPU seconds.
        memory_mb: The most memory at a time, of all processes.
        grown_mb: The same, beyond what they had before.
        size_mb: Its size.
    """

    name: str
    code: str
    cpu_s: float
    memory_mb: float
    grown_mb: float
    size_mb: float


@contextmanager
def reader(place: str, folder: Path) -> Iterator[Callable[[Path], Cost]]:
    """A process that parses as a worker does, which measures one input after the other."""
    process = start_module(
        "benchmarks.trust.bomb_reader", place, str(folder), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    sends, answers = process.stdin, process.stdout
    assert sends is not None
    assert answers is not None
    assert answers.readline().strip() == b"ready"

    def measure(path: Path) -> Cost:
        before, held = cpu_s(process.pid), memory_mb(process.pid)
        with watched(process.pid) as peak:
            sends.write(f"{path}\n".encode())
            sends.flush()
            code = json.loads(answers.readline())
        used = cpu_s(process.pid) - before
        files = [path] if path.is_file() else list(path.rglob("*"))
        size = sum(file.stat().st_size for file in files if file.is_file()) / 1e6
        return Cost(path.name, code, used, peak.mb, peak.mb - held, size)

    try:
        yield measure
    finally:
        sends.close()
        process.wait()


def shared(folder: Path) -> Iterator[tuple[str, Path]]:
    """The inputs of the shared trials, unpacked; none where they are not on this machine."""
    try:
        cases = shared_data.root().parent / "cases" / "trust"
    except shared_data.SharedDataAbsent:
        return
    for name, place in SHARED.items():
        if (cases / name).exists():
            with tarfile.open(cases / name) as archive:
                archive.extractall(folder / name, filter="data")
            for path in sorted((folder / name).rglob("*")):
                if path.is_file():
                    yield place, path


def measured() -> list[Cost]:
    """The cost of every input."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = list(shared(folder))
        costs = []
        for place, make in ((FINANCE, bombs_made.reports), (MEDICAL, bombs_made.studies)):
            own, scratch = folder / f"own {place[5:12]}", folder / f"scratch {place[5:12]}"
            own.mkdir()
            make_example_report(folder / "first.html", 11)
            large = accepted_made.reports(folder) if place == FINANCE else ()
            with reader(place, scratch) as measure:
                measure(folder / "first.html")
                for path in chain((path for its, path in given if its == place), make(own), large):
                    costs.append(measure(path))
        return costs


def bombs() -> dict[str, Figure]:
    """What hostile inputs cost, the dearest of those that are refused and of those that are read."""
    costs = measured()
    refused, read = [cost for cost in costs if cost.code], [cost for cost in costs if not cost.code]
    large = [cost for cost in read if cost.size_mb >= LARGE_MB]
    least = max(0.0, min(cost.grown_mb for cost in read))

    def worst(of: list[Cost], by: Callable[[Cost], float], unit: str, what: str) -> Figure:
        dearest = max(of, key=by)
        return Figure(by(dearest), unit, len(of), note=f"{what}; {dearest.name} {dearest.code}")

    return {
        "bombs": Figure(len(costs), "count", len(costs), note=f"{len(refused)} refused, {len(read)} read"),
        "worst_bomb_memory_mb": worst(refused, lambda cost: cost.memory_mb, "MB", "refused, all processes at a time"),
        "worst_bomb_cpu_s": worst(refused, lambda cost: cost.cpu_s, "s", "refused"),
        "accepted_worst_memory_mb": worst(read, lambda cost: cost.memory_mb, "MB", "read, all processes at a time"),
        "accepted_worst_cpu_s": worst(read, lambda cost: cost.cpu_s, "s", "read"),
        "accepted_worst_memory_ratio": worst(
            large,
            lambda cost: (cost.grown_mb - least) / cost.size_mb,
            "count",
            f"memory over size, of those read of {LARGE_MB:g} MB and more; beyond the {least:.0f} MB of the smallest",
        ),
    }
