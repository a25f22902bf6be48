"""The dashboard's process: it answers on its port, and ends with whoever started it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as answer:
            return answer.read() == b"ok"
    except OSError:
        return False


@pytest.mark.slow
def test_the_server_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "ui.server", "--port", str(port), "--with-parent"]
    environment = {**os.environ, "TANDEM_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=REPOSITORY, env=environment) as process:
        try:
            until = time.monotonic() + 90
            while not answers(port):
                assert process.poll() is None
                assert time.monotonic() < until, "it does not answer"
                time.sleep(0.2)
            assert process.stdin is not None
            process.stdin.close()  # what a killed parent leaves behind
            process.wait(30)
        finally:
            process.kill()
    assert not answers(port)
