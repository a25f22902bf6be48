"""The way in: texts become comparable vectors, cores survive the disk, and what cannot be read is refused."""

import copy
import json
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected, Unavailable
from core_model.inputs.segments import ImageSegment, TextSegment
from core_model.inputs.text import TextTokenizer
from core_model.nn.balance import routers_of
from core_model.pretrained import int8_axis
from core_model.training.vocabulary import choose_pieces, count_pieces, make_tokenizer, pack_tokenizer
from tests.core_model.test_model import every_modality

WORDS = ["<s>", "<pad>", "</s>", "<unk>", "\u2581", "\u2581net", "\u2581income", ":", "\u2581query", "\u2581passage"]
WORDS += [chr(letter) for letter in range(ord("a"), ord("z") + 1)] + ["净利润", "净", "利", "润", "\u0142"]


def small_tokenizer() -> bytes:
    return pack_tokenizer(make_tokenizer(WORDS, [0.0] * 4 + [-float(n) for n in range(1, len(WORDS) - 3)]))


def small_core(folder: Path) -> Core:
    """A core with random weights, written to a folder in int8 and read again."""
    torch.manual_seed(0)
    made = Core(CoreConfig.tiny(), TextTokenizer(small_tokenizer()))
    made.save_pretrained(folder, int8=True, card={"source": "random"})
    return Core.from_pretrained(folder)


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


@pytest.mark.parametrize("kind", ["nonsense", "", None])
def test_an_unknown_kind_of_text_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(InputRejected, match="allowed: query or passage") as refused:
        small_core(tmp_path).embed_texts(["net"], kind)  # type: ignore[arg-type]
    assert refused.value.refusal.values == {"kind": str(kind)}


@pytest.mark.parametrize("texts", ["net income", "", ["net", None], [b"net"]])
def test_one_string_or_something_that_is_no_text_is_refused(tmp_path: Path, texts: list[str]) -> None:
    core = small_core(tmp_path)
    with pytest.raises(InputRejected) as refused:
        core.embed_texts(texts)
    assert refused.value.code == "texts_expected"
    with pytest.raises(InputRejected):
        core.encode(texts)


@pytest.mark.parametrize("layers", [99, 4, -1, 1.5, True, False])
def test_a_number_of_layers_that_the_core_lacks_is_refused(tmp_path: Path, layers: int) -> None:
    core = small_core(tmp_path)
    for run in (
        lambda: core.embed_texts(["net"], num_layers=layers),
        lambda: core.embed_texts([], num_layers=layers),
        lambda: core.encode(["net"], num_layers=layers),
    ):
        with pytest.raises(InputRejected, match="of a core that has 3") as refused:
            run()
        assert refused.value.code == "layers_out_of_range"


def test_encode_reads_texts_beside_segments_and_equals_the_packed_batch(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    image = ImageSegment(torch.rand(9, 6), 4)
    rows = [["net income", image], "净利润", image]
    ids = [TextSegment(torch.tensor(core.tokenizer.ids(text))) for text in ("net income", "净利润")]
    with torch.no_grad():
        found = core.encode(rows, num_layers=2)
        wanted = core(core.pack([[ids[0], image], [ids[1]], [image]]), num_layers=2)
        assert_close(found.hidden_TD, wanted.hidden_TD, atol=0, rtol=0)
        assert_close(found.first()[1], core.encode(["净利润"], num_layers=2).hidden_TD[0], atol=1e-5, rtol=0)
    assert found.batch.num_rows == 3
    assert core.encode(rows).hidden_TD.requires_grad, "own heads are trained through it"


def test_a_core_without_a_tokenizer_reads_segments_and_says_that_it_has_none(tmp_path: Path) -> None:
    core = Core(CoreConfig.tiny()).eval()
    core.save_pretrained(tmp_path)
    found = Core.from_pretrained(tmp_path)
    with torch.no_grad():
        assert_close(found.encode([every_modality()]).hidden_TD, core.encode([every_modality()]).hidden_TD)
    with pytest.raises(Unavailable, match="no tokenizer"):
        found.embed_texts(["net"])
    with pytest.raises(InputRejected, match="something else than texts and segments"):
        found.encode([[3]])  # type: ignore[list-item]


def test_a_core_survives_the_disk_exactly_and_in_int8_but_for_half_a_step(tmp_path: Path) -> None:
    torch.manual_seed(0)
    core = Core(CoreConfig.tiny(), TextTokenizer(small_tokenizer()), {"licence": "MIT"}).eval()
    original = {name: tensor.clone() for name, tensor in core.state_dict().items()}
    core.save_pretrained(str(tmp_path / "whole"))
    whole = Core.from_pretrained(str(tmp_path / "whole"))
    assert whole.config == core.config
    for name, tensor in whole.state_dict().items():
        assert torch.equal(tensor, original[name]), name
    rounded = small_core(tmp_path / "int8")
    for name, tensor in rounded.state_dict().items():
        axis = int8_axis(name, tensor)
        step = 0.0 if axis is None else float(original[name].abs().max()) / 254
        assert float((tensor - original[name]).abs().max()) <= step + 1e-6, name
    assert torch.equal(whole.embed_texts(["net"]), core.embed_texts(["net"]))
    card = json.loads((tmp_path / "whole" / "core.json").read_text())
    assert core.weights_hash == whole.weights_hash == card["weights_sha256"]
    assert card["licence"] == "MIT"


def test_a_core_saved_again_names_what_it_was_made_from_and_leaves_no_old_file(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    before = core.weights_hash
    core.text.position_PD.data += 1
    core.save_pretrained(tmp_path, card={"steps": 7})
    found = Core.from_pretrained(tmp_path)
    assert found.card["made_from"] == before != found.weights_hash
    assert found.card["source"] == "random"
    assert found.card["steps"] == 7
    assert len(list(tmp_path.iterdir())) == 4, "card, weights, tokenizer, config.json"


def test_weights_that_were_never_on_disk_have_no_hash(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    other = core.with_weights({name: -tensor for name, tensor in core.state_dict().items()})
    assert not torch.allclose(other.embed_texts(["net"]), core.embed_texts(["net"]), atol=1e-3)
    with pytest.raises(Unavailable, match="save_pretrained"):
        _ = other.weights_hash


def test_a_core_that_was_rounded_on_disk_keeps_the_hash_of_its_own_weights(tmp_path: Path) -> None:
    torch.manual_seed(0)
    core = Core(CoreConfig.tiny(), TextTokenizer(small_tokenizer())).eval()
    core.save_pretrained(tmp_path / "int8", int8=True)
    with pytest.raises(Unavailable, match="never on disk"):
        _ = core.weights_hash
    core.save_pretrained(tmp_path / "whole")
    whole = core.weights_hash
    core.save_pretrained(tmp_path / "int8", int8=True)
    rounded = Core.from_pretrained(tmp_path / "int8")
    assert core.weights_hash == whole != rounded.weights_hash
    assert rounded.card["made_from"] == whole


def test_weights_that_changed_in_memory_have_no_hash_until_they_are_saved(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    first = core.weights_hash

    def trained() -> None:
        optimizer = torch.optim.SGD(core.parameters(), lr=0.1)
        core.encode(["net income"]).hidden_TD.square().sum().backward()
        optimizer.step()

    def replaced() -> None:
        core.load_state_dict({name: tensor + 1 for name, tensor in core.state_dict().items()})

    def written() -> None:
        core.layers[1].attention.qkv.bias.data[3] += 1e-3

    def balanced() -> None:
        next(routers_of(core)).choice_bias_E[0] += 1e-3

    for change in (trained, replaced, written, balanced):
        twin, copied = core.twin(), copy.deepcopy(core)
        change()
        for changed in (core, twin, core.twin(), copy.deepcopy(core)):
            with pytest.raises(Unavailable, match="no longer those of its file; save it") as refused:
                _ = changed.weights_hash
            assert refused.value.code == "core_changed"
        assert copied.weights_hash == first, "a copy has tensors of its own"
        core.save_pretrained(tmp_path)
        assert core.weights_hash != first
        first = core.weights_hash


def test_a_forward_in_training_another_type_and_another_place_leave_the_hash(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    first = core.weights_hash
    core.train().encode(["net income"])
    assert core.weights_hash == first
    twin = core.twin()
    for moved in (core.to(torch.bfloat16), twin.half(), twin.to("cpu")):
        assert moved.weights_hash == first
    core.text.position_PD.data += 1
    with pytest.raises(Unavailable, match="no longer"):
        _ = core.float().weights_hash
    assert twin.weights_hash == first


def test_a_tokenizer_is_read_from_a_path_or_text(tmp_path: Path) -> None:
    packed = small_tokenizer()
    (tmp_path / "tokenizer.json.gz").write_bytes(packed)
    for path in (tmp_path / "tokenizer.json.gz", str(tmp_path / "tokenizer.json.gz")):
        assert TextTokenizer.from_file(path).packed == packed


def test_a_twin_shares_the_weights_in_memory_and_nothing_else(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    twin = core.twin()
    assert all(a.data_ptr() == b.data_ptr() for a, b in zip(core.parameters(), twin.parameters(), strict=True))
    assert not any(parameter.requires_grad for parameter in twin.parameters())
    assert all(parameter.requires_grad for parameter in core.parameters()), "the core itself stays as it was"
    assert torch.equal(twin.embed_texts(["net"]), core.embed_texts(["net"]))
    twin.train().encode(["net"])
    assert any(router.load_E.any() for router in routers_of(twin))
    assert not any(router.load_E.any() for router in routers_of(core)), "loads are its own"
    core.train()
    seen: list[int] = []
    core.layers[0].register_forward_hook(lambda *_: seen.append(1))
    later = core.twin()
    later.encode(["net"])
    assert not seen, "so are hooks"
    assert not later.training
    core.eval()
    twin.eval().to(torch.bfloat16)
    assert {parameter.dtype for parameter in core.parameters()} == {torch.float32}


def test_damaged_folders_are_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"no weights called core; install a release .*convert_trunk"):
        Core.from_pretrained(tmp_path)
    small_core(tmp_path)
    card_file = tmp_path / "core.json"
    card = json.loads(card_file.read_text())
    tokenizer = tmp_path / card["tokenizer_file"]
    packed = tokenizer.read_bytes()
    words = [*WORDS[:5], "\u2581xyz", *WORDS[6:]]
    scores = [0.0] * 4 + [-float(n) for n in range(1, len(WORDS) - 3)]
    tokenizer.write_bytes(pack_tokenizer(make_tokenizer(words, scores)))
    with pytest.raises(InputRejected) as other:
        Core.from_pretrained(tmp_path)
    assert other.value.code == "tokenizer_differs"
    tokenizer.unlink()
    with pytest.raises(Unavailable, match="tokenizer is not beside"):
        Core.from_pretrained(tmp_path)
    tokenizer.write_bytes(packed)
    card_file.write_text(json.dumps({**card, "config": {**card["config"], "num_layers": 2}}))
    with pytest.raises(InputRejected) as shape:
        Core.from_pretrained(tmp_path)
    assert shape.value.code == "weights_of_another_shape"
    for wrong in ({**card["config"], "width": 33}, {"width": 32}, None):
        card_file.write_text(json.dumps({**card, "config": wrong}))
        with pytest.raises(InputRejected, match="without the shape"):
            Core.from_pretrained(tmp_path)


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
