"""Every case of scans from outside is right: never a wrong person, geometry or scale without a word."""

from pathlib import Path

import pytest

from tests import needs
from tests.outside import LEFT_OUT
from tests.outside.dicom_cases import CASES
from tests.outside.scans import expectation, folder, reads_of

LONG = {"stored_the_other_way_round"}
"""It looks for nodules twice, by the command."""
EACH = [pytest.param(name, marks=pytest.mark.slow if name in LONG else []) for name in sorted(CASES)]


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("name", EACH)
def test_a_case_is_right(name: str, tmp_path: Path) -> None:
    needs.shared_data()
    CASES[name].check(reads_of(name, tmp_path))


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_case_quotes_its_own_words(name: str) -> None:
    needs.shared_data()
    said = expectation(name)
    assert all(part in said for part in CASES[name].sentence.split(LEFT_OUT))


def test_every_case_of_the_folder_is_among_them() -> None:
    needs.shared_data()
    assert {path.stem for path in folder().glob("*.py")} - {"chest"} == set(CASES)
