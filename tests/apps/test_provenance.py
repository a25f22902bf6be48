"""The hash of the weights follows from what decides a result, and from nothing else that a card tells."""

import copy
import json
from pathlib import Path

import pytest

import core_model
from apps.provenance import deciding, weights_hash
from core_model.errors import InputRejected, Unavailable

NAMES = ("nodule_stems", "nodule_head", "core")


@pytest.fixture
def cards(tmp_path, monkeypatch):
    """The shipped cards in a folder of their own, and a function that writes a changed one."""
    root = Path(str(core_model.__file__)).parent.parent
    folders = dict.fromkeys(NAMES, root / "apps" / "medical" / "nodules" / "weights") | {
        "core": root / "core_model" / "weights"
    }
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
        ("nodule_head", lambda card: card["made_by"].update(note="told otherwise")),
        ("nodule_stems", lambda card: card["made_by"].update(note="told otherwise")),
        ("nodule_stems", lambda card: card["operating_point"]["reason"].update(note="told otherwise")),
    ],
)
def test_words_of_a_card_leave_the_hash(cards, name, change):
    before = weights_hash(*NAMES)
    cards(name, change)
    assert weights_hash(*NAMES) == before


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("core", lambda card: card.update(weights_sha256="0" * 64)),
        ("core", lambda card: card["config"]["groups"][0].update(num_active=2)),
        ("core", lambda card: card.update(tokenizer_sha256="0" * 64)),
        ("nodule_head", lambda card: card.update(weights_sha256="0" * 64)),
        ("nodule_head", lambda card: card["halves"]["A"].update(shift=0.0)),
        ("nodule_stems", lambda card: card.update(decides="0" * 64)),
        ("nodule_stems", lambda card: card["operating_point"].update(threshold=0.5)),
        ("nodule_stems", lambda card: card["linking"]["B"].update(bias=0.0)),
    ],
)
def test_what_decides_a_result_changes_the_hash(cards, name, change):
    before = weights_hash(*NAMES)
    cards(name, change)
    assert weights_hash(*NAMES) != before


def test_the_order_of_the_names_does_not_count_and_which_they_are_does(cards):
    assert weights_hash(*NAMES) == weights_hash(*reversed(NAMES))
    assert weights_hash("core") != weights_hash("nodule_head")


def test_what_decides_is_what_the_card_says_of_tensors_and_threshold():
    card = {"weights_sha256": "a", "what": "words", "operating_point": {"threshold": 0.5, "reason": {}}}
    assert deciding(card) == {"weights_sha256": "a", "threshold": 0.5}


def test_a_card_that_names_no_tensors_a_broken_one_and_one_that_is_absent_are_refused(cards, tmp_path):
    (tmp_path / "weights" / "nodule_head.json").write_text("{")
    with pytest.raises(InputRejected, match="'nodule_head' that is not JSON"):
        weights_hash("nodule_head")
    cards("core", lambda card: card.pop("weights_sha256"))
    with pytest.raises(InputRejected, match="names no weights"):
        weights_hash("core")
    with pytest.raises(Unavailable, match="'elsewhere' are not installed"):
        weights_hash("elsewhere")
