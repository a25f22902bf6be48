"""A core's hash is that of its file only while modules and tensors are those of the file, in their places."""

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from core_model.adapters import Adapter
from core_model.core import Core
from core_model.errors import Unavailable
from core_model.fingerprint import Fingerprint, checksum
from core_model.inputs.volume import VolumeEmbedding
from core_model.nn.blocks import Block
from tests.core_model.test_core import small_core

TYPES = (torch.float32, torch.bfloat16, torch.float64, torch.int8, torch.bool)


def drawn(*shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
    made = torch.Generator().manual_seed(5)
    return torch.randint(-100, 100, shape, generator=made).to(dtype)


def refused(core: Core) -> None:
    with pytest.raises(Unavailable) as found:
        _ = core.weights_hash
    assert found.value.code == "core_changed"


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("size", [1, 5, 3000, 40_000])
def test_a_view_counts_as_what_it_shows_wherever_it_starts(dtype: torch.dtype, size: int) -> None:
    values = drawn(size, dtype=dtype)
    for offset in range(1, 9):
        whole = torch.cat([torch.zeros(offset, dtype=dtype), values])
        assert checksum(whole[offset:]) == checksum(values)
    assert checksum(torch.stack([values, values], dim=1)[:, 1]) == checksum(values)
    assert checksum(values) != checksum(values.to(torch.int16))
    values[-1] = values[-1].logical_not()
    assert checksum(whole[8:]) != checksum(values)


@pytest.mark.parametrize("shape", [(4, 3), (4, 64, 64), (3, 50, 70), (6, 64, 384)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_same_values_in_another_order_are_seen(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    values = drawn(*shape, dtype=dtype)
    orders = [values.flip(axis) for axis in range(values.ndim)]
    orders += [values.roll(1, axis) for axis in range(values.ndim)]
    orders.append(torch.cat([values[1:2], values[:1], values[2:]]))
    orders.append(values.flatten()[torch.randperm(values.numel())].view(shape))
    every = [each.contiguous() for each in (values, *orders)]
    assert len({checksum(each) for each in every}) == len({each.float().numpy().tobytes() for each in every})


def test_exchanged_blocks_of_values_that_differ_in_one_sign_are_seen() -> None:
    values = torch.ones(8, 4096)
    values[2, 1] = -1
    assert len({checksum(values.roll(k, 0)) for k in range(8)}) == 8


def replaced_block(core: Core) -> None:
    core.blocks[0] = Block(core.config, across_windows=False)


def replaced_embedding(core: Core) -> None:
    core.volume = VolumeEmbedding(core.config.volume_features, core.config.width)


def repeated(core: Core) -> None:
    core.blocks[0] = core.blocks[1]


def swapped(core: Core) -> None:
    core.blocks[0], core.blocks[1] = core.blocks[1], core.blocks[0]


def longer(core: Core) -> None:
    core.blocks.append(Block(core.config, across_windows=False))


def another_parameter(core: Core) -> None:
    core.facts.scale = nn.Parameter(torch.ones(1))


@pytest.mark.parametrize("change", [replaced_block, replaced_embedding, repeated, swapped, longer, another_parameter])
def test_other_modules_than_those_of_the_file_have_no_hash(tmp_path: Path, change: Callable[[Core], None]) -> None:
    core = small_core(tmp_path)
    before = core.weights_hash
    twin, copied = core.twin(), copy.deepcopy(core)
    change(core)
    for each in (core, core.twin(), copy.deepcopy(core), Adapter(core).core):
        refused(each)
    assert twin.weights_hash == copied.weights_hash == before


def test_a_wrapper_around_a_module_leaves_the_hash(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    before = core.weights_hash
    attention = core.layers[0].attention
    inner = attention.qkv
    attention.qkv = cast(nn.Linear, nn.Sequential(inner, nn.Linear(3, 3)))
    core.layers[1].attention.dropout = nn.Dropout(0.1)
    for each in (core, core.twin(), copy.deepcopy(core)):
        assert each.weights_hash == before
    inner.bias.data[0] += 1
    refused(core)
    refused(core.twin())


def test_a_core_is_gone_with_its_last_name(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    copied, twin = copy.deepcopy(core), core.twin()
    adapter = Adapter(core)
    seen = [weakref.ref(each) for each in (core, copied, twin, adapter.core)]
    gc.collect()
    gc.disable()
    try:
        del core, copied, twin, adapter
        assert [each() for each in seen] == [None] * 4
    finally:
        gc.enable()


def test_copies_by_pickle_and_in_memory_know_what_they_were(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    before = core.weights_hash
    for copied in (pickle.loads(pickle.dumps(core)), copy.deepcopy(copy.deepcopy(core)), copy.copy(core)):
        assert copied.weights_hash == before
        copied.text.position_PD.data += 1
        refused(copied)
    known = Fingerprint(core)
    assert known.holds()
    del core, copied
    gc.collect()
    assert not known.holds(), "there is nothing left that it could hold for"
