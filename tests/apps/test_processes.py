"""What we start runs our own modules, whatever stands in the folder where somebody works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from apps.jobs.supervisor import ensure_worker
from apps.processes import start_module
from apps.settings import Settings
from apps.store import workers
from apps.store.store import Store
from tests.apps.jobs.conftest import wait_for


def test_a_worker_starts_in_a_folder_with_modules_of_the_same_names(
    sqlite_settings: Settings, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(elsewhere)
    with Store(sqlite_settings) as store, ensure_worker(store) as supervisor:

        def alive() -> bool:
            supervisor.check()
            return bool(workers.live(store))

        wait_for(alive)
        assert supervisor.started_here
    assert not (elsewhere / "ran").exists()


def test_a_started_module_finds_what_this_process_finds_and_gets_its_settings(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(elsewhere)
    (elsewhere / "far").mkdir()
    (elsewhere / "far" / "told.py").write_text("import apps.store.ids, os, sys; print(os.environ['WORD'], sys.argv[1])")
    monkeypatch.syspath_prepend(str(elsewhere / "far"))
    process = start_module("told", "argument", settings={"WORD": "setting"}, stdout=subprocess.PIPE)
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, b"setting argument\n")
    assert not (elsewhere / "ran").exists()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, "PASSIVE 4000"),
        ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE None"),
        ({"GOMP_SPINCOUNT": "7"}, "PASSIVE 7"),
    ],
)
def test_threads_soon_wait_asleep_unless_the_environment_says_otherwise(given: dict[str, str], found: str) -> None:
    known = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")
    environment = {name: value for name, value in os.environ.items() if name not in known} | given
    code = f"import apps, os; print(*map(os.environ.get, {known}))"
    ran = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == found
