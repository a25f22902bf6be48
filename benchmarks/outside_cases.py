"""Cases from outside: other people's reports and scans, each with the right answer that came with it.

A case is right where its own assertion in ``tests/outside`` holds; one of the shared folders that has none is wrong,
and so is one whose assertion or input fails with any error. The two layouts without tables are right where the
reading says once that they wait and shows their values by concept; their statements are not read yet.
"""

import importlib
import tempfile
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import shared_data
from benchmarks.figures import Figure
from benchmarks.shared_data import SharedDataAbsent

USUAL_MINUTES = 2.0
INPUTS: list[str] = []
WAITING = frozenset({"layout_positioned_divs", "layout_table_per_row"})
"""Layouts without tables: they say that they wait."""
EXPECTED = ".expected.json"
MAKES_THE_CHEST = "chest"
"""The module beside the cases of scans that makes what they change."""


def folder_of(kind: str) -> Path:
    """Where the cases of a kind lie, beside the shared data.

    Raises:
        SharedDataAbsent: They are not on this machine.
    """
    folder = shared_data.root().parent / "cases" / kind
    if not folder.is_dir():
        raise SharedDataAbsent(f"the shared data has no folder cases/{kind} beside it")
    return folder


def names_in(kind: str) -> set[str]:
    """The cases that lie in the folder of a kind."""
    folder = folder_of(kind)
    if kind == "dicom":
        return {path.stem for path in folder.glob("*.py")} - {MAKES_THE_CHEST}
    return {path.name.removesuffix(EXPECTED) for path in folder.glob(f"*{EXPECTED}")}


def reports(name: str, scratch: Path) -> Path:
    """What the checks of reports take: the folder of the cases."""
    return folder_of("finance")


def scans(name: str, scratch: Path) -> Any:
    """What the checks of scans take: what makes the input of a case below ``scratch``, and reads it."""
    return importlib.import_module("tests.outside.scans").reads_of(name, scratch)


KINDS: dict[str, Callable[[str, Path], Any]] = {"finance": reports, "dicom": scans}
"""By kind: from the name of a case and a folder to write in to what its check takes."""


def outcomes(kind: str) -> dict[str, str]:
    """Of each case of a kind its name and what is wrong with it, empty where it is right.

    Raises:
        SharedDataAbsent: The cases are not on this machine.
    """
    cases = importlib.import_module(f"tests.outside.{kind}_cases").CASES
    found = {f"{kind}/{name}": "no assertion stands for it" for name in names_in(kind) - set(cases)}
    for name, case in sorted(cases.items()):
        with tempfile.TemporaryDirectory() as scratch:
            found[f"{kind}/{name}"] = _outcome(case.check, partial(KINDS[kind], name, Path(scratch)))
    return found


def _outcome(check: Callable[[Any], None], given: Callable[[], Any]) -> str:
    try:
        check(given())
    except Exception as error:  # noqa: BLE001 - the others are asked all the same
        last = traceback.extract_tb(error.__traceback__)[-1]
        said = " ".join(str(error).split())[:200]
        return f"{type(error).__name__}: {said} ({Path(last.filename).name}:{last.lineno})"
    return ""


def run(recorded: bool) -> dict[str, Figure]:
    """Reads every case anew.

    Args:
        recorded: Makes no difference.
    """
    return figures({name: why for kind in KINDS for name, why in outcomes(kind).items()})


def figures(found: dict[str, str]) -> dict[str, Figure]:
    """How many cases there are and which share is right.

    Args:
        found: What is wrong with each case, empty where it is right.
    """
    right = [float(not why) for why in found.values()]
    wrong = "; ".join(f"{name}: {why}" for name, why in found.items() if why)
    low, high = wilson(sum(right), len(right))
    waiting = sum(name.rpartition("/")[2] in WAITING for name in found)
    return {
        "cases": Figure(len(found), "count", len(found), note=f"{waiting} of them are layouts that say that they wait"),
        "right_share": Figure(
            sum(right) / len(right), "share", len(right), interval=(low, high), note=wrong or "none is wrong"
        ),
    }


def wilson(right: float, n: int) -> tuple[float, float]:
    """The 95% interval of a share (Wilson, 1927)."""
    z = 1.959964
    share = right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)
