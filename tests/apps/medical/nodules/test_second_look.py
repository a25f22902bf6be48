"""A second look changes nothing before it is trained, treats each candidate by itself, and reads the trunk."""

from dataclasses import replace

import pytest
import torch

from apps.medical.nodules.second_look import CandidateRows, PlainHead, VolumeCandidateHead
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.explain import shuffled

CONFIG = CoreConfig.tiny()
NAMES = [torch.tensor([5, 6]), torch.tensor([7])]
TOKENS = 7


def core(seed=0):
    torch.manual_seed(seed)
    model = Core(CONFIG).eval()
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    return model


def trained(seed=0):
    torch.manual_seed(seed)
    head = VolumeCandidateHead(CONFIG, ("none", "length"), 2)
    torch.nn.init.normal_(head.head.linear.weight, std=0.5)
    return head.eval()


def candidates(n=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(n, TOKENS, CONFIG.volume_features, generator=generator)
    features[1, 1:4] = 0
    features[3, 1:] = 0
    return CandidateRows(
        features,
        40 * torch.randn(n, TOKENS, 3, generator=generator),
        torch.rand(n, 3, generator=generator) + 0.5,
        torch.randn(n, 2, generator=generator),
        torch.randn(n, generator=generator),
    )


def test_an_untrained_head_gives_the_stems_own_log_odds_exactly():
    rows = candidates()
    head = VolumeCandidateHead(CONFIG, ("none", "length"), 2).eval()
    assert torch.equal(head(core(), rows, NAMES), rows.score_N)
    plain = PlainHead(CONFIG.volume_features, TOKENS, 2).eval()
    assert torch.equal(plain(core(), rows, NAMES), rows.score_N)


def test_candidates_in_another_order_get_the_same_answers_in_that_order():
    rows, head, model = candidates(), trained(), core()
    order = torch.tensor([3, 0, 4, 1, 2])
    with torch.no_grad():
        assert torch.allclose(head(model, rows.rows(order), NAMES), head(model, rows, NAMES)[order], atol=1e-5)


def test_a_batch_equals_one_by_one_though_rows_differ_in_length():
    rows, head, model = candidates(), trained(), core()
    with torch.no_grad():
        together = head(model, rows, NAMES)
        single = torch.cat([head(model, rows.rows(torch.tensor([n])), NAMES) for n in range(len(rows))])
    assert torch.allclose(together, single, atol=1e-5)


def test_what_is_said_depends_on_the_frozen_trunk_on_the_context_and_on_the_facts():
    rows, head, model = candidates(), trained(), core()
    with torch.no_grad():
        before = head(model, rows, NAMES)
        other = Core.from_state(CONFIG, shuffled(model.state_dict())).eval()
        assert (head(other, rows, NAMES) - before).abs().min() > 1e-3
        features = rows.features_NTC.clone()
        features[:, 1:] = 0
        blind = head(model, replace(rows, features_NTC=features), NAMES)
        assert (blind - before).abs()[0] > 1e-3
        assert torch.allclose(blind[3], before[3], atol=1e-5)
        assert (head(model, replace(rows, facts_NF=rows.facts_NF + 3), NAMES) - before).abs().min() > 1e-3


def with_gaps():
    """Candidates of which some facts are not known: one of the first, all of the third."""
    rows = candidates()
    facts = rows.facts_NF.clone()
    facts[0, 1] = facts[2, :] = torch.nan
    return replace(rows, facts_NF=facts)


def test_a_fact_that_is_not_known_has_no_token_and_changes_nobody_else():
    rows, full, head, model = with_gaps(), candidates(), trained(), core()
    with torch.no_grad():
        gaps, whole = head(model, rows, NAMES), head(model, full, NAMES)
        single = torch.cat([head(model, rows.rows(torch.tensor([n])), NAMES) for n in range(len(rows))])
    assert torch.isfinite(gaps).all()
    assert torch.allclose(gaps, single, atol=1e-5)
    assert (gaps - whole).abs()[[0, 2]].min() > 1e-4
    assert torch.allclose(gaps[[1, 3, 4]], whole[[1, 3, 4]], atol=1e-5)


def test_candidates_none_of_whose_facts_is_known_are_those_of_a_head_without_facts():
    head, model = trained(), core()
    bare = VolumeCandidateHead(CONFIG, (), 2).eval()
    bare.load_state_dict(head.state_dict())
    rows = candidates()
    unknown = replace(rows, facts_NF=torch.full_like(rows.facts_NF, torch.nan))
    with torch.no_grad():
        without = bare(model, replace(rows, facts_NF=torch.zeros(len(rows), 0)), [])
        assert torch.allclose(head(model, unknown, NAMES), without, atol=1e-5)


def test_the_plain_net_takes_an_unknown_fact_for_the_mean_of_the_known_and_knows_that_it_is_unknown():
    rows, model = with_gaps(), core()
    plain = PlainHead(CONFIG.volume_features, TOKENS, 2).eval()
    torch.nn.init.normal_(plain.out.weight)
    plain.standardise_by(rows)
    known = candidates().facts_NF[[1, 3, 4], 1]
    assert float(plain.mean_F[1]) == pytest.approx(float(known.mean()), abs=1e-6)
    assert float(plain.scale_F[1]) == pytest.approx(float(known.std()), abs=1e-6)
    mean = rows.facts_NF.clone()
    mean[0, 1] = plain.mean_F[1]
    with torch.no_grad():
        gaps, filled = plain(model, rows, NAMES), plain(model, replace(rows, facts_NF=mean), NAMES)
        assert torch.isfinite(gaps).all()
        assert abs(gaps[0] - filled[0]) > 1e-4
        plain.hidden.weight[:, -1] = 0  # whether the second fact is known
        gaps, filled = plain(model, rows, NAMES), plain(model, replace(rows, facts_NF=mean), NAMES)
        assert torch.allclose(gaps[0], filled[0], atol=1e-6)


def test_training_reaches_the_embeddings_through_the_trunk_and_leaves_the_trunk_alone():
    rows, head, model = candidates(), trained(), core().requires_grad_(False)
    head.train()(model, rows, NAMES).sum().backward()
    assert head.volume.features.weight.grad.abs().sum() > 0
    assert head.facts.ratio.weight.grad.abs().sum() > 0
    assert head.modality_MD.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in model.parameters())


def test_features_are_standardised_by_the_tokens_that_are_there():
    rows, head = candidates(), trained()
    head.standardise_by(rows)
    there = rows.features_NTC[rows.present_NT]
    assert len(there) == 5 * TOKENS - 3 - 6
    assert torch.allclose(head.mean_C, there.mean(0))
    assert torch.allclose(head.scale_C, there.std(0))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("position_mm_NT3", torch.zeros(5, TOKENS, 2)),
        ("spacing_mm_N3", torch.ones(4, 3)),
        ("facts_NF", torch.zeros(5)),
        ("score_N", torch.zeros(5, 1)),
        ("features_NTC", torch.zeros(5, TOKENS * 8)),
        ("score_N", torch.full((5,), torch.nan)),
        ("facts_NF", torch.full((5, 2), torch.inf)),
        ("position_mm_NT3", torch.full((5, TOKENS, 3), torch.nan)),
        ("features_NTC", torch.zeros(5, TOKENS, 8)),
    ],
)
def test_what_does_not_fit_together_is_refused(name, value):
    with pytest.raises(InputRejected):
        replace(candidates(), **{name: value})


def test_vectors_of_another_stem_and_other_facts_are_refused():
    rows, head, model = candidates(), trained(), core()
    with pytest.raises(InputRejected, match="facts that the head was not trained on"):
        head(model, replace(rows, facts_NF=torch.zeros(5, 3)), NAMES)
    with pytest.raises(InputRejected, match="volume vectors"):
        head(model, replace(rows, features_NTC=torch.ones(5, TOKENS, 9)), NAMES)
    with pytest.raises(InputRejected, match="spacing that is not positive"):
        head(model, replace(rows, spacing_mm_N3=torch.zeros(5, 3)), NAMES)
