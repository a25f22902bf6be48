"""Files on disk: whole or not there at all, for this user alone, and what the disk says when it cannot keep them."""

import errno
import hashlib
import math
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core_model.errors import TandemError, Unavailable, system_reason

CHUNK = 1 << 20
ALONE = 0o700
"""Mode of a folder for this user alone."""
WITH_GROUP = 0o2770
"""Mode of a folder that is shared with its group, to which all that is made in it belongs too."""


class FileChunks(Iterable[bytes]):
    """The content of a file in pieces, as often as asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


def digest(chunks: Iterable[Any]) -> str:
    """SHA-256 of the chunks one after the other, in hex."""
    hashed = hashlib.sha256()
    for chunk in chunks:
        hashed.update(chunk)
    return hashed.hexdigest()


def modified_at(path: Path) -> float:
    """When a file was last written to, in seconds since 1970; infinite where it is gone."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return math.inf


def write(folder: Path, chunks: Iterable[Any]) -> Path:
    """A file in the folder, on the disk, that has no name of its own yet."""
    make_private(folder)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.chmod(temporary, file_mode(folder))
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return Path(temporary)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    if os.name != "posix":
        return  # Windows keeps a rename by itself and cannot open folders
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_names(path: Path) -> None:
    """Bring the names of a file and of its folder to the disk."""
    sync_folder(path.parent)
    sync_folder(path.parent.parent)


def blob_file(folder: Path, sha256: str) -> Path:
    """Where a content lies in a folder of blobs."""
    assert re.fullmatch("[0-9a-f]{64}", sha256), "blobs are named by their SHA-256"
    return folder / sha256[:2] / sha256


def private_folder(folder: Path, mode: int | None = None) -> None:
    """As ``make_private``, in our words.

    Raises:
        Unavailable: It cannot be made (code ``data_dir_unusable``).
    """
    with data_dir_errors():
        make_private(folder, mode)


def make_private(folder: Path, mode: int | None = None) -> None:
    """Make a folder, and those above it that are missing, that only this user can look into; one that is there stays as
    it is.

    Args:
        folder: Where.
        mode: ``ALONE`` or ``WITH_GROUP``; that of the folder above where that is shared with its group, else ``ALONE``.

    Raises:
        OSError: It cannot be made.
    """
    if folder.is_dir():
        return
    if not folder.parent.exists():
        make_private(folder.parent, mode)
    wanted = mode or (WITH_GROUP if is_shared(folder.parent) else ALONE)
    folder.mkdir(exist_ok=True, mode=ALONE)
    if wanted != ALONE:
        folder.chmod(wanted)


def is_shared(folder: Path) -> bool:
    """Whether the folder is shared with its group, and with nobody else."""
    return os.name == "posix" and stat.S_IMODE(folder.stat().st_mode) & (WITH_GROUP | 0o007) == WITH_GROUP


def file_mode(folder: Path) -> int:
    """The mode of a new file in a folder: for whom the folder is."""
    return 0o660 if is_shared(folder) else 0o600


def private_file(file: Path) -> None:
    """Make an empty file for those who can look into its folder, which is made too; one that is there stays as it is.

    Raises:
        Unavailable: It cannot be made (code ``data_dir_unusable``).
    """
    private_folder(file.parent)
    with data_dir_errors():
        if not file.exists():
            file.touch(mode=0o600)
            file.chmod(file_mode(file.parent))


@contextmanager
def data_dir_errors() -> Iterator[None]:
    """Raise what the disk says of the data folder as ``Unavailable``, without the path that it names."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "the data folder cannot be used ({why})",
            action="set TANDEM_DATA_DIR to a folder that can be written",
            code="data_dir_unusable",
            values={"why": system_reason(error)},
        ) from None


@contextmanager
def blob_errors() -> Iterator[None]:
    """Raise what the disk says of the blob folder as ``Unavailable``; our own errors pass unchanged."""
    try:
        yield
    except TandemError:
        raise  # one of them is a PermissionError too
    except OSError as error:
        raise _blob_error(error) from None


def _blob_error(error: OSError) -> Unavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Unavailable(
            "the disk is full, nothing was stored", action="free some space and try again", code="disk_full"
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return Unavailable(
            "the blob folder cannot be used ({why})",
            action="make it readable and writable, or set TANDEM_BLOBS_DIR",
            code="blobs_read_only",
            values={"why": system_reason(error)},
        )
    return Unavailable(
        "the blob folder cannot be used ({why})",
        action="check the disk",
        code="blobs_unusable",
        values={"why": system_reason(error)},
    )
