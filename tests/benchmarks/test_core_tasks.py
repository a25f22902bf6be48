"""What the benchmarks of the core's text part share: windows, the trunk before training, captions, the log."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks import bilingual
from benchmarks import recorded as records
from benchmarks.core_tasks import before, encoders, running
from benchmarks.figures import Figure
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.text import TextTokenizer


@pytest.fixture(scope="module")
def core() -> Core:
    """A tiny core of random weights whose words are single letters."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0)]
    pieces += [(letter, -2.0) for letter in "abcdefghijklmnopqrstuvwxyz:▁"]
    plain = Tokenizer(models.Unigram(pieces, unk_id=3))
    plain.pre_tokenizer = pre_tokenizers.Metaspace()
    plain.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer = TextTokenizer(gzip.compress(plain.to_str().encode("utf8")))
    torch.manual_seed(0)
    return Core(replace(CoreConfig.tiny(), vocab_size=len(tokenizer)), tokenizer).eval()


def test_the_best_window_of_a_passage_counts(core: Core) -> None:
    windows = encoders.windows_of(core)
    size = core.config.window
    long = "ab " * size + "xyz " * size
    vectors_WD, text_W = windows(["ab", long], "passage")
    assert text_W.tolist() == [0] + [1] * (len(text_W) - 1)
    assert len(text_W) > 3
    torch.testing.assert_close(vectors_WD[:1], core.embed_texts(["ab"], "passage"), atol=1e-5, rtol=0)
    query_D = core.embed_texts(["xyz"], "query")[0]
    found = encoders.likeness(windows, ["xyz"], ["ab", long])
    assert found[0, 1] == pytest.approx(float((vectors_WD[1:] @ query_D).max()), abs=1e-5)


def test_a_text_is_cut_at_the_end_of_a_piece(core: Core) -> None:
    assert encoders.cut(core, ["abcdef", "ab"], 4) == ["abc", "ab"]


def test_the_control_has_the_same_weights_in_another_order(core: Core) -> None:
    other = encoders.around_nothing(core)
    for name, tensor in core.state_dict().items():
        assert sorted(tensor.flatten().tolist()) == sorted(other.state_dict()[name].flatten().tolist())
    assert not torch.equal(core.embed_texts(["ab"]), other.embed_texts(["ab"]))


def test_what_is_kept_of_other_weights_answers_for_the_same_cases_alone(
    core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "FOLDER", tmp_path / "recorded")
    monkeypatch.delenv(before.VARIABLE, raising=False)
    core.save_pretrained(tmp_path / "weights")
    asked = {"cases": "1"}
    with pytest.raises(records.RecordDiffers, match="nothing is recorded"):
        before.before("made", asked, lambda core: {})
    before.keep("made", asked, lambda core: {"task": {"a": [3]}}, tmp_path / "weights")
    found = before.before("made", asked, lambda core: pytest.fail("it is kept"))
    assert found.ranks == {"task": {"a": [3]}}
    assert found.sha256 == core.weights_hash
    with pytest.raises(records.RecordDiffers, match="other cases"):
        before.before("made", {"cases": "2"}, lambda core: {})
    monkeypatch.setenv(before.VARIABLE, str(tmp_path / "weights"))
    assert before.before("made", {"cases": "2"}, lambda core: {"task": {"a": [5]}}).ranks == {"task": {"a": [5]}}


def test_the_same_reading_is_written_down_once(core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "FOLDER", tmp_path / "recorded")
    core.save_pretrained(tmp_path / "weights")
    for value in (0.5, 0.5, 0.6):
        running.log_reading("made", core, {"figure": Figure(value, "share", 4, interval=(0.4, 0.7))})
    lines = (tmp_path / "recorded" / running.LOG).read_text().splitlines()
    assert [json.loads(line)["figures"] for line in lines] == [{"figure": 0.5}, {"figure": 0.6}]


def test_no_adapter_of_an_unknown_domain_ships(core: Core) -> None:
    assert encoders.shipped("nothing", core) is None


def test_both_lists_are_those_that_were_written_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bilingual.digests()["second"] == bilingual.SECOND_SHA256
    pairs = bilingual.lists()
    assert len(pairs["second"]) == 150
    assert len(pairs["pooled"]) == len(set(pairs["pooled"])) == len({english for english, _ in pairs["pooled"]})
    (tmp_path / "second.tsv").write_text("english\tchinese\nCash\t现金\n")
    monkeypatch.setitem(bilingual.LISTS, "second", tmp_path / "second.tsv")
    with pytest.raises(records.RecordDiffers):
        bilingual.digests()


def test_translations_are_ranked_in_both_directions_in_their_own_list() -> None:
    vectors = {"a": [1, 0], "b": [0, 1], "c": [0.6, 0.8], "甲": [1, 0], "乙": [1, 0], "丙": [0.6, 0.8]}
    pairs = {"first": [("a", "甲"), ("b", "乙")], "pooled": [("a", "甲"), ("b", "乙"), ("c", "丙")]}
    found = bilingual.ranks_by(lambda texts: torch.tensor([vectors[text] for text in texts]), pairs, centred=False)
    assert found["first"] == {"a": [2, 1], "b": [2, 2]}
    assert found["pooled"] == {"a": [2, 1], "b": [3, 3], "c": [1, 1]}


def test_a_shift_between_the_languages_is_removed_with_their_means() -> None:
    base = torch.eye(4)
    vectors = {text: base[k] for k, text in enumerate("abcd")}
    vectors |= {text: torch.nn.functional.normalize(base[k] + 9 * base[0], dim=-1) for k, text in enumerate("甲乙丙丁")}
    pairs = {"pooled": list(zip("abcd", "甲乙丙丁", strict=True))}
    embed = lambda texts: torch.stack([vectors[text] for text in texts])  # noqa: E731
    plain, centred = (bilingual.ranks_by(embed, pairs, centred=way)["pooled"] for way in (False, True))
    assert [each[1] for each in plain.values()] != [1] * 4
    assert list(centred.values()) == [[1, 1]] * 4
