"""The benchmark of take-over runs on both databases, with few kills."""

import pytest

from benchmarks import job_takeover
from tests import needs


@pytest.mark.slow
def test_no_job_is_lost_and_no_effect_doubled_on_either_database(monkeypatch: pytest.MonkeyPatch) -> None:
    needs.postgres()
    monkeypatch.setattr(job_takeover, "KILLS", 2)
    figures = job_takeover.run(False)
    assert figures["kills"].value == 4
    names = ("jobs_lost", "recorded_steps_run_again", "effects_twice")
    assert {name: figures[name].value for name in names} == dict.fromkeys(names, 0)
