"""The mixture: shares of the tokens hold, validation is never drawn, a resumed mixture goes on bit for bit."""

import json
from pathlib import Path

import pytest
import torch

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.packing import pack
from core_model.inputs.segments import ImageSegment, VolumeSegment
from core_model.training.mixture.cards import cards_in
from core_model.training.mixture.describe import describe, drawing_speed
from core_model.training.mixture.mixture import Mixture
from core_model.training.mixture.shares import KIND_SHARES, shares_of
from core_model.training.run import content_hash
from core_model.training.splits import split_of
from tests.core_model.training.mixture.made import identities, make_sources, tokenizer

CONFIG = CoreConfig.tiny()
SHARES = {"prose": 3, "questions": 2, "tweets": 1, "statements": 1, "fields": 1, "scans": 2, "teacher": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("sources")
    make_sources(made)
    return made


def mixture_of(folder: Path, seed: int = 0, **more) -> Mixture:
    return Mixture(folder, SHARES, tokenizer(), CONFIG, seed, tokens=120, **more)


def test_tokens_are_drawn_in_the_given_shares_from_train_identities_alone(folder: Path) -> None:
    mixture = mixture_of(folder)
    total, seen = dict.fromkeys(SHARES, 0), {name: set() for name in SHARES}
    for _ in range(400):
        drawn = mixture.next()
        assert drawn.kind == mixture.cards[drawn.source].kind
        assert drawn.tokens == sum(each.tokens for each in drawn.examples) >= 120
        total[drawn.source] += drawn.tokens
        seen[drawn.source] |= {each.identity for each in drawn.examples}
    assert total == mixture.done
    for name, share in SHARES.items():
        assert total[name] / sum(total.values()) == pytest.approx(share / 11, abs=0.01)
        assert {split_of(identity) for identity in seen[name]} == {"train"}
    assert len(seen["questions"]) == mixture.cards["questions"].identities["train"]


def test_a_resumed_mixture_draws_the_same_bits(folder: Path) -> None:
    unbroken, first = mixture_of(folder, seed=5), mixture_of(folder, seed=5)
    for _ in range(23):
        unbroken.next(), first.next()
    resumed = mixture_of(folder, seed=5)
    resumed.load_state_dict(json.loads(json.dumps(first.state_dict())))
    for _ in range(60):
        one, other = unbroken.next(), resumed.next()
        assert content_hash(one.source, one.examples) == content_hash(other.source, other.examples)
    assert unbroken.state_dict() == resumed.state_dict()
    assert content_hash(mixture_of(folder, seed=6).next().examples) != content_hash(
        mixture_of(folder, seed=5).next().examples
    )


def test_a_state_of_other_settings_is_refused(folder: Path) -> None:
    with pytest.raises(InputRejected) as refused:
        mixture_of(folder, seed=1).load_state_dict(mixture_of(folder, seed=2).state_dict())
    assert refused.value.code == "mixture_differs"


def test_texts_together_fill_rows_to_the_window_and_lose_no_piece(folder: Path) -> None:
    together, apart = mixture_of(folder), mixture_of(folder, together=())
    joined, single = together.validation("prose", 10_000), apart.validation("prose", 10_000)
    assert all(len(each.segment) == CONFIG.window for drawn in joined for each in drawn.examples[:-1])
    pieces = [
        torch.cat([each.segment.ids_L for drawn in found for each in drawn.examples]) for found in (joined, single)
    ]
    assert torch.equal(*pieces)
    assert len(pieces[0]) > 50
    assert sum(len(drawn.examples) for drawn in joined) < sum(len(drawn.examples) for drawn in single)


def test_validation_batches_are_the_same_whatever_was_drawn_and_hold_validation_alone(folder: Path) -> None:
    mixture = mixture_of(folder)
    before = {name: content_hash([each.examples for each in mixture.validation(name, 200)]) for name in SHARES}
    for _ in range(10):
        mixture.next()
    for name in SHARES:
        batches = mixture.validation(name, 200)
        assert content_hash([each.examples for each in batches]) == before[name]
        assert {split_of(each.identity) for drawn in batches for each in drawn.examples} == {"validation"}
    assert sum(len(each.examples) for each in mixture.validation("tweets", 10**6)) == mixture.count(
        "tweets", "validation"
    )


def test_every_kind_becomes_rows_that_the_core_reads(folder: Path) -> None:
    mixture, core, seen = mixture_of(folder), Core(CONFIG, tokenizer()).eval(), set()
    while len(seen) < len(SHARES):
        drawn = mixture.next()
        if drawn.source in seen:
            continue
        seen.add(drawn.source)
        if drawn.kind == "pairs":
            rows = [[segment] for each in drawn.examples for segment in (each.query, each.passage)]
        elif drawn.kind == "images":
            rows = [
                [ImageSegment(field_YX.float() / 255, CONFIG.patch)]
                for each in drawn.examples
                for field_YX in each.arrays["fields"]
            ]
        elif drawn.kind == "volumes":
            rows = []
            for each in drawn.examples:
                features_NC = each.arrays["grids"].float().flatten(0, 1)
                ones_N3 = torch.ones(len(features_NC), 3)
                rows.append([VolumeSegment(features_NC, ones_N3, ones_N3)])
        else:
            rows = [[each.segment] for each in drawn.examples]
        assert pack(rows, CONFIG).num_tokens == drawn.tokens
        assert torch.isfinite(core.encode(rows).mean()).all()


def test_facts_keep_value_total_prior_and_leave_out_what_is_missing(folder: Path) -> None:
    example = mixture_of(folder).validation("statements", 1)[0].examples[0]
    assert len(example.segment.name_ids) == 1
    assert example.segment.values_N.item() >= 5
    assert example.segment.totals_N.tolist() == [50.0]
    assert torch.isnan(example.segment.priors_N).all()
    assert example.segment.unit_N.tolist() == [1]


def test_taught_captions_have_the_vector_of_their_row(folder: Path) -> None:
    examples = mixture_of(folder).validation("teacher", 10**6)[0].examples
    known = identities(40, "train", "validation")
    for each in examples:
        expected_V = torch.eye(40, 8)[known.index(each.identity)]
        assert torch.equal(each.vector_V, expected_V)
        assert each.language == "en"


def test_equal_passages_share_a_key_and_labels_are_numbered(folder: Path) -> None:
    mixture = mixture_of(folder)
    pair = mixture.validation("questions", 1)[0].examples[0]
    assert pair.query_key != pair.passage_key
    assert mixture.labels("tweets") == [0, 1, 2]
    assert all(0 <= each.label < 3 for drawn in mixture.validation("tweets", 500) for each in drawn.examples)


@pytest.mark.parametrize("shares", [{}, {"prose": 0.0}, {"prose": -1.0}, {"prose": float("nan")}])
def test_shares_that_are_not_positive_are_refused(folder: Path, shares) -> None:
    with pytest.raises(InputRejected) as refused:
        Mixture(folder, shares, tokenizer(), CONFIG, 0)
    assert refused.value.code == "shares_not_positive"


def test_code_has_28_hundredths_of_masked_text_and_general_three_tenths_of_all(folder: Path) -> None:
    from dataclasses import replace

    cards = cards_in(folder)
    made = [
        replace(cards["prose"], name="python", code=True),
        replace(cards["prose"], name="readmes"),
        replace(cards["prose"], name="reports", domain="finance", size={"train": 900}),
        replace(cards["prose"], name="records", domain="medical", size={"train": 100}),
        replace(cards["questions"], name="docstrings"),
        replace(cards["questions"], name="captions", domain="finance"),
        replace(cards["tweets"], domain="finance"),
    ]
    shares = shares_of(made)
    assert sum(shares.values()) == pytest.approx(1)
    texts = [shares[name] for name in ("python", "readmes", "reports", "records")]
    assert texts[0] / sum(texts) == pytest.approx(0.28)
    assert sum(shares[name] for name in ("python", "readmes", "docstrings")) == pytest.approx(0.3)
    assert shares["reports"] / shares["records"] == pytest.approx(3)
    assert sum(texts) / shares["tweets"] == pytest.approx(KIND_SHARES["text"] / KIND_SHARES["labelled"])


def test_a_description_counts_the_tokens_of_each_source(folder: Path) -> None:
    found = {each.card.name: each for each in describe(folder, tokenizer(), CONFIG)}
    assert set(found) == set(SHARES)
    assert sum(each.share for each in found.values()) == pytest.approx(1)
    count = found["statements"].card.count["train"]
    assert found["statements"].tokens == 2 * count
    assert found["fields"].tokens == 4 * found["fields"].card.count["train"]
    assert found["scans"].tokens == 5 * found["scans"].card.count["train"]
    mixture = mixture_of(folder)
    speed, batches = drawing_speed(mixture, 0.05)
    assert speed > 0
    assert batches > 0
    assert sum(mixture.read(name) for name in SHARES) > 0
