"""Versions side by side: what promotes and what does not, the way back, and files that are refused."""

import json
import os
import pickle
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from core_model.adapters.comparison import rows_of
from core_model.adapters.labelled import LabelledDomain, TextClassifier
from core_model.adapters.metrics import Cases, Metric, accuracy, figure_of, figures_of, macro_f1
from core_model.adapters.versions import InUse, Versions, packed, unpacked
from core_model.core import Core
from core_model.errors import InputRejected, NotAllowed, NotFound, Unavailable
from tests.core_model.test_core import small_core

WORDS = {"up": ["net", "net income", "net net"], "down": ["净利润", "净", "利润 净"]}
SAMPLES = [
    {"text": f"{text} {'ab' * number}", "label": label, "identity": f"{label}{number}{text}", "group": text[:1]}
    for label, texts in WORDS.items()
    for text in texts
    for number in range(6)
]
CARD = {"licence": "MIT", "label_counts": {"up": 3, "down": 3}}


class Mood(TextClassifier):
    kind = "mood"


class MoodDomain(LabelledDomain):
    name = "mood"
    kind = Mood


DOMAIN = MoodDomain()


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    return small_core(tmp_path_factory.mktemp("core"))


def mood(core: Core, steps: int, sign: int = 1) -> Mood:
    """An adapter that learned the samples, or their opposite."""
    torch.manual_seed(0)
    made = Mood(core, ["up", "down"], num_layers=1)
    optimizer = torch.optim.AdamW(made.parameters(), lr=0.05)
    label_N = torch.tensor([("up", "down").index(sample["label"]) for sample in SAMPLES])
    for _ in range(steps):
        loss = nn.functional.cross_entropy(made([sample["text"] for sample in SAMPLES]), label_N)
        optimizer.zero_grad()
        (sign * loss.clamp(max=3)).backward()
        optimizer.step()
    return made


@pytest.fixture
def versions(core: Core, tmp_path: Path) -> Versions:
    """Version 1 good, version 2 bad, version 3 good."""
    found = DOMAIN.versions(tmp_path)
    for steps, sign in ((30, 1), (30, -1), (40, 1)):
        found.add(mood(core, steps, sign), CARD, SAMPLES)
    return found


def test_figures_are_those_of_the_formulas_with_intervals_and_subgroups() -> None:
    truth = ["a"] * 6 + ["b"] * 6
    guess = ["a"] * 5 + ["b"] + ["b"] * 3 + ["a"] * 3
    cases = Cases([str(n) for n in range(12)], {"truth": truth, "guess": guess}, {"side": ["l"] * 6 + ["r"] * 6})
    found = figures_of((Metric(name="accuracy", of=accuracy), Metric(name="macro_f1", of=macro_f1)), cases)
    assert found["accuracy"]["value"] == pytest.approx(8 / 12, abs=1e-6)
    assert found["macro_f1"]["value"] == pytest.approx((2 * 5 / 14 + 2 * 3 / 10) / 2, abs=1e-6)
    assert found["accuracy"]["by"]["side=l"]["value"] == pytest.approx(5 / 6, abs=1e-6)
    assert found["accuracy"]["by"]["side=r"]["n"] == 6
    low, high = found["accuracy"]["interval"]
    wanted = 1.96 * np.sqrt((8 / 12) * (4 / 12) / 12)  # of a binomial share
    assert high - low == pytest.approx(2 * wanted, rel=0.2)


def test_cases_of_one_identity_are_drawn_together() -> None:
    metric = Metric(name="accuracy", of=accuracy)
    columns = {"truth": ["a"] * 40, "guess": ["a", "b"] * 20}
    alone = figure_of(metric, Cases([str(n) for n in range(40)], columns))
    pairs = figure_of(metric, Cases([str(n // 2) for n in range(40)], columns))
    assert alone.high - alone.low > 0.2
    assert pairs.high - pairs.low == 0, "each pair holds one right and one wrong"


def test_a_difference_is_paired_and_its_sign_is_that_of_better() -> None:
    truth, identities = ["a"] * 50, [str(n) for n in range(50)]
    good = Cases(identities, {"truth": truth, "guess": ["a"] * 45 + ["b"] * 5})
    bad = Cases(identities, {"truth": truth, "guess": ["a"] * 30 + ["b"] * 20})
    up, down = Metric(name="x", of=accuracy), Metric(name="error", of=lambda c: 1 - accuracy(c), higher_is_better=False)
    for metric in (up, down):
        (row,) = rows_of("candidate", (metric,), good, bad)
        assert row.passed
        assert row.difference.value == pytest.approx(0.3)
        (row,) = rows_of("candidate", (metric,), bad, good)
        assert not row.passed
        assert row.difference.high < 0
    (row,) = rows_of("candidate", (up,), good, good)
    assert row.passed
    assert (row.difference.low, row.difference.high) == (0, 0)


def test_a_good_version_is_promoted_a_bad_one_is_refused_with_the_table_and_there_is_a_way_back(
    core: Core, versions: Versions
) -> None:
    assert versions.numbers() == [1, 2, 3]
    assert versions.current() is None
    first = DOMAIN.compare(versions, 1, core)
    assert first.current is None
    assert versions.promote(first).version == 1
    worse = DOMAIN.compare(versions, 2, core)
    assert worse.current == 1
    with pytest.raises(NotAllowed, match="version 2 is worse than what is in use: macro_f1") as refused:
        versions.promote(worse)
    assert refused.value.code == "promotion_refused"
    assert {row.metric for row in worse.failed} == {"macro_f1", "accuracy"}
    assert versions.current() == 1, "nothing changed"
    assert versions.promote(DOMAIN.compare(versions, 3, core)).before == (0, 1)
    assert versions.current() == 3
    with pytest.raises(Unavailable, match="version 3 is in use, and the comparison was made with 1"):
        versions.promote(DOMAIN.compare(versions, 1, core).__class__(1, 1, first.rows))
    assert versions.rollback().version == 1
    assert versions.current() == 1
    assert versions.rollback().version == 0
    assert versions.current() is None
    with pytest.raises(NotAllowed, match="no version of mood before"):
        versions.rollback()


def test_the_version_that_ships_is_number_0_and_stays(core: Core, versions: Versions, tmp_path: Path) -> None:
    mood(core, 30).save(tmp_path / "shipped", "mood", CARD, half=True)
    found = Versions(versions.folder, tmp_path / "shipped" / "mood.json")
    assert found.numbers() == [0, 1, 2, 3]
    assert found.current() == 0
    assert DOMAIN.compare(found, 1, core).current == 0
    found.promote(DOMAIN.compare(found, 1, core))
    with pytest.raises(NotAllowed):
        found.remove(0)
    with pytest.raises(NotAllowed):
        found.remove(1)
    found.remove(2)
    assert found.numbers() == [0, 1, 3]
    assert found.rollback().version == 0
    assert found.add(mood(core, 1), CARD) == 4, "no number is given twice while a later one is there"


def test_a_process_that_goes_on_sees_a_promotion(core: Core, versions: Versions) -> None:
    use = InUse(versions, Mood)
    assert use.look(core) == (None, None)
    versions.promote(DOMAIN.compare(versions, 1, core))
    version, first = use.look(core)
    assert version == 1
    assert use.look(core)[1] is first, "it is read once"
    time.sleep(0.01)
    versions.promote(DOMAIN.compare(versions, 3, core))
    version, second = use.look(core)
    assert version == 3
    assert not torch.equal(first.head.linear.weight, second.head.linear.weight)
    versions.rollback()
    assert use.look(core)[0] == 1


def test_held_out_samples_come_back_and_belong_to_their_card(core: Core, versions: Versions) -> None:
    assert unpacked(packed(SAMPLES)) == versions.held_out(1) == SAMPLES
    (versions.folder / "1" / "held_out.jsonl.gz").write_bytes(packed(SAMPLES[1:]))
    with pytest.raises(InputRejected) as refused:
        DOMAIN.compare(versions, 1, core)
    assert refused.value.code == "held_out_differs"
    with pytest.raises(InputRejected, match="cannot be read"):
        unpacked(b"\x1f\x8b nothing")
    with pytest.raises(InputRejected, match="without held-out samples") as refused:
        DOMAIN.evaluate(versions, versions.add(mood(core, 1), CARD), core)
    assert refused.value.code == "nothing_to_judge_on"


def damaged(kind: str, folder: Path) -> Path:
    """A copy of an adapter's files with one thing wrong; what is to be taken."""
    card_path = folder / "adapter.json"
    card = json.loads(card_path.read_text())
    weights = folder / card["weights_file"]
    content = weights.read_bytes()
    if kind == "pickle":
        torch.save({"head": torch.zeros(2)}, folder / "adapter.pt")
        return folder / "adapter.pt"
    if kind == "plain pickle":
        (folder / "adapter.pkl").write_bytes(pickle.dumps({"head": 1}))
        return folder / "adapter.pkl"
    if kind == "pickle renamed":
        torch.save({"head": torch.zeros(2)}, weights)
    elif kind == "truncated":
        weights.write_bytes(content[:-7])
    elif kind == "flipped bit":
        weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif kind == "missing":
        weights.unlink()
    else:
        changes: dict[str, dict] = {
            "other base": {"core_sha256": "f" * 64},
            "other version": {"format": 2},
            "other kind": {"adapter": "a"},
        }
        card_path.write_text(json.dumps({**card, **changes[kind]}))
    return card_path


@pytest.mark.parametrize(
    ("kind", "code", "says"),
    [
        ("pickle", "weights_pickled", "a pickle.*allowed: safetensors"),
        ("plain pickle", "weights_pickled", "a pickle.*allowed: safetensors"),
        ("pickle renamed", "weights_pickled", "a pickle.*allowed: safetensors"),
        ("truncated", "weights_truncated", r"cut off: \d+ bytes \(allowed: \d+ bytes"),
        ("flipped bit", "weights_differ", r"SHA-256: [0-9a-f]{12} \(allowed: [0-9a-f]{12}\)"),
        ("other base", "adapter_of_another_core", r"another core, f{12} \(allowed: [0-9a-f]{12}\)"),
        ("other version", "weights_of_another_format", r"the format 2 \(allowed: 1\)"),
        ("other kind", "adapter_of_another_kind", r"the kind a \(allowed: mood\)"),
        ("missing", "weights_not_beside_card", "not beside it"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_leaves_nothing(
    core: Core, versions: Versions, tmp_path: Path, kind: str, code: str, says: str
) -> None:
    shutil.copytree(versions.folder / "1", tmp_path / "given")
    with pytest.raises((InputRejected, Unavailable), match=says) as refused:
        versions.take(damaged(kind, tmp_path / "given"), Mood, core)
    assert refused.value.code == code
    assert versions.numbers() == [1, 2, 3]


def test_an_adapter_from_elsewhere_is_taken_with_its_samples_by_its_card_or_its_weights(
    core: Core, versions: Versions, tmp_path: Path
) -> None:
    shutil.copytree(versions.folder / "3", tmp_path / "given")
    assert versions.take(tmp_path / "given" / "adapter.json", Mood, core) == 4
    (weights,) = (tmp_path / "given").glob("*.safetensors")
    assert versions.take(weights, Mood, core) == 5
    assert versions.held_out(5) == SAMPLES
    assert versions.promote(DOMAIN.compare(versions, 4, core)).version == 4
    with pytest.raises(NotFound, match="no card that names these weights"):
        versions.take(shutil.copy(weights, tmp_path / "alone.safetensors"), Mood, core)
    with pytest.raises(NotFound, match=r"no version 9 of the adapter mood; there are 1, 2, 3, 4 and 5"):
        versions.card(9)


def test_a_damaged_pointer_is_said_and_can_be_removed(core: Core, versions: Versions) -> None:
    comparison = DOMAIN.compare(versions, 1, core)
    versions.promote(comparison)
    for content, given in ((b"{", "None"), (b"[]", "None"), (b'{"format": 3}', "3")):
        (versions.folder / "active.json").write_bytes(content)
        with pytest.raises(InputRejected, match=rf"of the format {given} \(allowed: 1\)"):
            versions.pointer()
    os.unlink(versions.folder / "active.json")
    assert versions.promote(comparison).version == 1


def test_own_layers_learn_and_survive_the_disk(core: Core, tmp_path: Path) -> None:
    made = Mood(core, ["up", "down"], num_layers=2, own_layers=1)
    before = {name: tensor.clone() for name, tensor in core.state_dict().items()}
    optimizer = torch.optim.AdamW(made.parameters(), lr=0.01)
    for _ in range(3):
        optimizer.zero_grad()
        nn.functional.cross_entropy(made(["net", "净"]), torch.tensor([0, 1])).backward()
        optimizer.step()
    assert all(torch.equal(tensor, before[name]) for name, tensor in core.state_dict().items())
    assert made.blocks is not None
    assert not torch.equal(made.blocks[0].attention.out.weight, core.layers[1].attention.out.weight)
    made.save(tmp_path, "own", CARD)
    again = Mood.load(tmp_path, "own", core)
    assert torch.equal(again(["net income"]), made.eval()(["net income"]))
