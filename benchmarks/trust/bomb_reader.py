"""``python -m benchmarks.trust.bomb_reader PLACE FOLDER``: parses what standard input names, a path a line, each in a
process of its own as a job does, and says how each ended."""

import json
import sys
from pathlib import Path
from typing import Any

from apps.isolation import Budget, run_isolated
from core_model.errors import TandemError

IDENTITY = {"id": "reading-0", "provenance": {name: {} for name in ("steps", "settings", "weights", "libraries")}}


def budget_of(place: str) -> Budget:
    """The budget that the job gives a parse."""
    if place.startswith("apps.finance"):
        from apps.finance.jobs import BUDGET
    else:
        from apps.medical.jobs import BUDGET
    return BUDGET


def end_of(place: str, path: str, folder: Path, budget: Budget) -> str:
    """The code of the refusal; empty where it was read."""

    def identity(source: Any) -> dict[str, Any]:
        return {**IDENTITY, "provenance": {**IDENTITY["provenance"], "input_hash": source}}  # type: ignore[dict-item]

    given = {"path": path, "series_uid": None}
    ignored = {"first image": lambda *_: None}
    try:
        with run_isolated(place, given, budget=budget, folder=folder, said=ignored, asked={"identity": identity}):
            return ""
    except TandemError as refusal:
        return refusal.code


def main() -> None:
    place, folder = sys.argv[1], Path(sys.argv[2])
    budget = budget_of(place)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(end_of(place, line.rstrip("\n"), folder, budget)), flush=True)


if __name__ == "__main__":
    main()
