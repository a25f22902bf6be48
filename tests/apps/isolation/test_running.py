"""A function in a process of its own: its answer, its errors, its budget, and its end in any case."""

import os
import threading
import time
from pathlib import Path

import pytest

from apps.isolation import Budget, run_isolated, starting, sweep
from apps.isolation.starting import CAN_FORK
from apps.messages import refused
from core_model.errors import InputRejected, TandemError, Unavailable
from tests.thinned import first_of

BUDGET = Budget(cpu_s=20, wall_s=60, memory_mib=256)
both_ways = pytest.mark.parametrize("fork", [True, False] if CAN_FORK else [False])
forked = pytest.mark.skipif(not CAN_FORK, reason="the system holds no process to memory here")


class Stopped(BaseException):
    pass


def call(name: str, folder: Path, given: dict | None = None, budget: Budget = BUDGET, **more):
    place = f"tests.apps.isolation.parses:{name}"
    with run_isolated(place, given or {}, budget=budget, folder=folder, **more) as answered:
        return answered.value


def ends(process: int) -> bool:
    """Whether a process is gone within some seconds, and has been waited for."""
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@both_ways
def test_a_function_answers_from_another_process_with_files(tmp_path, fork):
    place = "tests.apps.isolation.parses:twice"
    with run_isolated(place, {"text": "ab"}, budget=BUDGET, folder=tmp_path, fork=fork) as answered:
        assert answered.value["process"] != os.getpid()
        assert Path(answered.value["folder"]) == answered.folder
        assert answered.file("file").read_text() == "abab"
        with pytest.raises(Unavailable, match="ended from outside"):
            answered.file("other")
    assert not list(tmp_path.iterdir())
    assert ends(answered.value["process"])


@both_ways
def test_a_call_longer_than_the_server_reads_is_refused_and_the_server_lives_on(tmp_path, fork):
    before = call("twice", tmp_path, {"text": ""}, fork=fork)
    with pytest.raises(InputRejected) as told:
        call("twice", tmp_path, {"text": "a" * 70_000}, fork=fork)
    assert told.value.code == "parse_call_too_long"
    after = call("twice", tmp_path, {"text": ""}, fork=fork)
    if fork:
        assert before["warmed_by"] == after["warmed_by"], "the same server"


@forked
def test_what_every_call_needs_is_prepared_once(tmp_path):
    answers = [call("twice", tmp_path, {"text": ""}) for _ in range(3)]
    assert len({answer["process"] for answer in answers}) == 3
    assert len({tuple(answer["warmed_by"]) for answer in answers}) == 1


@both_ways
def test_progress_and_questions_cross(tmp_path, fork):
    ticks, said = [], []
    answer = call(
        "slowly",
        tmp_path,
        tick=ticks.append,
        said={"half": lambda value, folder: said.append((value, folder.parent))},
        asked={"double": lambda text: text * 2},
        fork=fork,
    )
    assert answer == "abab"
    assert said == [({"of": 4}, tmp_path)]
    assert ticks == sorted(ticks)
    assert {0.25, 0.5, 0.75} <= set(ticks)


@both_ways
def test_an_error_arrives_with_its_words_and_values(tmp_path, fork):
    with pytest.raises(InputRejected) as error:
        call("refused", tmp_path, fork=fork)
    assert str(error.value) == "file 17 of 133: this is a test of 2 kinds (allowed: one); give another."
    assert error.value.refusal.values["kind"] == {"code": "a_phrase", "values": {"what": "test"}}


def test_a_defect_arrives_without_its_text(tmp_path):
    with pytest.raises(Unavailable) as error:
        call("defective", tmp_path)
    assert error.value.code == "parse_defect"
    assert error.value.values["kind"] == "KeyError"
    assert "PATIENT" not in str(error.value)


@forked
@pytest.mark.parametrize("name", first_of("endless_pattern", "endless"))
def test_what_takes_too_much_time_is_stopped_and_named(tmp_path, name):
    with pytest.raises(InputRejected) as error:
        call(name, tmp_path, budget=Budget(cpu_s=1, wall_s=60, memory_mib=256))
    assert error.value.code == "parse_too_long"
    assert "more than 1 s of processor time" in refused(error.value.refusal)
    assert "1 秒" in refused(error.value.refusal, "zh")


@both_ways
def test_what_never_answers_is_stopped(tmp_path, fork):
    with pytest.raises(InputRejected) as error:
        call("sleeping", tmp_path, budget=Budget(cpu_s=1, wall_s=0.5, memory_mib=256), fork=fork)
    assert error.value.code == "parse_no_answer"


@forked
def test_what_takes_too_much_memory_is_stopped_and_named(tmp_path):
    with pytest.raises(InputRejected) as error:
        call("greedy", tmp_path)
    assert error.value.code == "parse_too_much_memory"
    assert "256 MiB" in refused(error.value.refusal)


@forked
def test_what_writes_too_much_is_stopped(tmp_path):
    with pytest.raises(Unavailable) as error:
        call("large_file", tmp_path, budget=Budget(cpu_s=9, wall_s=60, memory_mib=256, files_mib=8))
    assert error.value.code == "parse_folder_unusable"
    assert not list(tmp_path.iterdir())


@both_ways
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("crashing", "parse_crashed"),
        ("killed", "parse_process_lost"),
        ("leaving", "parse_process_lost"),
        ("babbling", "parse_process_lost"),
    ],
)
def test_a_process_that_ends_without_an_answer_is_told_apart(tmp_path, monkeypatch, name, code, fork):
    if name == "babbling":  # it does not end by itself
        monkeypatch.setattr(starting, "END_WITHIN_S", 1.0)
    with pytest.raises(TandemError) as error:
        call(name, tmp_path, fork=fork)
    assert error.value.code == code
    assert call("twice", tmp_path, {"text": ""}, fork=fork)


def test_a_link_is_no_file_of_the_call(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    place = "tests.apps.isolation.parses:linking"
    with (
        run_isolated(place, {"path": str(secret)}, budget=BUDGET, folder=tmp_path / "calls") as answered,
        pytest.raises(Unavailable),
    ):
        answered.file("file")
    assert secret.read_text() == "x"


@both_ways
def test_whoever_waits_can_stop_it_whatever_it_does(tmp_path, fork):
    began = time.monotonic()

    def tick(_done: float) -> None:
        if time.monotonic() - began > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        call("endless_pattern", tmp_path, tick=tick, fork=fork)
    assert not list(tmp_path.iterdir())


@forked
def test_whoever_stops_it_does_not_wait_until_the_parser_is_imported(tmp_path):
    began = time.monotonic()

    def tick(_done: float) -> None:
        if time.monotonic() - began > 0.5:
            raise Stopped

    place = "tests.apps.isolation.slow_to_import:parse"
    with pytest.raises(Stopped), run_isolated(place, {}, budget=BUDGET, folder=tmp_path, tick=tick):
        pass
    assert time.monotonic() - began < 4
    assert not list(tmp_path.iterdir())


def test_calls_run_beside_each_other(tmp_path):
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(call("twice", tmp_path, {"text": "a"}))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer["process"] for answer in answers}) == 8


def test_what_a_stopped_machine_left_is_removed_after_hours(tmp_path):
    old, new = tmp_path / "parse-old", tmp_path / "parse-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "volume").write_text("x")
    os.utime(old, (time.time() - 1e6,) * 2)
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["parse-new"]
