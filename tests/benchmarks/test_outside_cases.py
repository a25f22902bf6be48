"""How cases from outside are counted: a case that raises is one that is wrong, and its reason is said."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import outside_cases
from benchmarks.outside_cases import figures, names_in, outcomes, wilson
from benchmarks.shared_data import SharedDataAbsent
from tests.outside import Case


def right(given: object) -> None:
    assert given == "given"


def wrong(given: object) -> None:
    assert given == "another", "it is another"


def broken(given: object) -> None:
    raise KeyError("lost")


def test_a_case_is_right_only_where_its_assertion_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = {"a": Case("a", right), "b": Case("b", wrong), "c": Case("c", broken)}
    monkeypatch.setattr(outside_cases.importlib, "import_module", lambda _: SimpleNamespace(CASES=cases))
    monkeypatch.setitem(outside_cases.KINDS, "finance", lambda name, scratch: "given")
    monkeypatch.setattr(outside_cases, "names_in", lambda kind: set(cases))
    found = outcomes("finance")
    assert found["finance/a"] == ""
    assert found["finance/b"].startswith("AssertionError: it is another")
    assert found["finance/c"].startswith("KeyError: 'lost'")
    counted = figures(found)
    assert (counted["cases"].value, counted["right_share"].value) == (3, pytest.approx(1 / 3))
    assert "finance/b: AssertionError" in counted["right_share"].note
    assert "finance/a" not in counted["right_share"].note


def lost(name: str, scratch: object) -> object:
    raise FileNotFoundError(name)


def test_a_case_without_an_assertion_or_an_input_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    cases = {"a": Case("a", right)}
    monkeypatch.setattr(outside_cases.importlib, "import_module", lambda _: SimpleNamespace(CASES=cases))
    monkeypatch.setattr(outside_cases, "names_in", lambda kind: {"a", "b"})
    monkeypatch.setitem(outside_cases.KINDS, "dicom", lost)
    found = outcomes("dicom")
    assert found["dicom/b"] == "no assertion stands for it"
    assert found["dicom/a"].startswith("FileNotFoundError: a")
    counted = figures(found)
    assert (counted["cases"].value, counted["right_share"].value) == (2, 0)


def test_what_lies_in_the_folders_is_what_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside_cases.shared_data, "root", lambda: tmp_path / "data")
    with pytest.raises(SharedDataAbsent):
        names_in("dicom")
    for name in (
        "finance/a.html",
        "finance/a.expected.json",
        "finance/b.expected.json",
        "dicom/c.py",
        "dicom/chest.py",
    ):
        (tmp_path / "cases" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "cases" / name).touch()
    assert (names_in("finance"), names_in("dicom")) == ({"a", "b"}, {"c"})


def test_the_layouts_that_wait_are_counted_and_said() -> None:
    found = {"finance/layout_table_per_row": "", "finance/sgml_wrapped": "", "dicom/high_bit": ""}
    counted = figures(found)
    assert counted["cases"].note.startswith("1 of them")
    assert counted["right_share"].note == "none is wrong"
    assert counted["right_share"].interval == wilson(3, 3)


def test_the_interval_is_wilson_s() -> None:
    assert wilson(59, 61) == pytest.approx((0.8881, 0.9910), abs=5e-4)
