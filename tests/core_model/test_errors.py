"""The error tree: what an error says, what of it is stored, and that neither holds a path."""

import errno
import json
import os
import pickle
from pathlib import Path

import pytest

from core_model.errors import (
    Caution,
    InputRejected,
    Message,
    NotAllowed,
    NotFound,
    Phrase,
    Place,
    Refusal,
    TandemError,
    Unavailable,
    filled,
    numbered_file,
    system_reason,
)

KINDS = (
    (InputRejected, ValueError, "input_rejected"),
    (NotFound, LookupError, "not_found"),
    (NotAllowed, PermissionError, "not_allowed"),
    (Unavailable, RuntimeError, "unavailable"),
)


def example(kind: type[TandemError] = InputRejected) -> TandemError:
    return kind(
        "the folder holds {count} files",
        allowed="at most {most}",
        action="leave out {names}",
        source=numbered_file(17, 133),
        code="too_many_files",
        values={"count": 1201, "most": 1000, "names": ["a", "b", "c"]},
    )


@pytest.mark.parametrize(("kind", "builtin", "code"), KINDS)
def test_each_kind_is_an_error_of_ours_and_the_matching_builtin(kind: type, builtin: type, code: str) -> None:
    error = kind("it is so")
    assert isinstance(error, TandemError)
    assert isinstance(error, builtin)
    assert (error.code, str(error)) == (code, "it is so.")
    with pytest.raises(builtin):
        raise error


@pytest.mark.parametrize("kind", [kind for kind, _, _ in KINDS])
def test_an_error_says_where_what_is_allowed_and_what_to_do(kind: type[TandemError]) -> None:
    error = example(kind)
    said = "the folder holds 1201 files (allowed: at most 1000); leave out a, b and c."
    assert str(error) == f"file 17 of 133: {said}"
    assert error.sentence("report.html") == f"report.html: {said}"
    assert (error.what, error.allowed) == ("the folder holds 1201 files", "at most 1000")


@pytest.mark.parametrize("kind", [kind for kind, _, _ in KINDS])
def test_an_error_comes_through_a_pickle_whole(kind: type[TandemError]) -> None:
    error = example(kind)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error)
    assert (again.code, again.values, again.source, again.refusal) == (
        "too_many_files",
        {"count": 1201, "most": 1000, "names": ["a", "b", "c"]},
        numbered_file(17, 133),
        error.refusal,
    )
    with_reason = Unavailable("no room ({why})", code="no_room", values={"why": system_reason(OSError(28, "full"))})
    assert str(pickle.loads(pickle.dumps(with_reason))) == "no room (full)."


def test_what_is_stored_of_an_error_is_json_without_words() -> None:
    stored = json.loads(json.dumps(example().refusal.as_dict()))
    assert stored == {
        "code": "too_many_files",
        "values": {"count": 1201, "most": 1000, "names": ["a", "b", "c"]},
        "source": {"code": "file_of", "values": {"number": 17, "count": 133}},
    }
    assert Refusal.from_dict(stored) == example().refusal
    assert Refusal.from_dict(Refusal("alone").as_dict()) == Refusal("alone")


def test_a_phrase_among_the_values_is_said_in_its_words_and_stored_by_its_code() -> None:
    error = NotFound("{where} is gone", code="gone", values={"where": Phrase("row_of", "row {number}", {"number": 3})})
    assert str(error) == "row 3 is gone."
    assert error.values == {"where": {"code": "row_of", "values": {"number": 3}}}
    assert Message.from_dict(error.values["where"]) == Message("row_of", {"number": 3})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1234567, "1234567"),
        (3.0, "3"),
        (0.125, "0.125"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        ("a {name}", "a {name}"),
        (True, "true"),
        ([], ""),
        (["a"], "a"),
        (("a", "b"), "a and b"),
        ([1.50, 2, "x"], "1.5, 2 and x"),
    ],
)
def test_values_stand_in_a_sentence_as_they_are_read(value: object, shown: str) -> None:
    assert filled("<{value}>", {"value": value}) == f"<{shown}>"


def test_braces_stand_for_themselves_where_no_values_are_given() -> None:
    assert str(InputRejected("a context of {http://ns}x", code="odd")) == "a context of {http://ns}x."


def test_a_caution_is_stored_without_words() -> None:
    caution = Caution("unknown_format", {"format": "x"}, Message("fact_of", {"id": "f-12"}), 3)
    stored = json.loads(json.dumps(caution.as_dict()))
    assert stored == {
        "code": "unknown_format",
        "values": {"format": "x"},
        "source": {"code": "fact_of", "values": {"id": "f-12"}},
        "count": 3,
    }
    assert Caution.from_dict(stored) == caution
    assert Caution.from_dict(Caution("alone").as_dict()) == Caution("alone")


def test_a_place_is_a_message_with_its_english_words() -> None:
    place = Place("fact_of", "fact {id}", {"id": "f-12"})
    assert str(place) == "fact f-12"
    assert place.message == Message("fact_of", {"id": "f-12"})
    assert str(numbered_file(2, 9)) == "file 2 of 9"


def test_why_the_system_refused_holds_no_path() -> None:
    try:
        Path("/no/such/folder/JANE_DOE.html").read_bytes()
    except OSError as error:
        reason = system_reason(error)
        refused = Unavailable("the file cannot be opened ({why})", code="unopened", values={"why": reason})
    assert str(refused) == "the file cannot be opened (No such file or directory)."
    assert reason.message == Message("system_enoent")
    assert b"JANE" not in pickle.dumps(refused)
    assert "JANE" not in json.dumps(refused.refusal.as_dict())
    other = system_reason(OSError(errno.EXDEV, os.strerror(errno.EXDEV)))
    assert other.message == Message("system_other", {"text": os.strerror(errno.EXDEV)})
    assert str(system_reason(OSError("of a library"))) == "input/output error"
