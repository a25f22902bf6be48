"""Plain nets beside the second look: what they say before training, of unknown facts, and from disk."""

from dataclasses import replace

import pytest
import torch

from apps.medical.nodules.candidate_rows import rows_described
from apps.medical.nodules.training.heads.plain import PlainHead, load_plain_nets, plain_head, save_plain_nets
from core_model.errors import InputRejected, Unavailable
from tests.apps.medical.nodules.second_looks import asked
from tests.apps.medical.nodules.test_candidate_rows import candidates
from tests.apps.medical.nodules.test_second_look import with_gaps


def test_an_untrained_net_gives_the_stems_own_log_odds_exactly():
    rows = candidates()
    assert torch.equal(PlainHead(8, 7, 2).eval()(rows), rows.score_N)


def test_the_net_takes_an_unknown_fact_for_the_mean_of_the_known_and_knows_that_it_is_unknown():
    rows = with_gaps()
    plain = PlainHead(8, 7, 2).eval()
    torch.nn.init.normal_(plain.out.weight)
    plain.standardise_by(rows)
    known = candidates().facts_NF[[1, 3, 4], 1]
    assert float(plain.mean_F[1]) == pytest.approx(float(known.mean()), abs=1e-6)
    assert float(plain.scale_F[1]) == pytest.approx(float(known.std()), abs=1e-6)
    mean = rows.facts_NF.clone()
    mean[0, 1] = plain.mean_F[1]
    with torch.no_grad():
        gaps, filled = plain(rows), plain(replace(rows, facts_NF=mean))
        assert torch.isfinite(gaps).all()
        assert abs(gaps[0] - filled[0]) > 1e-4
        plain.hidden.weight[:, -1] = 0  # whether the second fact is known
        gaps, filled = plain(rows), plain(replace(rows, facts_NF=mean))
        assert torch.allclose(gaps[0], filled[0], atol=1e-6)


def test_nets_come_back_from_disk_within_half_precision_and_a_card_that_lies_is_refused(tmp_path):
    torch.manual_seed(0)
    nets = {"A": [plain_head(80).eval(), plain_head(80).eval()], "B": [plain_head(80).eval()]}
    for members in nets.values():
        for member in members:
            torch.nn.init.normal_(member.out.weight)
    with pytest.raises(Unavailable):
        load_plain_nets(tmp_path)
    path = save_plain_nets(tmp_path, nets, {})
    back = load_plain_nets(tmp_path)
    assert {fold: len(members) for fold, members in back.items()} == {"A": 2, "B": 1}
    rows = rows_described(asked())
    with torch.no_grad():
        for fold, members in nets.items():
            for one, other in zip(members, back[fold], strict=True):
                assert torch.allclose(one(rows), other(rows), atol=2e-2)
    path.write_text(path.read_text().replace('"B": 1', '"B": 2'))
    with pytest.raises(InputRejected, match="do not fit their card"):
        load_plain_nets(tmp_path)
