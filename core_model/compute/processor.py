"""The processor as the system describes it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Processor:
    """What is known of the processor; nothing where the system does not tell.

    Attributes:
        vendor: ``AuthenticAMD``, ``GenuineIntel``.
        family: The vendor's number of its design; 0 where unknown.
        flags: Its instructions.
    """

    vendor: str = ""
    family: int = 0
    flags: frozenset[str] = frozenset()


def described(path: Path) -> Processor:
    """The first processor of a file like ``/proc/cpuinfo``."""
    try:
        lines = path.read_text().partition("\n\n")[0].splitlines()
    except OSError:
        return Processor()
    about = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    family = about.get("cpu family", "")
    return Processor(
        about.get("vendor_id", ""), int(family) if family.isdecimal() else 0, frozenset(about.get("flags", "").split())
    )


@cache
def processor() -> Processor:
    """That of this machine."""
    return described(CPU_INFO)
