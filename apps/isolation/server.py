"""``python -m apps.isolation``: the process that parses are forked from, and the one that parses where none can fork.

A worker has threads and large libraries, and cannot be forked safely or cheaply. So it starts this small process once
for each kind of parse; it has imported what parses, and nothing runs in it. Each call is a fork of it: that costs a few
milliseconds, starts from the same state, and takes along whatever the parse has done when it ends.

The control socket on descriptor 0 brings one line of JSON for each call, at most ``MAX_LINE`` bytes, with two
descriptors: a socket for the conversation and a pipe for how the process ended. When the control socket closes, every
child is killed. What a child has started itself is ended with it.
"""

import contextlib
import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
from itertools import chain
from pathlib import Path
from typing import Any

from apps.isolation.budget import Budget
from apps.isolation.child import answer, function_at, leave
from apps.isolation.wire import MAX_LINE, Channel

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
COLLECTED_EVERY = 50_000
"""Objects made in a fork before its collector looks for circles: a parse makes many, next to none in circles, and ends
soon. Python's own 700 cost a tenth of the reading of a report."""


def warmed(place: str) -> None:
    """Import a function's module, and let it prepare what every call needs (``warm_up()`` where it has one)."""
    module = sys.modules[function_at(place).__module__]
    warm_up = getattr(module, "warm_up", None)
    if warm_up is not None:
        warm_up()
    gc.collect()
    gc.freeze()  # the collector of a fork leaves alone what all forks share


class Server:
    """Forks a process for each call and says how it ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._calls: dict[int, tuple[int, int]] = {}  # by process: the number of the call, the pipe for its end

    def run(self) -> None:
        """Serve until the control socket closes."""
        _control_of_system(PR_SET_CHILD_SUBREAPER, 1)  # what a parse starts and leaves becomes a child of this process
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fd == woken:
                        os.read(woken, 1024)
                    elif not self._serve():
                        self._kill(None)
                        self._reap(0)
                        return
                self._reap(os.WNOHANG)

    def _serve(self) -> bool:
        data, descriptors, _, _ = socket.recv_fds(self._control, MAX_LINE, 2)
        if not data:
            return False
        call = json.loads(data)
        if "kill" in call:
            self._kill(call["kill"])
            return True
        conversation, ended = descriptors
        try:
            process = os.fork()
        except OSError:  # no process or memory to spare: the one who waits sees both descriptors close
            os.close(conversation)
            os.close(ended)
            return True
        if process == 0:
            try:
                self._in_child(call, conversation, ended)
            finally:
                leave()
        os.close(conversation)
        self._calls[process] = (call["number"], ended)
        return True

    def _in_child(self, call: dict[str, Any], conversation: int, ended: int) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._control.close()
        os.close(ended)
        for _, other in self._calls.values():
            os.close(other)
        _die_with_parent()
        gc.set_threshold(COLLECTED_EVERY)
        channel = Channel(conversation, conversation)
        answer(channel, call["place"], call["given"], call["folder"], Budget(**call["budget"]))

    def _kill(self, number: int | None) -> None:
        for process, (call, _) in self._calls.items():
            if number in (None, call):
                os.kill(process, signal.SIGKILL)

    def _reap(self, options: int) -> None:
        """Say of each process that has ended how it did, and end what it has left behind."""
        while True:
            try:
                process, status, used = os.wait4(-1, options)
            except ChildProcessError:
                return
            if not process:
                return
            self._kill_orphans()
            if process not in self._calls:
                continue
            _, ended = self._calls.pop(process)
            code = os.waitstatus_to_exitcode(status)
            report = {"status": code, "cpu_s": used.ru_utime + used.ru_stime, "peak_kib": used.ru_maxrss}
            with contextlib.suppress(OSError):  # nobody waits for it any more
                os.write(ended, json.dumps(report).encode())
            os.close(ended)

    def _kill_orphans(self) -> None:
        with contextlib.suppress(OSError):  # the system does not list them
            children = [each.read_text().split() for each in Path("/proc/self/task").glob("*/children")]
            for process in set(map(int, chain.from_iterable(children))) - self._calls.keys():
                os.kill(process, signal.SIGKILL)


def _die_with_parent() -> None:
    """Let the system end this process when the one that it was forked from ends, however that happens (Linux)."""
    _control_of_system(PR_SET_PDEATHSIG, signal.SIGKILL)


def _control_of_system(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def main() -> int:
    """A function to fork for; or, after ``once``, to be called a single time over the standard streams."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who waits
    if sys.argv[1] == "once":
        channel = Channel(os.dup(0), os.dup(1))
        os.dup2(2, 1)  # what a library prints is no frame
        call = channel.receive()
        if call is not None:
            answer(channel, call["place"], call["given"], call["folder"], Budget(**call["budget"]))
        leave()
    warmed(sys.argv[1])
    Server(socket.socket(fileno=0)).run()
    return 0
