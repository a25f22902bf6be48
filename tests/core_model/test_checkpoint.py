"""Weights on disk: what is read is what was written, and a crash leaves the old pair or the new one."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save
from torch.testing import assert_close

from core_model import checkpoint
from core_model.checkpoint import SCALE, dequantise, load_checkpoint, quantise, read_tensors, save_checkpoint
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
    assert dequantise({"z": values, "s": scale}, {"z": "s"})["z"].tolist() == [[0.0] * 3] * 2


def test_names_and_types_that_look_like_ours_survive(tmp_path: Path) -> None:
    torch.manual_seed(0)
    given = {
        "norm.scale": torch.randn(4),
        "norm": torch.randn(4),
        "codes": torch.tensor([-128, 0, 127], dtype=torch.int8),
        "both": torch.tensor([3, -4], dtype=torch.int8),
        "both.scale": torch.tensor([0.5, 2.0]),
        "matrix": torch.randn(3, 5),
        "matrix.scale": torch.randn(2),
        "matrix.scale.scale": torch.randn(2),
    }
    for axis_of in (None, lambda name, tensor: 1 if name == "matrix" else None):
        found, _ = load_checkpoint(save_checkpoint(tmp_path, "core", given, {}, axis_of))
        assert found.keys() == given.keys()
        for name, tensor in given.items():
            assert found[name].dtype == tensor.dtype
            tolerance = 0.02 if name == "matrix" and axis_of else 0
            assert_close(found[name], tensor, atol=tolerance, rtol=0)


@given(st.sets(st.sampled_from([name + SCALE * k for name in ("a", "b") for k in range(5)])), st.data())
def test_names_of_scales_never_meet(names: set[str], data: st.DataObject) -> None:
    rounded = data.draw(st.sets(st.sampled_from(sorted(names)))) if names else set()
    tensors_of = {name: torch.tensor([[float(k + 1), -3.0 * (k + 1)]]) for k, name in enumerate(sorted(names))}
    with TemporaryDirectory() as folder:
        found, _ = load_checkpoint(
            save_checkpoint(folder, "core", tensors_of, {}, lambda n, _: 1 if n in rounded else None)
        )
    assert found.keys() == tensors_of.keys()
    for name, tensor in tensors_of.items():
        assert_close(found[name], tensor, atol=0.2 if name in rounded else 0, rtol=0)


def test_a_tensor_and_its_namesake_with_the_ending_of_scales_are_both_rounded(tmp_path: Path) -> None:
    given = {"a": torch.tensor([[1.0, -2.0]]), "a.scale": torch.tensor([[300.0, 400.0]])}
    found, _ = load_checkpoint(save_checkpoint(str(tmp_path), "core", given, {}, lambda name, tensor: 1))
    for name, tensor in given.items():
        assert_close(found[name], tensor, atol=2, rtol=0)
    assert_close(found["a"], given["a"], atol=0.01, rtol=0)


def test_paths_may_be_text(tmp_path: Path) -> None:
    card = save_checkpoint(str(tmp_path / "new"), "core", tensors(), {})
    assert load_checkpoint(str(card))[1] == checkpoint.load_card(str(card))


def test_a_file_of_the_first_form_is_read_as_it_was_meant() -> None:
    values, scale = quantise(torch.tensor([[1.0, -2.0], [0.0, 0.5]]), 1)
    stored = {"w": values, "w.scale": scale, "norm.scale": torch.ones(2), "codes": torch.ones(2, dtype=torch.int8)}
    found = read_tensors(save(stored))
    assert found.keys() == {"w", "norm.scale", "codes"}
    assert_close(found["w"], torch.tensor([[1.0, -2.0], [0.0, 0.5]]), atol=0.01, rtol=0)
    assert found["codes"].dtype == torch.int8


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
    for content in (b"", b"12345678", b"\x00" * 64, b"\xff" * 64):
        with pytest.raises(InputRejected, match="not safetensors"):
            read_tensors(content)
    weights.unlink()
    with pytest.raises(Unavailable, match="not beside"):
        load_checkpoint(card_path)
    for named in ("../core.safetensors", 3, None):
        card_path.write_text(json.dumps({"weights_file": named, "weights_sha256": "0"}))
        with pytest.raises(InputRejected, match="names no weights beside it"):
            load_checkpoint(card_path)
    card_path.write_text("{")
    with pytest.raises(InputRejected, match="not JSON"):
        load_checkpoint(card_path)
