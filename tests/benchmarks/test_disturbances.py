"""Workers killed and suspended, databases locked and restarted, clocks set, on both databases: a short trial."""

import pytest

from benchmarks.trust.disturbances import disturbances
from benchmarks.trust.trial import SHIFTS_S, Plan
from tests import needs

SHORT = Plan(kills=3, suspensions=1, suspended_s=20, lockouts=1, locked_s=20, restarts=2, shifted_s=5)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_no_job_is_lost_doubled_or_stuck_and_no_worker_ends() -> None:
    needs.postgres()
    found = disturbances(SHORT)
    assert found["kills"].value == 6
    assert found["clock_shifts"].value == 2 * len(SHIFTS_S)
    assert found["lockouts_and_restarts"].value == 4
    for name in ("jobs_lost_or_unrecoverable", "effects_twice", "worker_exits"):
        assert found[name].value == 0, (name, found[name].note)
    assert found["jobs_lost_or_unrecoverable"].n > 20
