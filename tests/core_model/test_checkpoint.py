"""Weights on disk: what is read is what was written, and a crash leaves the old pair or the new one."""

import json
import os
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from core_model import checkpoint
from core_model.checkpoint import dequantise, load_checkpoint, quantise, save_checkpoint
from core_model.errors import InputRejected, Unavailable


def tensors(seed: int = 0) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    return {"a": torch.randn(5, 7), "steps": torch.tensor([3]), "experts": torch.randn(2, 4, 3) * 10}


def test_weights_and_card_come_back_exactly(tmp_path: Path) -> None:
    card_path = save_checkpoint(tmp_path, "core", tensors(), {"licence": "MIT"})
    found, card = load_checkpoint(card_path)
    assert card["licence"] == "MIT"
    assert found.keys() == tensors().keys()
    for name, tensor in tensors().items():
        assert_close(found[name], tensor, atol=0, rtol=0)


def test_int8_channels_err_by_half_a_step_at_most_and_zeros_stay_zero(tmp_path: Path) -> None:
    card_path = save_checkpoint(tmp_path, "core", tensors(), {}, lambda name, t: 1 if t.ndim == 3 else None)
    found, _ = load_checkpoint(card_path)
    original = tensors()["experts"]
    step = original.abs().amax(dim=1, keepdim=True) / 127
    assert bool(((found["experts"] - original).abs() <= step / 2 + 1e-6).all())
    assert_close(found["a"], tensors()["a"], atol=0, rtol=0)
    values, scale = quantise(torch.zeros(2, 3), 1)
    assert dequantise({"z": values, "z.scale": scale})["z"].tolist() == [[0.0] * 3] * 2


def test_the_same_weights_give_the_same_bytes(tmp_path: Path) -> None:
    first = save_checkpoint(tmp_path / "1", "core", tensors(), {"a": 1})
    second = save_checkpoint(tmp_path / "2", "core", tensors(), {"a": 1})
    assert first.read_bytes() == second.read_bytes()


def test_a_new_pair_replaces_the_old_one(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, "core", tensors(0), {})
    card_path = save_checkpoint(tmp_path, "core", tensors(1), {})
    assert_close(load_checkpoint(card_path)[0]["a"], tensors(1)["a"], atol=0, rtol=0)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("call", range(8))
def test_a_crash_at_any_write_leaves_a_whole_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    save_checkpoint(tmp_path, "core", tensors(0), {})
    seen = 0

    def failing(real):
        def wrapped(*arguments):
            nonlocal seen
            seen += 1
            if seen > call:
                raise OSError("no space left on device")
            return real(*arguments)

        return wrapped

    for name in ("replace", "fsync"):
        monkeypatch.setattr(checkpoint.os, name, failing(getattr(os, name)))
    crashed = False
    try:
        save_checkpoint(tmp_path, "core", tensors(1), {})
    except OSError:
        crashed = True
    monkeypatch.undo()
    found = load_checkpoint(tmp_path / "core.json")[0]["a"]
    assert crashed == (call < 6), "two files, each with fsync, replace, fsync of the folder"
    assert any(torch.equal(found, tensors(seed)["a"]) for seed in (0, 1))


def test_missing_or_damaged_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="convert_trunk") as missing:
        load_checkpoint(tmp_path / "core.json")
    assert missing.value.code == "weights_missing"
    assert str(tmp_path) not in str(missing.value)
    card_path = save_checkpoint(tmp_path, "core", tensors(), {})
    weights = tmp_path / json.loads(card_path.read_text())["weights_file"]
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(InputRejected, match="SHA-256"):
        load_checkpoint(card_path)
    weights.unlink()
    with pytest.raises(Unavailable, match="not beside"):
        load_checkpoint(card_path)
    card_path.write_text("{")
    with pytest.raises(InputRejected, match="not JSON"):
        load_checkpoint(card_path)
