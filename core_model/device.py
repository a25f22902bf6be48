"""Where a model runs: the name of a device against what the machine has."""

import torch

from core_model.errors import InputRejected, Unavailable


def usable_device(name: str) -> torch.device:
    """The device of a name, if it is there.

    Args:
        name: ``cpu``, ``cuda`` (the first one) or ``cuda:N``, as the setting ``TANDEM_DEVICE`` gives it.

    Raises:
        InputRejected: It is no such name.
        Unavailable: The machine, or this build of PyTorch, has no such device.
    """
    kind, _, number = name.partition(":")
    if kind not in ("cpu", "cuda") or (":" in name and not (kind == "cuda" and number.isdecimal())):
        raise InputRejected(
            "a device called {name}",
            allowed="cpu, cuda or cuda:N",
            action="set TANDEM_DEVICE to one of these",
            code="device_unknown",
            values={"name": name},
        )
    if kind == "cpu":
        return torch.device("cpu")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if int(number or 0) >= count:
        raise Unavailable(
            "the device {name} is not there; PyTorch sees {count} CUDA devices",
            action="set TANDEM_DEVICE to cpu, or install a driver and a build of PyTorch for CUDA",
            code="device_missing",
            values={"name": name, "count": count},
        )
    return torch.device(name)
