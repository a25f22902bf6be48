"""Every objective reaches the core, is the same for the same draw, and can be learnt on a few examples."""

from pathlib import Path

import pytest
import torch

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.training.joint.contrast import Contrast
from core_model.training.joint.masked_facts import MaskedFacts
from core_model.training.joint.masked_text import MaskedText
from core_model.training.joint.objective import Objective
from core_model.training.joint.replay import Replay
from core_model.training.mixture.mixture import Mixture
from tests.core_model.training.mixture.made import make_sources, tokenizer

CONFIG = CoreConfig.tiny()
SOURCES = {"text": "prose", "pairs": "questions", "labelled": "tweets", "facts": "statements"}


def core() -> Core:
    torch.manual_seed(0)
    made = Core(CONFIG, tokenizer())
    for block in made.layers:
        for name in block.experts.groups:
            torch.nn.init.normal_(block.experts.group(name).w2_EFD, std=0.1)
    return made


def objective(kind: str) -> Objective:
    torch.manual_seed(1)
    if kind == "text":
        return MaskedText(CONFIG)
    if kind == "pairs":
        return Contrast(early=(1, 2))
    if kind == "labelled":
        torch.manual_seed(7)
        return Replay(Core(CONFIG, tokenizer()))
    return MaskedFacts(CONFIG.width, most=20)


@pytest.fixture(scope="module")
def mixture(tmp_path_factory: pytest.TempPathFactory) -> Mixture:
    folder: Path = tmp_path_factory.mktemp("sources")
    make_sources(folder)
    return Mixture(folder, dict.fromkeys(SOURCES.values(), 1.0), tokenizer(), CONFIG, 0, tokens=200)


@pytest.mark.parametrize("kind", SOURCES)
def test_an_objective_can_be_learnt_and_its_gradient_reaches_the_first_block(kind: str, mixture: Mixture) -> None:
    examples = mixture.validation(SOURCES[kind], 150)[0].examples
    model, asked_of = core().train(), objective(kind).train()
    optimizer = torch.optim.Adam([*model.parameters(), *asked_of.parameters()], lr=2e-3)
    losses = []
    for step in range(30):
        torch.manual_seed(step % 2)  # two draws, over and over
        optimizer.zero_grad()
        asked = asked_of.ask(model, examples)
        asked.loss.backward()
        optimizer.step()
        losses.append(float(asked.loss.detach()))
    reached = model.layers[0].experts.shared.up.weight.grad
    assert reached is not None
    assert float(reached.abs().sum()) > 0
    assert all(routing for output in asked.outputs for routing in output.routings)
    assert sum(losses[-4:]) < 0.8 * sum(losses[:4])


@pytest.mark.parametrize("kind", SOURCES)
def test_one_seed_gives_one_loss(kind: str, mixture: Mixture) -> None:
    examples = mixture.validation(SOURCES[kind], 150)[0].examples
    model, asked_of = core().eval(), objective(kind).eval()
    found = []
    with torch.no_grad():
        for seed in (3, 3, 4):
            torch.manual_seed(seed)
            found.append(float(asked_of.ask(model, examples).loss))
    assert found[0] == found[1]
    if kind == "text":  # the others draw nothing here, or an early layer alone
        assert found[0] != found[2]


def test_the_core_that_it_was_costs_nothing_and_does_not_learn(mixture: Mixture) -> None:
    before = core()
    replay = Replay(before)
    assert not list(replay.parameters())
    assert not any(each.requires_grad for each in before.parameters())
    asked = replay.ask(core().eval(), mixture.validation("tweets", 150)[0].examples)
    assert float(asked.loss.detach()) == pytest.approx(0, abs=1e-5)
