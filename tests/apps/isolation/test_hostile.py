"""Whatever the process that parses does, the one that waits goes on, and nothing of it lives on."""

import time
from pathlib import Path

import pytest

from apps.isolation import Budget, run_isolated, starting
from core_model.errors import Unavailable
from tests.apps.isolation.test_running import Stopped, ends, forked

BUDGET = Budget(cpu_s=20, wall_s=60, memory_mib=256)
pytestmark = [forked, pytest.mark.timeout(50)]


def call(name: str, folder: Path, given: dict | None = None, **more):
    place = f"tests.apps.isolation.hostile:{name}"
    with run_isolated(place, given or {}, budget=BUDGET, folder=folder, **more) as answered:
        return answered.value


@pytest.mark.parametrize("session", [False, True], ids=["in its session", "in a session of its own"])
def test_what_a_parse_starts_and_leaves_behind_ends_with_it(tmp_path, session):
    assert ends(call("leaves_another_behind", tmp_path, {"answers": True, "session": session}))


@pytest.mark.parametrize("session", [False, True], ids=["in its session", "in a session of its own"])
def test_it_ends_with_a_parse_that_is_cancelled(tmp_path, session):
    left: list[int] = []

    def tick(_done: float) -> None:
        if left:
            raise Stopped

    said = {"left": lambda process, _folder: left.append(process)}
    with pytest.raises(Stopped):
        call("leaves_another_behind", tmp_path, {"answers": False, "session": session}, tick=tick, said=said)
    assert ends(left[0])


def test_it_ends_with_the_process_that_forks(tmp_path):
    left: list[int] = []

    def say(process: int, _folder: Path) -> None:
        left.append(process)
        starting.end_servers()

    with pytest.raises(Unavailable, match="ended from outside"):
        call("leaves_another_behind", tmp_path, {"answers": False, "session": True}, said={"left": say})
    assert ends(left[0])


def test_a_process_that_ends_while_its_question_is_answered_is_called_so(tmp_path):
    with pytest.raises(Unavailable) as said:
        call("dies_while_it_waits", tmp_path, asked={"double": lambda value: (time.sleep(0.5), value)[1]})
    assert said.value.code == "parse_process_lost"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("asks_and_does_not_listen", {}),
        ("sends_what_is_too_deep", {}),
        ("sends_a_template_that_asks_for_more", {"template": "{a.__class__}"}),
        ("sends_a_template_that_asks_for_more", {"template": "{a:>999999999}"}),
        ("sends_a_template_that_asks_for_more", {"template": "{a!r}"}),
    ],
)
def test_what_is_no_conversation_ends_it(tmp_path, monkeypatch, name, given):
    monkeypatch.setattr(starting, "SEND_WITHIN_S", 1)
    monkeypatch.setattr(starting, "END_WITHIN_S", 1.0)
    with pytest.raises(Unavailable) as said:
        call(name, tmp_path, given, asked={"double": lambda value: value})
    assert said.value.code == "parse_process_lost"
