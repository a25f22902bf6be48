"""The training's commands hand on what they write: two trained folds become a detector that loads."""

import json
from dataclasses import replace

import numpy as np
import pytest

from apps.medical.nodules.detector_weights import load_detector
from apps.medical.nodules.second_look import SecondLook
from apps.medical.nodules.stem import Stem
from apps.medical.nodules.training import __main__ as training
from apps.medical.nodules.training.heads.candidate_cache import COLUMNS, write
from apps.medical.nodules.training.heads.plain import load_plain_nets, save_plain_nets
from apps.medical.nodules.training.shipping import save_second_look
from apps.medical.nodules.training.sources.background import save_background
from apps.medical.nodules.training.sources.prepare import Listed
from core_model.checkpoint import load_checkpoint, save_checkpoint
from tests.apps.medical.nodules.second_looks import small_core, small_plain_nets, small_second_look
from tests.apps.medical.nodules.test_findings import fold
from tests.apps.medical.nodules.training.sources.test_plant import field
from tests.apps.medical.nodules.training.test_places_told import lungs_with_a_spot


def trained(out, core):
    """Both folds as the commands ``stem``, ``link`` and ``head`` leave them."""
    second_look, nets = small_second_look(core), small_plain_nets()
    for name in "AB":
        folder = out / name
        folder.mkdir(parents=True)
        one = fold(name, bright_first=False)
        save_checkpoint(folder, "stem", one.stem.state_dict(), {})
        (folder / "link.json").write_text(json.dumps(one.link.as_dict()))
        own = SecondLook.of(core, {name: second_look.folds[name]})
        save_second_look(folder, own, {"data_sha256": f"candidates of {name}"}, "second_look")
        save_plain_nets(folder, {name: nets[name]}, {}, "plain_nets")
        save_background(replace(lungs_with_a_spot(), name=f"CT of {name}"), out / f"{name}.npz")
    return second_look


def test_two_trained_folds_are_shipped_as_one_detector(tmp_path, monkeypatch):
    core, entries = small_core(), {f"CT of {name}": Listed(f"CT of {name}", name, False, ()) for name in "AB"}
    second_look = trained(tmp_path / "out", core)
    monkeypatch.setattr(training, "load_core", lambda: core)
    monkeypatch.setattr(training, "listed", lambda path: entries)
    monkeypatch.setattr(training, "load_fields", lambda *given, **named: [replace(field(), readers=4)])
    given = ["--out", tmp_path / "out", "--weights", tmp_path / "weights", "--fields", "F", "--series", "S"]
    given += ["--background", tmp_path / "out" / "A.npz", "--background", tmp_path / "out" / "B.npz"]
    made_by = {"commands": ["ship"], "data": ["made"]}
    assert training.main(["ship", *map(str, given), "--made-by", json.dumps(made_by)]) == 0
    detector = load_detector(tmp_path / "weights", core)
    assert [one.name for one in detector.folds] == ["A", "B"]
    assert detector.card["made_by"] == made_by
    assert {name: shift for name, (_, shift) in detector.second_look.folds.items()} == {"A": 0.0, "B": 0.25}
    for name in "AB":
        reports = detector.second_look.card["made_by"]["folds"]
        assert reports[name] == {"data_sha256": f"candidates of {name}"}
        for mine, theirs in zip(detector.second_look.members(name), second_look.members(name), strict=True):
            assert mine.head.linear.weight.tolist() == theirs.head.linear.weight.half().float().tolist()
    assert {name: len(nets) for name, nets in load_plain_nets(tmp_path / "weights").items()} == {"A": 1, "B": 1}
    reason = detector.operating_point.reason
    assert set(reason["marks"]) == {"CT of A", "CT of B"}
    assert reason["plantings"]["all"] == 2


def test_a_fold_without_a_stem_is_refused_in_one_sentence(tmp_path, capsys):
    given = ["--fold", "A", "--out", tmp_path, "--background", tmp_path / "none.npz", "--fields", tmp_path]
    assert training.main(["candidates", *map(str, given), "--series", str(tmp_path / "none.csv")]) == 1
    said = "the stem of fold A is not trained yet; train it with the command stem, with the same --out.\n"
    assert capsys.readouterr().err == said


CANDIDATES = "python -m apps.medical.nodules.training candidates"


@pytest.mark.parametrize(
    ("torn", "command", "says"),
    [
        ("A/stem-*.safetensors", "candidates", "weights that were cut off"),
        ("A/stem.json", "candidates", "a card that is not JSON"),
        ("A/link.json", "candidates", "the linking weights of fold A cannot be read; fit them anew"),
        ("A.npz", "candidates", "a file of arrays that is damaged"),
        ("candidates/A-train.npz", "head", "a file of arrays that is damaged"),
    ],
)
def test_a_file_that_was_cut_off_is_refused_in_one_sentence(tmp_path, monkeypatch, capsys, torn, command, says):
    trained(tmp_path, small_core())
    (tmp_path / "candidates").mkdir()
    write(tmp_path / "candidates" / "A-train.npz", {name: np.zeros(3) for name in COLUMNS})
    monkeypatch.setattr(training, "load_fields", lambda *given, **named: [])
    (path,) = tmp_path.glob(torn)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    given = ["--fold", "A", "--out", tmp_path]
    if command == "candidates":
        given += ["--background", tmp_path / "A.npz", "--fields", tmp_path, "--series", tmp_path]
    assert training.main([command, *map(str, given)]) == 1
    assert capsys.readouterr().err.startswith(says)


@pytest.mark.parametrize(
    ("gone", "command", "says"),
    [
        ("link.json", "candidates", "the linking of fold A is not fitted yet; fit it with the command link"),
        ("link.json", "head", f"the candidates are absent; make them with `{CANDIDATES}`"),
    ],
)
def test_a_file_that_is_not_made_yet_is_refused_in_one_sentence(tmp_path, monkeypatch, capsys, gone, command, says):
    trained(tmp_path, small_core())
    monkeypatch.setattr(training, "load_fields", lambda *given, **named: [])
    (tmp_path / "A" / gone).unlink()
    given = ["--fold", "A", "--out", tmp_path]
    if command == "candidates":
        given += ["--background", tmp_path / "A.npz", "--fields", tmp_path, "--series", tmp_path]
    assert training.main([command, *map(str, given)]) == 1
    assert capsys.readouterr().err.startswith(says)


def test_an_interruption_leaves_the_file_of_before(tmp_path, monkeypatch):
    path = tmp_path / "A.npz"
    save_background(lungs_with_a_spot(), path)
    before = path.read_bytes()

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("core_model.checkpoint.os.replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_background(replace(lungs_with_a_spot(), name="other"), path)
    assert path.read_bytes() == before


def test_a_stem_is_kept_with_a_card_that_says_how_it_was_made(tmp_path, monkeypatch):
    save_background(lungs_with_a_spot(), tmp_path / "A.npz")
    monkeypatch.setattr(training, "load_fields", lambda *given, **named: [field()])
    monkeypatch.setattr(training, "train_stem", lambda *given, **named: Stem())
    monkeypatch.setattr(training, "level_of", lambda *given, **named: 0.25)
    given = ["--fold", "A", "--out", tmp_path, "--background", tmp_path / "A.npz", "--fields", "F", "--series", "S"]
    assert training.main(["stem", *map(str, given), "--steps", "3"]) == 0
    tensors, card = load_checkpoint(tmp_path / "A" / "stem.json")
    assert tensors["head.bias"].tolist() == [-3.75]
    assert card["made_by"]["settings"]["steps"] == 3
    assert card["made_by"]["level"] == {"share": 0.9, "shift": 0.25}
