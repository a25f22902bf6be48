"""Where a model runs: the name of a device against what the machine has.

``TANDEM_DEVICE`` is obeyed or refused by all that computes; nothing falls back to another device in silence.
"""

import os
import re
from typing import TYPE_CHECKING

from core_model.errors import InputRejected, Unavailable

if TYPE_CHECKING:
    import torch

VARIABLE = "TANDEM_DEVICE"
NAME = re.compile(r"cpu|cuda(:[0-9]+)?")
"""What a device may be called."""


def usable_device(name: str) -> "torch.device":
    """The device of a name, if it is there.

    Args:
        name: ``cpu``, ``cuda`` (the first one) or ``cuda:N``, as ``TANDEM_DEVICE`` gives it.

    Raises:
        InputRejected: It is no such name.
        Unavailable: The machine, or this build of PyTorch, has no such device.
    """
    if not NAME.fullmatch(name):
        raise InputRejected(
            "a device called {name}",
            allowed="cpu, cuda or cuda:N",
            action="set TANDEM_DEVICE to one of these",
            code="device_unknown",
            values={"name": name},
        )
    import torch

    if name == "cpu":
        return torch.device("cpu")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(name.partition(":")[2] or 0) >= count:
        raise Unavailable(
            "the device {name} is not there; PyTorch sees {count} CUDA devices",
            action="set TANDEM_DEVICE to cpu, or install a driver and a build of PyTorch for CUDA",
            code="device_missing",
            values={"name": name, "count": count},
        )
    return torch.device(name)


def device_from_environment() -> "torch.device":
    """The device that ``TANDEM_DEVICE`` names; the CPU where it is unset, or set to nothing.

    Raises:
        InputRejected: It names no device.
        Unavailable: The device is not there.
    """
    return usable_device(os.environ.get(VARIABLE) or "cpu")


def refuse_other_than_cpu(device: "torch.device | None" = None) -> None:
    """Refuse a device for what runs on the CPU alone: trainings that must give the same bits again, benchmarks.

    Args:
        device: What is asked for; that of ``TANDEM_DEVICE`` where not given.

    Raises:
        InputRejected: It is another than the CPU.
        Unavailable: It is not there.
    """
    asked = device_from_environment() if device is None else device
    if asked.type != "cpu":
        raise InputRejected(
            "the device {name} for what runs on the CPU alone",
            allowed="cpu",
            action="set TANDEM_DEVICE to cpu, or leave it unset",
            code="device_cpu_alone",
            values={"name": str(asked)},
        )
