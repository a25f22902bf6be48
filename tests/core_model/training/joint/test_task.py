"""The joint run on a tiny core: it learns, stops and goes on with the same bits, and writes weights with their card."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.training.joint import __main__ as command
from core_model.training.joint.grow import Growth
from core_model.training.joint.settings import JointSettings
from core_model.training.joint.start import objectives_of, started
from core_model.training.joint.task import JointModel, JointTask, is_new, parameter_groups, rates_over
from core_model.training.loop import train
from core_model.training.mixture.cards import cards_in
from core_model.training.mixture.mixture import Mixture
from core_model.training.run import TrainingRun, load_checkpoint_of
from tests.core_model.training.mixture.made import make_sources, tokenizer

CONFIG = CoreConfig.tiny()
SHARES = {"prose": 2.0, "questions": 2.0, "tweets": 1.0, "statements": 1.0}
SETTINGS = JointSettings(rate=1e-3, new_rate=2e-3, warm_up=2, tokens=100, held_out_tokens=60, weights={})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sources")
    make_sources(made)
    return made


def trunk() -> Core:
    torch.manual_seed(0)
    core = Core(CONFIG, tokenizer())
    for block in core.layers:
        torch.nn.init.normal_(block.experts.group("text").w2_EFD, std=0.1)
    return core


def task_of(folder: Path, steps: int) -> JointTask:
    before = trunk()
    core, _ = started(before, Growth())
    mixture = Mixture(folder, SHARES, core.tokenizer, core.config, 0, tokens=SETTINGS.tokens)
    torch.manual_seed(0)
    model = JointModel(core, objectives_of(mixture.cards.values(), core, before))
    return JointTask(model, mixture, SETTINGS, steps)


RUN = TrainingRun(steps=6, accumulate=2, clip=1.0, average=0.9, evaluate_every=3, report_every=2, save_minutes=0)


def test_a_broken_run_ends_with_the_bits_of_an_unbroken_one(folder: Path, tmp_path: Path) -> None:
    whole = train(task_of(folder, RUN.steps), RUN, tmp_path / "whole", {"start": "trunk"})

    class Stopped(Exception):
        pass

    def stop_at(done: float) -> None:
        if done >= 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        train(task_of(folder, RUN.steps), RUN, tmp_path / "broken", {"start": "trunk"}, tick=stop_at)
    held = load_checkpoint_of(tmp_path / "broken")
    assert held is not None
    assert held["step"] == 3
    broken = train(task_of(folder, RUN.steps), RUN, tmp_path / "broken", {"start": "trunk"})
    assert broken.losses == whole.losses
    for name, value in whole.state.items():
        assert torch.equal(value, broken.state[name]), name


def test_the_lines_of_metrics_tell_each_source(folder: Path, tmp_path: Path) -> None:
    train(task_of(folder, RUN.steps), RUN, tmp_path, {"start": "trunk"})
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    judged = [line for line in lines if "held_out_loss" in line]
    assert all(f"held_out.{name}.loss" in line for line in judged for name in SHARES)
    assert judged[0]["held_out_loss"] == pytest.approx(
        sum(judged[0][f"held_out.{name}.loss"] for name in SHARES) / len(SHARES), abs=1e-3
    )
    assert sum(line.get("tokens", 0) for line in lines if "loss" in line) >= 6 * 2 * 100


def test_rates_of_what_begins_here_are_others_and_vectors_do_not_decay(folder: Path) -> None:
    model = task_of(folder, 1).joint
    new = {name for name, _ in model.named_parameters() if is_new(name)}
    assert {"core.image.project.weight", "core.modality_MD", "core.blocks.0.experts.groups.vision.w1_EFD"} <= new
    assert not {"core.text.word_VD", "core.blocks.0.experts.groups.text.w1_EFD"} & new
    assert all(name in new for name, _ in model.named_parameters() if name.startswith("objectives."))
    groups = parameter_groups(model, SETTINGS)
    assert sum(len(group["params"]) for group in groups) == len(list(model.parameters()))
    decayed = {id(each) for group in groups if group["weight_decay"] for each in group["params"]}
    names = {name for name, each in model.named_parameters() if id(each) in decayed}
    assert "core.blocks.0.attention.qkv.weight" in names
    assert not any("router" in name or "norm" in name or name.endswith("bias") for name in names)


def test_rates_rise_and_fall() -> None:
    factor = rates_over(replace(SETTINGS, warm_up=10, last_rate=0.1), 110)
    assert [factor(0), factor(4), factor(9), factor(10)] == pytest.approx([0.1, 0.5, 1.0, 1.0])
    assert factor(60) == pytest.approx(0.55)
    assert factor(110) == factor(500) == pytest.approx(0.1)


def test_a_source_has_its_own_weight_or_that_of_its_kind() -> None:
    settings = JointSettings(weights={"text": 0.5, "prose": 2.0})
    assert [settings.weight(*pair) for pair in (("prose", "text"), ("other", "text"), ("x", "facts"))] == [2, 0.5, 1]
    with pytest.raises(ValueError, match="negative"):
        JointSettings(weights={"text": -1.0})


def test_the_command_writes_weights_whose_card_names_the_data(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trunk().save_pretrained(tmp_path / "trunk")
    monkeypatch.setattr(command, "RUN", replace(RUN, steps=2, evaluate_every=1))
    words = ["joint", "--weights", str(tmp_path / "trunk"), "--data", str(folder), "--work", str(tmp_path / "run")]
    words += ["--out", str(tmp_path / "out"), "--steps", "2", "--tokens", "80", "--threads", "1"]
    monkeypatch.setattr("sys.argv", words)
    monkeypatch.setattr(command, "cards_in", lambda at: {name: cards_in(at)[name] for name in SHARES})
    assert command.main() == 0
    trained = Core.from_pretrained(tmp_path / "out")
    assert set(trained.card["data"]) == set(SHARES)
    assert trained.card["made_from"] == Core.from_pretrained(tmp_path / "trunk").weights_hash
    assert sum(each["tokens"] for each in trained.card["data"].values()) > 0
    assert "blocks.0.vision" in trained.card["began_anew"]
    assert json.loads((tmp_path / "run" / "status.json").read_text())["state"] == "done"
    routed = [json.loads(line) for line in (tmp_path / "run" / "routing.jsonl").read_text().splitlines()]
    assert {line["source"] for line in routed} == set(SHARES)
    assert {line["step"] for line in routed} == {0, 1, 2}
