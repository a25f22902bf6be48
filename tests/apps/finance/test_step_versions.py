"""The declared version of a step stands for its results: what changes them raises it."""

from copy import deepcopy

from tests.apps.finance.recorded_steps import forgotten, made, recorded

RECORD = "python -m tests.apps.finance.recorded_steps"


def test_what_the_steps_make_is_what_was_recorded_with_their_versions():
    before, now = recorded(), made()
    names = forgotten(before, now)
    assert not names, f"raise the version of the step {', '.join(names)} in apps/finance/jobs.py, then record: {RECORD}"
    assert now == before, f"the made reports or the versions have changed: {RECORD}"


def test_a_forgotten_version_is_seen_and_a_raised_one_is_none():
    before = recorded()
    now = deepcopy(before)
    now["steps"]["checks"]["made"] = "0" * 64
    assert forgotten(before, now) == ["checks"]
    now["steps"]["checks"]["version"] += ".1"
    assert forgotten(before, now) == []
    other = {**deepcopy(before), "inputs": "0" * 64}
    other["steps"]["facts"]["made"] = "0" * 64
    assert forgotten(before, other) == [], "of other reports nothing follows"
