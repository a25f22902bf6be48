"""The dashboard's process: it answers on its port, and ends with whoever started it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
            return answer.read() == b"ok"
    except OSError:
        return False


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
    command = [sys.executable, "-m", "ui.server", "--port", str(port), "--with-parent"]
    environment = {**os.environ, "TANDEM_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=REPOSITORY, env=environment) as process:
        try:
            wait_for_answer(process, port)
            assert process.stdin is not None
            process.stdin.close()  # what a killed parent leaves behind
            process.wait(30)
        finally:
            process.kill()
    assert not answers(port)


def test_the_dashboard_starts_in_a_folder_with_modules_of_the_same_names(elsewhere: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-P", "-m", "apps.cli", "ui", "--port", str(port)]
    environment = {**os.environ, "TANDEM_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(command, cwd=elsewhere, env=environment) as process:
        try:
            wait_for_answer(process, port)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    assert not (elsewhere / "ran").exists()
