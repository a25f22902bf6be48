"""A backup that somebody has changed is refused before anything of it is in its place, at no cost."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apps.settings import load_settings
from apps.store import blobs
from apps.store.backups import backup, restore
from apps.store.store import Store
from core_model.errors import InputRejected

Change = Callable[[dict[str, Any]], object]
HASH = "0" * 64


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    with Store(load_settings(data_dir=folder / "data", database_url="")) as store:
        blobs.put(store, "reading-1", "facts", b"the facts")
        backup(store, folder / "backup")
    return folder / "backup"


def changed(good: Path, file: Path, manifest: Change = lambda _: None, **of_blobs: Any) -> Path:
    """The backup with another manifest, or with contents that are other kinds of members."""
    with tarfile.open(good) as archive, tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as made:
        for member in archive:
            held = archive.extractfile(member)
            assert held is not None
            data = held.read()
            if member.name == "manifest.json":
                told = json.loads(data)
                manifest(told)
                data = json.dumps(told).encode()
            about = tarfile.TarInfo(member.name)
            if member.name.startswith("blobs/"):
                for name, value in of_blobs.items():
                    setattr(about, name, value)
                data = data if about.isreg() else b""
            about.size = len(data)
            made.addfile(about, io.BytesIO(data))
    return file


def refused(file: Path, data_dir: Path) -> None:
    with pytest.raises(InputRejected) as said:
        restore(load_settings(data_dir=data_dir, database_url=""), file)
    assert said.value.code == "not_a_backup"
    assert [path for path in data_dir.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "manifest",
    [
        lambda told: told.update(store="../../elsewhere"),
        lambda told: told.update(store=7),
        lambda told: told.update(blobs=["../elsewhere"]),
        lambda told: told.update(blobs=7),
        lambda told: told.update(inbox=["name"]),
        lambda told: told.update(inbox={"name": "../elsewhere"}),
        lambda told: told.update(head={"count": "1", "hash": HASH}),
        lambda told: told.update(head={"count": 1, "hash": "1"}),
        lambda told: told.update(head={"count": 1, "hash": HASH, "more": 1}),
        lambda told: told.pop("head"),
        lambda told: told.update(database=None),
    ],
)
def test_a_manifest_of_another_form(good: Path, tmp_path: Path, manifest: Change) -> None:
    refused(changed(good, tmp_path / "backup", manifest), tmp_path / "data")


@pytest.mark.parametrize(
    "member",
    [
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"type": tarfile.LNKTYPE, "linkname": "database"},
        {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5},
        {"type": tarfile.DIRTYPE},
        {"type": tarfile.FIFOTYPE},
        {"name": "blobs/../../elsewhere"},
        {"name": "/elsewhere"},
    ],
    ids=lambda member: str(member.get("linkname", member.get("name", member.get("type")))),
)
def test_members_that_are_no_plain_files_or_not_promised(good: Path, tmp_path: Path, member: dict[str, Any]) -> None:
    refused(changed(good, tmp_path / "backup", **member), tmp_path / "data")


def test_a_member_with_holes_is_not_written_out(good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten kilobytes that say of themselves that they are three gigabytes."""
    holes = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1", "GNU.sparse.size": "3000000000"}
    file = tmp_path / "backup"
    with tarfile.open(good) as archive, tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as made:
        manifest = archive.next()
        assert manifest is not None
        made.addfile(manifest, archive.extractfile(manifest))
        about = tarfile.TarInfo("database")
        about.size, about.pax_headers = 1, holes
        made.addfile(about, io.BytesIO(b"x"))
    assert file.stat().st_size < 20_000
    monkeypatch.setattr("apps.store.disk.write", lambda _folder, _chunks: pytest.fail("it is written"))
    refused(file, tmp_path / "data")
