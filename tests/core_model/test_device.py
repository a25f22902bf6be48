"""A device is used or refused: never silently another."""

import pytest
import torch

import benchmarks.__main__
from core_model.device import device_from_environment, refuse_other_than_cpu, usable_device
from core_model.errors import InputRejected, Unavailable
from core_model.training import convert_trunk, distil


def with_devices(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


def test_the_cpu_is_always_there() -> None:
    assert usable_device("cpu") == torch.device("cpu")


def test_a_gpu_is_given_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with_devices(monkeypatch, 2)
    assert usable_device("cuda") == torch.device("cuda")
    assert usable_device("cuda:1") == torch.device("cuda:1")


@pytest.mark.parametrize(("name", "count"), [("cuda", 0), ("cuda:0", 0), ("cuda:2", 2)])
def test_a_gpu_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, name: str, count: int) -> None:
    with_devices(monkeypatch, count)
    with pytest.raises(Unavailable, match=f"device {name} is not there; PyTorch sees {count} CUDA") as refused:
        usable_device(name)
    assert refused.value.code == "device_missing"


@pytest.mark.parametrize("name", ["", "gpu", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "CUDA", "cuda:\u0663"])
def test_a_name_that_is_no_device_is_refused(name: str) -> None:
    with pytest.raises(InputRejected, match="cpu, cuda or cuda:N"):
        usable_device(name)


def test_the_environment_names_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    with_devices(monkeypatch, 1)
    monkeypatch.delenv("TANDEM_DEVICE", raising=False)
    assert device_from_environment() == torch.device("cpu")
    refuse_other_than_cpu()
    for name, wanted in (("", "cpu"), ("cpu", "cpu"), ("cuda", "cuda"), ("cuda:0", "cuda:0")):
        monkeypatch.setenv("TANDEM_DEVICE", name)
        assert device_from_environment() == torch.device(wanted)
    with pytest.raises(InputRejected, match="cuda:0 for what runs on the CPU alone .allowed: cpu.") as refused:
        refuse_other_than_cpu()
    assert refused.value.code == "device_cpu_alone"
    refuse_other_than_cpu(torch.device("cpu"))


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["--weights", "a", "--corpus", "b", "--work", "c", "--out", "d", "--active", "2"],
        ["--e5", "a", "--corpus", "b", "--out", "c"],
    ],
    ids=["benchmarks", "distil", "convert_trunk"],
)
def test_what_runs_on_the_cpu_alone_refuses_another_device_before_it_reads_anything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    with_devices(monkeypatch, 1)
    monkeypatch.setenv("TANDEM_DEVICE", "cuda")
    if not command:
        monkeypatch.setattr("sys.argv", ["benchmarks", "moe_layer"])
        assert benchmarks.__main__.main() == 1
        assert "the device cuda for what runs on the CPU alone" in capsys.readouterr().err
        return
    module = distil if "--active" in command else convert_trunk
    monkeypatch.setattr("sys.argv", ["train", *command])
    assert module.main() == 1
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert said.err.startswith("the device cuda for what runs on the CPU alone")
    assert not said.out
