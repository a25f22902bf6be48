"""What a parse may use: processor time, memory, files; kept by the system where it can, else by whoever waits."""

import errno
import math
import os
from dataclasses import asdict, dataclass
from typing import Any

from core_model.errors import InputRejected, TandemError, Unavailable, system_reason

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

MIB = 1 << 20
GRACE_S = 2


@dataclass(frozen=True, slots=True)
class Budget:
    """How much one parse may use.

    Attributes:
        cpu_s: Seconds of processor time, so that a busy machine refuses nothing.
        wall_s: Seconds on the clock, for a parse that waits for ever.
        memory_mib: Memory beyond that of a process that has only started.
        files_mib: The largest file that it may write.
    """

    cpu_s: float
    wall_s: float
    memory_mib: int
    files_mib: int = 4096

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def keep(budget: Budget) -> None:
    """Let the system hold this process to a budget, from now on and for good. Does what the system offers: Linux keeps
    time, memory and files, macOS time and files, Windows none (there the one who waits ends what takes too long)."""
    if resource is None:
        return
    spent = sum(os.times()[:2])
    _limit(resource.RLIMIT_CPU, math.ceil(spent + budget.cpu_s), GRACE_S)
    _limit(resource.RLIMIT_FSIZE, budget.files_mib * MIB)
    _limit(resource.RLIMIT_CORE, 0)
    mapped = _mapped()
    if mapped is not None:
        _limit(resource.RLIMIT_AS, mapped + budget.memory_mib * MIB)


def _limit(what: int, most: int, above: int = 0) -> None:
    """Lower a limit; one that stands lower already stays."""
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, max(hard - above, 0))
    resource.setrlimit(what, (most, most + above))


def _mapped() -> int | None:
    """Bytes of address space in use; None where the system does not say, and does not keep to a limit either."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def too_long(budget: Budget) -> InputRejected:
    """The refusal of what takes more time than any genuine input."""
    return InputRejected(
        "reading it took more than {seconds} s of processor time and was stopped",
        allowed="files as they are published",
        action="fetch it again from where it was published; nothing else was held up",
        code="parse_too_long",
        values={"seconds": round(budget.cpu_s)},
    )


def too_much_memory(budget: Budget) -> InputRejected:
    """The refusal of what takes more memory than any genuine input."""
    return InputRejected(
        "reading it took more than {mib} MiB of memory and was stopped",
        allowed="files as they are published",
        action="fetch it again from where it was published; nothing else was held up",
        code="parse_too_much_memory",
        values={"mib": budget.memory_mib},
    )


def no_answer(budget: Budget) -> InputRejected:
    """The refusal of what was still not read when nobody waited any longer."""
    return InputRejected(
        "reading it had not ended after {minutes} minutes and was stopped",
        allowed="files as they are published",
        action="try again when the machine is less busy, or fetch it again from where it was published",
        code="parse_no_answer",
        values={"minutes": max(1, round(budget.wall_s / 60))},
    )


def crashed(signal_number: int) -> InputRejected:
    """The refusal of what ended the process that read it."""
    return InputRejected(
        "the process that read it crashed (signal {signal})",
        allowed="files as they are published",
        action="fetch it again from where it was published; nothing else was held up",
        code="parse_crashed",
        values={"signal": signal_number},
    )


def lost() -> Unavailable:
    """The process that reads went away without a word of its own."""
    return Unavailable(
        "the process that reads files was ended from outside",
        action="try again",
        code="parse_process_lost",
    )


def folder_unusable(error: OSError) -> Unavailable:
    """The folder for what a parse writes cannot be used."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable(
            "the disk is full, nothing was stored", action="free some space and try again", code="parse_disk_full"
        )
    return Unavailable(
        "what is read cannot be written to the data folder ({why})",
        action="free some space, or set TANDEM_DATA_DIR to a folder that can be written",
        code="parse_folder_unusable",
        values={"why": system_reason(error)},
    )


def how_it_ended(status: int, cpu_s: float, budget: Budget) -> TandemError:
    """Why a process ended without an answer.

    Args:
        status: Its exit status; of a process that a signal ended, the signal's number, negative.
        cpu_s: Processor time that it used; -1 where not known.
        budget: What it was allowed.
    """
    if resource is not None and status < 0:
        import signal

        if -status == signal.SIGXCPU or (-status == signal.SIGKILL and cpu_s >= budget.cpu_s):
            return too_long(budget)
        if -status == signal.SIGKILL:
            return lost()
        return crashed(-status)
    return lost()
