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
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.dashboard import MAX_QUICK_ENDS, address, keep_running, opening_page
from tests.conftest import of_other_things

REPOSITORY = Path(__file__).resolve().parents[2]
_RUN = (
    "import runpy, signal\n"
    "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored where the tests run in the background
    "runpy.run_module('apps.cli', run_name='__main__', alter_sys=True)\n"
)


def command(port: int) -> list[str]:
    """The command that serves the dashboard on a port, and that Ctrl-C ends."""
    return [sys.executable, "-P", "-c", _RUN, "ui", "--port", str(port)]


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


def printed_address(process: subprocess.Popen[bytes]) -> str:
    """The address that the dashboard prints."""
    assert process.stderr is not None
    while line := process.stderr.readline().decode():
        if found := re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line):
            return found[0]
    raise AssertionError("no address was printed")


@dataclass
class Dashboard:
    """A ``tandem ui`` that was started in a folder where somebody works on other things, and has settings of them.

    Attributes:
        process: Its process.
        port: Where it answers.
        token: From the address that it printed.
        folder: The current folder.
    """

    process: subprocess.Popen[bytes]
    port: int
    token: str
    folder: Path

    def server(self) -> int:
        """The process of its server."""
        (found,) = [each for each in children(self.process.pid) if "ui.server" in command_line(each)]
        return found


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    folder, port = of_other_things(tmp_path_factory.mktemp("elsewhere")), free_port()
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "config.toml").write_text(
        '[server]\nbaseUrlPath = "elsewhere"\nenableStaticServing = true\n[client]\nshowErrorDetails = "full"\n'
    )
    settings = {
        "TANDEM_DATA_DIR": str(folder / "data"),
        "TANDEM_UI_TOKEN": "known-to-others",
        "PYTHONPATH": str(REPOSITORY),
    }
    with subprocess.Popen(command(port), cwd=folder, env=os.environ | settings, stderr=subprocess.PIPE) as process:
        try:
            token = printed_address(process).partition("token=")[2]
            nobody_else_gets_it_until_it_answers(port)
            yield Dashboard(process, port, token, folder)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def nobody_else_gets_it_until_it_answers(port: int) -> None:
    """Wait for the server, and try as somebody else to get its port meanwhile."""
    until = time.monotonic() + 90
    while True:
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with pytest.raises(OSError, match="in use"):
                other.bind(("127.0.0.1", port))
        if answers(port):
            return
        assert time.monotonic() < until, "it does not answer"


def test_the_dashboard_starts_in_a_folder_with_modules_of_the_same_names(dashboard: Dashboard) -> None:
    assert not (dashboard.folder / "ran").exists()


def test_the_printed_address_opens_the_dashboard_and_settings_of_the_current_folder_are_not_obeyed(
    dashboard: Dashboard,
) -> None:
    port, token = dashboard.port, dashboard.token
    assert len(token) >= 40
    known = {"authorization": f"Bearer {token}"}
    assert status(port, "/health", **known) == 200
    assert status(port, "/_stcore/host-config", **known) == 200  # at the root, where our settings put it
    assert status(port, f"/health?token={token}") == 403  # without the cookie that came with the way there
    assert status(port, "/health?token=known-to-others") == 403
    assert status(port, "/_stcore/metrics", **known) == 404


@pytest.mark.skipif(sys.platform != "linux", reason="the server is found by /proc")
def test_a_server_that_is_gone_is_started_again_with_the_same_address_and_nobody_else_gets_its_port(
    dashboard: Dashboard,
) -> None:
    """Whoever listened there would be sent the token, which stays the same, by the browser."""
    gone = dashboard.server()
    assert dashboard.token not in command_line(gone)
    os.kill(gone, signal.SIGKILL)
    until = time.monotonic() + 10
    while answers(dashboard.port) and time.monotonic() < until:
        time.sleep(0.05)
    nobody_else_gets_it_until_it_answers(dashboard.port)
    assert dashboard.server() != gone
    assert status(dashboard.port, "/health", authorization=f"Bearer {dashboard.token}") == 200


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
