"""The reference lists every check with its title."""

import apps.finance.anomaly.checks  # noqa: F401 - registers the checks
from apps.finance.anomaly.registry import CHECKS
from benchmarks.shared_data import REPOSITORY


def test_every_check_is_in_the_reference_under_its_title():
    text = (REPOSITORY / "docs" / "reference" / "checks.md").read_text(encoding="utf8")
    listed = {
        cells[1].strip(" `"): cells[2].strip()
        for line in text.splitlines()
        if len(cells := line.split("|")) == 4 and "`" in cells[1]
    }
    assert listed == {check.check_id: check.title for check in CHECKS.values()}
    assert len(listed) >= 20
