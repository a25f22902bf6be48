"""What each step of the reading makes of made reports, recorded beside its declared version.

    python -m tests.apps.finance.recorded_steps      records it anew

It refuses where results have changed and the version of their step has not: raise it in ``apps/finance/jobs.py`` first.
"""

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from apps.demo.report import make_example_report
from apps.documents import to_json
from apps.finance.jobs import STEPS
from apps.finance.report import make_reading, read_report
from apps.provenance import Provenance
from tests.apps.finance.statements.reports import annual
from tests.apps.finance.statements.test_mapping import WITH_OWN

RECORD = Path(__file__).resolve().parent / "recorded_steps.json"
SEEDS = (3, 11)
PARTS = {
    "statements": ("document", "statements", "reported", "cautions"),
    "checks": ("checks", "anomalies"),
}
"""What of a reading the later steps make; the first makes the facts."""


def inputs() -> dict[str, bytes]:
    """The reports, by name."""
    with tempfile.TemporaryDirectory() as folder:
        made = {}
        for seed in SEEDS:
            path = Path(folder) / f"{seed}.html"
            make_example_report(path, seed)
            made[f"example {seed}"] = path.read_bytes()
    return {**made, "a row under a concept of its own": annual(cash_flow=WITH_OWN)}


def made() -> dict[str, Any]:
    """The hash of the inputs, and for each step the hash of what it makes of them."""
    reports = inputs()
    parts: dict[str, list[Any]] = {name: [] for name in STEPS}
    for data in reports.values():
        report = read_report(data)
        parts["facts"].append([repr(fact) for fact in report.filing.facts])
        reading = json.loads(
            to_json(make_reading(report, reading_id="", facts_sha256="", provenance=Provenance("", {}, {}, {}, {})))
        )
        for step, names in PARTS.items():
            parts[step].append([reading[name] for name in names])
    return {
        "inputs": _hash([hashlib.sha256(data).hexdigest() for data in reports.values()]),
        "steps": {name: {"version": STEPS[name], "made": _hash(part)} for name, part in parts.items()},
    }


def recorded() -> dict[str, Any]:
    """What stands in the record."""
    return json.loads(RECORD.read_text(encoding="utf8"))


def forgotten(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Steps that make something else of the same inputs under the same version."""
    if before["inputs"] != now["inputs"]:
        return []
    steps = before["steps"]
    return [
        name
        for name, step in now["steps"].items()
        if name in steps and step["made"] != steps[name]["made"] and step["version"] == steps[name]["version"]
    ]


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def main() -> int:
    now = made()
    if RECORD.exists() and (names := forgotten(recorded(), now)):
        print(f"raise the version of the step {', '.join(names)} in apps/finance/jobs.py, then record", file=sys.stderr)
        return 1
    RECORD.write_text(json.dumps(now, indent=2) + "\n", encoding="utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
