"""A device is used or refused: never silently another."""

import pytest
import torch

from core_model.device import usable_device
from core_model.errors import InputRejected, Unavailable


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


@pytest.mark.parametrize("name", ["", "gpu", "cpu:0", "cuda:", "cuda:x", "cuda:-1", "CUDA"])
def test_a_name_that_is_no_device_is_refused(name: str) -> None:
    with pytest.raises(InputRejected, match="cpu, cuda or cuda:N"):
        usable_device(name)
