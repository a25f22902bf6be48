"""What is missing leaves tests out, on a stranger's CI too, and fails them where the run requires it."""

import importlib.util
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import needs

CI_RUN = Path(__file__).resolve().parents[1] / ".ci" / "run"
NEEDS: dict[str, Callable[[], object]] = {
    "shared_data": needs.shared_data,
    "browser": needs.chromium,
    "oracles": lambda: needs.oracle("arelle"),
    "programs": lambda: needs.program("strace"),
    "postgres": needs.postgres,
}


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CI that has nothing of all this, and requires nothing."""
    monkeypatch.setenv("CI", "true")
    monkeypatch.delenv("TANDEM_REQUIRE", raising=False)
    monkeypatch.delenv("TANDEM_CHROMIUM", raising=False)
    monkeypatch.setenv("TANDEM_SHARED_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def outcome(ask: Callable[[], object]) -> str:
    """What becomes of a test that asks for this."""
    try:
        ask()
    except pytest.skip.Exception:
        return "left out"
    except pytest.fail.Exception:
        return "failed"
    return "run"


def test_there_is_one_need_of_each_kind() -> None:
    assert set(NEEDS) == set(needs.KINDS)


@pytest.mark.parametrize("kind", NEEDS)
def test_what_is_missing_leaves_a_test_out_on_any_ci_with_the_reason(kind: str) -> None:
    with pytest.raises(pytest.skip.Exception, match=rf"^{kind}: "):
        NEEDS[kind]()


@pytest.mark.parametrize("required", ["all", *needs.KINDS, "programs, postgres", ""])
def test_what_a_run_requires_fails_where_it_is_missing_and_nothing_else(
    required: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANDEM_REQUIRE", required)
    named = needs.KINDS if required == "all" else tuple(part.strip() for part in required.split(","))
    expected = {kind: "failed" if kind in named else "left out" for kind in NEEDS}
    assert {kind: outcome(ask) for kind, ask in NEEDS.items()} == expected


def test_a_kind_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_REQUIRE", "browser,data")
    with pytest.raises(ValueError, match="TANDEM_REQUIRE names data"):
        needs.required()


@pytest.mark.parametrize(("given", "found"), [(None, "all"), ("programs,postgres", "programs,postgres"), ("", "")])
def test_our_ci_requires_everything_unless_it_is_told_otherwise(given: str | None, found: str) -> None:
    (exported,) = [line for line in CI_RUN.read_text(encoding="utf8").splitlines() if line.startswith("export ")]
    environment = {} if given is None else {"TANDEM_REQUIRE": given}
    script = f'{exported}\nprintf %s "$TANDEM_REQUIRE"'
    ran = subprocess.run(["/bin/bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout == found
