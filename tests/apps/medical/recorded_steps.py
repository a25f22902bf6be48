"""What each step of the reading makes of the small chest, recorded beside its declared version.

    python -m tests.apps.medical.recorded_steps      records it anew

It refuses where results have changed and the version of their step has not: raise it in ``apps/medical/jobs.py`` first.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from apps.documents import to_json
from apps.medical.ct.lungs import find_lungs
from apps.medical.ct.volume import Volume
from apps.medical.jobs import STEPS
from apps.medical.reading import MedicalReading, ReadFinding
from tests.apps.medical.small_chest import read_small_chest

RECORD = Path(__file__).resolve().parent / "recorded_steps.json"
FIRST = 4
"""Findings that are compared: the two nodules and the two likeliest of the others, far apart in probability."""
CLOSE = {"probability": 0.002, "centre_mm": 0.05, "volume_mm3": 1.0, "long_axis_mm": 0.1}
"""How far a value of another processor may be off, where it comes out of a network; everything else is equal."""


def outputs() -> dict[str, Any]:
    """What each step makes now."""
    small = read_small_chest()
    reading = small.reading
    volume = Volume(small.hu, reading.series.geometry)
    lungs = find_lungs(volume)
    return {
        "import": {
            "volume": hashlib.sha256(small.hu.tobytes()).hexdigest(),
            "input_hash": reading.provenance.input_hash,
            "series": json.loads(to_json(reading.series)),
            "series_skipped": [json.loads(to_json(series)) for series in reading.series_skipped],
            "cautions": [caution.as_dict() for caution in reading.cautions],
            "date": reading.study.date,
        },
        "lungs": {
            "masks": hashlib.sha256(lungs.sides.tobytes() + lungs.zone.tobytes()).hexdigest(),
            "volume_ml": round(lungs.volume_ml, 1),
            "cautions": [caution.as_dict() for caution in lungs.cautions],
        },
        "nodules": {
            "count": len(reading.findings),
            "shown": len(reading.shown),
            "findings": [_found(finding) for finding in reading.findings[:FIRST]],
            "heatmap_size": {identifier: list(heat.shape) for identifier, heat in small.heatmaps.items()},
        },
        "document": {"fields": _fields(reading)},
    }


def _found(finding: ReadFinding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "shown": finding.shown,
        "side": finding.side,
        **{name: getattr(finding, name) for name in CLOSE if name != "centre_mm"},
        "centre_mm": list(finding.centre_mm),
    }


def _fields(reading: MedicalReading) -> list[str]:
    """Paths of all values of the document, but for what the settings, libraries and the number of findings add."""
    found: set[str] = set()

    def walk(part: Any, path: str) -> None:
        if isinstance(part, dict):
            for name, inner in part.items():
                walk(inner, f"{path}/{name}" if path else name)
        elif isinstance(part, list):
            for inner in part:
                walk(inner, f"{path}/*")
        else:
            found.add(path)

    walk(json.loads(to_json(reading)), "")
    return sorted(path for path in found if not path.startswith("provenance/"))


def differing(step: str, recorded: Any, now: Any) -> list[str]:
    """What of a step's output is not as it was recorded."""
    if step != "nodules":
        return [] if recorded == now else [f"{recorded!r} -> {now!r}"]
    plain = [name for name in now if name != "findings"]
    found = [f"{name}: {recorded[name]} -> {now[name]}" for name in plain if recorded[name] != now[name]]
    for was, here in zip(recorded["findings"], now["findings"], strict=True):
        for name, value in here.items():
            before = was[name]
            pairs = zip(before, value, strict=True) if isinstance(value, list) else [(before, value)]
            if any(abs(a - b) > CLOSE[name] if name in CLOSE else a != b for a, b in pairs):
                found.append(f"{name} of {here['id']}: {before} -> {value}")
    return found


def main() -> None:
    known = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    now = outputs()
    for step, output in now.items():
        held = known.get(step)
        if held and held["version"] == STEPS[step] and differing(step, held["output"], output):
            raise SystemExit(f"raise the version of the step '{step}' in apps/medical/jobs.py, then record")
    recorded = {step: {"version": STEPS[step], "output": output} for step, output in now.items()}
    RECORD.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
