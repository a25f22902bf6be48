"""The way in: texts become comparable vectors, and missing weights are said in one sentence."""

import json
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from core_model import load_core, weights_available
from core_model.config import CoreConfig
from core_model.core import TOKENIZER_FILE, Core
from core_model.errors import Unavailable
from core_model.inputs.text import TextTokenizer
from core_model.model import CoreModel
from core_model.training.convert_trunk import int8_axis, save_core
from core_model.training.vocabulary import choose_pieces, count_pieces, make_tokenizer, pack_tokenizer

WORDS = ["<s>", "<pad>", "</s>", "<unk>", "\u2581", "\u2581net", "\u2581income", ":", "\u2581query", "\u2581passage"]
WORDS += [chr(letter) for letter in range(ord("a"), ord("z") + 1)] + ["净利润", "净", "利", "润", "\u0142"]


def small_tokenizer() -> bytes:
    return pack_tokenizer(make_tokenizer(WORDS, [0.0] * 4 + [-float(n) for n in range(1, len(WORDS) - 3)]))


def small_core(folder: Path) -> Core:
    torch.manual_seed(0)
    config = CoreConfig.tiny()
    save_core(folder, config, CoreModel(config).state_dict(), small_tokenizer(), {"source": "random"})
    return load_core(folder)


def test_texts_of_any_length_become_unit_vectors_whatever_stands_beside_them(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    texts = ["net income", "净利润", "", "net " * 40]
    together = core.embed_texts(texts)
    assert together.shape == (4, 32)
    assert_close(together.norm(dim=1), torch.ones(4))
    for text, vector in zip(texts, together, strict=True):
        assert_close(core.embed_texts([text])[0], vector, atol=1e-5, rtol=0)
    assert not torch.allclose(together[0], core.embed_texts(["net income"], "passage")[0], atol=1e-3)
    assert core.embed_texts([]).shape == (0, 32)


def test_progress_is_told_and_may_cancel(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    told: list[float] = []
    core.embed_texts(["net"] * 3, tick=told.append)
    assert told[-1] == 1.0

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        core.embed_texts(["net"], tick=stop)


def test_a_core_survives_the_disk_but_for_int8(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    torch.manual_seed(0)
    original = CoreModel(CoreConfig.tiny()).state_dict()
    for name, tensor in core.model.state_dict().items():
        axis = int8_axis(name, tensor)
        step = 0.0 if axis is None else float(original[name].abs().max()) / 254
        assert float((tensor - original[name]).abs().max()) <= step + 1e-6, name
    assert core.weights_hash == json.loads((tmp_path / "core.json").read_text())["weights_sha256"]


def test_missing_weights_say_what_to_do(tmp_path: Path) -> None:
    assert not weights_available(tmp_path)
    with pytest.raises(Unavailable, match=r"no weights called core; install a release .*convert_trunk"):
        load_core(tmp_path)
    small_core(tmp_path)
    assert weights_available(tmp_path)
    load_core.cache_clear()
    (tmp_path / TOKENIZER_FILE).unlink()
    with pytest.raises(Unavailable, match="tokenizer"):
        load_core(tmp_path)


def test_spaces_widths_and_control_characters_are_normalised() -> None:
    tokenizer = TextTokenizer(small_tokenizer())
    assert tokenizer.ids("  net\u00a0\u200b income\x07 ") == tokenizer.ids("net income") == [0, 5, 6, 2]
    assert tokenizer.ids("ｎｅｔ") == [0, 5, 2]
    assert tokenizer.pieces(tokenizer.ids("净利润", marks=False)) == ["\u2581", "净利润"]
    assert tokenizer.offsets("net income") == [(0, 0), (0, 3), (3, 10), (0, 0)]


def test_the_pruned_vocabulary_keeps_marks_han_single_characters_and_what_the_corpus_uses() -> None:
    full = make_tokenizer(WORDS, [0.0] * 4 + [-float(n) for n in range(1, len(WORDS) - 3)])
    counts = count_pieces(full, ["net income", "net"])
    kept = choose_pieces(WORDS, [-float(n) for n in range(len(WORDS))], counts, 38)
    assert [WORDS[k] for k in kept[:4]] == WORDS[:4]
    names = {WORDS[k] for k in kept}
    assert {"净利润", "净", "利", "润", "a", "z", "\u2581net", "\u2581income"} <= names
    assert "\u0142" not in names
    assert "\u2581passage" not in names, "unused pieces go first"
