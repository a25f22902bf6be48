"""The folders of the store are open to their user alone, or to a group that the settings name."""

import os
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest

from apps.demo.report import make_example_report
from apps.medical.nodules.findings import NoduleResult
from apps.settings import Settings, load_settings
from apps.store import blobs, inputs
from apps.store.backups import backup, restore
from apps.store.disk import file_mode, is_shared, make_private
from apps.store.folders import privacy
from apps.store.store import Store
from core_model.errors import InputRejected, Unavailable
from tests.apps.medical.dicom.making import make_series
from tests.apps.reading import reader
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


def test_a_database_at_a_place_of_its_own_is_closed_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its folder may hold anything, and stays as it is."""
    folder = tmp_path / "databases"
    folder.mkdir()
    folder.chmod(0o755)
    file = folder / "patients.db"
    settings = load_settings(data_dir=tmp_path / "data", database_url=f"sqlite:///{file}")
    Store(settings).close()
    assert mode(file) == 0o600
    capsys.readouterr()
    files = (file, folder / "patients.jobs.db")
    for each in files:
        each.touch()
        each.chmod(0o644)
    Store(settings).close()
    assert [mode(each) for each in files] == [0o600, 0o600]
    assert mode(folder) == 0o755
    assert "patients.db could be read by other users of this machine" in capsys.readouterr().err
    Store(settings).close()
    assert capsys.readouterr().err == ""
    file.chmod(0o666)
    Store(load_settings(data_dir=tmp_path / "data", database_url=f"sqlite:///{file}", group_access=True)).close()
    assert mode(file) == 0o660


def test_a_blob_folder_that_is_a_link_to_another_place_is_looked_at_there(tmp_path: Path) -> None:
    elsewhere = tmp_path / "disk" / "blobs"
    elsewhere.mkdir(parents=True)
    elsewhere.chmod(0o755)
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "blobs").symlink_to(elsewhere)
    Store(settings_of(folder)).close()
    assert mode(elsewhere) == 0o700
    elsewhere.chmod(0o755)
    (elsewhere / "letter.txt").touch()
    with pytest.raises(Unavailable) as refused:
        Store(settings_of(folder))
    assert refused.value.code == "data_dir_open_to_others"


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


@pytest.mark.parametrize("group", [False, True], ids=["alone", "group"])
def test_all_that_use_leaves_in_the_folders_counts_as_ours_and_is_for_whom_it_should_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: bool
) -> None:
    """A report and a scan read, an upload, a backup, a store made of it, a demo's folder, a try of an upgrade."""
    from apps.demo import run as demo

    monkeypatch.setattr("apps.medical.nodules.findings.find_nodules", lambda *_, **__: NoduleResult([], []))
    generous, folder, place = os.umask(0o022), tmp_path / "data", tmp_path / "restored"
    make_example_report(tmp_path / "report.html", 1)
    scan = make_series().write(tmp_path / "ct")
    try:
        with reader(folder, settings_of(folder, group_access=group)) as reads:
            upload = inputs.inbox(reads.store) / "0a1b.htm"
            make_private(upload.parent)
            upload.touch(mode=0o600)
            upload.chmod(file_mode(upload.parent))
            inputs.add(reads.store, upload)
            assert [reads.report(tmp_path / "report.html").state, reads.study(scan).state] == ["done", "done"]
            while_it_is_used = {path.name for path in folder.iterdir()}
            seen = watch_names(monkeypatch, folder)
            backup(reads.store, folder / "tandem.backup")
        monkeypatch.setattr(demo, "make_input", lambda *_: (_ for _ in ()).throw(InterruptedError))
        monkeypatch.setattr("apps.settings.load_settings", lambda: settings_of(folder, group_access=group))
        with pytest.raises(InterruptedError):
            demo.run_demo(3)
        restore(settings_of(place, group_access=group), folder / "tandem.backup")
        Store(settings_of(place, group_access=group)).close()
    finally:
        os.umask(generous)
    made = [folder, *folder.rglob("*"), place, *place.rglob("*")]
    names = {path.name for path in made if path.parent in (folder, folder / "blobs", place, place / "blobs")}
    assert {"tandem.db", "tandem.jobs.db", "blobs", "inbox", "scratch", "demo", ".store"} <= names
    assert seen
    assert [each for each in names | while_it_is_used | seen if not privacy._OURS.fullmatch(each)] == []
    of_the_user = {folder / "tandem.backup"}
    wanted = {(True, 0o2770), (False, 0o660)} if group else {(True, 0o700), (False, 0o600)}
    found = {
        (path.is_dir(), mode(path)): path for path in made if path not in of_the_user and path.parent.name != ".store"
    }
    assert {each: path for each, path in found.items() if each not in wanted} == {}


def watch_names(monkeypatch: pytest.MonkeyPatch, folder: Path) -> set[str]:
    """Names of the temporary folders that are made in a folder from now on."""
    made: set[str] = set()
    real = tempfile.mkdtemp

    def make(*given: Any, **named: Any) -> str:
        path = Path(real(*given, **named))
        if path.parent == folder:
            made.add(path.name)
        return str(path)

    monkeypatch.setattr(tempfile, "mkdtemp", make)
    return made
