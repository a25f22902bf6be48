"""Two dashboards that start at the same moment get two ports, before either listens."""

import socket

import pytest

from apps.dashboard import HANDED_OVER, TRIED_PORTS, free_port
from core_model.errors import Unavailable


def test_two_that_start_at_once_get_two_ports_and_each_goes_with_its_block() -> None:
    with free_port(28640) as first, free_port(28640) as second:
        assert first.number != second.number
    with free_port(28640) as again:
        assert again.number == first.number


def test_a_port_that_somebody_listens_on_is_passed_over() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        taken = listening.getsockname()[1]
        with free_port(taken) as other:
            assert other.number > taken


@pytest.mark.skipif(not HANDED_OVER, reason="sockets are not handed over here")
def test_nobody_else_can_listen_on_it_before_the_server_does() -> None:
    with free_port(28670) as port, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port.number))


def test_where_all_are_taken_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.dashboard.TRIED_PORTS", 0)
    assert TRIED_PORTS > 0
    with pytest.raises(Unavailable, match="the ports from 28700 on are taken"), free_port(28700):
        pass
