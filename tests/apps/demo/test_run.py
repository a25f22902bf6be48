"""The demo over several seeds: the anomaly names the planted element, a shown finding lies in each planted nodule."""

from pathlib import Path

import pytest

from apps.demo.run import hits, make_input, named
from apps.finance.jobs import stored as stored_report
from apps.medical.jobs import stored as stored_study
from tests.apps.reading import reader

SEEDS = (1, 2, 3, 4, 5)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_over_five_seeds_the_demo_finds_what_was_planted(tmp_path: Path):
    missed = []
    with reader(tmp_path / "data") as reads:
        for seed in SEEDS:
            folder = tmp_path / str(seed)
            phantom, report = make_input(folder, seed)
            ends = [reads.report(folder / "report.html"), reads.study(folder / "ct")]
            assert [end.state for end in ends] == ["done", "done"], [end.error for end in ends]
            finance = stored_report(reads.store, str(ends[0].reading_id))
            medical = stored_study(reads.store, str(ends[1].reading_id))
            if not named(finance, report):
                missed.append(f"seed {seed}: the report's {report.kind}")
            for nodule, found in zip(phantom.nodules, hits(medical, phantom), strict=True):
                if found is None:
                    missed.append(f"seed {seed}: {nodule.kind} nodule of {nodule.diameter_mm:.1f} mm")
    assert not missed
