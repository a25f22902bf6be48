"""The dashboard's process: it answers on its port, and ends with whoever started it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from apps.dashboard import MAX_QUICK_ENDS, address, keep_running, opening_page
from tests.ui.dashboards import command

REPOSITORY = Path(__file__).resolve().parents[2]


def status(port: int, path: str = "/health", **headers: str) -> int:
    """What the server answers; 0 where it does not."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=2) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def answers(port: int) -> bool:
    """Whether the server runs: without the token it says no more than that there is none."""
    return status(port) == 403


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_answer(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 90
    while not answers(port):
        assert process.poll() is None
        assert time.monotonic() < until, "it does not answer"
        time.sleep(0.2)


def test_the_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    port = free_port()
    server = [sys.executable, "-m", "ui.server", "--port", str(port), "--with-parent"]
    environment = {**os.environ, "TANDEM_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(server, stdin=subprocess.PIPE, cwd=REPOSITORY, env=environment) as process:
        try:
            wait_for_answer(process, port)
            assert process.stdin is not None
            process.stdin.close()  # what a killed parent leaves behind
            process.wait(30)
        finally:
            process.kill()
    assert not answers(port)


def test_the_dashboard_starts_in_a_folder_with_modules_of_the_same_names(elsewhere: Path) -> None:
    port = free_port()
    with dashboard(elsewhere, port) as process:
        wait_for_answer(process, port)
    assert not (elsewhere / "ran").exists()


def printed_address(process: subprocess.Popen[bytes]) -> str:
    """The address that the dashboard prints."""
    assert process.stderr is not None
    while line := process.stderr.readline().decode():
        if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line):
            return found[0]
    raise AssertionError("no address was printed")


@contextmanager
def dashboard(folder: Path, port: int, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """``tandem ui`` in a folder."""
    environment = {**os.environ, "TANDEM_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(REPOSITORY), **settings}
    with subprocess.Popen(command(port), cwd=folder, env=environment, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def test_the_printed_address_opens_the_dashboard_and_settings_of_the_current_folder_are_not_obeyed(
    tmp_path: Path,
) -> None:
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text(
        '[server]\nbaseUrlPath = "elsewhere"\nenableStaticServing = true\n[client]\nshowErrorDetails = "full"\n'
    )
    port = free_port()
    with dashboard(tmp_path, port, TANDEM_UI_TOKEN="known-to-others") as process:
        address = printed_address(process)
        wait_for_answer(process, port)
        token = address.partition("token=")[2]
        assert len(token) >= 40
        known = {"authorization": f"Bearer {token}"}
        assert status(port, "/health", **known) == 200
        assert status(port, "/_stcore/host-config", **known) == 200  # at the root, where our settings put it
        assert status(port, f"/health?token={token}") == 403  # without the cookie that came with the way there
        assert status(port, "/health?token=known-to-others") == 403
        assert status(port, "/_stcore/metrics", **known) == 404


def test_a_server_that_is_gone_is_started_again_with_the_same_address(tmp_path: Path) -> None:
    port = free_port()
    with dashboard(tmp_path, port) as process:
        token = printed_address(process).partition("token=")[2]
        wait_for_answer(process, port)
        for _ in range(2):
            (server,) = [each for each in children(process.pid) if "ui.server" in command_line(each)]
            assert token not in command_line(server)
            os.kill(server, signal.SIGKILL)
            until = time.monotonic() + 10
            while answers(port) and time.monotonic() < until:
                time.sleep(0.05)
            wait_for_answer(process, port)
            assert status(port, "/health", authorization=f"Bearer {token}") == 200


@pytest.mark.skipif(sys.platform != "linux", reason="the server is found by /proc")
def test_nobody_else_gets_the_port_while_the_server_starts_or_is_started_again(tmp_path: Path) -> None:
    """Whoever listened there would be sent the token, which stays the same, by the browser."""
    port = free_port()

    def nobody_else_gets_it_until_it_answers() -> None:
        until = time.monotonic() + 90
        while time.monotonic() < until and not answers(port):
            with socket.socket() as other:
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with pytest.raises(OSError, match="in use"):
                    other.bind(("127.0.0.1", port))

    with dashboard(tmp_path, port) as process:
        printed_address(process)
        nobody_else_gets_it_until_it_answers()
        (server,) = [each for each in children(process.pid) if "ui.server" in command_line(each)]
        os.kill(server, signal.SIGKILL)
        nobody_else_gets_it_until_it_answers()
        assert answers(port)


def command_line(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_bytes().decode().replace("\0", " ")


def children(process: int) -> list[int]:
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text().split()]


def test_a_page_for_this_user_alone_leads_to_the_dashboard(tmp_path: Path) -> None:
    """What a browser is started with can be read by every user of the machine; the page cannot."""
    file = tmp_path / "tandem.ui-8501.html"
    file.write_text("of a dashboard that was killed")
    file.chmod(0o644)
    with opening_page(file, address(8501, "of-this-start")) as page:
        assert page == file
        assert file.stat().st_mode & 0o777 == 0o600
        assert "http://127.0.0.1:8501/?token=of-this-start" in file.read_text()
        assert "killed" not in file.read_text()
    assert not file.exists()
    with opening_page(tmp_path / "not there" / "page.html", "") as page:
        assert page is None


def test_a_server_that_ends_at_once_is_not_started_for_ever() -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"]))
        return started[-1]

    assert keep_running(start) == 7
    assert len(started) == MAX_QUICK_ENDS
