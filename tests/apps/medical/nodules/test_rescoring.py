"""The core's second look as the detector asks for it, and its weights on disk."""

import json
from dataclasses import replace

import numpy as np
import pytest

from apps.medical.nodules.detect import CONTEXT_MM, TOKENS, CandidateDescription
from apps.medical.nodules.linking import sigmoid
from apps.medical.nodules.rescoring import (
    FACTS,
    Heads,
    core_head,
    decided_by,
    load_heads,
    rows_of,
    save_heads,
    tensors_of,
)
from apps.medical.nodules.second_look import name_pieces
from core_model.errors import InputRejected, Unavailable
from tests.apps.medical.nodules.heads import CONFIG, cached_part, small_core, small_heads

SPACING = (2.5, 1.0, 1.0)


def asked(n=6, seed=3):
    part = cached_part(n=60, seed=seed)
    place = np.random.default_rng(seed).uniform(10, 200, (n, 3))
    return CandidateDescription(part["features_ND"][:n].astype(np.float32), place, SPACING, part["score_N"][:n])


def rows(description):
    spacing = np.tile(description.spacing_mm, (len(description.score_N), 1))
    return rows_of(description.features_ND, description.place_mm_N3, spacing, description.score_N)


def test_heads_that_say_nothing_give_the_stems_probability():
    rescorer = Heads((core_head(CONFIG, 2),), 0.0, 2).rescorer(small_core())
    assert rescorer(asked()) == pytest.approx(sigmoid(asked().score_N), abs=1e-7)


def test_members_are_averaged_in_log_odds_and_shifted():
    core, heads = small_core(), small_heads()["A"]
    single = [Heads((member,), 0.0, 2).rescorer(core)(asked()) for member in heads.members]
    odds = np.mean([np.log(p / (1 - p)) for p in single], axis=0) + 0.7 / 2
    assert replace(heads, shift=0.7).rescorer(core)(asked()) == pytest.approx(sigmoid(odds), abs=1e-5)


def test_the_second_look_is_the_mean_of_the_stems_and_the_cores_log_odds():
    core, heads = small_core(), small_heads()["A"]
    names = name_pieces(core, [name for name, _ in FACTS])
    alone = heads.members[0](core, rows(asked()), names).detach().numpy()
    both = Heads(heads.members[:1], 0.0, 2).rescorer(core)(asked())
    assert both == pytest.approx(sigmoid((alone + asked().score_N) / 2), abs=1e-5)


def test_no_candidates_get_no_probabilities():
    rescorer = small_heads()["A"].rescorer(small_core())
    nothing = CandidateDescription(np.zeros((0, TOKENS * 80)), np.zeros((0, 3)), SPACING, np.zeros(0))
    assert rescorer(nothing).shape == (0,)


def test_a_row_gives_each_token_its_nominal_height_and_states_score_spacing_and_place():
    given = asked()
    made = rows(given)
    assert made.position_mm_NT3[2, :, 0].tolist() == list(CONTEXT_MM)
    facts = dict(zip([name for name, _ in FACTS], made.facts_NF.T.numpy(), strict=True))
    assert facts["log odds of a lung nodule by the convolutional detector"] == pytest.approx(given.score_N)
    assert set(facts["distance between CT slices"].tolist()) == {2.5}
    for axis, words in enumerate(("above the lower end", "behind the front", "from the right side")):
        assert facts[f"distance {words} of the lungs"] == pytest.approx(given.place_mm_N3[:, axis])
    assert made.features_NTC[4, 2].numpy() == pytest.approx(given.features_ND.reshape(6, TOKENS, 80)[4, 2])


def test_the_place_in_the_lungs_counts_where_it_is_known_and_is_no_number_where_it_is_not():
    rescorer = small_heads()["A"].rescorer(small_core())
    there = rescorer(asked())
    moved = rescorer(replace(asked(), place_mm_N3=asked().place_mm_N3 + 40))
    unknown = rescorer(replace(asked(), place_mm_N3=np.full((6, 3), np.nan)))
    least = rescorer(replace(asked(), place_mm_N3=np.ones((6, 3))))
    assert np.isfinite(unknown).all()
    for other in (moved, unknown, least):
        assert np.abs(other - there).max() > 1e-4
    assert np.abs(unknown - least).max() > 1e-4
    one = rescorer(replace(asked(), place_mm_N3=np.where(np.arange(6)[:, None] == 2, np.nan, asked().place_mm_N3)))
    assert one[2] == pytest.approx(unknown[2], abs=1e-6)
    assert np.delete(one, 2) == pytest.approx(np.delete(there, 2), abs=1e-6)


def test_shapes_that_do_not_fit_are_refused():
    rescorer = small_heads()["A"].rescorer(small_core())
    features = asked().features_ND
    for wrong in (
        {"features_ND": features[:, :-1]},
        {"score_N": asked().score_N[:-1]},
        {"spacing_mm": (2.5, 1.0, 0.0)},
        {"features_ND": features[:, : TOKENS * 79]},
        {"features_ND": np.full_like(features, np.nan)},
        {"place_mm_N3": asked().place_mm_N3[:, :2]},
        {"place_mm_N3": np.full((6, 3), np.inf)},
    ):
        with pytest.raises(InputRejected):
            rescorer(replace(asked(), **wrong))


def test_heads_come_back_from_disk_within_half_precision_and_below_a_mebibyte(tmp_path):
    core, heads = small_core(), small_heads()
    path = save_heads(tmp_path, heads, core, {"seed": 0})
    back, card = load_heads(tmp_path, core)
    assert card["made_by"] == {"seed": 0}
    assert list(back) == ["A", "B"]
    for name in heads:
        assert back[name].shift == heads[name].shift
        before, after = (held[name].rescorer(core)(asked()) for held in (heads, back))
        assert after == pytest.approx(before, abs=5e-3)
    again = save_heads(tmp_path / "again", heads, core, {"seed": 0})
    assert again.read_bytes() == path.read_bytes()
    assert all(tensor.element_size() == 2 for tensor in tensors_of(heads).values())


def test_a_missing_head_damaged_weights_and_another_core_are_refused(tmp_path):
    core = small_core()
    with pytest.raises(Unavailable, match="nodule head is not installed"):
        load_heads(tmp_path, core)
    card_path = save_heads(tmp_path, small_heads(), core, {})
    with pytest.raises(InputRejected, match="trained with another core"):
        load_heads(tmp_path, small_core(seed=1))
    card = json.loads(card_path.read_text())
    weights = tmp_path / card["weights_file"]
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(InputRejected, match="differ from their card"):
        load_heads(tmp_path, core)


def test_what_decides_a_probability_changes_with_weights_shift_and_core(tmp_path):
    def decided(name, heads, core):
        return decided_by(json.loads(save_heads(tmp_path / name, heads, core, {"note": name}).read_text()))

    core, heads = small_core(), small_heads()
    first = decided("1", heads, core)
    assert decided("2", heads, core) == first
    moved = {**heads, "A": replace(heads["A"], shift=0.01)}
    others = [decided("3", moved, core), decided("4", small_heads(1), core), decided("5", heads, small_core(1))]
    assert all(other != first for other in others)
