"""Adapters change nothing of the core, survive the disk alone, and are refused by other cores and by their gates."""

import copy
import json
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close

from core_model.adapters import Adapter, AdapterRegistry, Gate, Lora, require
from core_model.adapters.lora import EXPERTS
from core_model.core import Core
from core_model.errors import InputRejected, NotAllowed, NotFound, Unavailable
from core_model.inputs.facts import FactEmbedding
from core_model.inputs.volume import VolumeEmbedding
from core_model.nn.heads import ClassificationHead
from tests.core_model.test_core import small_core
from tests.core_model.test_model import every_modality

TEXTS = ["net income", "净利润", "net", "income net"]


class Sentiment(Adapter):
    """A head on the mean of a text, with low-rank updates where asked for."""

    kind = "sentiment"

    def __init__(self, core: Core, classes: int = 3, lora: dict | None = None) -> None:
        changes = Lora.from_dict(lora) if lora else None
        super().__init__(core, settings={"classes": classes, "lora": lora}, num_layers=2, lora=changes)
        self.head = ClassificationHead(core.config.width, classes)

    def forward(self, texts: list[str]) -> Tensor:
        return self.head(self.encode(texts).mean())


class Look(Adapter):
    """Own embeddings of volume and facts, and own vectors of the modalities."""

    kind = "look"

    def __init__(self, core: Core) -> None:
        config = core.config
        volume = VolumeEmbedding(config.volume_features, config.width)
        super().__init__(core, embeddings={"volume": volume, "facts": FactEmbedding(config.width)}, own_vectors=True)
        self.head = ClassificationHead(config.width, 1)


LOW_RANK = Lora(rank=2, parameters=EXPERTS).as_dict()


@pytest.fixture
def core(tmp_path: Path) -> Core:
    made = small_core(tmp_path / "core")
    for parameter in made.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    made.save_pretrained(tmp_path / "core")
    return made


def fitted(adapter: Sentiment, steps: int = 4) -> Sentiment:
    """An adapter after some steps."""
    torch.manual_seed(5)
    optimizer = torch.optim.AdamW(adapter.parameters(), lr=0.02)
    label_N = torch.tensor([0, 1, 2, 1])
    for _ in range(steps):
        loss = nn.functional.cross_entropy(adapter(TEXTS), label_N)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return adapter


@pytest.mark.parametrize("lora", [None, LOW_RANK])
def test_training_moves_the_adapter_and_nothing_of_the_core(core: Core, lora: dict | None) -> None:
    before = {name: tensor.clone() for name, tensor in core.state_dict().items()}
    adapter = Sentiment(core, lora=lora)
    start = {name: tensor.clone() for name, tensor in adapter.state_dict().items()}
    fitted(adapter)
    assert all(torch.equal(tensor, before[name]) for name, tensor in core.state_dict().items())
    assert all(parameter.requires_grad and parameter.grad is None for parameter in core.parameters())
    moved = {name for name, tensor in adapter.state_dict().items() if not torch.equal(tensor, start[name])}
    assert {"head.linear.weight", "head.linear.bias"} <= moved
    learned = {name.split("/", 1)[1] for name in moved if name.startswith("lora.")}
    if lora is None:
        assert not learned
    else:
        assert {name.rsplit("/", 3)[0] for name in learned} >= {
            f"{block}/{part}"
            for block in (0, 1)
            for part in ("attention/qkv", "attention/out", "experts/groups/text", "experts/groups/text/base_layer")
        }, "attention and both matrices of the experts, in the two blocks that run"


def test_an_adapter_starts_as_the_core_itself(core: Core) -> None:
    with torch.no_grad():
        wanted = core.encode(TEXTS, num_layers=2).hidden_TD
        for lora in (None, LOW_RANK):
            assert_close(Sentiment(core, lora=lora).encode(TEXTS).hidden_TD, wanted, atol=1e-6, rtol=0)


def test_low_rank_updates_are_a_product_of_two_matrices_added_to_the_weight(core: Core) -> None:
    adapter = Sentiment(core, lora=Lora(rank=2, alpha=6.0, modules=("attention.qkv",)).as_dict())
    assert adapter.lora is not None
    for value in adapter.lora.values():
        nn.init.normal_(value, std=0.3)
    changed = dict(core.state_dict())
    for block in range(3):
        at = f"blocks/{block}/attention/qkv/"
        a_RD, b_OR = adapter.lora[f"{at}lora_A/default/weight"], adapter.lora[f"{at}lora_B/default/weight"]
        name = f"blocks.{block}.attention.qkv.weight"
        changed[name] = changed[name] + 3.0 * (b_OR @ a_RD).detach()
    with torch.no_grad():
        wanted = core.with_weights(changed).encode(TEXTS, num_layers=2).hidden_TD
        assert_close(adapter.encode(TEXTS).hidden_TD, wanted, atol=1e-5, rtol=0)
        assert (core.encode(TEXTS, num_layers=2).hidden_TD - wanted).abs().max() > 0.01


@pytest.mark.parametrize("lora", [None, LOW_RANK])
def test_an_adapter_survives_the_disk_without_its_core(core: Core, tmp_path: Path, lora: dict | None) -> None:
    adapter = fitted(Sentiment(core, lora=lora)).eval()
    path = adapter.save(str(tmp_path), "sentiment-en", {"figures": {"f1": 0.5}})
    card = json.loads(path.read_text())
    assert card["adapter"] == "sentiment"
    assert card["core_sha256"] == core.weights_hash
    assert (tmp_path / card["weights_file"]).stat().st_size < 60_000, "the core has 200,000 bytes"
    again = Sentiment.load(tmp_path, "sentiment-en", core)
    assert not again.training
    assert again.card["figures"] == {"f1": 0.5}
    with torch.no_grad():
        assert torch.equal(again(TEXTS), adapter(TEXTS))
        adapter.save(tmp_path, "half", half=True)
        assert_close(Sentiment.load(tmp_path, "half", core)(TEXTS), adapter(TEXTS), atol=0.02, rtol=0)


def test_a_copy_learns_by_itself(core: Core) -> None:
    adapter = Sentiment(core, lora=LOW_RANK)
    other = copy.deepcopy(adapter)
    before = adapter(TEXTS).detach()
    fitted(other)
    assert torch.equal(adapter(TEXTS), before)
    assert not torch.allclose(other(TEXTS), before, atol=1e-3)
    assert other.core.text.word_VD.data_ptr() == core.text.word_VD.data_ptr(), "the core's weights are held once"


def test_an_adapter_goes_to_another_type_with_its_core(core: Core) -> None:
    adapter = fitted(Sentiment(core, lora=LOW_RANK))
    wanted = adapter(TEXTS).detach()
    found = adapter.to(torch.bfloat16)(TEXTS)
    assert found.dtype == torch.bfloat16
    assert_close(found.float(), wanted, atol=0.1, rtol=0.05)
    assert core.text.word_VD.dtype == torch.float32


def test_own_embeddings_and_vectors_stand_in_for_the_cores(core: Core) -> None:
    look = Look(core)
    row = every_modality()
    with torch.no_grad():
        look.modality_MD += torch.randn(5, 32)
        found = look.encode([row]).hidden_TD
        other = copy.deepcopy(core)
        # The core's own read masks and offsets too, of which the row has none.
        for name, lacking in (("facts", {"masked_value_2D", "masked_unit_D"}), ("volume", {"offset.weight"})):
            copied = other.get_submodule(name).load_state_dict(look.embeddings[name].state_dict(), strict=False)
            assert (set(copied.missing_keys), copied.unexpected_keys) == (lacking, [])
        other.modality_MD.copy_(look.modality_MD)
        assert_close(found, other.encode([row]).hidden_TD, atol=1e-6, rtol=0)


def test_another_core_another_kind_and_damage_are_refused(core: Core, tmp_path: Path) -> None:
    Sentiment(core).save(tmp_path, "a")
    changed = copy.deepcopy(core)
    changed.text.word_VD.data += 1
    changed.save_pretrained(tmp_path / "other")
    with pytest.raises(InputRejected) as other:
        Sentiment.load(tmp_path, "a", changed)
    assert other.value.code == "adapter_of_another_core"
    with pytest.raises(InputRejected, match="of the kind sentiment .allowed: look"):
        Look.load(tmp_path, "a", core)
    card = json.loads((tmp_path / "a.json").read_text())
    for settings in ({"classes": 4}, {"unknown": 1}, None):
        (tmp_path / "a.json").write_text(json.dumps({**card, "settings": settings}))
        with pytest.raises(InputRejected, match="not those of its kind"):
            Sentiment.load(tmp_path, "a", core)
    with pytest.raises(NotFound, match="no adapter called b"):
        Sentiment.load(tmp_path, "b", core)
    for name in ("", "../a", "a/b", ".a", "-a"):
        with pytest.raises(InputRejected, match="name that no adapter can have"):
            Sentiment(core).save(tmp_path, name)
    with pytest.raises(Unavailable, match="never on disk"):
        Sentiment(core.with_weights(core.state_dict())).save(tmp_path, "c")


def test_a_name_under_which_something_else_lies_is_refused_and_stays(core: Core, tmp_path: Path) -> None:
    registry = AdapterRegistry(tmp_path / "core")
    (tmp_path / "core" / "notes.json").write_text("[]")
    (tmp_path / "core" / "folder.json").mkdir()
    (tmp_path / "core" / "half.json").write_text("{")
    for name in ("notes", "folder", "half"):
        for write in (
            partial(Sentiment(core).save, tmp_path / "core"),
            partial(registry.add, Sentiment(core), card={}),
        ):
            with pytest.raises(InputRejected, match=f"the name {name} is taken by a file that is not an") as refused:
                write(name=name)
            assert refused.value.code == "adapter_name_taken"
    for folder, name in ((tmp_path / "core", "core"), (tmp_path / "core", "config"), (tmp_path / "new", "core")):
        with pytest.raises(InputRejected, match=f"the name {name}, which a core keeps for files of its own") as refused:
            Sentiment(core).save(folder, name)
        assert refused.value.code == "adapter_name_reserved"
    assert Core.from_pretrained(tmp_path / "core").weights_hash == core.weights_hash
    first = Sentiment(core).save(tmp_path / "core", "mood")
    assert Sentiment(core).save(tmp_path / "core", "mood") == first, "an adapter replaces an earlier one"


@pytest.mark.parametrize(
    "damage", [b"", b"\xff\xfe", b'{"adapter": "sentiment", "weights_file": 3}', b'{"adapter": "a"}']
)
def test_an_adapter_whose_card_is_damaged_is_replaced(core: Core, tmp_path: Path, damage: bytes) -> None:
    Sentiment(core).save(tmp_path, "mood-0123456789ab")
    other = {path.name for path in tmp_path.iterdir()}
    path = Sentiment(core).save(tmp_path, "mood")
    path.write_bytes(damage)
    assert AdapterRegistry(tmp_path).names() == ["mood-0123456789ab"]
    again = Sentiment(core)
    again.save(tmp_path, "mood")
    found = Sentiment.load(tmp_path, "mood", core)
    assert torch.equal(found(TEXTS), again.eval()(TEXTS))
    files = {path.name for path in tmp_path.iterdir()} - other
    assert files == {"mood.json", found.card["weights_file"]}, "the weights of the damaged card do not stay behind"


def test_a_core_that_changed_has_no_adapters_until_it_is_saved(core: Core, tmp_path: Path) -> None:
    early = fitted(Sentiment(core, lora=LOW_RANK))
    early.save(tmp_path, "early")
    before = core.text.word_VD.detach().clone()
    core.text.word_VD.data[0] += 1
    for use in (lambda: Sentiment.load(tmp_path, "early", core), lambda: early.save(tmp_path, "b")):
        with pytest.raises(Unavailable, match="no longer those of its file"):
            use()
    core.text.word_VD.data.copy_(before)
    early.to(torch.bfloat16).save(tmp_path, "in-bf16")
    assert early.core.weights_hash == core.weights_hash


def test_what_cannot_be_adapted_is_refused(core: Core) -> None:
    with pytest.raises(InputRejected, match="update of attention.q, which the core does not have"):
        Sentiment(core, lora=Lora(modules=("attention.q",)).as_dict())
    with pytest.raises(InputRejected, match="w9_EFD"):
        Sentiment(core, lora=Lora(parameters=("groups.text.w9_EFD",)).as_dict())
    with pytest.raises(InputRejected, match="7 layers of a core that has 3"):
        Adapter(core, num_layers=7)


def test_a_registry_names_its_adapters_and_lets_in_what_passes_the_gates(core: Core, tmp_path: Path) -> None:
    registry = AdapterRegistry(tmp_path / "adapters")
    assert registry.names() == []
    gates = [Gate(figure="f1", at_least=0.8), Gate(figure="ece", at_most=0.05)]
    good = {"figures": {"f1": 0.8, "ece": 0.05}, "licence": "MIT"}
    registry.add(Sentiment(core), "good", good, gates)
    for figures, code in (
        ({"f1": 0.79, "ece": 0.0}, "gate_below"),
        ({"f1": 0.9, "ece": 0.06}, "gate_above"),
        ({"f1": 0.9}, "gate_without_figure"),
        ({"f1": float("nan"), "ece": 0.0}, "gate_without_figure"),
        ({"f1": True, "ece": 0.0}, "gate_without_figure"),
    ):
        with pytest.raises(NotAllowed) as refused:
            registry.add(Sentiment(core), "bad", {"figures": figures}, gates)
        assert refused.value.code == code
    (tmp_path / "adapters" / "notes.json").write_text("[]")
    assert registry.names() == ["good"]
    assert registry.card("good")["licence"] == "MIT"
    require(registry.card("good"), [Gate(**gate) for gate in registry.card("good")["gates"]])
    assert isinstance(registry.load(Sentiment, "good", core), Sentiment)
    with pytest.raises(NotFound):
        registry.card("bad")
