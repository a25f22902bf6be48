"""Two dashboards that start at the same moment get two ports, before either listens."""

import socket
import sys

import pytest

from apps.dashboard import TRIED_PORTS, free_port
from core_model.errors import Unavailable


@pytest.mark.skipif(sys.platform != "linux", reason="a claim is a name that Linux alone has")
def test_two_that_start_at_once_get_two_ports_and_a_claim_ends_with_its_block() -> None:
    with free_port(28640) as first, free_port(28640) as second:
        assert first != second
    with free_port(28640) as again:
        assert again == first


def test_a_port_that_somebody_listens_on_is_passed_over() -> None:
    with socket.socket() as listening, free_port(28670) as free:
        listening.bind(("127.0.0.1", free))
        listening.listen()
        with free_port(free) as other:
            assert other > free


def test_where_all_are_taken_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.dashboard.TRIED_PORTS", 0)
    assert TRIED_PORTS > 0
    with pytest.raises(Unavailable, match="the ports from 28700 on are taken"), free_port(28700):
        pass
