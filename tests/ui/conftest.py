"""A store of its own for each test of the screens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.store.store import Store
from tests.conftest import put_empty_database
from ui import library


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store that the screens open too."""
    monkeypatch.setenv("TANDEM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    put_empty_database(tmp_path / "data")
    opened = library.store()
    yield opened
    library.close()
