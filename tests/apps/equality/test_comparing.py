"""The comparison sees what differs, and lets nothing through but the corrections."""

from tests.apps.equality.comparing import Correction, differences

OLD = {"a": [{"value": 1, "text": "after 1 months"}], "b": [], "c": {"n": 1.0}}


def test_equal_documents_do_not_differ():
    assert differences(OLD, {"c": {"n": 1.0}, "b": [], "a": [{"text": "after 1 months", "value": 1}]}) == []


def test_every_kind_of_difference_is_seen():
    new = {"a": [{"value": 2, "text": "after 1 months"}, {}], "c": {"n": 1}, "d": None}
    assert differences(OLD, new) == [
        "a/0/value: 1 -> 2",
        "a/1: 'nothing' -> {}",
        "b: [] -> 'nothing'",
        "c/n: 1.0 -> 1",
        "d: 'nothing' -> None",
    ]


def test_a_correction_lets_its_own_difference_through_and_no_other():
    correction = Correction(r"a/\d+/text", r"\b1 months", "1 month", "one month is no plural")
    mended = OLD | {"a": [{"value": 1, "text": "after 1 month"}]}
    assert differences(OLD, mended, [correction]) == []
    other = OLD | {"a": [{"value": 1, "text": "after a month"}]}
    assert differences(OLD, other, [correction]) == ["a/0/text: 'after 1 months' -> 'after a month'"]
