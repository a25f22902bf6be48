"""The folders of the store are open to their user alone, or to a group that the settings name."""

import os
import stat
from pathlib import Path

import pytest

from apps.settings import Settings, load_settings
from apps.store import blobs, privacy
from apps.store.disk import is_shared
from apps.store.store import Store
from core_model.errors import InputRejected, Unavailable
from tests.conftest import put_empty_database

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def settings_of(folder: Path, **given: object) -> Settings:
    return load_settings(data_dir=folder, database_url="", **given)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A data folder of ours that everybody can look into."""
    folder = tmp_path / "data"
    put_empty_database(folder)
    for name in ("blobs", "inbox", "demo", "scratch"):
        (folder / name).mkdir()
    folder.chmod(0o755)
    return folder


def test_a_new_data_folder_is_for_this_user_alone_with_all_that_is_made_for_it(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "data"
    with Store(settings_of(folder)) as store:
        blob = blobs.put(store, "job-1", "text", b"content")
    assert [mode(each) for each in (tmp_path / "a", tmp_path / "a" / "b", folder, folder / "blobs")] == [0o700] * 4
    assert mode(folder / "tandem.db") == 0o600
    assert mode(folder / "blobs" / blob[:2]) == 0o700
    assert mode(folder / "blobs" / blob[:2] / blob) == 0o600


@pytest.mark.parametrize("wide", [0o755, 0o750, 0o701, 0o777, 0o770])
def test_one_of_ours_that_is_wider_is_tightened_and_that_is_said(
    ours: Path, wide: int, capsys: pytest.CaptureFixture[str]
) -> None:
    ours.chmod(wide)
    Store(settings_of(ours)).close()
    assert mode(ours) == 0o700
    said = capsys.readouterr().err
    assert str(ours) in said.replace("\n", "")
    assert "open to you alone (chmod 700)" in said
    Store(settings_of(ours)).close()
    assert capsys.readouterr().err == ""


def test_a_blob_folder_elsewhere_is_tightened_too(ours: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "blobs"
    elsewhere.mkdir(mode=0o755)
    Store(settings_of(ours, blobs_dir=elsewhere)).close()
    assert mode(elsewhere) == 0o700


@pytest.mark.parametrize("name", ["letter.txt", "Desktop", "report.html"])
def test_a_folder_that_holds_other_things_too_is_not_changed_but_refused_with_the_command(
    ours: Path, name: str
) -> None:
    (ours / name).mkdir()
    with pytest.raises(Unavailable) as refused:
        Store(settings_of(ours))
    assert refused.value.code == "data_dir_open_to_others"
    assert f"run 'chmod 700 {ours}'" in str(refused.value)
    assert mode(ours) == 0o755
    ours.chmod(0o700)
    Store(settings_of(ours)).close()


def test_a_folder_of_somebody_else_and_one_for_everybodys_files_are_refused(
    ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours.chmod(0o1777)
    with pytest.raises(Unavailable, match="chmod 700"):
        Store(settings_of(ours))
    ours.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(Unavailable, match="chmod 700"):
        Store(settings_of(ours))


def test_a_folder_whose_permissions_cannot_be_changed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my data"
    put_empty_database(folder)
    folder.chmod(0o755)

    def refuse(path: Path, _: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(Unavailable) as refused:
        Store(settings_of(folder))
    assert f"chmod 700 '{folder}'" in str(refused.value)
    monkeypatch.setattr(Path, "chmod", lambda *_: None)  # as on a file system that keeps no permissions
    with pytest.raises(Unavailable, match="chmod 700"):
        Store(settings_of(folder))


def test_the_folders_group_has_access_where_the_settings_say_so(ours: Path) -> None:
    with Store(settings_of(ours)) as store:
        old = blobs.put(store, "job-1", "old", b"old")
    with Store(settings_of(ours, group_access=True)) as store:
        new = blobs.put(store, "job-1", "new", b"new")
    for folder in (ours, ours / "blobs", ours / "blobs" / old[:2], ours / "blobs" / new[:2]):
        assert mode(folder) == 0o2770
    for file in (ours / "tandem.db", *(ours / "blobs" / each[:2] / each for each in (old, new))):
        assert mode(file) == 0o660
    assert is_shared(ours)
    Store(settings_of(ours)).close()
    assert mode(ours) == 0o700


def test_a_new_folder_with_group_access_is_closed_to_all_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    Store(settings_of(folder, group_access=True)).close()
    assert mode(folder) == 0o2770
    assert mode(folder / "tandem.db") == 0o660


def test_the_switch_takes_true_or_false(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANDEM_GROUP_ACCESS", "true")
    assert load_settings().group_access
    monkeypatch.setenv("TANDEM_GROUP_ACCESS", "staff")
    with pytest.raises(InputRejected, match="TANDEM_GROUP_ACCESS cannot be used: a switch is true or false"):
        load_settings()


def test_the_names_that_count_as_ours_are_those_that_the_store_makes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Store(settings_of(folder)) as store:
        blobs.put(store, "job-1", "text", b"content")
    names = {path.name for path in (*folder.iterdir(), *(folder / "blobs").iterdir())}
    assert all(privacy._OURS.fullmatch(name) for name in names), names
