"""The shared core is loaded once, by whatever name it is asked for, and again when its folder holds other weights."""

from pathlib import Path

import pytest
import torch

from core_model import Core, load_core, weights_available
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


def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    small_core(tmp_path)
    with pytest.raises(InputRejected, match="cpu, cuda or cuda:N"):
        load_core(tmp_path, "tpu")
