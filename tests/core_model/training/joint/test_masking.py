"""What is hidden of texts and facts: the wanted shares, never a mark, never a value that still stands elsewhere."""

import pytest
import torch

from core_model.inputs.segments import FactsSegment
from core_model.inputs.text import BEGIN, END, UNKNOWN
from core_model.training.joint import masked_facts, masked_text


def test_the_shares_of_hidden_pieces_are_those_of_bert() -> None:
    torch.manual_seed(0)
    ids_L = torch.randint(4, 36_000, (200_000,))
    given_L, hidden_L = masked_text.hide(ids_L, 36_000)
    assert float(hidden_L.float().mean()) == pytest.approx(0.15, abs=0.003)
    assert torch.equal(given_L[~hidden_L], ids_L[~hidden_L])
    as_unknown = float((given_L[hidden_L] == UNKNOWN).float().mean())
    as_it_was = float((given_L[hidden_L] == ids_L[hidden_L]).float().mean())
    assert as_unknown == pytest.approx(0.8, abs=0.01)
    assert as_it_was == pytest.approx(0.1, abs=0.01)


def test_marks_are_never_hidden_and_something_always_is() -> None:
    torch.manual_seed(0)
    for _ in range(200):
        ids_L = torch.tensor([BEGIN, 7, END, BEGIN, 8, END])
        _, hidden_L = masked_text.hide(ids_L, 97)
        assert hidden_L.any()
        assert not hidden_L[(ids_L == BEGIN) | (ids_L == END)].any()
    assert masked_text.hide(torch.tensor([BEGIN, END]), 97)[1].sum() == 1


def facts(count: int) -> FactsSegment:
    values_N = torch.arange(1.0, count + 1)
    return FactsSegment(
        tuple(torch.tensor([5 + k % 7]) for k in range(count)),
        values_N,
        torch.full((count,), float(count)),  # the last fact is the total of all
        values_N - 1,  # and each the prior value of the next
        torch.ones(count, dtype=torch.int64),
        torch.zeros(count),
    )


def test_a_hidden_value_is_no_total_and_no_prior_of_another_fact() -> None:
    torch.manual_seed(1)
    for _ in range(50):
        whole = facts(30)
        given = masked_facts.hide(whole)
        assert given.value_masked_N is not None
        assert given.value_masked_N.any()
        hidden = set(whole.values_N[given.value_masked_N].tolist())
        assert not hidden & set(given.totals_N.tolist())
        assert not hidden & set(given.priors_N.tolist())
        seen = {value for value in whole.priors_N.tolist() if value not in hidden}
        assert seen <= set(given.priors_N.tolist())


def test_the_share_of_hidden_facts() -> None:
    torch.manual_seed(2)
    given = masked_facts.hide(facts(20_000))
    assert given.value_masked_N is not None
    assert given.unit_masked_N is not None
    assert float(given.value_masked_N.float().mean()) == pytest.approx(0.2, abs=0.01)
    assert float(given.unit_masked_N.float().mean()) == pytest.approx(0.1, abs=0.01)


def test_a_stretch_keeps_the_facts_beside_each_other() -> None:
    torch.manual_seed(3)
    part = masked_facts.stretch(facts(100), 20)
    assert len(part.name_ids) == 20
    assert torch.equal(part.values_N.diff(), torch.ones(19))
    assert [int(ids) for ids in part.name_ids] == [5 + (int(value) - 1) % 7 for value in part.values_N]
    assert masked_facts.stretch(facts(10), 20) == facts(10)


def test_a_hidden_piece_is_told_among_all_hidden_ones_and_others() -> None:
    torch.manual_seed(4)
    wanted_N = torch.tensor([9, 50, 9, 7])
    among_C = masked_text.among(wanted_N, 97, 20)
    assert among_C.tolist() == sorted(set(among_C.tolist()))
    assert {7, 9, 50} <= set(among_C.tolist())
    assert 10 <= len(among_C) <= 23
    assert torch.equal(among_C[torch.searchsorted(among_C, wanted_N)], wanted_N)
