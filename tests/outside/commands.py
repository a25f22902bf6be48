"""The command line, as somebody outside runs it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def command(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``tandem`` with a data folder of its own."""
    with tempfile.TemporaryDirectory() as data:
        return subprocess.run(
            [sys.executable, "-m", "apps.cli", *map(str, words)],
            cwd=REPOSITORY,
            env={**os.environ, "TANDEM_DATA_DIR": data, "TANDEM_DATABASE_URL": ""},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
