"""What the controls of the second look compare, on candidates that are seen through."""

import numpy as np
import pytest
import torch

from apps.medical.nodules.training.heads.controls import check_validation, controls_of, judged
from apps.medical.nodules.training.heads.train import HeadTraining
from core_model.errors import InputRejected
from tests.apps.medical.nodules.second_looks import (
    cached_part,
    patients,
    small_core,
    small_plain_nets,
    small_second_look,
)

SETTINGS = HeadTraining(layers=1, members=2, epochs=2, batch=32, rate=5e-3, average=0.0, noise=0.0)
LONGER = HeadTraining(layers=1, members=2, epochs=12, patience=6, batch=32, rate=2e-2, average=0.0, noise=0.0)
NOTHING = HeadTraining(layers=1, members=2, epochs=1, batch=32, rate=1e-9, score_rate=0.0, average=0.0, noise=0.0)


def both_parts():
    return {fold: (cached_part(n=400, seed=seed), cached_part(n=90, seed=seed + 9, split="validation"))
            for fold, seed in (("A", 1), ("B", 2))}  # fmt: skip


def controlled(parts, folder):
    """The controls of a small second look, in few passes and without other plain nets."""
    look, nets = small_second_look(), small_plain_nets()
    return controls_of(look, nets, parts, folder, settings=SETTINGS, tried=(), log=lambda text: None)


def test_average_precisions_and_differences_are_those_of_the_scores_and_intervals_go_over_patients():
    label = np.array([True, False, False, False] * 10)
    people = np.repeat([f"patient {n}" for n in range(10)], 4)
    found = judged({"right": label.astype(float), "useless": np.zeros(40)}, label, people, (("right", "useless"),), 50)
    assert (found["candidates"], found["nodule_candidates"], found["patients_and_ct"]) == (40, 10, 10)
    assert found["average_precision"]["right"] == {"value": 1.0, "interval": [1.0, 1.0]}
    assert found["differences"]["right minus useless"] == {"value": 0.75, "interval": [0.75, 0.75]}
    one = np.repeat(["patient"], 40)
    rng = np.random.default_rng(0)
    alone = judged({"any": rng.normal(size=40)}, label, one, (), 50)["average_precision"]["any"]
    assert alone["interval"] == [alone["value"]] * 2


@pytest.mark.parametrize("split", ["train", "test"])
def test_patients_of_another_split_are_not_judged_on(split):
    part = cached_part(split="validation")
    check_validation(part)
    part["patient_N"][100] = patients(split, 1)[0]
    with pytest.raises(InputRejected, match="1 patients who are not for validation"):
        check_validation(part)


@pytest.mark.slow
def test_both_controls_learn_and_the_plain_net_is_chosen_by_the_loss_held_out_in_training(tmp_path):
    torch.set_num_threads(1)
    core, parts, lines = small_core(), both_parts(), []
    before = {name: value.clone() for name, value in core.state_dict().items()}
    tried = ((NOTHING, 16), (LONGER, 32))
    look, nets = small_second_look(core), small_plain_nets()
    found = controls_of(look, nets, parts, tmp_path, settings=SETTINGS, tried=tried, log=lines.append)
    assert [net["chosen"] for net in found["plain_nets"]] == [False, False, True]
    losses = [net["held_out_loss"] for net in found["plain_nets"]]
    assert losses[2] == min(losses)
    assert losses[2] < losses[1] - 0.1
    precision = {name: entry["value"] for name, entry in found["average_precision"].items()}
    assert precision["plain, best held out"] > precision["stem"] + 0.1
    assert precision["shuffled trunk"] > precision["stem"]
    assert precision["core without the place"] > precision["stem"]
    assert set(found["average_precision_by_fold"]) == {"A", "B"}
    assert all(set(each) == set(precision) for each in found["average_precision_by_fold"].values())
    # The plain nets of these heads are untrained: they give the stem's own order.
    assert precision["plain, as the heads"] == pytest.approx(precision["stem"], abs=1e-3)
    assert all(torch.equal(value, core.state_dict()[name]) for name, value in before.items())
    assert all(parameter.requires_grad for parameter in core.parameters())

    for fold in parts:
        label = parts[fold][1]["label_N"]
        label[label >= 0] = 1 - label[label >= 0]
    again = controls_of(look, nets, parts, tmp_path, settings=SETTINGS, tried=tried, log=lines.append)
    assert again["plain_nets"] == found["plain_nets"]
    assert again["average_precision"] != found["average_precision"]


@pytest.mark.slow
def test_the_shuffled_trunk_is_another_than_the_cores_and_what_was_trained_is_not_trained_again(tmp_path):
    torch.set_num_threads(1)
    parts = both_parts()
    first = controlled(parts, tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*.json")}
    assert len(stamps) == 12
    second = controlled(parts, tmp_path)
    assert second == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*.json")} == stamps


@pytest.mark.slow
def test_the_control_without_the_place_neither_learns_nor_judges_by_it(tmp_path):
    torch.set_num_threads(1)
    parts = both_parts()
    elsewhere = {
        fold: tuple({**part, "place_mm_N3": part["place_mm_N3"][::-1] + 40} for part in both)
        for fold, both in parts.items()
    }
    found = [controlled(held, tmp_path / name) for name, held in (("here", parts), ("elsewhere", elsewhere))]
    here, there = ({name: entry["value"] for name, entry in one["average_precision"].items()} for one in found)
    assert here["core without the place"] == there["core without the place"]
    assert here["shuffled trunk"] != there["shuffled trunk"]
