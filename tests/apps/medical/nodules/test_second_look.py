"""A second look changes nothing before it is trained, treats each candidate by itself, and reads the trunk."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from apps.medical.nodules.candidate_rows import rows_described
from apps.medical.nodules.detect import TOKENS, CandidateDescription
from apps.medical.nodules.linking import sigmoid
from apps.medical.nodules.second_look import SecondLook, VolumeCandidateHead, averaged, decided_by, load_second_look
from apps.medical.nodules.training.heads.ensemble import core_head
from core_model.adapters import AdapterRegistry
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected, NotFound
from core_model.explain import shuffled
from tests.apps.medical.nodules.second_looks import SPACING, asked, small_core, small_second_look
from tests.apps.medical.nodules.test_candidate_rows import candidates

CONFIG = CoreConfig.tiny()
FACTS = (("one", "none"), ("two", "length"))


class TwoNames:
    """A tokenizer that knows the names of two facts."""

    def ids(self, text, *, marks=True):
        return {"one": [5, 6], "two": [7]}[text]


def core(seed=0):
    torch.manual_seed(seed)
    model = Core(CONFIG, TwoNames(), {"weights_sha256": f"core {seed}"}).eval()
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model


def trained(around=None, seed=0):
    torch.manual_seed(seed)
    head = VolumeCandidateHead(around or core(), facts=FACTS, num_layers=2)
    torch.nn.init.normal_(head.head.linear.weight, std=0.5)
    return head.eval()


def test_an_untrained_head_gives_the_stems_own_log_odds_exactly():
    rows = candidates()
    head = VolumeCandidateHead(core(), facts=FACTS, num_layers=2).eval()
    assert torch.equal(head(rows), rows.score_N)


def test_candidates_in_another_order_get_the_same_answers_in_that_order():
    rows, head = candidates(), trained()
    order = torch.tensor([3, 0, 4, 1, 2])
    with torch.no_grad():
        assert torch.allclose(head(rows.rows(order)), head(rows)[order], atol=1e-5)


def test_a_batch_equals_one_by_one_though_rows_differ_in_length():
    rows, head = candidates(), trained()
    with torch.no_grad():
        together = head(rows)
        single = torch.cat([head(rows.rows(torch.tensor([n]))) for n in range(len(rows))])
    assert torch.allclose(together, single, atol=1e-5)


def around(head, model):
    """The same head around another core."""
    other = VolumeCandidateHead(model, **head.settings)
    other.load_state_dict(head.state_dict())
    return other.eval()


def test_what_is_said_depends_on_the_frozen_trunk_on_the_context_and_on_the_facts():
    rows, model = candidates(), core()
    head = trained(model)
    with torch.no_grad():
        before = head(rows)
        shuffled_core = model.with_weights(shuffled(model.state_dict()))
        assert (around(head, shuffled_core)(rows) - before).abs().min() > 1e-3
        features = rows.features_NTC.clone()
        features[:, 1:] = 0
        blind = head(replace(rows, features_NTC=features))
        assert (blind - before).abs()[0] > 1e-3
        assert torch.allclose(blind[3], before[3], atol=1e-5)
        assert (head(replace(rows, facts_NF=rows.facts_NF + 3)) - before).abs().min() > 1e-3


def with_gaps():
    """Candidates of which some facts are not known: one of the first, all of the third."""
    rows = candidates()
    facts = rows.facts_NF.clone()
    facts[0, 1] = facts[2, :] = torch.nan
    return replace(rows, facts_NF=facts)


def test_a_fact_that_is_not_known_has_no_token_and_changes_nobody_else():
    rows, full, head = with_gaps(), candidates(), trained()
    with torch.no_grad():
        gaps, whole = head(rows), head(full)
        single = torch.cat([head(rows.rows(torch.tensor([n]))) for n in range(len(rows))])
    assert torch.isfinite(gaps).all()
    assert torch.allclose(gaps, single, atol=1e-5)
    assert (gaps - whole).abs()[[0, 2]].min() > 1e-4
    assert torch.allclose(gaps[[1, 3, 4]], whole[[1, 3, 4]], atol=1e-5)


def test_candidates_none_of_whose_facts_is_known_are_those_of_a_head_without_facts():
    model = core()
    head = trained(model)
    bare = VolumeCandidateHead(model, facts=(), num_layers=2).eval()
    bare.load_state_dict(head.state_dict())
    rows = candidates()
    unknown = replace(rows, facts_NF=torch.full_like(rows.facts_NF, torch.nan))
    with torch.no_grad():
        without = bare(replace(rows, facts_NF=torch.zeros(len(rows), 0)))
        assert torch.allclose(head(unknown), without, atol=1e-5)


def test_training_reaches_the_embeddings_through_the_trunk_and_leaves_the_trunk_alone():
    rows, model = candidates(), core()
    head = trained(model)
    head.train()(rows).sum().backward()
    assert head.volume.features.weight.grad.abs().sum() > 0
    assert head.embeddings["facts"].ratio.weight.grad.abs().sum() > 0
    assert head.modality_MD.grad.abs().sum() > 0
    for one in (model, head.core):
        assert all(parameter.grad is None for parameter in one.parameters())


def test_features_are_standardised_by_the_tokens_that_are_there():
    rows, head = candidates(), trained()
    head.standardise_by(rows)
    there = rows.features_NTC[rows.present_NT]
    assert len(there) == 5 * 7 - 3 - 6
    assert torch.allclose(head.volume.mean_C, there.mean(0))
    assert torch.allclose(head.scale_C, there.std(0))


def test_vectors_of_another_stem_and_other_facts_are_refused():
    rows, head = candidates(), trained()
    with pytest.raises(InputRejected, match=r"facts that the head was not trained on \(allowed: 2 of them\)"):
        head(replace(rows, facts_NF=torch.zeros(5, 3)))
    with pytest.raises(InputRejected, match="volume vectors"):
        head(replace(rows, features_NTC=torch.ones(5, 7, 9)))
    with pytest.raises(InputRejected, match="spacing that is not positive"):
        head(replace(rows, spacing_mm_N3=torch.zeros(5, 3)))


def test_heads_that_say_nothing_give_the_stems_probability():
    model = small_core()
    rescorer = SecondLook.of(model, {"A": ([core_head(model, 2)], 0.0)}).rescorer("A")
    assert rescorer(asked()) == pytest.approx(sigmoid(asked().score_N), abs=1e-7)


def test_members_are_averaged_in_log_odds_and_shifted():
    second_look = small_second_look(shifts=(0.7, 0.0))
    rows = rows_described(asked())
    single = [averaged([member], rows) for member in second_look.members("A")]
    odds = torch.stack(single).mean(0) + 0.7 / 2
    assert second_look.rescorer("A")(asked()) == pytest.approx(sigmoid(odds.numpy()), abs=1e-6)


def test_the_second_look_is_the_mean_of_the_stems_and_the_cores_log_odds():
    head = small_second_look().members("A")[0]
    alone = head(rows_described(asked())).detach().numpy()
    both = averaged([head], rows_described(asked())).numpy()
    assert both == pytest.approx((alone + asked().score_N) / 2, abs=1e-6)


def test_each_fold_has_heads_of_its_own():
    second_look = small_second_look()
    one, other = (second_look.rescorer(fold)(asked()) for fold in "AB")
    assert np.abs(one - other).min() > 1e-4


def test_no_candidates_get_no_probabilities():
    nothing = CandidateDescription(np.zeros((0, TOKENS * 80)), np.zeros((0, 3)), SPACING, np.zeros(0))
    assert small_second_look().rescorer("A")(nothing).shape == (0,)


def test_the_place_in_the_lungs_counts_where_it_is_known_and_is_no_number_where_it_is_not():
    rescorer = small_second_look().rescorer("A")
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


@pytest.mark.parametrize(
    "wrong", [{"spacing_mm": (2.5, 1.0, 0.0)}, {"features_ND": asked().features_ND[:, : TOKENS * 79]}]
)
def test_what_does_not_fit_the_core_is_refused(wrong):
    with pytest.raises(InputRejected):
        small_second_look().rescorer("A")(replace(asked(), **wrong))


def test_a_second_look_comes_back_from_disk_within_half_precision(tmp_path):
    model = small_core()
    second_look = small_second_look(model)
    path = second_look.save(tmp_path, "look", {"made_by": {"seed": 0}}, half=True)
    back = load_second_look(tmp_path, "look", model)
    assert back.card["made_by"] == {"seed": 0}
    assert {name: (len(heads), shift) for name, (heads, shift) in back.folds.items()} == {"A": (2, 0.0), "B": (2, 0.25)}
    for fold in "AB":
        before, after = (one.rescorer(fold)(asked()) for one in (second_look, back))
        assert after == pytest.approx(before, abs=5e-3)
    again = second_look.save(tmp_path / "again", "look", {"made_by": {"seed": 0}}, half=True)
    assert again.read_bytes() == path.read_bytes()
    assert back.save(tmp_path / "twice", "look", {"made_by": {"seed": 0}}, half=True).read_bytes() == path.read_bytes()
    registry = AdapterRegistry(tmp_path)
    assert registry.names() == ["look"]
    found = registry.load(SecondLook, "look", model).rescorer("B")(asked())
    assert found == pytest.approx(back.rescorer("B")(asked()), abs=1e-7)


def test_a_missing_one_damaged_weights_another_core_and_other_facts_are_refused(tmp_path):
    model = small_core()
    with pytest.raises(NotFound, match="no adapter called look"):
        load_second_look(tmp_path, "look", model)
    card_path = small_second_look(model).save(tmp_path, "look")
    with pytest.raises(InputRejected, match="made for another core"):
        load_second_look(tmp_path, "look", small_core(seed=1))
    told = json.loads(card_path.read_text())
    told["settings"]["facts"][1][0] = "distance between slices"
    card_path.write_text(json.dumps(told))
    with pytest.raises(InputRejected, match="trained on other facts"):
        load_second_look(tmp_path, "look", model)
    weights = tmp_path / told["weights_file"]
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(bytes(content))
    with pytest.raises(InputRejected, match="differ from their card"):
        load_second_look(tmp_path, "look", model)


def test_what_decides_a_probability_changes_with_weights_shift_and_core(tmp_path):
    def decided(name, second_look):
        return decided_by(json.loads(second_look.save(tmp_path / name, "look", {"note": name}).read_text()))

    model = small_core()
    first = decided("1", small_second_look(model))
    assert decided("2", small_second_look(model)) == first
    others = [
        decided("3", small_second_look(model, shifts=(0.01, 0.25))),
        decided("4", small_second_look(model, seed=1)),
        decided("5", small_second_look(small_core(1))),
    ]
    assert all(other != first for other in others)
