"""Linear layers: the same as F.linear whoever multiplies, and the processor or the switch decides who does."""

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from torch.testing import assert_close

from core_model.adapters.lora import EXPERTS, Lora, inject
from core_model.compute.processor import described
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected, Unavailable
from core_model.inputs.packing import pack
from core_model.nn import products
from core_model.nn.experts import ExpertGroup
from core_model.nn.products import Library, Linear, by_onednn, library_in_use, linear, multiply_by, onednn_is_there
from tests.core_model.test_model import every_modality

WAYS = [
    "mkl",
    pytest.param("onednn", marks=pytest.mark.skipif(not onednn_is_there(), reason="this build has no oneDNN")),
]
NO_ONEDNN = pytest.mark.skipif(not onednn_is_there(), reason="this build of PyTorch has no oneDNN")


@settings(max_examples=30, deadline=None)
@given(
    shape=st.sampled_from([(1,), (5,), (2, 3), (130,), (2, 0)]),
    inward=st.sampled_from([4, 17, 384]),
    outward=st.sampled_from([1, 8, 150]),
    bias=st.booleans(),
    by_columns=st.booleans(),
)
@pytest.mark.parametrize("way", WAYS)
def test_outputs_and_gradients_equal_a_product_in_double_precision(
    way: Library, shape: tuple[int, ...], inward: int, outward: int, bias: bool, by_columns: bool
) -> None:
    torch.manual_seed(inward * outward)
    x = torch.randn(*shape, inward, requires_grad=True)
    stored = torch.randn(*((inward, outward) if by_columns else (outward, inward)), requires_grad=True)
    weight = stored.t() if by_columns else stored
    inputs = [x, stored] + ([torch.randn(outward, requires_grad=True)] if bias else [])
    dy = torch.randn(*shape, outward)
    with multiply_by(way):
        y = linear(x, weight, inputs[2] if bias else None)
        found = torch.autograd.grad(y, inputs, dy)
        with torch.no_grad():
            assert_close(linear(x, weight, inputs[2] if bias else None), y, atol=1e-6, rtol=1e-5)
    exact = [tensor.detach().double().requires_grad_() for tensor in inputs]
    truth = F.linear(exact[0], exact[1].t() if by_columns else exact[1], exact[2] if bias else None)
    close = {"atol": 1e-6 * max(inward, len(x.flatten()) // inward), "rtol": 1e-4}
    assert_close(y.double(), truth, **close)
    for mine, theirs in zip(found, torch.autograd.grad(truth, exact, dy.double()), strict=True):
        assert_close(mine.double(), theirs, **close)


@NO_ONEDNN
def test_only_the_gradients_that_are_asked_for_are_taken() -> None:
    layer, x = Linear(6, 3), torch.randn(4, 6)
    layer.requires_grad_(False)
    with multiply_by("onednn"):
        assert not layer(x).requires_grad
        x.requires_grad_()
        layer(x).sum().backward()
    assert_close(x.grad, layer.weight.sum(0).expand(4, -1))
    assert layer.weight.grad is None


def counted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Shapes that oneDNN multiplies from now on."""
    seen: list[tuple[int, ...]] = []
    original = products.onednn_product

    def product(a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
        seen.append(tuple(a.shape))
        return original(a, b, bias)

    monkeypatch.setattr(products, "onednn_product", product)
    return seen


@NO_ONEDNN
def test_double_precision_other_devices_and_autocast_take_f_linear(monkeypatch: pytest.MonkeyPatch) -> None:
    seen, layer = counted(monkeypatch), Linear(8, 5)
    with multiply_by("onednn"):
        x = torch.randn(3, 8)
        assert_close(layer(x), F.linear(x, layer.weight, layer.bias))
        assert seen == [(3, 8)], "oneDNN multiplies what it can"
        exact = Linear(8, 5, dtype=torch.float64)
        assert torch.equal(exact(x.double()), F.linear(x.double(), exact.weight, exact.bias))
        assert Linear(8, 5, device="meta")(torch.empty(3, 8, device="meta")).shape == (3, 5)
        with torch.autocast("cpu", torch.bfloat16):
            assert layer(x).dtype == torch.bfloat16
        with multiply_by("mkl"):
            assert torch.equal(layer(x), F.linear(x, layer.weight, layer.bias))
    assert len(seen) == 1


def test_the_switch_holds_until_it_is_turned_and_a_context_turns_it_back() -> None:
    start = library_in_use()
    with multiply_by("mkl"):
        assert library_in_use() == "mkl"
        assert not by_onednn("forward", 10**9)
        with multiply_by("auto"):
            assert library_in_use() == "auto"
        multiply_by("auto")
        assert library_in_use() == "auto"
    assert library_in_use() == start


def test_a_library_that_does_not_exist_is_refused_and_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    start = library_in_use()
    with pytest.raises(InputRejected, match=r"products by blas \(allowed: auto, onednn or mkl\)"):
        multiply_by("blas")  # type: ignore[arg-type]
    monkeypatch.setattr(products, "onednn_is_there", lambda: False)
    with pytest.raises(Unavailable, match="choose auto or mkl"):
        multiply_by("onednn")
    assert library_in_use() == start


AMD = "vendor_id\t: AuthenticAMD\ncpu family\t: {family}\nflags\t\t: {flags}\n\nvendor_id\t: GenuineIntel\n"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (AMD.format(family=26, flags="avx512f"), {"forward": 0, "input": 0, "weight": 0}),
        (AMD.format(family=25, flags="fma avx2 avx512f avx512_bf16"), {"forward": 8_000_000, "input": 8_000_000}),
        (AMD.format(family=25, flags="fma avx2"), {}),
        (AMD.format(family=23, flags="fma avx2"), {}),
        ("vendor_id\t: GenuineIntel\ncpu family\t: 26\nflags\t: avx512f\n", {}),
        ("CPU implementer\t: 0x41\n", {}),
        (None, {}),
    ],
)
@NO_ONEDNN
def test_the_processor_decides_who_multiplies(
    told: str | None, expected: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if told is not None:
        (tmp_path / "cpuinfo").write_text(told)
    monkeypatch.setattr(products, "processor", lambda: described(tmp_path / "cpuinfo"))
    assert products.faster_by_onednn.__wrapped__() == expected


@pytest.mark.parametrize("way", WAYS)
def test_every_linear_layer_of_the_core_is_ours_and_computes_the_same(way: Library) -> None:
    torch.manual_seed(0)
    core = Core(CoreConfig.tiny())
    layers = [module for module in core.modules() if isinstance(module, nn.Linear)]
    assert layers
    assert all(isinstance(layer, Linear) for layer in layers)
    for parameter in core.parameters():
        nn.init.normal_(parameter, std=0.1)
    batch = pack([every_modality()[:2], every_modality()[2:4], every_modality()[4:]], core.config)
    exact = Core(CoreConfig.tiny()).double()
    exact.load_state_dict(core.state_dict())
    for group in (module for module in exact.modules() if isinstance(module, ExpertGroup)):
        group.dispatch = "loop"
    wanted = exact(batch).hidden_TD
    with multiply_by(way):
        found = core(batch).hidden_TD
        found.square().sum().backward()
    assert_close(found.double(), wanted, atol=1e-4, rtol=1e-4)
    wanted.square().sum().backward()
    for (name, mine), theirs in zip(core.named_parameters(), exact.parameters(), strict=True):
        if theirs.grad is not None:
            assert mine.grad is not None, name
            scale = float(theirs.grad.abs().max()) + 1e-3
            assert_close(mine.grad.double() / scale, theirs.grad / scale, atol=1e-3, rtol=0, msg=name)


def test_the_names_of_the_weights_are_those_of_plain_layers() -> None:
    assert list(Linear(3, 2).state_dict()) == list(nn.Linear(3, 2).state_dict()) == ["weight", "bias"]
    names = {name for name in Core(CoreConfig.tiny()).state_dict() if name.startswith("blocks.0.")}
    assert {"blocks.0.attention.qkv.weight", "blocks.0.experts.shared.down.bias"} <= names


@pytest.mark.parametrize("way", WAYS)
def test_low_rank_updates_by_peft_work_on_these_layers(way: Library) -> None:
    torch.manual_seed(0)
    core = Core(CoreConfig.tiny())
    batch = pack([every_modality()[:1]], core.config)
    with torch.no_grad(), multiply_by(way):
        before = core(batch).hidden_TD
    learns = inject(core, Lora(rank=2, modules=("attention.qkv", "shared.up"), parameters=EXPERTS))
    with multiply_by(way):
        assert_close(core(batch).hidden_TD, before, atol=1e-6, rtol=0)
        for name, parameter in learns.items():
            if "lora_B" in name:
                nn.init.normal_(parameter, std=0.5)
        changed = core(batch).hidden_TD
        changed.square().sum().backward()
    assert float((changed - before).detach().abs().max()) > 1e-3
    assert all(parameter.grad is not None for name, parameter in learns.items() if "attention" in name)
    assert all(core.get_parameter(f"blocks.0.attention.qkv.base_layer.{part}").grad is None for part in ("weight",))
