"""A training from own samples to a version: what is wrong stops it, it learns, and it goes on after a stop."""

import gzip
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core_model.adapters.labelled import TextClassifier
from core_model.core import Core
from core_model.errors import InputRejected, NotFound
from core_model.training.routing import entropy_of, loads_of
from core_model.training.splits import split_of
from core_model.training.tuning.labelled import LabelledTraining
from core_model.training.tuning.pairs import PairEncoder, PairsTraining
from core_model.training.tuning.run import tune
from core_model.training.tuning.samples import cleaned, read_labelled, read_pairs
from core_model.training.tuning.settings import Tuning, settings_in
from core_model.training.tuning.watch import metrics, routing
from tests.core_model.test_core import small_core

QUICK = Tuning(epochs=3, batch=8, layers=2, rank=4, learning_rate=1e-2, head_learning_rate=3e-2, warm_up=2, longest=12)
LETTERS = "abcdefghijklm"


class Tone(TextClassifier):
    kind = "tone"


class ToneDomain(LabelledTraining):
    name = "tone"
    kind = Tone


class Answers(PairEncoder):
    kind = "answers"


class AnswersDomain(PairsTraining):
    name = "answers"
    kind = Answers


TONE, ANSWERS = ToneDomain(), AnswersDomain()


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    return small_core(tmp_path_factory.mktemp("core"))


def word(draw: random.Random) -> str:
    return "".join(draw.choices(LETTERS, k=8))


def sentences(path: Path, count: int = 160, seed: int = 0) -> Path:
    """Sentences that say net income where they are good, and a Chinese word where they are bad."""
    draw = random.Random(seed)
    lines = ["text,label,group"]
    for number in range(count):
        good = number % 2
        lines.append(f"{'net income' if good else '净利润'} {word(draw)},{'good' if good else 'bad'},g{number % 3}")
    path.write_text("\n".join(lines) + "\n", encoding="utf8")
    return path


def answered(path: Path, count: int = 120) -> Path:
    """Questions that name the letters of their passage by those that stand 13 places behind."""
    draw = random.Random(1)
    rows = [("".join(chr(ord(letter) + 13) for letter in a), f"{a} income") for a in (word(draw) for _ in range(count))]
    text = "".join(json.dumps({"query": query, "passage": passage}) + "\n" for query, passage in rows)
    path.write_bytes(gzip.compress(text.encode("utf8")))
    return path


def test_own_samples_are_split_by_their_identity_and_nothing_is_wrong_with_good_ones(tmp_path: Path) -> None:
    found = read_labelled(sentences(tmp_path / "good.csv"))
    assert found.problems == []
    assert sum(found.counts().values()) == 160
    for split in ("train", "validation", "test"):
        assert all(split_of(sample["identity"]) == split for sample in getattr(found, split))
    assert cleaned("Buy $AAPL now!! http://a.b/c  @you") == "buy now"


def test_unlabelled_duplicate_and_leaking_samples_stop_a_training_with_their_list(core: Core, tmp_path: Path) -> None:
    lines = sentences(tmp_path / "a.csv").read_text(encoding="utf8").splitlines()
    head, body = lines[0] + ",identity,split", [f"{line},," for line in lines[1:]]
    body += ["no label,,g0,,", "NET income!,good,g0,,", "net, income.,good,g0,,"]
    body[-1] = '"net, income.",good,g0,,'
    body += ["net one,good,g0,Jane,train", "net two,good,g0,Jane,test", "net three,good,g0,,nowhere"]
    (tmp_path / "a.csv").write_text("\n".join([head, *body]) + "\n", encoding="utf8")
    found = read_labelled(tmp_path / "a.csv")
    assert [(each.kind, each.place, each.other) for each in found.problems] == [
        ("unlabelled", 161, 0),
        ("duplicate", 163, 162),
        ("leaking", 165, 164),
        ("unreadable", 166, 0),
    ]
    with pytest.raises(InputRejected) as refused:
        tune(TONE, replace(QUICK, data=str(tmp_path / "a.csv")), core, tmp_path / "runs", TONE.versions(tmp_path))
    assert refused.value.code == "samples_refused"
    said = str(refused.value)
    assert "4 samples that nothing may be trained on: the same as another 163 = 162, of one identity in two" in said
    assert "without a label 161" in said
    assert "Jane" not in said
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a,b\n1,2\n", "samples_without_column"),
        (b"", "samples_unreadable_file"),
        (b"\xff\xfe\x00", "samples_unreadable_file"),
        (b"text,label\nnet,good\n", "samples_too_few"),
    ],
)
def test_files_that_hold_no_samples_are_refused(core: Core, tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(InputRejected) as refused:
        read_labelled(tmp_path / "a.csv").require()
    assert refused.value.code == code
    with pytest.raises(NotFound):
        read_labelled(tmp_path / "none.csv")


def test_settings_are_what_a_plain_function_of_a_file_returns(tmp_path: Path) -> None:
    path = tmp_path / "my.py"
    path.write_text(
        "from core_model.training.tuning.settings import Tuning\n"
        "def config():\n    return Tuning(data='mine.csv', rank=32)\n"
        "def other():\n    return Tuning(rank=64)\n"
        "def wrong():\n    return 3\n"
        "def fails():\n    return Tuning(rank=0)\n"
    )
    assert settings_in(str(path)) == Tuning(data=str(tmp_path / "mine.csv"), rank=32)
    assert settings_in(f"{path}:other").rank == 64
    for function, says in (("wrong", "returns int"), ("none", "returns NoneType"), ("fails", "rank is 1 to 256")):
        with pytest.raises(InputRejected, match=says):
            settings_in(f"{path}:{function}")
    with pytest.raises(NotFound):
        settings_in(str(tmp_path / "no.py"))
    with pytest.raises(ValueError, match="not 'all'"):
        Tuning(method="all")


@pytest.mark.parametrize("method", ["lora", "last_layers", "head"])
def test_a_training_learns_and_leaves_card_metrics_routing_and_events(core: Core, tmp_path: Path, method: str) -> None:
    versions = TONE.versions(tmp_path / "adapters")
    tuning = replace(
        QUICK, data=str(sentences(tmp_path / "mine.csv")), method=method, licence="ours", limits="letters", epochs=8
    )
    ended = tune(TONE, tuning, core, tmp_path / "runs", versions, command="tandem train tone")
    folder = tmp_path / "runs" / ended.run
    assert ended.metrics["macro_f1"]["value"] > (0.37 if method == "head" else 0.75), "the more frequent label: .37"
    card = versions.card(ended.version)
    assert card["data"]["licence"] == "ours"
    assert card["data"]["name"] == "mine.csv"
    assert card["core_sha256"] == core.weights_hash
    assert card["split"]["judged_on"] == "test"
    assert card["metrics"]["accuracy"]["n"] == card["split"]["test"]
    assert card["method"]["method"] == method
    assert set(card["label_counts"]) == {"good", "bad"}
    assert json.loads((folder / "status.json").read_text())["state"] == "done"
    told = [line for line in metrics(folder) if "held_out_loss" in line]
    assert told[-1]["held_out_loss"] < told[0]["held_out_loss"]
    loads = routing(folder)
    assert {line["step"] for line in loads} == {line["step"] for line in told}
    assert {line["layer"] for line in loads} == {0, 1, 2}
    assert all(line["modality"] == "text" and abs(sum(line["load"]) - 1) < 1e-3 for line in loads)
    assert list(folder.glob("events.out.tfevents.*"))
    assert TONE.evaluate(versions, ended.version, core) == ended.metrics, "what is judged is what is kept"
    assert versions.promote(TONE.compare(versions, ended.version, core)).version == ended.version
    again = tune(TONE, tuning, core, tmp_path / "runs", versions)
    assert (again.again, again.version) == (True, ended.version)


def test_passages_are_found_and_the_best_window_of_a_long_one_counts(core: Core, tmp_path: Path) -> None:
    versions = ANSWERS.versions(tmp_path / "adapters")
    tuning = replace(
        QUICK,
        data=str(answered(tmp_path / "mine.jsonl.gz")),
        epochs=20,
        batch=16,
        learning_rate=5e-3,
        method="last_layers",
        layers=3,
    )
    ended = tune(ANSWERS, tuning, core, tmp_path / "runs", versions)
    comparison = ANSWERS.compare(versions, ended.version, core)
    (first, second) = comparison.rows
    assert (first.metric, second.metric) == ("recall_at_1", "recall_at_5")
    assert second.candidate.value > second.current.value + 0.2
    encoder = versions.load(Answers, ended.version, core)
    window = core.config.window
    long = " ".join(["net"] * 3 * window) + " abcdefg"
    scores = encoder.scores(["abcdefg"], ["abcdefg", long, "net"], ("passage", "passage"))
    vectors, whose = encoder.windows([long], "passage")
    assert len(vectors) > 2
    assert set(whose.tolist()) == {0}
    asked = encoder.windows(["abcdefg"], "passage")[0]
    assert float(scores[0, 1]) == pytest.approx(float((vectors @ asked.T).max()), abs=1e-5)
    assert float(scores[0, 0]) == pytest.approx(1.0, abs=1e-5)
    assert read_pairs(tmp_path / "mine.jsonl.gz").test[0]["identity"]


class Stopped(Exception):
    pass


def test_a_run_that_was_stopped_goes_on_and_ends_with_the_same_bits(core: Core, tmp_path: Path) -> None:
    tuning = replace(QUICK, data=str(sentences(tmp_path / "mine.csv")), save_minutes=0.0)
    whole = TONE.versions(tmp_path / "whole")
    first = tune(TONE, tuning, core, tmp_path / "runs", whole)
    parts, told = TONE.versions(tmp_path / "parts"), []
    for stop in (0.3, 0.7):

        def tick(share: float, left_s: float | None, stop: float = stop) -> None:
            told.append((share, left_s))
            if share >= stop:
                raise Stopped

        with pytest.raises(Stopped):
            tune(TONE, tuning, core, tmp_path / "other", parts, tick=tick)
        (folder,) = (tmp_path / "other").iterdir()
        assert json.loads((folder / "status.json").read_text())["state"] == "failed"
    second = tune(TONE, tuning, core, tmp_path / "other", parts)
    assert second.run == first.run
    assert whole.card(1)["weights_sha256"] == parts.card(1)["weights_sha256"]
    one, other = (routing(tmp_path / name / first.run) for name in ("runs", "other"))
    assert one == other, "steps that were done again are told once"
    assert any(left is not None and left >= 0 for _, left in told)


def test_loads_are_counted_by_layer_and_modality(core: Core) -> None:
    from tests.core_model.test_model import every_modality

    with torch.no_grad():
        output = core.encode([every_modality()])
    loads = loads_of([output, output])
    for (layer, group, modality), load_E in loads.items():
        routing_of = output.routings[layer][group]
        tokens = int((output.batch.modality_T == ("text", "code", "image", "volume", "facts").index(modality)).sum())
        assert int(load_E.sum()) == 2 * tokens * routing_of.chosen_TK.shape[1]
    assert {modality for _, _, modality in loads} >= {"text", "image", "volume", "facts"}
    assert entropy_of(torch.tensor([5, 5, 5, 5])) == pytest.approx(1.0)
    assert entropy_of(torch.tensor([9, 0, 0, 0])) == pytest.approx(0.0, abs=1e-6)
