"""The core inside transformers: the same outputs, trained by its Trainer and by PEFT, and read again without it."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.testing import assert_close

from core_model import load_core
from core_model.adapters import Adapter
from core_model.adapters.lora import EXPERTS
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected, Unavailable
from core_model.nn.balance import routers_of
from core_model.shipped import WEIGHTS
from core_model.torchvision_ops import peft, transformers
from tests.core_model.test_core import small_core
from tests.core_model.test_model import every_modality

TEXTS = ["net income", "净利润", "net income net income net", "incomes"]
WIDTH = 32
FILES = ["confi", "core-", "core.", "model", "token"]


@pytest.fixture(scope="module", autouse=True)
def library() -> Any:
    import core_model.hf  # noqa: F401  # registers the model

    return transformers()


def saved(folder: Path, *, int8: bool = False) -> Core:
    """A core with random weights in every place, written to a folder and read again."""
    core = small_core(folder)
    torch.manual_seed(1)
    for parameter in core.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    core.save_pretrained(folder, int8=int8)
    return Core.from_pretrained(folder)


def padded(core: Core, texts: list[str], *, left: bool = False) -> dict[str, Tensor]:
    rows = [core.tokenizer.ids(text) for text in texts]
    longest = max(len(row) for row in rows)
    ids, mask = [], []
    for row in rows:
        filling = longest - len(row)
        before = filling if left else 0
        ids.append([1] * before + row + [1] * (filling - before))
        mask.append([0] * before + [1] * len(row) + [0] * (filling - before))
    return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}


@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("int8", [False, True])
def test_auto_model_reads_what_the_core_wrote_and_computes_the_same(
    library: Any, tmp_path: Path, int8: bool, left: bool
) -> None:
    core = saved(tmp_path, int8=int8)
    model = library.AutoModel.from_pretrained(tmp_path)
    given = padded(core, TEXTS, left=left)
    real_BS = given["attention_mask"].bool()
    with torch.no_grad():
        states_BSD = model(**given).last_hidden_state
        assert_close(states_BSD[real_BS], core.encode(TEXTS).hidden_TD, atol=1e-6, rtol=0)
        assert float(states_BSD[~real_BS].abs().max()) == 0
        rows = [every_modality(), ["net", every_modality()[2]]]
        found = model(rows=rows, num_layers=2).last_hidden_state
        wanted = core.encode(rows, num_layers=2)
        assert_close(found.flatten(0, 1)[wanted.batch.slot_T], wanted.hidden_TD, atol=1e-6, rtol=0)
    assert not model.training
    assert model.core.tokenizer.ids("net") == core.tokenizer.ids("net")
    assert model.core.weights_hash == core.weights_hash
    assert (model.config.hidden_size, model.config.num_hidden_layers, model.config.vocab_size) == (32, 3, 97)


def test_auto_model_reads_the_core_that_ships(library: Any) -> None:
    core, model = load_core(), library.AutoModel.from_pretrained(str(WEIGHTS))
    texts = ["query: Net income", "query: 净利润 of the parent", "passage: " + "total assets " * 30]
    given = padded(core, texts)
    with torch.no_grad():
        states_BSD = model(**given).last_hidden_state
        wanted_TD = core.encode(texts).hidden_TD
    assert_close(states_BSD[given["attention_mask"].bool()], wanted_TD, atol=1e-6, rtol=0)
    assert library.AutoConfig.from_pretrained(WEIGHTS).core == core.config, "config.json and the card name one shape"


def test_half_precision_keeps_the_balance_in_fp32(library: Any, tmp_path: Path) -> None:
    core = saved(tmp_path)
    model = library.AutoModel.from_pretrained(tmp_path, dtype=torch.bfloat16)
    assert model.core.text.word_VD.dtype == torch.bfloat16
    for router in routers_of(model):
        assert (router.choice_bias_E.dtype, router.load_E.dtype) == (torch.float32, torch.float32)
        assert router.load_E.tolist() == [0.0] * len(router.load_E)
    given = padded(core, TEXTS)
    with torch.no_grad():
        found = model(**given).last_hidden_state[given["attention_mask"].bool()]
        wanted_TD = core.encode(TEXTS).hidden_TD
    close_T = torch.isclose(found.float(), wanted_TD, atol=0.15, rtol=0.1).all(dim=1)
    assert close_T.float().mean() >= 0.9, "but for a token whose router stands near a tie"


def test_what_cannot_be_read_is_refused(library: Any, tmp_path: Path) -> None:
    from core_model.hf import CoreForTransformers, CoreHubConfig

    with pytest.raises(Unavailable, match="no weights called core"):
        CoreForTransformers.from_pretrained(tmp_path)
    saved(tmp_path)
    other = CoreHubConfig(shape=CoreConfig.tiny().with_active("text", 2).as_dict())
    with pytest.raises(InputRejected, match="another shape"):
        library.AutoModel.from_pretrained(tmp_path, config=other)
    model = library.AutoModel.from_pretrained(tmp_path)
    for given in ({}, {"input_ids": torch.zeros(1, 2, dtype=torch.int64), "rows": ["net"]}):
        with pytest.raises(InputRejected, match="input_ids and rows"):
            model(**given)


def test_a_model_from_a_configuration_starts_as_a_core_does(library: Any) -> None:
    from core_model.hf import CoreHubConfig

    torch.manual_seed(3)
    model = library.AutoModel.from_config(CoreHubConfig(shape=CoreConfig.tiny().as_dict()))
    torch.manual_seed(3)
    wanted = Core(CoreConfig.tiny()).state_dict()
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in model.core.state_dict().items())
    assert CoreHubConfig().core == CoreConfig.small()


def examples(core: Core) -> list[dict[str, Tensor]]:
    """Texts with the vectors that their mean shall become."""
    torch.manual_seed(7)
    target_ND = torch.randn(len(TEXTS), WIDTH)
    given = padded(core, TEXTS)
    return [
        {"input_ids": ids, "attention_mask": mask, "labels": target}
        for ids, mask, target in zip(given["input_ids"], given["attention_mask"], target_ND, strict=True)
    ]


def squared_error(outputs: Any, labels: Tensor, num_items_in_batch: Any = None) -> Tensor:
    return F.mse_loss(outputs.last_hidden_state.mean(dim=1), labels)


def trainer(library: Any, model: Any, core: Core, folder: Path, **settings: Any) -> Any:
    arguments = library.TrainingArguments(
        output_dir=str(folder),
        learning_rate=0.01,
        per_device_train_batch_size=2,
        logging_steps=1,
        report_to=[],
        use_cpu=True,
        seed=0,
        disable_tqdm=True,
        label_names=["labels"],
        **{"max_steps": 8, "save_strategy": "no", **settings},
    )
    return library.Trainer(model=model, args=arguments, train_dataset=examples(core), compute_loss_func=squared_error)


def losses(made: Any) -> list[float]:
    return [entry["loss"] for entry in made.state.log_history if "loss" in entry]


def test_the_trainer_trains_it_and_the_plain_core_reads_the_result_without_transformers(
    library: Any, tmp_path: Path
) -> None:
    core = saved(tmp_path / "start")
    model = library.AutoModel.from_pretrained(tmp_path / "start")
    model.gradient_checkpointing_enable()
    made = trainer(library, model, core, tmp_path / "run")
    made.train()
    assert model.core.recompute
    assert sum(losses(made)[-2:]) < 0.8 * sum(losses(made)[:2])
    model.save_pretrained(tmp_path / "end")
    trained = Core.from_pretrained(tmp_path / "end")
    assert trained.card["made_from"] == core.weights_hash
    assert torch.equal(trained.embed_texts(TEXTS), model.core.eval().embed_texts(TEXTS))
    assert not torch.allclose(trained.embed_texts(TEXTS), core.embed_texts(TEXTS), atol=1e-3)
    again = library.AutoModel.from_pretrained(tmp_path / "end")
    assert torch.equal(again.core.embed_texts(TEXTS), trained.embed_texts(TEXTS))
    alone = (
        "import sys\n"
        "sys.modules['transformers'] = sys.modules['peft'] = None\n"
        "from core_model import Core\n"
        f"print(Core.from_pretrained({str(tmp_path / 'end')!r}).embed_texts(['net']).shape)\n"
    )
    run = subprocess.run([sys.executable, "-c", alone], capture_output=True, text=True, check=True, timeout=120)
    assert run.stdout.strip() == "torch.Size([1, 32])"


@pytest.mark.parametrize("linked", [True, False])
def test_a_crash_at_any_moment_of_saving_leaves_the_old_core_or_the_new_one(
    library: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool
) -> None:
    from core_model import checkpoint, hf

    def no_link(*_: Any) -> None:
        raise OSError("no links here")

    if not linked:
        monkeypatch.setattr(os, "link", no_link)
    replace, calls = os.replace, [0]
    saved(tmp_path / "first")
    changed = library.AutoModel.from_pretrained(tmp_path / "first")
    changed.core.text.word_VD.data.mul_(-1)
    new = changed.core.text.word_VD.detach().clone()
    moments = ("own name", "tokenizer", "card", "none")
    for moment in range(len(moments)):
        folder = tmp_path / str(moment)
        old = saved(folder).text.word_VD.detach().clone()
        library.AutoModel.from_pretrained(folder).save_pretrained(folder)
        assert torch.equal(Core.from_pretrained(folder).text.word_VD, old)
        assert sorted(path.name[:5] for path in folder.iterdir()) == FILES
        calls[0] = 0

        def crash(*given: Any, moment: int = moment) -> None:
            calls[0] += 1
            if calls[0] > moment:
                raise KeyboardInterrupt
            replace(*given)

        with monkeypatch.context() as patch:
            patch.setattr(checkpoint.os, "replace", crash)
            patch.setattr(hf.os, "replace", crash)
            if moment < 3:
                with pytest.raises(KeyboardInterrupt):
                    changed.save_pretrained(folder)
            else:
                changed.save_pretrained(folder)
        assert torch.equal(Core.from_pretrained(folder).text.word_VD, old if moment < 3 else new)
        changed.save_pretrained(folder)
        assert torch.equal(Core.from_pretrained(folder).text.word_VD, new)
        assert sorted(path.name[:5] for path in folder.iterdir()) == FILES, "old weights do not stay behind"


def test_a_folder_of_an_earlier_release_is_saved_into_without_harm(
    library: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path)
    model = library.AutoModel.from_pretrained(tmp_path)
    model.save_pretrained(tmp_path)
    card = json.loads((tmp_path / "core.json").read_text())
    (tmp_path / card["weights_file"]).unlink()
    (tmp_path / "core.json").write_text(json.dumps({**card, "weights_file": "model.safetensors"}))
    old = Core.from_pretrained(tmp_path).text.word_VD.detach().clone()
    model.core.text.word_VD.data.mul_(-1)
    with monkeypatch.context() as patch:
        patch.setattr(type(model), "_write_card", lambda *_: None)
        model.save_pretrained(tmp_path)
    assert torch.equal(Core.from_pretrained(tmp_path).text.word_VD, old)
    model.save_pretrained(tmp_path)
    assert torch.equal(Core.from_pretrained(tmp_path).text.word_VD, -old)


def test_saving_leaves_what_other_cards_name(library: Any, tmp_path: Path) -> None:
    core = saved(tmp_path)
    for name in ("core-tone", "core-0123456789ab", "model"):
        Adapter(core).save(tmp_path, name)
    shutil.copy(next(tmp_path.glob("core-tone-*")), tmp_path / "core-aaaaaaaaaaaa.safetensors")
    (tmp_path / "other.json").write_text(
        json.dumps({"weights_file": "core-aaaaaaaaaaaa.safetensors", "weights_sha256": ""})
    )
    (tmp_path / "tokenizer-mine.json.gz").write_bytes(b"mine")
    (tmp_path / "damaged.json").write_text("{")
    (tmp_path / "folder.json").mkdir()
    kept = {path.name for path in tmp_path.iterdir()} - {core.card["weights_file"]}
    (tmp_path / "core-bbbbbbbbbbbb.safetensors").write_bytes(b"of a save that was broken off")
    model = library.AutoModel.from_pretrained(tmp_path)
    for change in (1, -1):
        model.core.text.word_VD.data.mul_(change)
        model.save_pretrained(tmp_path)
        named = json.loads((tmp_path / "core.json").read_text())["weights_file"]
        assert {path.name for path in tmp_path.iterdir()} == kept | {named, "model.safetensors"}
    assert torch.equal(Core.from_pretrained(tmp_path).text.word_VD, model.core.text.word_VD)


def test_a_saved_model_has_the_hash_of_its_file_and_adapters(library: Any, tmp_path: Path) -> None:
    core = saved(tmp_path / "start")
    model = library.AutoModel.from_pretrained(tmp_path / "start")
    model.core.text.word_VD.data.mul_(-1)
    other = {name: -tensor for name, tensor in model.state_dict().items()}
    model.save_pretrained(tmp_path / "other", state_dict=other)
    with pytest.raises(Unavailable, match="no longer those of its file"):
        _ = model.core.weights_hash
    model.save_pretrained(tmp_path / "end", state_dict=None)
    found = Core.from_pretrained(tmp_path / "end")
    assert model.core.weights_hash == found.weights_hash != core.weights_hash
    assert model.core.card == found.card
    Adapter(model.core).save(tmp_path / "end", "mood")
    assert isinstance(Adapter.load(tmp_path / "end", "mood", found), Adapter)


def test_a_run_of_the_trainer_goes_on_from_its_checkpoint(library: Any, tmp_path: Path) -> None:
    core = saved(tmp_path / "start")
    whole = library.AutoModel.from_pretrained(tmp_path / "start")
    trainer(library, whole, core, tmp_path / "a", save_strategy="steps", save_steps=4).train()
    resumed = library.AutoModel.from_pretrained(tmp_path / "start")
    made = trainer(library, resumed, core, tmp_path / "b")
    made.train(resume_from_checkpoint=str(tmp_path / "a" / "checkpoint-4"))
    for (name, wanted), found in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        assert torch.equal(found, wanted), name
    kept = Core.from_pretrained(tmp_path / "a" / "checkpoint-8")
    assert torch.equal(kept.text.word_VD, whole.core.text.word_VD)


def test_peft_trains_attention_and_stacked_experts_and_nothing_else(library: Any, tmp_path: Path) -> None:
    core = saved(tmp_path / "start")
    base = library.AutoModel.from_pretrained(tmp_path / "start")
    before = {name: tensor.clone() for name, tensor in base.state_dict().items()}
    settings = peft().LoraConfig(r=4, lora_alpha=16, target_modules=["attention.qkv"], target_parameters=list(EXPERTS))
    model = peft().get_peft_model(base, settings)
    learning = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    assert len(learning) == 3 * 2 * 3, "two matrices for each of three weights in three blocks"
    assert all("lora_" in name for name in learning)
    made = trainer(library, model, core, tmp_path / "run", max_steps=12)
    made.train()
    assert sum(losses(made)[-2:]) < 0.9 * sum(losses(made)[:2])
    given = padded(core, TEXTS)
    with torch.no_grad():
        trained = model.eval()(**given).last_hidden_state
        model.save_pretrained(tmp_path / "lora")
        fresh = library.AutoModel.from_pretrained(tmp_path / "start")
        assert all(torch.equal(tensor, before[name]) for name, tensor in fresh.state_dict().items())
        untouched = fresh(**given).last_hidden_state
        assert (trained - untouched).abs().max() > 0.01
        again = peft().PeftModel.from_pretrained(copy.deepcopy(fresh), tmp_path / "lora").eval()
        assert_close(again(**given).last_hidden_state, trained, atol=1e-6, rtol=0)
        merged = again.merge_and_unload()
        assert_close(merged(**given).last_hidden_state, trained, atol=1e-5, rtol=0)
        merged.save_pretrained(tmp_path / "merged")
        plain = Core.from_pretrained(tmp_path / "merged").encode(TEXTS).hidden_TD
        assert_close(plain, trained[given["attention_mask"].bool()], atol=1e-5, rtol=0)
