"""Fitting the heads of the core: what they learn, what they must not see, and going on where it stopped."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from apps.medical.nodules.candidate_rows import FACTS, PLACE
from apps.medical.nodules.training.heads.ensemble import fit_heads, held_out_logits, shift_of
from apps.medical.nodules.training.heads.examples import (
    blinded,
    check_training,
    examples_of,
    held_out_by,
    noisy,
)
from apps.medical.nodules.training.heads.train import HeadTraining
from core_model.errors import InputRejected
from core_model.inputs.packing import pack
from core_model.inputs.segments import TextSegment
from core_model.training.evaluate import average_precision
from core_model.training.splits import split_of
from tests.apps.medical.nodules.second_looks import cached_part, patients, small_core

SETTINGS = HeadTraining(layers=1, members=2, epochs=4, batch=32, rate=5e-3, average=0.0, noise=0.0)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_candidates_of_patients_who_are_not_for_training_are_refused(split):
    part = cached_part()
    check_training(part)
    part["patient_N"][100] = patients(split, 1)[0]
    with pytest.raises(InputRejected, match="1 patients who are not for training"):
        check_training(part)


def test_a_part_of_one_class_is_refused():
    part = cached_part()
    part["label_N"][:] = 0
    with pytest.raises(InputRejected, match="without nodules"):
        check_training(part)


def test_untrusted_candidates_are_left_out_and_sources_and_labels_weigh_the_same():
    part = cached_part()
    examples = examples_of(part)
    assert len(examples) == 235
    assert examples_of(part, least=-1.0).rows.score_N.min() >= -1
    cells = [
        examples.weight_N[(examples.in_ct_N == in_ct) & (examples.label_N == label)].sum().item()
        for in_ct in (True, False)
        for label in (0, 1)
    ]
    assert cells == pytest.approx([235 / 4] * 4, rel=1e-4)


def test_fields_lose_their_context_and_whole_ct_lose_it_at_random():
    examples = examples_of(cached_part())
    assert examples.rows.present_NT[~examples.in_ct_N].sum(1).eq(1).all()
    assert examples.rows.present_NT[examples.in_ct_N].all()
    seen = blinded(examples.rows, examples.in_ct_N, 0.4, torch.Generator().manual_seed(0)).present_NT
    counts = seen[examples.in_ct_N].sum(1)
    assert set(counts.tolist()) == {1, 4, 7}
    assert (counts == 1).float().mean() == pytest.approx(0.4, abs=0.12)
    assert examples.rows.present_NT[examples.in_ct_N].all()


def test_the_place_in_the_lungs_is_unknown_in_fields_hidden_at_random_in_whole_ct_and_never_exact():
    examples = examples_of(cached_part())
    known = ~examples.rows.facts_NF[:, PLACE].isnan()
    assert torch.equal(known.all(1), examples.in_ct_N)
    assert torch.equal(known.any(1), examples.in_ct_N)
    generator = torch.Generator().manual_seed(0)
    seen = blinded(examples.rows, examples.in_ct_N, 0.4, generator)
    left = ~seen.facts_NF[:, PLACE].isnan()
    assert torch.equal(left.all(1), left.any(1))
    assert not left[~examples.in_ct_N].any()
    assert left[examples.in_ct_N].all(1).float().mean() == pytest.approx(0.6, abs=0.12)
    blurred = noisy(examples.rows, torch.zeros(80), 10.0, generator).facts_NF
    moved = blurred - examples.rows.facts_NF
    assert moved[examples.in_ct_N][:, PLACE].std() == pytest.approx(10, rel=0.15)
    assert blurred[examples.in_ct_N][:, PLACE].min() >= 1
    others = [number for number in range(len(FACTS)) if number not in range(*PLACE.indices(len(FACTS)))]
    assert not moved[:, others].any()


def test_what_is_held_out_keeps_patients_together_and_deals_a_whole_ct_singly():
    part = cached_part()
    examples = examples_of(part)
    member = held_out_by(examples, 3, seed=0)
    own = examples.patient_N == "C3N-00247"
    for patient in set(examples.patient_N[~own]):
        assert len(set(member[examples.patient_N == patient])) == 1
    many = {**part, "patient_N": np.where(part["source_N"] == "background", "C3N-00247", part["patient_N"])}
    many = {name: np.concatenate([column] + [column[-40:]] * 4) for name, column in many.items()}
    crowd = examples_of(many)
    assert set(held_out_by(crowd, 3, seed=0)[crowd.patient_N == "C3N-00247"]) == {0, 1, 2}


def test_the_shift_brings_the_surest_own_marks_to_even_odds():
    examples = examples_of(cached_part())
    logit = torch.arange(len(examples)).float()
    examples.background_N[:] = False
    assert shift_of(logit, examples) == 0
    examples.background_N[[3, 10, 20, 30]] = True
    examples.label_N[:] = 0
    assert shift_of(logit, examples) == -20


def adapted(core):
    """How many tensors of the core one step of adapting it to a text moves."""
    before = {name: value.clone() for name, value in core.state_dict().items()}
    optimizer = torch.optim.SGD(
        [value for value in core.parameters() if value.requires_grad] or [torch.zeros(1)], lr=1.0
    )
    hidden = core(pack([[TextSegment(torch.tensor([4, 5, 6]))]], core.config)).hidden_TD
    if hidden.requires_grad:
        hidden[:, 0].sum().backward()
        optimizer.step()
    return sum(not torch.equal(value, before[name]) for name, value in core.state_dict().items())


def test_fitting_leaves_the_core_as_it_was_found_so_that_it_can_be_adapted_afterwards(tmp_path):
    torch.set_num_threads(1)
    part, core, fresh = cached_part(n=120), small_core(), small_core()
    settings = HeadTraining(layers=1, members=2, epochs=1)
    for one in (core, fresh):
        one.modality_MD.requires_grad_(False)
    weights = {name: value.clone() for name, value in core.state_dict().items()}
    fit_heads(core, part, settings, tmp_path, lambda line: None)
    for (name, parameter), (_, other) in zip(core.named_parameters(), fresh.named_parameters(), strict=True):
        assert parameter.requires_grad == other.requires_grad, name
        assert parameter.grad is None, name
        assert torch.equal(parameter, weights[name]), name
    assert core.training == fresh.training
    moved = adapted(core)
    assert moved == adapted(fresh)
    assert moved > 20


def test_a_fitting_that_fails_leaves_the_core_as_it_was_found_too(tmp_path):
    core = small_core()

    def broken(line):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_heads(core, cached_part(n=120), HeadTraining(layers=1, members=2, epochs=1), tmp_path, broken)
    assert all(parameter.requires_grad for parameter in core.parameters())


def test_heads_learn_what_the_score_does_not_say_and_a_second_start_gives_the_same_bytes(tmp_path):
    torch.set_num_threads(1)
    part, core, lines = cached_part(), small_core(), []
    assert {split_of(name) for name in part["patient_N"] if name.startswith("LIDC")} == {"train"}
    heads = fit_heads(core, part, SETTINGS, tmp_path / "one", lines.append)
    precision = heads.report["held_out_average_precision"]
    assert precision["core"]["all"] > precision["stem"]["all"] + 0.2
    assert heads.report["candidates"] == 235
    examples = examples_of(part, SETTINGS.least)
    logit = held_out_logits(heads.members, examples, SETTINGS)
    assert average_precision(logit.numpy(), examples.label_N.numpy()) == pytest.approx(
        precision["core"]["all"], abs=1e-4
    )
    assert heads.shift == pytest.approx(shift_of(logit, examples), abs=1e-4)
    for name in ("core-1", "plain-0"):
        (tmp_path / "one" / f"{name}.json").unlink()
    again = fit_heads(core, part, SETTINGS, tmp_path / "one", lines.append)
    assert again.report == heads.report
    for first, other in zip([*heads.members, *heads.plain], [*again.members, *again.plain], strict=True):
        for name, value in first.state_dict().items():
            assert torch.equal(value, other.state_dict()[name])
    with pytest.raises(ValueError, match="at least two members"):
        HeadTraining(members=1)


def test_finished_members_of_other_settings_or_candidates_are_not_taken_up(tmp_path):
    torch.set_num_threads(1)
    part, core = cached_part(), small_core()
    few = HeadTraining(layers=1, members=2, epochs=1, batch=64)
    fit_heads(core, part, few, tmp_path, lambda line: None)
    with pytest.raises(InputRejected, match=r"settings.decay was 0.05, is 0.1"):
        fit_heads(core, part, replace(few, decay=0.1), tmp_path, lambda line: None)
    part["score_N"][0] += 1
    with pytest.raises(InputRejected, match="data_sha256 was"):
        fit_heads(core, part, few, tmp_path, lambda line: None)
