"""A training that is cut off goes on from its checkpoint and ends with the same bits; the checkpoint holds no code."""

import json
from dataclasses import replace

import pytest
import torch

from apps.medical.nodules.stem import Stem, StemConfig
from apps.medical.nodules.training.stems.train import StemTraining, train_stem
from core_model.errors import InputRejected
from tests.apps.medical.nodules.training.sources.test_plant import field
from tests.apps.medical.nodules.training.sources.test_plantings import background


class CutOff(Exception):
    pass


def test_a_training_cut_off_and_resumed_gives_the_same_weights_as_one_in_a_piece(tmp_path) -> None:
    torch.manual_seed(0)
    config = StemConfig((4, 4, 4, 4))
    initial = Stem(config).state_dict()
    initial["head.bias"] = torch.zeros(1)
    settings = StemTraining(fold="A", steps=5, batch=2, mine_every=2, save_minutes=0, seed=7)
    fields = [field(seed=seed) for seed in range(2)]
    mined = []

    def cut_off(line: str) -> None:
        if "mined" in line:
            mined.append(line)
        if len(mined) == 2:
            raise CutOff

    def train(folder, log):
        return train_stem(settings, fields, background(), folder, log, config, initial).state_dict()

    whole = train(tmp_path / "whole", lambda line: None)
    with pytest.raises(CutOff):
        train(tmp_path / "cut", cut_off)
    held = torch.load(tmp_path / "cut" / "checkpoint.pt", weights_only=True)
    assert held["step"] == 3
    assert held["data"]["mined"]["ct_places"]
    said = []
    again = train(tmp_path / "cut", said.append)
    assert json.loads(said[0])["resumed"] == 3
    assert all(torch.equal(whole[name], again[name]) for name in whole)


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"fields": [field(seed=5), field(seed=1)]}, "fields was"),
        ({"background": replace(background(), image_ZYX=background().image_ZYX + 0.1)}, "background was"),
        ({"initial": Stem(StemConfig((4, 4, 4, 4))).state_dict()}, "start was random, is"),
        ({"settings": StemTraining(fold="A", steps=2, batch=2, rate=1e-3, seed=7)}, "stem.rate was 0.003, is 0.001"),
    ],
    ids=["fields", "background", "start", "settings"],
)
def test_a_training_of_other_data_start_or_settings_is_not_gone_on_with(tmp_path, other, named) -> None:
    given = {
        "settings": StemTraining(fold="A", steps=2, batch=2, seed=7),
        "fields": [field(seed=seed) for seed in range(2)],
        "background": background(),
    }
    silent = {"folder": tmp_path, "log": lambda line: None, "config": StemConfig((4, 4, 4, 4))}
    train_stem(**given, **silent)
    with pytest.raises(InputRejected, match=named):
        train_stem(**{**given, **other}, **silent)
