"""A reading follows from its input, the declared versions of its steps, settings, weights and libraries, and from
nothing else: no comment in the code, no words of a card."""

import copy
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

import core_model
from apps.medical import nodules
from apps.provenance import Provenance, deciding, libraries, weights_in
from core_model.errors import InputRejected, Unavailable

PACKAGE = "core_model"
NODULES = Path(str(nodules.__file__)).parent / "weights"
DETECTOR = "nodule_detector"
SECOND_LOOK = json.loads((NODULES / f"{DETECTOR}.json").read_text())["second_look"]
NAMES = (DETECTOR, SECOND_LOOK, "core")


WHOLE = Provenance("a" * 64, {"facts": "1", "statements": "2"}, {"reader": "x"}, {"core": "b" * 64}, {"lxml": "5"})


def test_a_provenance_comes_back_from_its_json_with_the_same_hash():
    back = Provenance.from_dict(json.loads(json.dumps(WHOLE.as_dict())))
    assert back == WHOLE
    assert back.hash == WHOLE.hash
    assert set(WHOLE.as_dict()) == {"input_hash", "steps", "settings", "weights", "libraries"}
    turned = Provenance("a" * 64, {"statements": "2", "facts": "1"}, {"reader": "x"}, {"core": "b" * 64}, {"lxml": "5"})
    assert turned.hash == WHOLE.hash


def test_the_hash_is_that_of_its_canonical_json():
    told = (
        '{"input_hash":"a","libraries":{},"settings":{"series_uid":null},"steps":{"lungs":"1"},"weights":{"core":"b"}}'
    )
    made = Provenance("a", {"lungs": "1"}, {"series_uid": None}, {"core": "b"}, {})
    assert made.hash == hashlib.sha256(told.encode()).hexdigest()


@pytest.mark.parametrize(
    "part",
    [
        {"input_hash": "c" * 64},
        {"steps": {"facts": "1", "statements": "3"}},
        {"steps": {"facts": "1"}},
        {"settings": {"reader": "y"}},
        {"weights": {"core": "c" * 64}},
        {"libraries": {"lxml": "6"}},
    ],
)
def test_each_part_changes_the_hash(part):
    assert replace(WHOLE, **part).hash != WHOLE.hash


def test_the_versions_of_libraries_are_those_installed_and_an_absent_one_is_refused():
    assert libraries("pytest") == {"pytest": pytest.__version__}
    with pytest.raises(Unavailable, match="'?no-such-library'? is not installed"):
        libraries("pytest", "no-such-library")


@pytest.fixture
def cards(tmp_path, monkeypatch):
    """The shipped cards in a folder of their own, and a function that writes a changed one."""
    folders = dict.fromkeys(NAMES, NODULES) | {"core": Path(str(core_model.__file__)).parent / "weights"}
    (tmp_path / "weights").mkdir()
    held = {name: json.loads((folders[name] / f"{name}.json").read_text()) for name in NAMES}
    monkeypatch.setattr(core_model, "__file__", str(tmp_path / "__init__.py"))

    def write(name, change=lambda card: None):
        card = copy.deepcopy(held[name])
        change(card)
        (tmp_path / "weights" / f"{name}.json").write_text(json.dumps(card))

    for name in NAMES:
        write(name)
    return write


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("core", lambda card: card["measured"].update(choice="told otherwise")),
        ("core", lambda card: card.update(licence="the same, in more words")),
        (SECOND_LOOK, lambda card: card["made_by"].update(note="told otherwise")),
        (DETECTOR, lambda card: card["made_by"].update(note="told otherwise")),
        (DETECTOR, lambda card: card["operating_point"]["reason"].update(note="told otherwise")),
    ],
)
def test_words_of_a_card_leave_the_hash(cards, name, change):
    before = weights_in(PACKAGE, *NAMES)
    cards(name, change)
    assert weights_in(PACKAGE, *NAMES) == before


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("core", lambda card: card.update(weights_sha256="0" * 64)),
        ("core", lambda card: card["config"]["groups"][0].update(num_active=2)),
        ("core", lambda card: card.update(tokenizer_sha256="0" * 64)),
        (SECOND_LOOK, lambda card: card.update(weights_sha256="0" * 64)),
        (SECOND_LOOK, lambda card: card["settings"]["folds"]["A"].update(shift=0.0)),
        (DETECTOR, lambda card: card.update(decides="0" * 64)),
        (DETECTOR, lambda card: card["operating_point"].update(threshold=0.5)),
        (DETECTOR, lambda card: card["linking"]["B"].update(bias=0.0)),
    ],
)
def test_what_decides_a_result_changes_the_hash(cards, name, change):
    before = weights_in(PACKAGE, *NAMES)
    cards(name, change)
    assert weights_in(PACKAGE, *NAMES) != before


def test_the_order_of_the_names_does_not_count_and_which_they_are_does(cards):
    assert weights_in(PACKAGE, *NAMES) == weights_in(PACKAGE, *reversed(NAMES))
    assert Provenance("a", {}, {}, weights_in(PACKAGE, *NAMES), {}).hash == (
        Provenance("a", {}, {}, weights_in(PACKAGE, *reversed(NAMES)), {}).hash
    )
    assert set(weights_in(PACKAGE, "core")) == {"core"}


def test_what_decides_is_what_the_card_says_of_tensors_and_threshold():
    card = {"weights_sha256": "a", "what": "words", "operating_point": {"threshold": 0.5, "reason": {}}}
    assert deciding(card) == {"weights_sha256": "a", "threshold": 0.5}


def test_a_card_that_names_no_tensors_a_broken_one_and_one_that_is_absent_are_refused(cards, tmp_path):
    (tmp_path / "weights" / "nodule_detector.json").write_text("{")
    with pytest.raises(InputRejected, match="'nodule_detector' that is not JSON"):
        weights_in(PACKAGE, "nodule_detector")
    cards("core", lambda card: card.pop("weights_sha256"))
    with pytest.raises(InputRejected, match="names no weights"):
        weights_in(PACKAGE, "core")
    with pytest.raises(Unavailable, match="'elsewhere' are not installed"):
        weights_in(PACKAGE, "elsewhere")
