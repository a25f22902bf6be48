"""``tandem ui`` in a process of its own."""

import sys

_RUN = (
    "import runpy, signal\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored where the tests run in the background
    "runpy.run_module('apps.cli', run_name='__main__', alter_sys=True)\n"
)


def command(port: int) -> list[str]:
    """The command that serves the dashboard on a port, and that Ctrl-C ends."""
    return [sys.executable, "-P", "-c", _RUN, "ui", "--port", str(port)]
