"""Per-case outputs of benchmarks that take over ten minutes, kept small, with the hashes of all that made them.

``--recorded`` derives the figures from these files, runs 5% of the cases again, and fails where a hash or a case
differs: a stale record can never pass for a measurement.
"""

import hashlib
import json
import os
import random
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.shared_data import REPOSITORY

FOLDER = Path(__file__).resolve().parent / "recorded"


class RecordDiffers(RuntimeError):
    """A recorded hash or case is not what this code, these weights and these inputs give."""


def hash_of(*paths: Path) -> str:
    """SHA-256 over the content of files, and of all Python files in folders, in order of their names."""
    digest = hashlib.sha256()
    for path in paths:
        for part in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(part.name.encode())
            digest.update(part.read_bytes())
    return digest.hexdigest()


def save(name: str, hashes: Mapping[str, str], cases: Mapping[str, Any]) -> Path:
    """Write the cases of a benchmark, atomically.

    Args:
        name: Name of the benchmark.
        hashes: Of weights, inputs and benchmark code, by name.
        cases: JSON values by case; keep them small, with floats rounded to what a second run reproduces.
    """
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps({"hashes": dict(hashes), "cases": dict(cases)}, indent=0, sort_keys=True) + "\n")
    os.replace(partial, path)
    return path


def load(
    name: str,
    hashes: Mapping[str, str],
    run_again: Callable[[str], Any],
    same: Callable[[Any, Any], bool],
    *,
    share: float = 0.05,
) -> dict[str, Any]:
    """The recorded cases, after their hashes and a seeded sample of them were checked.

    Args:
        name: Name of the benchmark.
        hashes: What the hashes are now.
        run_again: Measures one case again.
        same: Whether two outputs of a case agree.
        share: Share of cases to run again, at least one.

    Raises:
        RecordDiffers: There is no record, a hash differs, or a case run again differs.
    """
    path = FOLDER / f"{name}.json"
    if not path.is_file():
        raise RecordDiffers(f"nothing is recorded for {name}: run it without --recorded")
    record = json.loads(path.read_text())
    different = sorted(k for k in hashes.keys() | record["hashes"].keys() if hashes.get(k) != record["hashes"].get(k))
    if different:
        raise RecordDiffers(f"{name} was recorded with other {', '.join(different)}: run it without --recorded")
    cases = record["cases"]
    for key in sample(cases, share):
        if not same(cases[key], run_again(key)):
            raise RecordDiffers(f"{name}: case {key} gives another output than the recorded one")
    return cases


def sample(keys: Iterable[str], share: float) -> list[str]:
    """A seeded sample of the case names, at least one."""
    names = sorted(keys)
    return random.Random(0).sample(names, max(1, round(len(names) * share))) if names else []


def append_line(name: str, entry: Mapping[str, Any]) -> None:
    """Append one JSON line to an append-only log under ``benchmarks/recorded/``, and flush it to disk."""
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / name).open("a") as log:
        log.write(json.dumps(dict(entry), sort_keys=True) + "\n")
        log.flush()
        os.fsync(log.fileno())


def relative(path: Path) -> str:
    """A path relative to the repository, for records."""
    return str(path.resolve().relative_to(REPOSITORY))
