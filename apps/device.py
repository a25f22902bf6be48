"""Refuses a device that is not there when a job begins, not when the model is first asked."""


def refuse_missing_device(name: str) -> None:
    """See that a device is there, whether or not this input will need it: the reading names its kind.

    Args:
        name: ``cpu``, ``cuda`` or ``cuda:N``, as the settings give it.

    Raises:
        InputRejected: It is no such name.
        Unavailable: The machine, or this build of PyTorch, has no such device.
    """
    if name != "cpu":  # which is always there, and needs no torch to know it
        from core_model import usable_device

        usable_device(name)
