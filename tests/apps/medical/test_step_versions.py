"""The declared versions of the steps: whoever changes what a step makes, and forgets to raise its version, sees it."""

import json

import pytest

from apps.medical.jobs import STEPS
from tests.apps.medical.recorded_steps import RECORD, differing, outputs

pytestmark = pytest.mark.timeout(1800)
ANEW = "record it: python -m tests.apps.medical.recorded_steps"


@pytest.mark.parametrize("step", STEPS)
def test_what_a_step_makes_is_what_was_recorded_under_its_version(step: str):
    recorded = json.loads(RECORD.read_text())[step]
    assert recorded["version"] == STEPS[step], f"the version was raised; {ANEW}"
    changed = differing(step, recorded["output"], outputs()[step])
    assert not changed, f"what the step '{step}' makes has changed: raise its version in apps/medical/jobs.py, {ANEW}"


def test_a_change_of_any_value_of_a_step_is_seen():
    recorded = json.loads(RECORD.read_text())
    for step, held in recorded.items():
        assert differing(step, held["output"], held["output"]) == []
        for place in held["output"]:
            assert differing(step, held["output"], _changed(held["output"], place)), f"{step}: {place}"


def test_findings_may_be_off_by_what_another_processor_gives_and_no_more():
    was = json.loads(RECORD.read_text())["nodules"]["output"]
    near, far = json.loads(json.dumps(was)), json.loads(json.dumps(was))
    near["findings"][0]["probability"] += 0.0005
    far["findings"][0]["probability"] += 0.005
    assert differing("nodules", was, near) == []
    (seen,) = differing("nodules", was, far)
    assert seen.startswith("probability of finding-")


def _changed(output: dict, place: str) -> dict:
    """The same output with one of its values another."""
    copy = json.loads(json.dumps(output))
    value = copy[place]
    if place == "findings":
        value[0]["volume_mm3"] += 50
    elif isinstance(value, list):
        copy[place] = [*value, value[0] if value else "more"]
    elif isinstance(value, dict):
        copy[place] = {**value, "more": 1}
    else:
        copy[place] = f"{value}1"
    return copy
