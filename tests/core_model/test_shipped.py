"""The shared core is loaded once, by whatever name it is asked for, and again when its folder holds other weights."""

import json
from pathlib import Path

import pytest
import torch

from core_model import Core, load_core, weights_available
from core_model.config import CoreConfig
from core_model.errors import InputRejected, Unavailable
from core_model.shipped import WEIGHTS
from tests.core_model.test_core import small_core


def test_the_folder_that_ships_is_one_core_however_it_is_named() -> None:
    core = load_core()
    assert load_core(WEIGHTS) is core
    assert load_core(str(WEIGHTS)) is core
    assert load_core(WEIGHTS / ".." / "weights", "cpu") is core
    assert core.weights_hash == "8dd5548c0f51246ce8d455749bf9662894fd08ae61059ad6b01b2a352bba0f70"
    assert Core.from_pretrained(WEIGHTS) is not core, "a core of one's own"


def test_new_weights_in_a_folder_are_seen(tmp_path: Path) -> None:
    small_core(tmp_path)
    first = load_core(tmp_path)
    assert load_core(str(tmp_path)) is first
    changed = Core.from_pretrained(tmp_path)
    changed.text.word_VD.data.mul_(-1)
    changed.save_pretrained(tmp_path)
    second = load_core(tmp_path)
    assert second is not first
    assert torch.equal(second.embed_texts(["net"]), changed.embed_texts(["net"]))
    assert not torch.allclose(second.embed_texts(["net"]), first.embed_texts(["net"]), atol=1e-3)


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    assert not weights_available(tmp_path)
    with pytest.raises(Unavailable, match=r"no weights called core; install a release .*convert_trunk"):
        load_core(tmp_path)
    core = small_core(tmp_path)
    assert weights_available(str(tmp_path))
    (tmp_path / core.card["tokenizer_file"]).unlink()
    assert not weights_available(tmp_path)
    with pytest.raises(Unavailable, match="tokenizer"):
        load_core(tmp_path)


@pytest.mark.parametrize(
    "card", ["", "{", "[]", '{"weights_file": "../a", "weights_sha256": "b"}', '{"weights_file": 3}']
)
def test_weights_whose_card_is_damaged_are_not_available(tmp_path: Path, card: str) -> None:
    (tmp_path / "core.json").write_text(card)
    assert weights_available(tmp_path) is False


def test_a_core_without_a_tokenizer_is_available(tmp_path: Path) -> None:
    Core(CoreConfig.tiny()).save_pretrained(tmp_path)
    assert weights_available(tmp_path)
    card = json.loads((tmp_path / "core.json").read_text())
    (tmp_path / "core.json").write_text(json.dumps({**card, "tokenizer_file": 3}))
    assert not weights_available(tmp_path)


def test_the_device_of_the_environment_is_obeyed_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_core(tmp_path)
    monkeypatch.setenv("TANDEM_DEVICE", "cuda:9")
    with pytest.raises(Unavailable, match="the device cuda:9 is not there"):
        load_core(tmp_path)
    assert load_core(tmp_path, "cpu").device.type == "cpu", "what is asked for goes before"
    monkeypatch.setenv("TANDEM_DEVICE", "tpu")
    with pytest.raises(InputRejected, match="cpu, cuda or cuda:N"):
        load_core(tmp_path)
    for unset in ("", "cpu"):
        monkeypatch.setenv("TANDEM_DEVICE", unset)
        assert load_core(tmp_path) is load_core(tmp_path, "cpu")


def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    small_core(tmp_path)
    with pytest.raises(InputRejected, match="cpu, cuda or cuda:N"):
        load_core(tmp_path, "tpu")
