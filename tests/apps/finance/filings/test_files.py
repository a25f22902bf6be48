"""What is no plain file, or larger than a report can be, is refused in a sentence, at once."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.finance.filings import read_facts
from apps.finance.filings.files import MAX_BYTES, bytes_of
from apps.finance.jobs import submit
from apps.settings import Settings
from apps.store import inputs, jobs
from apps.store.store import Store
from core_model.errors import InputRejected, NotFound

posix = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")


def refused(path: Path) -> InputRejected:
    with pytest.raises(InputRejected) as caught:
        bytes_of(path)
    return caught.value


def test_a_plain_file_and_a_link_to_it_give_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_bytes(b"<html/>")
    (tmp_path / "link.html").symlink_to(tmp_path / "report.html")
    assert bytes_of(tmp_path / "report.html") == bytes_of(tmp_path / "link.html") == b"<html/>"


@posix
@pytest.mark.timeout(20)
def test_a_pipe_a_device_and_a_socket_are_refused_without_waiting_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "JANE_DOE.html")
    refusal = refused(tmp_path / "JANE_DOE.html")
    assert str(refusal) == (
        "it is a pipe (allowed: one report, a plain file of at most 128 MiB); give the report's file."
    )
    assert refusal.code == "no_plain_file"
    assert "it is a device" in str(refused(Path("/dev/zero")))
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "s"))
        assert "(No such device or address)" in str(refused(tmp_path / "s"))


def test_a_folder_and_nothing_are_told_apart(tmp_path: Path) -> None:
    assert "a folder was given" in str(refused(tmp_path))
    for path in (tmp_path / "none.html", tmp_path / "none" / "report.html"):
        with pytest.raises(NotFound, match="there is no such file"):
            bytes_of(path)


def test_a_file_larger_than_a_report_can_be_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "large.html").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    refusal = refused(tmp_path / "large.html")
    assert refusal.code == "report_too_large"
    assert "the file is too large to be a report (allowed: one report, a plain file of at most 128 MiB)" in str(refusal)


@posix
@pytest.mark.timeout(20)
def test_neither_the_reader_nor_a_job_opens_a_pipe(sqlite_settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    os.mkfifo(path)
    with pytest.raises(InputRejected, match="it is a pipe"):
        read_facts(path)
    with Store(sqlite_settings) as store:
        with pytest.raises(InputRejected, match="it is a pipe"):
            submit(store, path)
        assert jobs.listing(store) == []
        from apps.finance.jobs import _read

        class Step:
            """A step whose input was a report when it was given, and is a pipe now."""

            input_id = inputs.add(store, path)

            def between(self, _start: float, _end: float) -> Callable[[float], None]:
                return lambda _done: None

        Step.store = store  # type: ignore[attr-defined]
        with pytest.raises(InputRejected, match="it is a pipe"):
            _read(Step())  # type: ignore[arg-type]
