"""Products in bf16: close to fp32, gradients and everything else in fp32, and nothing changed outside the context."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from core_model.compute.precision import computing, precision_in_use
from core_model.compute.processor import described
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.packing import pack
from core_model.nn.grouped import grouped_product
from core_model.nn.products import Linear, linear
from tests.core_model.test_model import every_modality


def exactly_rounded(tensor: Tensor) -> Tensor:
    return tensor.bfloat16().double()


@pytest.mark.parametrize("by_columns", [False, True])
def test_a_layer_is_the_product_of_what_was_rounded_and_so_are_its_gradients(by_columns: bool) -> None:
    torch.manual_seed(0)
    x = torch.randn(3, 7, 48, requires_grad=True)
    stored = torch.randn(*((48, 20) if by_columns else (20, 48)), requires_grad=True)
    bias, dy = torch.randn(20, requires_grad=True), torch.randn(3, 7, 20)
    with computing("bf16"):
        y = linear(x, stored.t() if by_columns else stored, bias)
    assert y.dtype == torch.float32
    weight64 = exactly_rounded(stored.t() if by_columns else stored)
    truth = exactly_rounded(x) @ weight64.t() + bias.double()
    assert_close(y.double(), truth, atol=0.05, rtol=0.01)
    dx, dw, db = torch.autograd.grad(y, (x, stored, bias), dy)
    assert {t.dtype for t in (dx, dw, db)} == {torch.float32}
    assert_close(dx.double(), exactly_rounded(dy) @ weight64, atol=0.05, rtol=0.01)
    dw64 = exactly_rounded(dy).flatten(0, 1).t() @ exactly_rounded(x).flatten(0, 1)
    assert_close(dw.double(), dw64.t() if by_columns else dw64, atol=0.05, rtol=0.01)
    assert_close(db, dy.sum(dim=(0, 1)))


def test_experts_are_multiplied_as_rounded_and_give_fp32() -> None:
    torch.manual_seed(0)
    x_NI, w_EIO = torch.randn(12, 32, requires_grad=True), torch.randn(3, 32, 16, requires_grad=True)
    dy_NO, expert_N = torch.randn(12, 16), torch.tensor([0] * 5 + [2] * 7)
    with computing("bf16"):
        y_NO = grouped_product(x_NI, w_EIO, torch.tensor([5.0, 0.0, 7.0]))
    dx_NI, dw_EIO = torch.autograd.grad(y_NO, (x_NI, w_EIO), dy_NO)
    assert {t.dtype for t in (y_NO, dx_NI, dw_EIO)} == {torch.float32}
    w64 = exactly_rounded(w_EIO)[expert_N]
    assert_close(y_NO.double(), torch.einsum("ni,nio->no", exactly_rounded(x_NI), w64), atol=0.05, rtol=0.01)
    assert_close(dx_NI.double(), torch.einsum("no,nio->ni", exactly_rounded(dy_NO), w64), atol=0.05, rtol=0.01)
    assert not dw_EIO[1].any(), "an expert without rows"
    dw64 = exactly_rounded(x_NI)[5:].t() @ exactly_rounded(dy_NO)[5:]
    assert_close(dw_EIO[2].double(), dw64, atol=0.05, rtol=0.01)


def random_core(active: int) -> Core:
    torch.manual_seed(0)
    core = Core(CoreConfig.tiny().with_active("text", active)).train()
    for parameter in core.parameters():
        nn.init.normal_(parameter, std=0.1)
    return core


@pytest.mark.parametrize("active", [8, 4])
def test_loss_and_gradients_of_a_core_are_close_to_fp32(active: int) -> None:
    core = random_core(active)
    batch = pack([every_modality(), every_modality()[:2]], core.config)
    target_TD = torch.randn(batch.num_tokens, core.config.width)

    def loss_and_gradients() -> tuple[float, dict[str, Tensor]]:
        core.zero_grad(set_to_none=True)
        loss = (core(batch).hidden_TD - target_TD).square().mean()
        loss.backward()
        return loss.item(), {name: p.grad for name, p in core.named_parameters() if p.grad is not None}

    exact, exact_gradients = loss_and_gradients()
    with computing("bf16"):
        rounded, gradients = loss_and_gradients()
    assert rounded != exact
    assert rounded == pytest.approx(exact, rel=0.01)
    assert gradients.keys() == exact_gradients.keys()
    assert {gradient.dtype for gradient in gradients.values()} == {torch.float32}
    together = torch.cat([gradient.flatten() for gradient in gradients.values()])
    exactly = torch.cat([gradient.flatten() for gradient in exact_gradients.values()])
    assert float(torch.cosine_similarity(together, exactly, dim=0)) > 0.995
    assert {parameter.dtype for parameter in core.parameters()} == {torch.float32}


def test_recomputed_activations_are_rounded_as_they_were() -> None:
    gradients = []
    for recompute in (False, True):
        core = random_core(4)
        core.recompute = recompute
        batch = pack([every_modality()], core.config)
        with computing("bf16"):
            loss = core(batch).hidden_TD.square().sum()
        loss.backward()
        gradients.append(core.text.word_VD.grad)
    assert torch.equal(gradients[0], gradients[1])


def test_norms_and_router_scores_stay_in_fp32() -> None:
    core = random_core(4)
    router = core.layers[0].experts.group("text").router
    x_TD = torch.randn(50, core.config.width)
    exact = router(x_TD)
    norm = core.layers[0].attention_norm(x_TD)
    seen: list[torch.dtype] = []
    hooks = [
        module.register_forward_hook(lambda _, given, out: seen.extend((given[0].dtype, out.dtype)))
        for module in core.modules()
        if isinstance(module, nn.LayerNorm)
    ]
    with computing("bf16"):
        found = router(x_TD)
        assert torch.equal(core.layers[0].attention_norm(x_TD), norm)
        assert core.encode([every_modality()]).hidden_TD.dtype == torch.float32
    for hook in hooks:
        hook.remove()
    assert torch.equal(found.gates_TK, exact.gates_TK)
    assert torch.equal(found.chosen_TK, exact.chosen_TK)
    assert set(seen) == {torch.float32}


def test_nothing_is_rounded_outside_and_a_failure_ends_the_context() -> None:
    layer, x = Linear(32, 8), torch.randn(5, 32)
    before = layer(x)
    with computing("bf16"):
        assert precision_in_use() == "bf16"
        assert not torch.equal(layer(x), before)
        with computing("fp32"):
            assert torch.equal(layer(x), before)
    assert torch.equal(layer(x), before)
    with pytest.raises(ZeroDivisionError), computing("bf16"):
        raise ZeroDivisionError
    assert precision_in_use() == "fp32"
    assert torch.equal(layer(x), before)


def test_a_layer_in_another_type_is_left_to_its_type() -> None:
    layer, x = Linear(32, 8, dtype=torch.float64), torch.randn(5, 32, dtype=torch.float64)
    with computing("bf16"):
        found = layer(x)
    assert torch.equal(found, layer(x))


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(InputRejected, match=r"products in fp8 \(allowed: fp32 or bf16\)"), computing("fp8"):  # type: ignore[arg-type]
        pass
    assert precision_in_use() == "fp32"


def test_the_processor_is_read_as_the_system_describes_it(tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text("vendor_id\t: AuthenticAMD\ncpu family\t: 25\nflags\t\t: fma avx512_bf16\n\nvendor_id\t: other\n")
    found = described(path)
    assert (found.vendor, found.family, found.flags) == ("AuthenticAMD", 25, {"fma", "avx512_bf16"})
    path.write_text("CPU implementer\t: 0x41\n")
    assert described(path) == described(tmp_path / "absent")
