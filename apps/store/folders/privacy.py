"""The folders of the store are for this user alone; for the folder's group too where ``TANDEM_GROUP_ACCESS`` says so.

They hold images and names of patients. A folder of ours that others can look into is tightened, and that is said. One
that belongs to somebody else, or holds other things too, is not ours to change: it is refused with the command to type.
"""

import os
import re
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from apps import console
from apps.settings import Settings
from apps.store.disk import ALONE, WITH_GROUP, data_dir_errors, file_mode, private_folder
from apps.store.engine import sqlite_file
from core_model.errors import Unavailable

_OURS = re.compile(r"tandem\..*|blobs|inbox|demo|scratch|[0-9a-f]{2}|\.store|\.(new|mark|restore|tandem-backup)-.*")
"""What the store itself puts into its folders."""


def keep_private(settings: Settings) -> None:
    """See to it that only those who may can look into the folders of the store.

    Raises:
        Unavailable: A folder cannot be made, or is open to others and not ours to change (code
            ``data_dir_open_to_others``).
    """
    folders = [settings.data_dir]
    if not _lies_below(settings.blobs, settings.data_dir):
        folders.append(settings.blobs)
    for folder in folders:
        with data_dir_errors():
            there = folder.exists()
        if not there:
            if settings.group_access:  # what is made in it follows it; without it, it is made when it is needed
                private_folder(folder, WITH_GROUP)
        elif os.name == "posix":  # elsewhere the user's own folders are closed by inheritance
            _keep(folder, settings.group_access)
    file = sqlite_file(settings.database_url)
    if file is not None and os.name == "posix" and not _lies_below(file, settings.data_dir):
        _keep_file(file, settings.group_access)


def _lies_below(path: Path, folder: Path) -> bool:
    """Whether it does, wherever links lead."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _keep_file(file: Path, group: bool) -> None:
    """See to it that a database at a place of its own, whose folder may be anybody's, is for those who may alone; what
    SQLite and the jobs keep beside it, too. One on storage that can only be read stays as it was put there."""
    beside = (file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm"), file.with_suffix(".jobs.db"))
    for each in (file, *beside):
        try:
            about, wanted = each.stat(), 0o660 if group else file_mode(file.parent)
            if about.st_uid != os.geteuid() or not stat.S_IMODE(about.st_mode) & 0o077 & ~wanted:
                continue
            each.chmod(wanted)
        except OSError:
            continue
        if each == file:
            console.say(f"{file} could be read by other users of this machine; it no longer can (chmod {wanted:o})")


def _keep(folder: Path, group: bool) -> None:
    with data_dir_errors():
        about = folder.stat()
    mode, wanted = stat.S_IMODE(about.st_mode), WITH_GROUP if group else ALONE
    right = mode & WITH_GROUP == WITH_GROUP if group else not mode & 0o070
    if right and not mode & 0o007:
        return
    if not _ours(folder, about):
        raise _refused(folder, wanted)
    try:
        folder.chmod(wanted)
        if group:
            _open_to_group(folder)
    except OSError:
        raise _refused(folder, wanted) from None
    if stat.S_IMODE(folder.stat().st_mode) & 0o077 & ~wanted:
        raise _refused(folder, wanted)  # a file system that keeps no permissions
    if group:
        console.say(f"{folder} is now open to its group, and to nobody else")
    else:
        console.say(f"{folder} could be read by other users of this machine; it is now open to you alone (chmod 700)")


def _ours(folder: Path, about: os.stat_result) -> bool:
    """Whether the folder is this user's, and holds nothing but what the store put there."""
    if about.st_uid != os.geteuid() or about.st_mode & stat.S_ISVTX:
        return False
    with data_dir_errors():
        return all(_OURS.fullmatch(name) for name in os.listdir(folder))


def _open_to_group(folder: Path) -> None:
    for path in _below(folder):
        about = path.lstat()
        if stat.S_ISLNK(about.st_mode) or about.st_uid != os.geteuid():
            continue
        path.chmod(WITH_GROUP if stat.S_ISDIR(about.st_mode) else stat.S_IMODE(about.st_mode) & 0o700 | 0o060)


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent) / name for name in (*folders, *files))


def _refused(folder: Path, wanted: int) -> Unavailable:
    # The one error that holds a path: it is raised where a store is opened, by no job, and the command needs it.
    return Unavailable(
        "other users of this machine can read the data folder",
        action="run 'chmod {mode} {folder}', or set {variable} to a folder of its own",
        code="data_dir_open_to_others",
        values={
            "mode": f"{wanted:o}",
            "folder": shlex.quote(str(folder)),
            "variable": "TANDEM_DATA_DIR or TANDEM_BLOBS_DIR",
        },
    )
