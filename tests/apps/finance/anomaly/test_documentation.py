"""The reference lists every check with its title, and says which are not judged where they hold nowhere."""

import re

import apps.finance.anomaly.checking  # noqa: F401 - registers the checks
from apps.finance.anomaly.checks.registry import CHECKS
from apps.messages import said
from benchmarks.shared_data import REPOSITORY
from core_model.errors import Message

TEXT = (REPOSITORY / "docs" / "reference" / "checks.md").read_text(encoding="utf8")


def test_every_check_is_in_the_reference_under_its_title():
    listed = {
        cells[1].strip(" `"): cells[2].strip()
        for line in TEXT.splitlines()
        if len(cells := line.split("|")) == 4 and "`" in cells[1]
    }
    assert listed == {check.check_id: said(Message(f"check_title_{check.check_id}")) for check in CHECKS.values()}
    assert len(listed) >= 20


def test_the_checks_that_are_left_alone_where_they_hold_in_no_period_are_named():
    (rule,) = [item for item in TEXT.split("\n- ") if ": where one holds in none" in item]
    assert set(re.findall(r"`(\w+)`", rule)) == {check.check_id for check in CHECKS.values() if check.lenient}
