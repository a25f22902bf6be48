"""``tandem train`` and ``tandem adapters`` on the tiny preset: from own sentences to a version in use, and back."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from apps.messages import refused
from core_model.core import Core
from tests.apps.commands import Tandem, tandem
from tests.apps.test_documents import validator
from tests.core_model.test_core import small_core
from tests.core_model.training.test_tuning import sentences

__all__ = ["tandem"]

SETTINGS = """
from core_model.training.tuning.settings import Tuning

def config():
    return Tuning(data="mine.csv", licence="ours", epochs=12, batch=8, layers=2, rank=4, learning_rate=1e-2,
                  head_learning_rate=3e-2, warm_up=2, longest=12)

def worse():
    return Tuning(data="upside_down.csv", epochs=12, batch=8, layers=2, rank=4, learning_rate=1e-2,
                  head_learning_rate=3e-2, warm_up=2, longest=12)
"""


@pytest.fixture
def core(tmp_path: Path) -> Core:
    return small_core(tmp_path / "core")


@pytest.fixture
def folder(core: Core, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Own sentences and settings, a data folder, and the tiny core in place of the one that ships."""
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TANDEM_CORE_DIR", str(tmp_path / "core"))
    lines = sentences(tmp_path / "mine.csv").read_text(encoding="utf8").splitlines()
    turned = [line.replace(",good,", ",x,").replace(",bad,", ",good,").replace(",x,", ",bad,") for line in lines]
    (tmp_path / "upside_down.csv").write_text("\n".join(turned), encoding="utf8")
    (tmp_path / "my_settings.py").write_text(SETTINGS)
    return tmp_path


def published(printed: str) -> dict[str, Any]:
    """A printed document, which is as its published schema says."""
    document = json.loads(printed)
    validator(document["schema"].replace("/", "-") + ".json").validate(document)
    return document


def test_from_own_sentences_to_a_version_in_use_and_back(tandem: Tandem, folder: Path) -> None:
    checked = tandem("train", "sentiment", "--data", folder / "mine.csv", "--check", "--json")
    assert checked.returncode == 0
    report = published(checked.stdout)
    assert report["problems"] == []
    assert report["train"] + report["validation"] + report["test"] == 160
    trained = tandem("train", "sentiment", "--config", folder / "my_settings.py", "--json")
    assert trained.returncode == 0, trained.stderr
    told = published(trained.stdout)
    assert told["version"] == 1
    assert "tandem adapters promote sentiment 1" in trained.stderr
    assert str(folder) not in trained.stdout + (folder / "data/adapters/sentiment/1/adapter.json").read_text()
    promoted = tandem("adapters", "promote", "sentiment", 1, "--json")
    assert promoted.returncode == 0, promoted.stderr
    assert published(promoted.stdout)["in_use"] == 1
    assert "version 1 of sentiment is in use" in promoted.stderr
    shown = published(tandem("adapters", "show", "sentiment", "--json").stdout)
    assert (shown["version"], shown["in_use"]) == (1, True)
    assert shown["card"]["command"] == "tandem train sentiment --config my_settings.py"
    assert shown["card"]["data"]["licence"] == "ours"
    assert "sentiment 1, in use" in tandem("adapters", "show", "sentiment", "1").stdout

    worse = tandem("train", "sentiment", "--config", f"{folder / 'my_settings.py'}:worse")
    assert worse.returncode == 0, worse.stderr
    refusal = tandem("adapters", "promote", "sentiment", 2, "--data", folder / "mine.csv", "--json")
    assert refusal.returncode == 1
    table = published(refusal.stdout)
    assert not table["passed"]
    assert [row["held_out"] for row in table["rows"] if row["metric"] == "macro_f1" and not row["passed"]][
        0
    ] == "candidate"
    assert "version 2 is worse than what is in use: macro_f1" in refusal.stderr
    listed = published(tandem("adapters", "list", "--json").stdout)["adapters"]
    assert [entry["version"] for entry in listed if entry["domain"] == "sentiment" and entry["in_use"]] == [1]
    assert "1 *" in tandem("adapters", "list").stdout

    looked = published(tandem("adapters", "evaluate", "sentiment", 1, "--json").stdout)
    assert looked["passed"], "a version is not worse than itself"
    back = tandem("adapters", "rollback", "sentiment")
    assert "version 0 of sentiment is in use" in back.stderr
    assert tandem("adapters", "rollback", "sentiment").returncode == 1


def test_a_process_that_runs_sees_a_promotion_of_another(tandem: Tandem, folder: Path) -> None:
    code = (
        "import sys\n"
        "from apps.domains import adapters_folder, domain\n"
        "from apps.settings import load_settings\n"
        "from core_model import load_core\n"
        "use = domain('sentiment').in_use(adapters_folder(load_settings()))\n"
        "for line in sys.stdin:\n"
        "    version, adapter = use.look(load_core())\n"
        "    said = adapter.chances([line.strip()]).argmax().item() if adapter else None\n"
        "    print(version, said and adapter.labels[said], flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def ask() -> str:
            process.stdin.write("net income abcd\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        assert ask() == "None None"
        assert tandem("train", "sentiment", "--config", folder / "my_settings.py").returncode == 0
        assert ask() == "None None", "trained is not in use"
        assert tandem("adapters", "promote", "sentiment", 1).returncode == 0
        assert ask() == "1 good"
        process.stdin.close()


def test_what_cannot_be_trained_or_taken_is_one_sentence(tandem: Tandem, folder: Path, core: Core) -> None:
    text = (folder / "mine.csv").read_text(encoding="utf8")
    (folder / "bad.csv").write_text(text + "no label,,g0\nno other,,g1\n", encoding="utf8")
    refused_ = tandem("train", "sentiment", "--data", folder / "bad.csv")
    assert refused_.returncode == 1
    assert "2 samples that nothing may be trained on: without a label 161, 162" in refused_.stderr
    report = tandem("train", "sentiment", "--data", folder / "bad.csv", "--check")
    assert report.returncode == 1
    assert "sample unlabelled: 161" in report.stdout
    assert tandem("train", "nothing").returncode == 1
    assert (
        "no domain nothing (allowed: captions, retrieval and sentiment)" in tandem("adapters", "show", "nothing").stderr
    )
    assert "no adapter of captions is in use" in tandem("adapters", "show", "captions").stderr

    assert tandem("train", "sentiment", "--config", folder / "my_settings.py").returncode == 0
    shutil.copytree(folder / "data/adapters/sentiment/1", folder / "given")
    kept = tandem("adapters", "add", "sentiment", folder / "given" / "adapter.json")
    assert "kept as version 2" in kept.stderr
    (weights,) = (folder / "given").glob("*.safetensors")
    weights.write_bytes(weights.read_bytes()[:-3])
    assert "cut off" in tandem("adapters", "add", "sentiment", folder / "given" / "adapter.json").stderr


def test_the_problems_of_samples_are_said_in_chinese(folder: Path) -> None:
    from core_model.errors import InputRejected
    from core_model.training.tuning.samples import read_labelled

    (folder / "bad.csv").write_text("text,label\nnet,\nincome,good\nincome,bad\n", encoding="utf8")
    with pytest.raises(InputRejected) as error:
        read_labelled(folder / "bad.csv").require()
    said = refused(error.value.refusal, "zh")
    assert "有 2 个样本不能用于训练" in said
    assert "没有标签：1" in said
    assert "与其他样本相同：3 = 2" in said
