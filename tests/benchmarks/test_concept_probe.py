"""Concepts of captions: the examples, the classifier, and the core adapted on nothing but the training captions."""

import copy
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
import torch
from torch.testing import assert_close

import core_model
from benchmarks import recorded, shared_data
from benchmarks.core_probes import concepts
from benchmarks.core_probes.adapted import Adaptation, adapt, adapted_means, lower_states, with_blocks
from benchmarks.core_probes.concept_classifier import fit, hits, right_of, scaled, task_of, tfidf_features
from benchmarks.core_probes.concepts import (
    Captions,
    Probe,
    by_company,
    concept_figures,
    examples_by_caption,
    nearly_same,
    row_captions,
)
from benchmarks.recorded import RecordDiffers
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.text import TextTokenizer
from core_model.training.vocabulary import make_tokenizer, pack_tokenizer

PIECES = ["<s>", "<pad>", "</s>", "<unk>", *(f"\u2581{word}" for word in ("net", "income", "total", "assets", "query"))]
PIECES += [":", "\u2581", *"abcdefghijklmnopqrstuvwxyz"]
HOW = Adaptation(first_block=1, epochs=10, batch=4, learning_rate=3e-3, head_learning_rate=3e-2)
QUICK = replace(HOW, epochs=2)
"""For what does not ask whether it learns."""
TEXTS = ["net income", "net", "income", "total assets", "total", "assets", "net assets", "total income"]

REPORT = b"""<html xmlns:ix="http://www.xbrl.org/2013/inlineXBRL" xmlns:xbrli="http://www.xbrl.org/2003/instance"
  xmlns:xbrldi="http://xbrl.org/2006/xbrldi"><body>
<ix:header><ix:resources><xbrli:context id="plain"><xbrli:period/></xbrli:context>
<xbrli:context id="part"><xbrli:entity><xbrli:segment><xbrldi:explicitMember dimension="a">b</xbrldi:explicitMember>
</xbrli:segment></xbrli:entity></xbrli:context></ix:resources></ix:header>
<table><tr><td>1</td><td>Total  <b>assets</b></td>
<td><ix:nonFraction name="us-gaap:Assets" contextRef="plain">5</ix:nonFraction></td></tr>
<tr><td>Segment assets</td><td><ix:nonFraction name="us-gaap:Assets" contextRef="part">5</ix:nonFraction></td></tr>
<tr><td>Own line</td><td><ix:nonFraction name="ko:Own" contextRef="plain">5</ix:nonFraction></td></tr></table>
<p>Goodwill of <ix:nonFraction name="us-gaap:Goodwill" contextRef="plain">7</ix:nonFraction></p></body></html>"""


def test_captions_come_from_the_first_cell_with_letters_of_plain_standard_facts_in_tables() -> None:
    assert row_captions(REPORT) == {("Total assets", "Assets")}


@pytest.fixture(scope="module")
def core() -> Core:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    packed = pack_tokenizer(make_tokenizer(PIECES, [0.0] * 4 + [-float(n) for n in range(1, len(PIECES) - 3)]))
    return Core(CoreConfig.tiny(), TextTokenizer(packed), {"weights_sha256": "b" * 64}).eval()


def test_the_classifier_learns_across_companies_and_fails_on_other_features() -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(4, 12))
    features = np.array([centres[k % 4] for k in range(200)]) + 0.3 * rng.normal(size=(200, 12))
    features = scaled(features, features)
    task = task_of(np.arange(200), [f"concept {k % 4}" for k in range(200)], np.arange(200) // 20 % 5)
    for ridge in (None, 0.1):
        right, lost = hits(task, features, 2, ridge=ridge, tested=[rng.normal(size=features.shape)])
        assert len(right) == len(lost) == 40
        assert right.mean() > 0.95
        assert lost.mean() < 0.5


def test_the_classifier_knows_nothing_of_the_fold_it_is_asked_about() -> None:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(50, 6))
    fold = np.arange(50) % 5
    task = task_of(np.arange(50), [f"concept {k % 3}" for k in range(50)], fold)
    changed = features.copy()
    changed[fold == 4] = 0.0
    for a, b in zip(fit(task, features, fold != 4, 0.1), fit(task, changed, fold != 4, 0.1), strict=True):
        assert_close(a, b)
    assert len(right_of(task, fit(task, features, fold != 4, 0.1), features, fold == 4)) == 10


def test_tf_idf_in_its_own_basis_keeps_the_products_of_captions() -> None:
    texts = ["Total assets", "Total current assets", "Goodwill"]
    for features in tfidf_features(texts).values():
        products = features @ features.T
        assert np.allclose(np.diag(products), 1, atol=1e-5)
        assert products[0, 1] > products[0, 2] + 0.2


def test_examples_share_the_row_of_their_caption() -> None:
    examples = Captions(["b", "a", "b"], ["x", "x", "y"], ["1", "1", "2"], np.array([0, 0, 1]))
    texts, row = examples_by_caption(examples)
    assert [texts[k] for k in row] == ["b", "a", "b"]


def test_adapted_blocks_tell_the_concepts_apart_and_the_core_stays_as_it_is(core: Core) -> None:
    before = {name: tensor.clone() for name, tensor in core.state_dict().items()}
    lower = lower_states(core, TEXTS, 1, (0, 3))
    counts = torch.zeros(8, 2)
    counts[[0, 1, 2], 0], counts[[3, 4, 5], 1] = 1.0, 1.0
    raw = adapted_means(core.layers[1:], core, lower)
    assert_close(raw, lower.means[3])
    means = adapted_means(adapt(core, lower, counts, HOW), core, lower)

    def apart(features: np.ndarray) -> float:
        first, second = features[[0, 1, 2]], features[[3, 4, 5]]
        return float(np.linalg.norm(first.mean(axis=0) - second.mean(axis=0)) / (first.std() + second.std()))

    assert apart(means) > 2 * apart(raw)
    assert all(torch.equal(before[name], tensor) for name, tensor in core.state_dict().items())


def test_captions_without_a_training_example_leave_the_adapted_blocks_as_they_are(core: Core) -> None:
    counts = torch.zeros(8, 2)
    counts[[0, 1, 2], 0], counts[[3, 4, 5], 1] = 1.0, 2.0
    adapted = [
        adapt(core, lower_states(core, [*TEXTS[:6], *unseen], 1), counts, QUICK)
        for unseen in (("net assets", "total income"), ("a", "assets assets assets"))
    ]
    for a, b in zip(*adapted, strict=True):
        for one, other in zip(a.parameters(), b.parameters(), strict=True):
            assert torch.equal(one, other)


def test_a_model_with_adapted_blocks_gives_what_the_blocks_give(core: Core) -> None:
    lower = lower_states(core, TEXTS, 1)
    blocks = adapt(core, lower, torch.eye(8), QUICK)
    whole = with_blocks(core, blocks)
    assert_close(lower_states(whole, TEXTS, 1, (3,)).means[3], adapted_means(blocks, core, lower), atol=1e-5, rtol=1e-4)


def small_examples() -> Captions:
    """Two captions a concept, five companies, one a fold."""
    rows = [
        (f"c{fold}", text, concept, fold) for fold in range(5) for text, concept in zip(TEXTS, "aaabbbcc", strict=True)
    ]
    return Captions([r[1] for r in rows], [r[2] for r in rows], [r[0] for r in rows], np.array([r[3] for r in rows]))


def test_a_fold_gives_a_mark_for_each_example_and_kind_and_the_same_again(core: Core) -> None:
    fold = Probe(core, small_examples(), HOW).fold(2)
    assert fold.keys() == {"words", "characters", "frozen", "frozen, shuffled", "adapted", "shuffled"}
    assert fold["words"] == fold["adapted"] == "11111111"
    assert fold == Probe(core, small_examples(), HOW).fold(2)


BESIDE = {
    *("device.py", "fingerprint.py", "skeleton.py"),
    *(f"inputs/{name}.py" for name in ("checks", "facts", "image", "start", "volume")),
}
"""Of the core: what runs and decides no hit; of the other modalities only the modules are made, and a skeleton's values
are all replaced by the file's."""


def test_all_code_that_runs_for_a_fold_is_hashed_for_the_record(core: Core, tmp_path: Path) -> None:
    copy.deepcopy(core).save_pretrained(tmp_path)
    library, benches = Path(core_model.__file__).parent, Path(recorded.__file__).parent
    ran: set[Path] = set()

    def see(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            ran.add(Path(frame.f_code.co_filename))

    sys.setprofile(see)
    try:
        Probe(Core.from_pretrained(tmp_path), small_examples(), QUICK).fold(2)
    finally:
        sys.setprofile(None)
    seen = {str(path.relative_to(library)) for path in ran if path.is_relative_to(library)}
    assert {"core.py", "nn/blocks.py", "training/loop.py", "explain.py"} <= seen
    assert seen <= {*concepts.MODEL_CODE, *BESIDE}
    assert {str(path.relative_to(benches)) for path in ran if path.is_relative_to(benches)} <= {*concepts.PROBE_CODE}
    for folder, names in ((library, concepts.MODEL_CODE), (benches, concepts.PROBE_CODE)):
        assert all((folder / name).is_file() for name in names)


@pytest.mark.slow
def test_figures_come_from_a_record_only_while_hashes_and_a_fold_run_again_agree(
    core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "FOLDER", tmp_path)
    monkeypatch.setattr(concepts, "captions", small_examples)
    monkeypatch.setattr(concepts, "HOW", QUICK)
    monkeypatch.setattr(shared_data, "sha256_of", lambda name: "a" * 64)
    with pytest.raises(RecordDiffers):
        concept_figures(core, True)
    measured = concept_figures(core)
    assert measured["concept_top1_gain_over_tfidf"].n == 40
    assert {name: f.as_dict() for name, f in concept_figures(core, True).items()} == {
        name: f.as_dict() for name, f in measured.items()
    }
    file = tmp_path / "shared_core_concepts.json"
    file.write_text(file.read_text().replace("11111111", "10111111"))
    with pytest.raises(RecordDiffers, match="fold"):
        concept_figures(core, True)
    monkeypatch.setitem(core.card, "weights_sha256", "c" * 64)
    with pytest.raises(RecordDiffers, match="weights"):
        concept_figures(core, True)


def test_hits_go_to_the_company_of_their_example() -> None:
    examples = Captions(["a"] * 4, ["x"] * 4, ["A", "B", "A", "C"], np.array([0, 1, 0, 1]))
    assert by_company(examples, {"fold 0": {"words": "10"}, "fold 1": {"words": "01"}}) == {
        "words": {"A": [1, 0], "B": [0], "C": [1]}
    }


def test_a_fold_run_again_may_differ_in_two_guesses_of_a_hundred() -> None:
    half = "10" * 500
    assert nearly_same({"words": half}, {"words": half})
    assert nearly_same({"words": half}, {"words": "01" * 10 + half[20:]}), "20 of 1000 turned, none gained"
    assert not nearly_same({"words": half}, {"words": "01" * 11 + half[22:]}), "22 turned"
    assert nearly_same({"words": half}, {"words": "111111" + half[6:]}), "3 gained"
    assert not nearly_same({"words": half}, {"words": "11111111" + half[8:]}), "4 gained"
    assert not nearly_same({"words": "1" * 100}, {"words": "1" * 99})
    assert not nearly_same({"words": "1"}, {"characters": "1"})
