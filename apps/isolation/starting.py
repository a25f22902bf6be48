"""Starting the process that parses: a fork of a small server on Linux, elsewhere a Python of its own for each call."""

import atexit
import itertools
import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
from typing import Any, Protocol

from apps.isolation.budget import Budget
from apps.isolation.wire import MAX_LINE, Channel
from apps.processes import start_module
from core_model.errors import InputRejected, Unavailable, system_reason

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""A fork takes one thread along, and a parse has no use for more."""
END_WITHIN_S = 5.0
SEND_WITHIN_S = 5
"""Who waits for an answer reads it at once."""
CAN_FORK = sys.platform == "linux"
"""macOS can fork, but its own libraries fail in such a process."""


class Started(Protocol):
    """A process that parses."""

    channel: Channel

    def kill(self) -> None:
        """End it at once, whatever it does."""

    def let_go(self) -> None:
        """Listen no more, whether or not it has ended: nobody waits for a server that is only starting."""

    def ended(self) -> tuple[int, float]:
        """How it ended: exit status (of a signal the number, negative) and processor time, -1 where not known."""

    def close(self) -> None:
        """Let go of it, when it has ended."""


class _Fork:
    """A call of a fork server."""

    def __init__(self, server: "_ForkServer", number: int, channel: Channel, end: int) -> None:
        self._server, self._number, self.channel, self._end = server, number, channel, end

    def kill(self) -> None:
        self._server.kill(self._number)

    def let_go(self) -> None:
        self.channel.shut()

    def ended(self) -> tuple[int, float]:
        ready, _, _ = select.select([self._end], [], [], END_WITHIN_S)
        if not ready:  # it has closed the conversation and goes on
            self.kill()
        report = os.read(self._end, 4096)
        if not report:  # the server is gone, and all its forks with it
            return 1, -1.0
        ended = json.loads(report)
        return int(ended["status"]), float(ended["cpu_s"])

    def close(self) -> None:
        self.channel.close()
        os.close(self._end)


class _ForkServer:
    """A server for one function, in this process's care. See ``apps.isolation.server``."""

    def __init__(self, place: str) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = start_module(
                "apps.isolation",
                place,
                settings=ONE_THREAD,
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    @property
    def alive(self) -> bool:
        """Whether it serves."""
        return self._process.poll() is None

    def call(self, place: str, given: dict[str, Any], folder: str, budget: Budget) -> _Fork:
        """Fork a process for a call.

        Raises:
            OSError: The server is gone.
            InputRejected: What is given is too long.
        """
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_WITHIN_S, 0))
        end, ended = os.pipe()
        with self._lock:
            number = next(self._numbers)
            call = {"number": number, "place": place, "given": given, "folder": folder, "budget": budget.as_dict()}
            try:
                socket.send_fds(self._control, [_one_line(call)], [theirs.fileno(), ended])
            except (OSError, InputRejected):
                os.close(end)
                ours.close()
                raise
            finally:
                theirs.close()
                os.close(ended)
        descriptor = ours.detach()
        return _Fork(self, number, Channel(descriptor, descriptor), end)

    def kill(self, number: int) -> None:
        """Kill the process of a call; nothing happens where it has ended."""
        with self._lock:
            try:
                self._control.send(json.dumps({"kill": number}).encode())
            except OSError:  # the server is gone, and all its forks with it
                return

    def end(self) -> None:
        """End the server with everything forked from it."""
        self._control.close()
        try:
            self._process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _one_line(call: dict[str, Any]) -> bytes:
    """A call as the server reads it, in one piece.

    Raises:
        InputRejected: It is longer than the server reads; cut off, it would end the server.
    """
    line = json.dumps(call).encode()
    if len(line) > MAX_LINE:
        raise InputRejected(
            "what is asked for is too long ({kib} KiB)",
            allowed="at most {most} KiB with the path",
            action="ask for less at a time",
            code="parse_call_too_long",
            values={"kib": round(len(line) / 1024), "most": MAX_LINE // 1024},
        )
    return line


class _Spawned:
    """A Python of its own for one call."""

    def __init__(self, place: str, given: dict[str, Any], folder: str, budget: Budget) -> None:
        call = {"place": place, "given": given, "folder": folder, "budget": budget.as_dict()}
        _one_line(call)
        self._process = start_module(
            "apps.isolation", "once", place, settings=ONE_THREAD, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.channel = Channel(os.dup(self._process.stdout.fileno()), os.dup(self._process.stdin.fileno()))
        self._process.stdin.close()
        self._process.stdout.close()
        self.channel.send(call)

    def kill(self) -> None:
        self._process.kill()

    def let_go(self) -> None:
        """Nothing is left to do: it was started, and so it was killed."""

    def ended(self) -> tuple[int, float]:
        try:
            return self._process.wait(END_WITHIN_S), -1.0
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(), -1.0

    def close(self) -> None:
        self._process.wait()
        self.channel.close()


_servers: dict[tuple[int, str], _ForkServer] = {}
_making = threading.Lock()


def start(place: str, given: dict[str, Any], folder: str, budget: Budget, *, fork: bool = CAN_FORK) -> Started:
    """Start a process that calls a function.

    Args:
        place: ``package.module:function``.
        given: Small JSON that it gets.
        folder: A folder of this call alone.
        budget: What it may use.
        fork: Whether from a server.

    Raises:
        Unavailable: The machine starts no process now.
        InputRejected: What is given is too long (code ``parse_call_too_long``).
    """
    try:
        if not fork:
            return _Spawned(place, given, folder, budget)
        try:
            return _server(place).call(place, given, folder, budget)
        except BrokenPipeError:  # it has died since; another one takes its place
            return _server(place).call(place, given, folder, budget)
    except OSError as error:
        raise Unavailable(
            "no process can be started to read it in ({why})",
            action="end other programs, or raise the limit of processes",
            code="no_process_for_parse",
            values={"why": system_reason(error)},
        ) from None


def _server(place: str) -> _ForkServer:
    with _making:
        key = (os.getpid(), place)
        server = _servers.get(key)
        if server is None or not server.alive:
            server = _servers[key] = _ForkServer(place)
        return server


@atexit.register
def end_servers() -> None:
    """End this process's servers; a later call starts them anew."""
    with _making:
        for key in [key for key in _servers if key[0] == os.getpid()]:
            _servers.pop(key).end()
