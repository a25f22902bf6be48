"""The core stops and starts anywhere, and keeps the states that are asked for; what cannot be is refused."""

import pytest
import torch
from torch.testing import assert_close

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.packing import Batch, pack
from tests.core_model.test_model import every_modality

TINY = CoreConfig.tiny()


@pytest.fixture(scope="module")
def core() -> Core:
    torch.manual_seed(0)
    made = Core(TINY).eval()
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return made.requires_grad_(False)


@pytest.fixture(scope="module")
def batch() -> Batch:
    return pack([every_modality(), every_modality()[:2]], TINY)


def test_kept_states_are_those_of_early_exits(core: Core, batch: Batch) -> None:
    output = core(batch, keep=range(4))
    assert sorted(output.after) == [0, 1, 2, 3]
    for number, state_TD in output.after.items():
        assert torch.equal(state_TD, core(batch, num_layers=number).hidden_TD)
    assert torch.equal(output.after[0], core.embed(batch))
    assert output.after[3] is output.hidden_TD
    assert core(batch).after == {}
    assert core.encode([every_modality()], num_layers=2, keep=(2,)).after[2].shape[1] == TINY.width


@pytest.mark.parametrize("first", [0, 1, 2, 3])
def test_a_run_in_two_parts_is_the_whole_run(core: Core, batch: Batch, first: int) -> None:
    whole = core(batch, keep=(first,))
    rest = core(batch, first_layer=first, embedded_TD=whole.after[first], keep=(first, 3))
    assert_close(rest.hidden_TD, whole.hidden_TD, atol=0, rtol=0)
    assert rest.first_layer == first
    assert len(rest.routings) == 3 - first
    assert sorted(rest.after) == sorted({first, 3})
    for mine, theirs in zip(rest.routings, whole.routings[first:], strict=True):
        assert all(torch.equal(mine[name].chosen_TK, theirs[name].chosen_TK) for name in theirs)


def test_gradients_reach_kept_states_and_the_tokens_that_were_given(core: Core, batch: Batch) -> None:
    x_TD = core(batch, num_layers=1).hidden_TD.requires_grad_()
    output = core(batch, first_layer=1, embedded_TD=x_TD, keep=(2,))
    output.after[2].square().sum().backward()
    assert x_TD.grad is not None
    assert float(x_TD.grad.abs().max()) > 0


def test_loads_are_counted_in_the_layers_that_ran_alone(core: Core, batch: Batch) -> None:
    state_TD = core(batch, num_layers=1).hidden_TD
    try:
        core.train()(batch, first_layer=1, num_layers=2, embedded_TD=state_TD)
    finally:
        core.eval()
    loads = [float(block.experts.group("text").router.load_E.sum()) for block in core.layers]
    assert loads == [0.0, 14 * TINY.groups[0].num_active, 0.0]


@pytest.mark.parametrize(
    ("asked", "code", "message"),
    [
        ({"keep": (4,)}, "kept_layer_not_run", r"after 4 blocks.*0 to 3"),
        ({"keep": (-1, 1)}, "kept_layer_not_run", r"after -1 blocks"),
        ({"keep": (True,)}, "kept_layer_not_run", r"after True blocks"),
        ({"keep": (3,), "num_layers": 2}, "kept_layer_not_run", r"0 to 2"),
        ({"num_layers": 4}, "layers_out_of_range", r"4 layers"),
        ({"first_layer": 1}, "first_layer_without_tokens", r"embedded_TD"),
        ({"first_layer": 3, "num_layers": 2}, "first_layer_out_of_range", r"after 3 blocks of 2"),
        ({"first_layer": -1}, "first_layer_out_of_range", r"after -1 blocks"),
        ({"first_layer": 1.0}, "first_layer_out_of_range", r"after 1.0 blocks"),
        ({"embedded_TD": torch.zeros(3, 32)}, "tokens_misshapen", r"\[3, 32\].*allowed: \[27, 32\]"),
    ],
)
def test_what_cannot_run_is_refused(core: Core, batch: Batch, asked: dict, code: str, message: str) -> None:
    with pytest.raises(InputRejected, match=message) as refused:
        core(batch, **asked)
    assert refused.value.code == code


def test_a_kept_state_before_the_first_block_that_runs_is_refused(core: Core, batch: Batch) -> None:
    state_TD = core(batch, num_layers=2).hidden_TD
    with pytest.raises(InputRejected, match="after 1 blocks"):
        core(batch, first_layer=2, embedded_TD=state_TD, keep=(1,))
