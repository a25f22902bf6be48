"""The worst inputs hold up neither the worker's heart nor whoever cancels a job or ends a worker: a short trial."""

import sys

import pytest

from benchmarks.trust import bombs, stalls

BUSY_S = 30
"""A machine that runs all tests at once is slow; what is not mended here never ends. The bound is the benchmark's."""


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted as Linux tells them")
def test_no_input_holds_up_the_heart_a_cancelled_job_or_the_end_of_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stalls, "INTO_S", 1.0)
    monkeypatch.setattr(bombs, "SHARED", {})
    found = stalls.stalls(limit=1)
    assert found["longest_stall_s"].value <= BUSY_S, found["longest_stall_s"].note
    assert found["longest_stall_s"].value == max(figure.value for figure in found.values())
    assert found["longest_cancel_s"].n >= 2, "both parses that never end"
    assert found["longest_end_s"].n >= 2
    assert found["longest_heartbeat_gap_s"].n >= 5
