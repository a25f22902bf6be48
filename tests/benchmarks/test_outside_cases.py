"""How cases from outside are counted: a case that raises is one that is wrong, and its reason is said."""

from types import SimpleNamespace

import pytest

from benchmarks import outside_cases
from benchmarks.outside_cases import figures, outcomes, wilson
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
    found = outcomes("finance")
    assert found["finance/a"] == ""
    assert found["finance/b"].startswith("AssertionError: it is another")
    assert found["finance/c"].startswith("KeyError: 'lost'")
    counted = figures(found)
    assert (counted["cases"].value, counted["right_share"].value) == (3, pytest.approx(1 / 3))
    assert "finance/b: AssertionError" in counted["right_share"].note
    assert "finance/a" not in counted["right_share"].note


def test_the_layouts_that_wait_are_counted_and_said() -> None:
    found = {"finance/layout_table_per_row": "", "finance/sgml_wrapped": "", "dicom/high_bit": ""}
    counted = figures(found)
    assert counted["cases"].note.startswith("1 of them")
    assert counted["right_share"].note == "none is wrong"
    assert counted["right_share"].interval == wilson(3, 3)


def test_the_interval_is_wilson_s() -> None:
    assert wilson(59, 61) == pytest.approx((0.8881, 0.9910), abs=5e-4)
