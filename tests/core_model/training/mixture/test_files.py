"""Sources and their cards: what is written is read again; what must not be trained on, or was changed, is refused."""

import gzip
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from core_model.errors import InputRejected, NotFound
from core_model.training.mixture.cards import cards_in, read_card
from core_model.training.mixture.files import write_arrays, write_lines
from core_model.training.mixture.reading import Lines, Order, open_source
from tests.core_model.training.mixture.made import ABOUT, identities, make_sources

TRAIN, VALIDATION = identities(5), identities(2, "validation")


def labelled(identity: str, text: str = "up", **more: object) -> dict:
    return {"text": text, "label": "bull", "identity": identity, **more}


def test_a_source_is_gzipped_json_lines_with_the_split_of_each_identity_and_a_card_that_counts(tmp_path: Path) -> None:
    rows = [labelled(identity, f"text {k}") for k, identity in enumerate([*TRAIN, *VALIDATION, TRAIN[0]])]
    path, card = write_lines(tmp_path, "tweets", "labelled", rows, ABOUT)
    content = (tmp_path / card.file).read_bytes()
    read = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    assert [row["split"] for row in read] == ["train"] * 5 + ["validation"] * 2 + ["train"]
    assert [row["text"] for row in read] == [f"text {k}" for k in range(8)]
    assert card.sha256 == hashlib.sha256(content).hexdigest()
    assert (card.count, card.identities) == ({"train": 6, "validation": 2}, {"train": 5, "validation": 2})
    assert read_card(path) == card == cards_in(tmp_path)["tweets"]
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted([path.name, card.file])


def test_the_same_rows_make_the_same_bytes_and_others_replace_them(tmp_path: Path) -> None:
    first = write_lines(tmp_path / "a", "tweets", "labelled", [labelled(TRAIN[0])], ABOUT)[1]
    again = write_lines(tmp_path / "b", "tweets", "labelled", [labelled(TRAIN[0])], ABOUT)[1]
    assert first == again
    other = write_lines(tmp_path / "a", "tweets", "labelled", [labelled(TRAIN[1])], ABOUT)[1]
    assert {each.name for each in (tmp_path / "a").iterdir()} == {"tweets.card.json", other.file}


def test_a_row_of_the_test_split_is_refused_and_leaves_what_was_there(tmp_path: Path) -> None:
    path, card = write_lines(tmp_path, "tweets", "labelled", [labelled(TRAIN[0])], ABOUT)
    for identity in (*identities(3, "test"), "JNJ"):
        with pytest.raises(InputRejected) as refused:
            write_lines(tmp_path, "tweets", "labelled", [labelled(TRAIN[1]), labelled(identity)], ABOUT)
        assert refused.value.code == "source_with_test"
    assert read_card(path) == card
    assert {each.name for each in tmp_path.iterdir()} == {path.name, card.file}


@pytest.mark.parametrize(
    ("kind", "row", "column"),
    [
        ("labelled", {"label": "a", "identity": TRAIN[0]}, "text"),
        ("labelled", {"text": "", "label": "a", "identity": TRAIN[0]}, "text"),
        ("labelled", {"text": "a", "label": "a"}, "identity"),
        ("labelled", {"text": "a", "label": "a", "identity": TRAIN[0], "split": "validation"}, "split"),
        ("text", {"text": "a", "language": "fr", "kind": "text", "identity": TRAIN[0]}, "kind"),
        ("pairs", {"query": "a", "passage": "b", "passage_kind": "answer", "identity": TRAIN[0]}, "passage_kind"),
        ("facts", {"facts": [{"name": "cash", "value": 1, "unit": "EUR"}], "identity": TRAIN[0]}, "facts"),
        ("facts", {"facts": [{"name": "cash", "value": "1", "unit": "money"}], "identity": TRAIN[0]}, "facts"),
        ("facts", {"facts": [{"name": "cash", "value": float("nan"), "unit": "money"}], "identity": TRAIN[0]}, "facts"),
        ("facts", {"facts": [{"name": "cash", "value": None, "unit": "money"}], "identity": TRAIN[0]}, "facts"),
    ],
)
def test_a_row_that_is_not_of_its_kind_is_refused_by_its_column(tmp_path: Path, kind, row, column) -> None:
    with pytest.raises(InputRejected) as refused:
        write_lines(tmp_path, "made", kind, [row], ABOUT)
    assert (refused.value.code, refused.value.values["column"]) == ("source_row_unfit", column)
    assert list(tmp_path.iterdir()) == []


def test_a_source_without_anything_to_train_on_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRejected) as refused:
        write_lines(tmp_path, "tweets", "labelled", [labelled(VALIDATION[0])], ABOUT)
    assert refused.value.code == "source_empty"
    assert list(tmp_path.iterdir()) == []


def test_arrays_are_read_by_group_with_their_columns(tmp_path: Path) -> None:
    make_sources(tmp_path, 12)
    card = cards_in(tmp_path)["scans"]
    assert sum(card.count.values()) == 24
    modes = {(tmp_path / file).stat().st_mode for file in (card.file, card.columns_file, "scans.card.json")}
    assert len(modes) == 1
    source = open_source(tmp_path, card)
    assert source.count("train") + source.count("validation") == 12
    found = source.row("train", 1)
    known = identities(12, "train", "validation")
    place = known.index(found["identity"])
    expected_NGC = np.arange(12 * 80, dtype=np.float16).reshape(24, 5, 8)[2 * place : 2 * place + 2]
    np.testing.assert_array_equal(found["arrays"]["grids"], expected_NGC)
    assert found["columns"]["scan"] == [found["identity"]] * 2


def test_arrays_and_columns_of_different_length_are_refused(tmp_path: Path) -> None:
    fields_NYX = np.zeros((2, 4, 4), np.uint8)
    with pytest.raises(InputRejected) as refused:
        write_arrays(tmp_path, "fields", "images", {"fields": fields_NYX}, {"identity": TRAIN[:3]}, ABOUT)
    assert (refused.value.code, refused.value.values["column"]) == ("source_row_unfit", "fields")


def test_a_changed_file_a_missing_one_and_a_card_of_something_else_are_refused(tmp_path: Path) -> None:
    make_sources(tmp_path, 12)
    cards = cards_in(tmp_path)
    for name, damage in (("tweets", "file"), ("fields", "columns_file")):
        file = tmp_path / getattr(cards[name], damage)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        with pytest.raises(InputRejected) as refused:
            open_source(tmp_path, cards[name])
        assert refused.value.code == "source_differs"
        file.unlink()
        with pytest.raises(NotFound) as absent:
            open_source(tmp_path, cards[name])
        assert absent.value.code == "source_file_missing"
    with pytest.raises(NotFound) as unknown:
        read_card(tmp_path / "other.card.json")
    assert (unknown.value.code, unknown.value.values) == ("source_missing", {"name": "other"})
    held = cards["prose"].as_dict()
    for change in ({"kind": "films"}, {"file": "../prose"}, {"name": "tweets"}, {"more": 1}, {"sha256": None}):
        broken = {**held, **change}
        if broken["sha256"] is None:
            del broken["sha256"]
        (tmp_path / "prose.card.json").write_text(json.dumps(broken))
        with pytest.raises(InputRejected) as refused:
            read_card(tmp_path / "prose.card.json")
        assert refused.value.code == "source_card_unreadable"


def test_a_file_that_says_another_split_than_the_rule_is_refused_whatever_its_card_says(tmp_path: Path) -> None:
    for said, identity in (
        ("train", VALIDATION[0]),
        ("train", identities(1, "test")[0]),
        ("test", identities(1, "test")[0]),
    ):
        content = gzip.compress(json.dumps(labelled(identity, split=said)).encode() + b"\n")
        (tmp_path / "tweets.jsonl.gz").write_bytes(content)
        card = write_lines(tmp_path / "other", "tweets", "labelled", [labelled(TRAIN[0])], ABOUT)[1]
        held = {**card.as_dict(), "file": "tweets.jsonl.gz", "sha256": hashlib.sha256(content).hexdigest()}
        (tmp_path / "tweets.card.json").write_text(json.dumps(held))
        with pytest.raises(InputRejected) as refused:
            Lines(tmp_path, read_card(tmp_path / "tweets.card.json"))
        assert refused.value.code == "source_leaks"


def test_an_order_gives_each_number_once_an_epoch_and_goes_on_where_it_stood() -> None:
    order = Order("prose", 7, seed=1)
    first, second = [[order.next() for _ in range(7)] for _ in range(2)]
    assert sorted(first) == sorted(second) == list(range(7))
    assert first != second
    order.next()
    state = order.state()
    assert state == [2, 1]
    rest = [order.next() for _ in range(20)]
    other = Order("prose", 7, seed=1)
    other.load(json.loads(json.dumps(state)))
    assert [other.next() for _ in range(20)] == rest
    assert [Order("tweets", 7, seed=1).next() for _ in range(7)] != first
