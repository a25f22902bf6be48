"""What a core costs: parameters as they are counted in a core, operations as PyTorch's own counter finds them."""

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from core_model.compute.size import size_of
from core_model.config import PRESETS, CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.packing import pack
from core_model.inputs.segments import TextSegment

TINY = CoreConfig.tiny()


def test_parameters_and_memory_are_those_of_a_core() -> None:
    size = size_of(TINY)
    parameters = list(Core(TINY).parameters())
    assert size.parameters == sum(p.numel() for p in parameters)
    assert size.bytes_fp32 == sum(p.numel() * p.element_size() for p in parameters)
    assert size.bytes_int8 < size.bytes_fp32
    parts = {part.name: part for part in size.parts}
    assert parts["experts of text"].parameters == 3 * 8 * (2 * 16 * 32 + 16)
    assert parts["experts of text"].active == parts["experts of text"].parameters // 2, "4 of 8 run"
    assert parts["text"].active == 2 * 32, "a piece and its position"
    assert not parts["experts of facts"].runs_for_text


@pytest.mark.parametrize("config", [TINY, TINY.as_dense()], ids=["experts", "dense"])
def test_operations_of_a_window_are_those_that_pytorch_counts(config: CoreConfig) -> None:
    core = Core(config).eval()
    for module in core.modules():
        if hasattr(module, "dispatch"):
            module.dispatch = "loop"
    batch = pack([[TextSegment(torch.arange(4, 4 + config.window))]], config)
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:  # it counts these
        core(batch)
    assert size_of(config).flops * config.window == counter.get_total_flops()


def test_a_dense_core_of_equal_active_size_runs_for_every_modality_and_survives_json() -> None:
    dense = TINY.as_dense()
    assert dense.shared_hidden == TINY.active_hidden == 32 + 4 * 16
    assert CoreConfig.from_dict(dense.as_dict()) == dense
    assert CoreConfig.small().as_dense(1536).shared_hidden == 1536
    core = Core(dense)
    output = core(pack([[TextSegment(torch.tensor([0, 5, 2]))]], dense))
    assert output.routings == [{}] * 3
    output.hidden_TD.square().sum().backward()
    extra = {part.name for part in size_of(TINY).parts} - {part.name for part in size_of(dense).parts}
    assert extra == {"routers", "experts of text", "experts of vision", "experts of facts"}


def test_the_small_preset_says_what_ships() -> None:
    text = next(group for group in CoreConfig.small().groups if group.name == "text")
    assert (text.num_active, text.num_experts) == (4, 8)
    assert CoreConfig.preset("small") == CoreConfig.small()
    sizes = [size_of(CoreConfig.preset(name)) for name in PRESETS]
    assert [s.parameters for s in sizes] == sorted(s.parameters for s in sizes)
    with pytest.raises(InputRejected, match="tiny, small, base and large"):
        CoreConfig.preset("huge")
