"""Processes of our own: a module started in another Python, which imports what this one can and nothing else."""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any


def start_module(
    module: str, *arguments: str, settings: Mapping[str, str] | None = None, **streams: Any
) -> subprocess.Popen[bytes]:
    """Start ``python -m module``. It finds the modules that this process finds, and does not look in the current folder
    where this process does not: whatever stands where somebody happens to work is no part of the program.

    Args:
        module: Its dotted name.
        arguments: Of its command line.
        settings: Variables of its environment, beside those of this process.
        streams: Handed on to ``subprocess.Popen``.

    Raises:
        OSError: The machine starts no process now.
    """
    importable = os.pathsep.join(map(os.path.abspath, sys.path))  # an empty entry is the current folder
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-P", "-m", module, *arguments],
        env={**os.environ, "PYTHONPATH": importable, **(settings or {})},
        **streams,
    )
