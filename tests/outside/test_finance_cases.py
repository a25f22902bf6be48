"""Each case from outside, with the answer that it came with."""

import json
from pathlib import Path

import pytest

from tests import needs
from tests.outside import LEFT_OUT
from tests.outside.finance_cases import CASES


@pytest.fixture(scope="module")
def folder() -> Path:
    """The folder of the cases."""
    return needs.shared_data().parent / "cases" / "finance"


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_report_is_read_as_its_expectation_says(folder: Path, name: str) -> None:
    CASES[name].check(folder)


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_sentence_is_the_expectation_s_own(folder: Path, name: str) -> None:
    expected = json.loads((folder / f"{name}.expected.json").read_text(encoding="utf8"))
    assert set(CASES[name].sentence.split(LEFT_OUT)) <= set(_texts(expected))


def test_every_case_of_the_folder_is_among_them(folder: Path) -> None:
    assert {path.name.removesuffix(".expected.json") for path in folder.glob("*.expected.json")} == set(CASES)


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [str(value)]
