"""The training's commands hand on what they write: two trained folds become a detector that loads."""

import json
from dataclasses import replace

from safetensors.torch import save_file

from apps.medical.nodules.detector_weights import load_detector
from apps.medical.nodules.second_look import SecondLook
from apps.medical.nodules.training import __main__ as training
from apps.medical.nodules.training.heads.plain import load_plain_nets, save_plain_nets
from apps.medical.nodules.training.shipping import save_second_look
from apps.medical.nodules.training.sources.background import save_background
from apps.medical.nodules.training.sources.prepare import Listed
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
        save_file(
            {key: value.contiguous() for key, value in one.stem.state_dict().items()}, folder / "stem.safetensors"
        )
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
