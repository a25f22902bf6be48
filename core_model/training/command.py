"""What the commands of the trainings share: how one ends, and what a card says of it."""

import hashlib
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from core_model.device import refuse_other_than_cpu
from core_model.errors import TandemError


def run_on_cpu(work: Callable[[], None]) -> int:
    """Do the work of a command that runs on the CPU alone.

    Args:
        work: Raises a ``TandemError`` where it cannot be done; its sentence goes to stderr.

    Returns:
        The exit status: 0, or 1 where it was refused, another device in ``TANDEM_DEVICE`` included.
    """
    try:
        refuse_other_than_cpu()
        work()
    except TandemError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def command_line(module: str) -> str:
    """The command that is running, with file names only: cards hold nobody's paths."""
    arguments = [Path(a).name if "/" in a else a for a in sys.argv[1:]]
    return shlex.join(["python", "-m", module, *arguments])


def sha256_of(file: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
