"""Experts: every dispatch computes the same, no token is lost or mixed, and balance moves loads the right way."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F
from torch.testing import assert_close

from core_model.config import ExpertGroupConfig
from core_model.nn.balance import balance_with
from core_model.nn.experts import ExpertGroup, FeedForward, MixtureOfExperts
from core_model.nn.router import Router
from core_model.torchvision_ops import transformers
from core_model.training.cut import cut_net
from core_model.training.deepseek import layer_state

WIDTH = 16


def group(experts: int, active: int, mode: str = "grouped", activation: str = "gelu", seed: int = 0) -> ExpertGroup:
    torch.manual_seed(seed)
    made = ExpertGroup(WIDTH, experts, 8, active, dispatch=mode, activation=activation)  # type: ignore[arg-type]
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return made


def naive(made: ExpertGroup, x_TD: Tensor) -> Tensor:
    """Token by token, expert by expert."""
    rows = []
    for x_D in x_TD:
        score_E = torch.sigmoid(made.router.weight_ED @ x_D)
        chosen = torch.topk(score_E + made.router.choice_bias_E, made.router.num_active).indices
        y_D = torch.zeros_like(x_D)
        for e in chosen.tolist():
            h_F = made.w1_EFD[e] @ x_D
            if made.w3_EFD is not None:
                h_F = F.silu(h_F) * (made.w3_EFD[e] @ x_D)
            elif made.b1_EF is not None:
                h_F = F.gelu(h_F + made.b1_EF[e])
            y_D = y_D + 2 * score_E[e] * (h_F @ made.w2_EFD[e])
        rows.append(y_D)
    return torch.stack(rows)


@settings(max_examples=15, deadline=None)
@given(
    tokens=st.integers(1, 40),
    experts=st.integers(1, 9),
    data=st.data(),
    mode=st.sampled_from(["dense", "grouped", "loop"]),
    activation=st.sampled_from(["gelu", "swiglu"]),
)
def test_outputs_and_gradients_equal_a_naive_loop(
    tokens: int, experts: int, data: st.DataObject, mode: str, activation: str
) -> None:
    active = data.draw(st.integers(1, experts))
    made = group(experts, active, mode, activation, seed=tokens)
    x_TD = torch.randn(tokens, WIDTH, requires_grad=True)
    weight_TD = torch.randn(tokens, WIDTH)
    ours, routing = made(x_TD)
    assert int(routing.load_E.sum()) == tokens * active, "no token is dropped"
    assert all(len(set(row)) == active for row in routing.chosen_TK.tolist())
    reference = naive(made, x_TD)
    assert_close(ours, reference, atol=1e-5, rtol=1e-4)
    inputs = [x_TD, *made.parameters()]
    ours_gradients = torch.autograd.grad((ours * weight_TD).sum(), inputs)
    for mine, theirs in zip(ours_gradients, torch.autograd.grad((reference * weight_TD).sum(), inputs), strict=True):
        assert_close(mine, theirs, atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("mode", ["dense", "grouped", "loop"])
def test_permuted_tokens_give_permuted_outputs(mode: str) -> None:
    made = group(6, 2, mode)
    x_TD = torch.randn(33, WIDTH)
    order = torch.randperm(33)
    assert_close(made(x_TD[order])[0], made(x_TD)[0][order], atol=1e-5, rtol=1e-5)


def test_permuted_experts_give_the_same_outputs() -> None:
    made, other = group(6, 2), group(6, 2)
    order = torch.randperm(6)
    with torch.no_grad():
        for name, parameter in other.named_parameters():
            parameter.copy_(made.get_parameter(name)[order])
    x_TD = torch.randn(20, WIDTH)
    assert_close(made(x_TD)[0], other(x_TD)[0], atol=1e-5, rtol=1e-5)


def test_all_experts_with_a_router_of_zeros_are_the_net_they_were_cut_from() -> None:
    torch.manual_seed(0)
    dense = FeedForward(WIDTH, 96)
    config = ExpertGroupConfig(name="text", modalities=("text",), num_experts=8, hidden=8, num_active=8)
    layer = MixtureOfExperts(FeedForward(WIDTH, 32), {"text": ExpertGroup(WIDTH, 8, 8, 8)})
    order = torch.randperm(96)
    state = cut_net(dense.up.weight, dense.up.bias, dense.down.weight, order, config)
    layer.load_state_dict({**state, "shared.down.bias": dense.down.bias}, strict=False)
    x_TD = torch.randn(50, WIDTH)
    assert_close(layer(x_TD, {"text": None})[0], dense(x_TD), atol=1e-6, rtol=1e-5)


def test_tokens_of_one_group_do_not_reach_the_experts_of_another() -> None:
    layer = MixtureOfExperts(FeedForward(WIDTH, 8), {"text": group(4, 2), "facts": group(4, 2, seed=1)})
    x_TD = torch.randn(10, WIDTH)
    text, facts = torch.arange(6), torch.arange(6, 10)
    before, routings = layer(x_TD, {"text": text, "facts": facts})
    assert {name: int(routing.load_E.sum()) for name, routing in routings.items()} == {"text": 12, "facts": 8}
    with torch.no_grad():
        layer.group("facts").w2_EFD.mul_(2)
    after, _ = layer(x_TD, {"text": text, "facts": facts})
    assert_close(after[:6], before[:6], atol=0, rtol=0)
    assert bool((after[6:] != before[6:]).any(dim=1).all())


def test_the_balance_bias_moves_loads_towards_their_mean_and_stays_centred() -> None:
    torch.manual_seed(0)
    router = Router(WIDTH, 8, 2)
    torch.nn.init.normal_(router.weight_ED, std=0.4)
    with torch.no_grad():
        router.weight_ED[0] += 0.5
    x_TD = torch.randn(1024, WIDTH) + 0.5
    first = router(x_TD).load_E
    busiest = int(first.argmax())
    router.load_E += first
    router.balance_step(1e-2)
    assert router.choice_bias_E[busiest] < 0 < router.choice_bias_E[int(first.argmin())]
    gates = router(x_TD).gates_TK
    for _ in range(250):
        router.load_E += router(x_TD).load_E
        router.balance_step(5e-3)
    last = router(x_TD).load_E
    assert float(last.max() / last.mean()) < 1.25 < float(first.max() / first.mean())
    assert abs(float(router.choice_bias_E.sum())) < 1e-4
    assert float(router.load_E.sum()) == 0
    assert set(gates.flatten().tolist()) <= set((2 * F.linear(x_TD, router.weight_ED).sigmoid()).flatten().tolist())


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_bias_and_loads_lose_nothing_in_a_model_of_half_precision(dtype: torch.dtype) -> None:
    layer = MixtureOfExperts(FeedForward(WIDTH, 8), {"text": group(4, 1)})
    router = layer.group("text").router
    router.choice_bias_E.copy_(torch.tensor([0.1234567, -0.1234567, 0.3, -0.3]))
    start = router.choice_bias_E.clone()
    layer.to(dtype)
    assert router.weight_ED.dtype == dtype
    assert torch.equal(router.choice_bias_E, start), "not rounded on the way"
    for _ in range(1000):
        router.load_E += torch.tensor([9.0, 1.0, 1.0, 1.0])
        router.balance_step(1e-3)
    assert_close(router.choice_bias_E, start + torch.tensor([-1.5, 0.5, 0.5, 0.5]), atol=1e-4, rtol=0)
    for _ in range(300):
        router.load_E += 1
    assert router.load_E.tolist() == [300.0] * 4
    assert layer(torch.randn(5, WIDTH, dtype=dtype), {"text": None})[0].dtype == dtype


def test_the_optimizer_hook_balances_every_step_and_leaves_with_its_handle() -> None:
    layer = MixtureOfExperts(FeedForward(WIDTH, 8), {"text": group(4, 1)})
    router = layer.group("text").router
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.0)
    handle = balance_with(optimizer, layer, 0.01)
    router.load_E += torch.tensor([9.0, 1.0, 1.0, 1.0])
    optimizer.step()
    assert_close(router.choice_bias_E, torch.tensor([-0.015, 0.005, 0.005, 0.005]))
    handle.remove()
    router.load_E += torch.tensor([9.0, 1.0, 1.0, 1.0])
    optimizer.step()
    assert_close(router.choice_bias_E, torch.tensor([-0.015, 0.005, 0.005, 0.005]))


def test_it_equals_the_deepseek_v3_block_of_transformers_on_the_same_weights() -> None:
    part = transformers("models.deepseek_v3.modeling_deepseek_v3")
    config = transformers().DeepseekV3Config(
        hidden_size=WIDTH,
        moe_intermediate_size=8,
        n_routed_experts=6,
        num_local_experts=6,
        num_experts_per_tok=2,
        n_group=1,
        topk_group=1,
        n_shared_experts=1,
        norm_topk_prob=True,
        routed_scaling_factor=2.5,
    )
    config._experts_implementation = "eager"
    torch.manual_seed(0)
    theirs = part.DeepseekV3MoE(config)
    for parameter in theirs.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    theirs.gate.e_score_correction_bias.normal_(std=0.2)
    ours = MixtureOfExperts(
        FeedForward(WIDTH, 8, activation="swiglu"),
        {"text": ExpertGroup(WIDTH, 6, 8, 2, activation="swiglu", normalise=True, gate_scale=2.5)},
    )
    ours.load_state_dict(layer_state(theirs.state_dict()))
    x_TD = torch.randn(40, WIDTH)
    assert_close(ours(x_TD, {"text": None})[0], theirs(x_TD[None])[0], atol=1e-4, rtol=0)
