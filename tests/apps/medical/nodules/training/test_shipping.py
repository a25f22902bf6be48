"""A detector on disk comes back as it was, nothing is taken for it, and an interrupted writing leaves one whole."""

import json
import os
import shutil
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch

from apps.medical.nodules.detector_weights import fold_from, load_detector
from apps.medical.nodules.linking import LinkWeights
from apps.medical.nodules.stem import StemConfig
from apps.medical.nodules.training.shipping import save_detector
from core_model.checkpoint import load_checkpoint
from core_model.errors import InputRejected, NotFound, Unavailable
from tests.apps.medical.nodules.second_looks import asked, small_core, small_second_look
from tests.apps.medical.nodules.test_findings import fold


def shipped_into(folder, core, threshold=0.4, seed=0):
    torch.manual_seed(seed)
    folds = [fold("A", bright_first=False), fold("B", bright_first=False)]
    second_look = small_second_look(core, seed)
    made_by = {"command": "python -m apps.medical.nodules.training ship"}
    save_detector(folder, folds, second_look, threshold, {"marks": 2}, made_by=made_by, heads_made_by={"seed": seed})
    return folds, second_look


def test_the_detector_comes_back_with_its_second_look_and_other_linking_weights_are_refused(tmp_path):
    core = small_core()
    folds, second_look = shipped_into(tmp_path, core)
    detector = load_detector(tmp_path, core)
    assert detector.operating_point.threshold == 0.4
    assert [one.name for one in detector.folds] == ["A", "B"]
    assert detector.second_look.card["made_by"] == {"seed": 0}
    batch = torch.randn(1, 3, 32, 32)
    with torch.inference_mode():
        before, after = folds[0].stem(batch).logit_BYX, detector.folds[0].stem(batch).logit_BYX
    assert torch.allclose(before, after, atol=0.02)
    for name, rescorer in zip("AB", detector.rescorers, strict=True):
        assert rescorer(asked()) == pytest.approx(second_look.rescorer(name)(asked()), abs=5e-3)
    path = tmp_path / "nodule_detector.json"
    card = json.loads(path.read_text())
    assert card["decides"] == detector.operating_point.decides
    card["linking"]["A"]["bias"] += 0.001
    path.write_text(json.dumps(card))
    with pytest.raises(InputRejected, match="not those that the operating point was chosen for"):
        load_detector(tmp_path, core)
    with pytest.raises(Unavailable, match="no weights called nodule_detector"):
        load_detector(tmp_path / "elsewhere", core)


def test_weights_are_saved_as_all_others_and_come_back_with_the_same_bits(tmp_path):
    core = small_core()
    shipped_into(tmp_path, core)
    cards = {path.stem: json.loads(path.read_text()) for path in tmp_path.glob("*.json")}
    named = {name.partition("-")[0]: card["weights_file"] for name, card in cards.items()}
    assert set(named) == {"nodule_detector", "nodule_second_look"}
    assert {path.name for path in tmp_path.glob("*.safetensors")} == set(named.values())
    first = load_detector(tmp_path, core)
    tensors, card = load_checkpoint(tmp_path / "nodule_detector.json")
    links = {name: LinkWeights.from_dict(link) for name, link in card["linking"].items()}
    save_detector(
        tmp_path / "again",
        [fold_from(tensors, name, StemConfig(tuple(card["channels"])), links[name]) for name in card["folds"]],
        first.second_look,
        0.4,
        {"marks": 2},
        made_by=first.card["made_by"],
        heads_made_by={"seed": 0},
    )
    for path in tmp_path.glob("nodule*"):
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()
    with pytest.raises(TypeError, match="folded stems are for reading"):
        save_detector(tmp_path / "folded", first.folds, first.second_look, 0.4, {}, made_by={}, heads_made_by={})


def test_another_second_look_or_none_is_refused_beside_stems_that_fit(tmp_path):
    core = small_core()
    shipped_into(tmp_path, core)
    name = json.loads((tmp_path / "nodule_detector.json").read_text())["second_look"]
    small_second_look(core, seed=1).save(tmp_path, name, half=True)
    with pytest.raises(InputRejected, match="not those that the operating point was chosen for"):
        load_detector(tmp_path, core)
    (tmp_path / f"{name}.json").unlink()
    with pytest.raises(NotFound, match=f"no adapter called {name}"):
        load_detector(tmp_path, core)


class Interrupted(BaseException):
    pass


def shipped_until(done_before, monkeypatch, *given, **named):
    """Ship a detector, interrupted before one of the writings and removals; whether it was."""
    done = []

    def interrupted(original):
        def writing(*given, **named):
            done.append(given)
            if len(done) > done_before:
                raise Interrupted
            return original(*given, **named)

        return writing

    with monkeypatch.context() as patch:
        for owner, name in ((os, "replace"), (Path, "write_text"), (Path, "unlink")):
            patch.setattr(owner, name, interrupted(getattr(owner, name)))
        try:
            shipped_into(*given, **named)
        except Interrupted:
            return True
    return False


def test_a_detector_whose_writing_is_interrupted_is_the_old_one_or_the_new_and_loads(tmp_path, monkeypatch):
    core = small_core()
    whole = {}
    for seed, threshold in ((0, 0.4), (1, 0.6)):
        shipped_into(tmp_path / str(seed), core, threshold=threshold, seed=seed)
        whole[threshold] = load_detector(tmp_path / str(seed), core)
    left = []
    for done_before in count():
        folder = tmp_path / f"interrupted {done_before}"
        shutil.copytree(tmp_path / "0", folder)
        interrupted = shipped_until(done_before, monkeypatch, folder, core, threshold=0.6, seed=1)
        found = load_detector(folder, core)
        left.append(found.operating_point.threshold)
        expected = whole[left[-1]]
        assert found.operating_point == expected.operating_point
        for one, other in zip(found.folds, expected.folds, strict=True):
            weights = other.stem.state_dict()
            assert all(torch.equal(value, weights[name]) for name, value in one.stem.state_dict().items())
        for one, other in zip(found.rescorers, expected.rescorers, strict=True):
            assert np.array_equal(one(asked()), other(asked()))
        shipped_into(folder, core, threshold=0.6, seed=1)
        assert {path.name for path in folder.iterdir()} == {path.name for path in (tmp_path / "1").iterdir()}
        if not interrupted:
            break
    assert left == sorted(left)
    assert len(left) == 8
