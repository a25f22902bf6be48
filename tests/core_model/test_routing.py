"""Loads as they are reported, routing in place of the routers', and what lets rarely chosen experts learn."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from core_model.compute.routing import LoadTally, divergence, load_entropy, routing
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.packing import Batch, pack
from core_model.inputs.segments import TextSegment
from core_model.nn.balance import (
    add_router_noise,
    balance_with,
    gradient_rms,
    normalise_gradients,
    normalise_with,
    routers_of,
    sequence_balance,
)
from core_model.nn.experts import ExpertGroup
from core_model.nn.router import Router, Routing
from tests.core_model.test_model import every_modality

TINY = CoreConfig.tiny()
WIDTH = 16


def random_core() -> Core:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    for parameter in core.parameters():
        nn.init.normal_(parameter, std=0.2)
    return core.requires_grad_(False)


# ---- the report


def test_entropy_and_divergence_of_known_loads() -> None:
    assert load_entropy(torch.tensor([5, 5, 5, 5])) == pytest.approx(1.0)
    assert load_entropy(torch.tensor([8, 0, 0, 0])) == 0.0
    assert load_entropy(torch.tensor([3, 1])) == pytest.approx(-(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25)))
    assert load_entropy(torch.tensor([7])) == 1.0
    apart = {"text": torch.tensor([4, 0]), "code": torch.tensor([0, 90])}
    assert divergence(apart) == pytest.approx(1.0), "one bit tells two domains apart, whatever their sizes"
    assert divergence({"text": torch.tensor([1, 3]), "code": torch.tensor([10, 30])}) == pytest.approx(0.0, abs=1e-12)
    assert divergence({"text": torch.tensor([1, 3])}) == 0.0


def test_a_tally_counts_every_token_by_layer_group_expert_and_modality() -> None:
    core = random_core()
    batches = [pack([every_modality(), every_modality()[:2]], TINY), pack([every_modality()[1:2]], TINY)]
    tally, outputs = LoadTally(), [core(batch) for batch in batches]
    for output in outputs:
        tally.add(output)
    report = tally.report()
    assert [(entry.layer, entry.group) for entry in report] == [
        (layer, name) for layer in range(3) for name in ("facts", "text", "vision")
    ]
    for entry in report:
        active = next(group.num_active for group in TINY.groups if group.name == entry.group)
        total = {"text": 7 + 7 + 3, "vision": 6 + 3, "facts": 4}[entry.group]
        assert sum(entry.loads) == total * active
        assert sum(sum(loads) for loads in entry.by_domain.values()) == sum(entry.loads)
        assert entry.least_over_mean == pytest.approx(min(entry.loads) / (sum(entry.loads) / len(entry.loads)))
        loads = [o.routings[entry.layer][entry.group].load_E for o in outputs if entry.group in o.batch.members]
        assert entry.loads == tuple(torch.stack(loads).sum(dim=0).long().tolist())
        busiest = max(float(load_E.max() / load_E.mean()) for load_E in loads)
        assert entry.capacity == pytest.approx(busiest)
    text = report[1]
    assert sorted(text.by_domain) == ["code", "text"]
    assert sum(text.by_domain["code"]) == (3 + 3 + 3) * 4
    assert text.as_dict()["by_domain"]["code"] == list(text.by_domain["code"])


def test_domains_that_are_named_stand_in_for_modalities_and_layers_keep_their_numbers() -> None:
    core = random_core()
    batch = pack([[TextSegment(torch.tensor([0, 5, 9, 2]))]], TINY)
    state_TD = core(batch, num_layers=1).hidden_TD
    tally = LoadTally()
    tally.add(core(batch, first_layer=1, embedded_TD=state_TD), "finance")
    tally.add(core(batch, first_layer=1, embedded_TD=state_TD), "medical")
    report = tally.report()
    assert [entry.layer for entry in report] == [1, 2]
    assert report[0].by_domain["finance"] == report[0].by_domain["medical"]
    assert report[0].divergence == pytest.approx(0.0, abs=1e-12)


# ---- routing in place of the routers'


def test_random_routing_is_drawn_for_each_token_and_repeats_with_its_seed() -> None:
    core, batch = random_core(), pack([[TextSegment(torch.arange(4, 16))] * 20], TINY)
    own = core(batch)
    with routing("random", seed=3):
        drawn = core(batch)
    with routing("random", seed=3):
        again = core(batch)
    assert torch.equal(drawn.hidden_TD, again.hidden_TD)
    assert torch.equal(core(batch).hidden_TD, own.hidden_TD), "the routers are back"
    first = drawn.routings[0]["text"]
    assert len({tuple(sorted(row)) for row in first.chosen_TK.tolist()}) > 20, "of 70 sets of four"
    assert all(len(set(row)) == 4 for row in first.chosen_TK.tolist())
    assert float(first.load_E.max() / first.load_E.mean()) < 1.3
    assert_close(first.gates_TK, 2 * first.scores_TE.gather(1, first.chosen_TK))


def test_fixed_routing_gives_all_tokens_the_same_experts() -> None:
    core, batch = random_core(), pack([every_modality()], TINY)
    with routing("fixed", seed=1):
        output = core(batch)
    for routings in output.routings:
        for held in routings.values():
            assert len({tuple(row) for row in held.chosen_TK.tolist()}) == 1
            assert sorted(held.load_E.unique().tolist()) == [0.0, float(len(held.chosen_TK))]
    sets = []
    for seed in range(8):
        with routing("fixed", seed=seed):
            sets.append(tuple(sorted(core(batch).routings[0]["text"].chosen_TK[0].tolist())))
    assert len(set(sets)) > 1


def test_an_unknown_way_is_refused_and_a_failure_brings_the_routers_back() -> None:
    core, batch = random_core(), pack([every_modality()], TINY)
    own = core(batch).hidden_TD
    with pytest.raises(InputRejected, match="routing that is learnt"), routing("learnt"):  # type: ignore[arg-type]
        pass
    with pytest.raises(ZeroDivisionError), routing("random"):
        raise ZeroDivisionError
    assert torch.equal(core(batch).hidden_TD, own)


# ---- gradients


def sizes(group: ExpertGroup) -> Tensor:
    """Root mean square of each expert's gradient."""
    return gradient_rms([p.grad for p in group.expert_parameters() if p.grad is not None])


def loaded_group(loads: list[int], spread: float) -> tuple[ExpertGroup, Tensor]:
    """A group after a backward pass in which each token chose one expert, with these loads; and its gradients' sizes.

    Tokens are alike but for ``spread``, so that gradients add up.
    """
    torch.manual_seed(0)
    group = ExpertGroup(WIDTH, len(loads), 8, 1)
    for parameter in group.expert_parameters():
        nn.init.normal_(parameter, std=0.3)
    chosen_T1 = torch.repeat_interleave(torch.arange(len(loads)), torch.tensor(loads)).unsqueeze(1)
    x_TD = torch.randn(1, WIDTH) + spread * torch.randn(len(chosen_T1), WIDTH)
    routed = Routing(torch.ones(len(chosen_T1), 1), chosen_T1, torch.tensor(loads).float(), torch.empty(0))
    group.experts["grouped"](x_TD, routed).sum().backward()
    group.router.load_E += routed.load_E
    return group, sizes(group)


@pytest.mark.parametrize("spread", [0.1, 3.0])
def test_a_rarely_chosen_experts_gradient_becomes_as_large_as_the_others(spread: float) -> None:
    group, before_E = loaded_group([1000, 1000, 1000, 100], spread)
    assert float(before_E[:3].mean() / before_E[3]) > 3, "ten times fewer tokens, a smaller gradient"
    gradient_EFD = group.w1_EFD.grad
    assert gradient_EFD is not None
    direction = gradient_EFD[3].clone()
    normalise_gradients(group)
    after_E = sizes(group)
    assert_close(after_E, after_E.mean().expand(4), rtol=1e-4, atol=0)
    assert float(after_E[0]) == pytest.approx(float(before_E[:3].square().mean().sqrt()), rel=0.05)
    assert_close(torch.cosine_similarity(gradient_EFD[3].flatten(), direction.flatten(), dim=0).item(), 1.0)


def test_an_expert_without_tokens_keeps_no_gradient_and_factors_are_bounded() -> None:
    group, before_E = loaded_group([1000, 0, 1], 0.1)
    assert float(before_E[1]) == 0
    normalise_gradients(group, largest_factor=5.0)
    after_E = sizes(group)
    assert float(after_E[1]) == 0
    assert float(after_E[2] / before_E[2]) == pytest.approx(5.0, rel=1e-4)


def test_without_loads_or_gradients_nothing_is_scaled() -> None:
    group, before_E = loaded_group([10, 1], 0.1)
    group.router.load_E.zero_()
    normalise_gradients(group)
    assert torch.equal(sizes(group), before_E)
    normalise_gradients(ExpertGroup(WIDTH, 2, 8, 1))


def test_the_hook_scales_before_the_loads_are_cleared() -> None:
    group, _ = loaded_group([1000, 100], 0.1)
    optimizer = torch.optim.SGD(group.parameters(), lr=1.0)
    handles = [normalise_with(optimizer, group), balance_with(optimizer, group, 0.01)]
    before = group.w1_EFD.detach().clone()
    optimizer.step()
    moved_E = (group.w1_EFD.detach() - before).flatten(1).square().mean(dim=1).sqrt()
    assert 0.5 < float(moved_E[1] / moved_E[0]) < 2
    assert float(group.router.load_E.sum()) == 0
    for handle in handles:
        handle.remove()


# ---- the balance of a row


def routed(scores_TE: Tensor, active: int) -> Routing:
    gates_TK, chosen_TK = scores_TE.topk(active, dim=1)
    load_E = torch.bincount(chosen_TK.flatten(), minlength=scores_TE.shape[1]).float()
    return Routing(gates_TK, chosen_TK, load_E, scores_TE)


def rows_of(*lengths: int) -> Batch:
    return pack([[TextSegment(torch.arange(4, 4 + length))] for length in lengths], TINY)


def test_the_balance_of_a_row_is_the_formula_of_the_paper() -> None:
    torch.manual_seed(0)
    batch = rows_of(3, 5)
    scores_TE = torch.rand(8, 4, requires_grad=True)
    held = routed(scores_TE, 2)
    terms = []
    for begin, end in ((0, 3), (3, 8)):
        length, total = end - begin, 0.0
        for expert in range(4):
            share = 4 / (2 * length) * sum(expert in row for row in held.chosen_TK[begin:end].tolist())
            score = sum((row[expert] / row.sum()).item() for row in scores_TE[begin:end]) / length
            total += share * score
        terms.append(total)
    found = sequence_balance([{"text": held}], batch)
    assert found.item() == pytest.approx(sum(terms) / 2, rel=1e-5)
    found.backward()
    assert scores_TE.grad is not None
    alike = torch.full((8, 4), 0.5) + 0.01 * torch.eye(4)[[0, 1, 2, 3, 0, 1, 2, 3]]
    assert sequence_balance([{"text": routed(alike, 1)}], batch).item() == pytest.approx(1.0, abs=0.05)
    one = torch.tensor([[1.0, 0, 0, 0]]).expand(8, -1)
    assert sequence_balance([{"text": routed(one, 1)}], batch).item() == pytest.approx(4.0)


def test_rows_without_tokens_of_a_group_and_groups_that_all_run_do_not_count() -> None:
    core = random_core()
    batch = pack([every_modality(), every_modality()[:1]], TINY)
    output = core(batch)
    assert bool(torch.isfinite(sequence_balance(output.routings, batch)))
    whole = Core(TINY.with_active("text", 8))
    assert sequence_balance(whole(rows_of(4)).routings, rows_of(4)).item() == 0


# ---- noise


def test_noise_lets_routers_of_zeros_begin_apart() -> None:
    torch.manual_seed(0)
    model = nn.ModuleList([Router(64, 8, 2), Router(64, 4, 4)])
    x_TD = torch.randn(500, 64)
    assert int((model[0](x_TD).load_E > 0).sum()) == 2, "a router of zeros has the same two for all"
    add_router_noise(model, spread=0.1, seed=1)
    first = model[0](x_TD)
    assert int((first.load_E > 0).sum()) == 8
    logits_TE = x_TD @ model[0].weight_ED.t()
    assert logits_TE.std().item() == pytest.approx(0.1, rel=0.15)
    assert not model[1].weight_ED.any(), "all of its experts run"
    again = nn.ModuleList([Router(64, 8, 2), Router(64, 4, 4)])
    add_router_noise(again, spread=0.1, seed=1)
    assert torch.equal(again[0].weight_ED, model[0].weight_ED)
    assert len(list(routers_of(model))) == 2
