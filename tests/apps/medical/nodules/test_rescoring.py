"""The core's second look as the detector asks for it, and its weights on disk."""

import json
from dataclasses import replace

import numpy as np
import pytest

from apps.medical.nodules.detect import CONTEXT_MM, TOKENS
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
from core_model.errors import InputRejected, Unavailable
from core_model.rescore import name_pieces
from tests.apps.medical.nodules.heads import CONFIG, cached_part, small_core, small_heads

SPACING = (2.5, 1.0, 1.0)


def asked(n=6, seed=3):
    part = cached_part(n=60, seed=seed)
    return part["features_ND"][:n].astype(np.float32), SPACING, part["score_N"][:n]


def test_heads_that_say_nothing_give_the_stems_probability():
    look = Heads((core_head(CONFIG, 2),), 0.0, 2).rescorer(small_core())
    features, spacing, score = asked()
    assert look(features, spacing, score) == pytest.approx(sigmoid(score), abs=1e-7)


def test_members_are_averaged_in_log_odds_and_shifted():
    core, heads = small_core(), small_heads()["A"]
    single = [Heads((member,), 0.0, 2).rescorer(core)(*asked()) for member in heads.members]
    odds = np.mean([np.log(p / (1 - p)) for p in single], axis=0) + 0.7 / 2
    assert replace(heads, shift=0.7).rescorer(core)(*asked()) == pytest.approx(sigmoid(odds), abs=1e-5)


def test_the_second_look_is_the_mean_of_the_stems_and_the_cores_log_odds():
    core, heads = small_core(), small_heads()["A"]
    features, spacing, score = asked()
    rows = rows_of(features, np.tile(spacing, (len(score), 1)), score)
    alone = heads.members[0](core.model, rows, name_pieces(core, [name for name, _ in FACTS])).detach().numpy()
    both = Heads(heads.members[:1], 0.0, 2).rescorer(core)(features, spacing, score)
    assert both == pytest.approx(sigmoid((alone + score) / 2), abs=1e-5)


def test_no_candidates_get_no_probabilities():
    look = small_heads()["A"].rescorer(small_core())
    assert look(np.zeros((0, TOKENS * 80), np.float32), SPACING, np.zeros(0)).shape == (0,)


def test_a_row_gives_each_token_its_nominal_height_and_states_score_and_spacing():
    features, _, score = asked()
    rows = rows_of(features, np.tile(SPACING, (6, 1)), score)
    assert rows.position_mm_NT3[2, :, 0].tolist() == list(CONTEXT_MM)
    assert rows.facts_NF[:, 0].numpy() == pytest.approx(score)
    assert set(rows.facts_NF[:, 1].tolist()) == {2.5}
    assert rows.features_NTC[4, 2].numpy() == pytest.approx(features.reshape(6, TOKENS, 80)[4, 2])


def test_shapes_that_do_not_fit_are_refused():
    look = small_heads()["A"].rescorer(small_core())
    features, spacing, score = asked()
    for wrong in (
        (features[:, :-1], spacing, score),
        (features, spacing, score[:-1]),
        (features, (2.5, 1.0, 0.0), score),
        (features[:, : TOKENS * 79], spacing, score),
        (np.full_like(features, np.nan), spacing, score),
    ):
        with pytest.raises(InputRejected):
            look(*wrong)


def test_heads_come_back_from_disk_within_half_precision_and_below_a_mebibyte(tmp_path):
    core, heads = small_core(), small_heads()
    path = save_heads(tmp_path, heads, core, {"seed": 0})
    back, card = load_heads(tmp_path, core)
    assert card["made_by"] == {"seed": 0}
    assert list(back) == ["A", "B"]
    for name in heads:
        assert back[name].shift == heads[name].shift
        before, after = (held[name].rescorer(core)(*asked()) for held in (heads, back))
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
