"""A zip archive, which is untrusted: its names are looked at only to refuse it, and real bytes are counted."""

import stat
import zipfile
from pathlib import Path
from typing import IO, BinaryIO, cast

from apps.medical.dicom.sources.files import ARCHIVE_ENDINGS, MAX_FILE_BYTES, Entry, FileSource
from apps.medical.dicom.sources.unpacking import Prefix
from core_model.errors import InputRejected

MAX_MEMBERS = 5_000
MAX_TOTAL_BYTES = 2 * 1024**3
MAX_RATIO = 200
RATIO_COUNTS_FROM = 32 * 1024**2
LOCAL_HEADER_BYTES = 30


class ZipSource(FileSource[zipfile.ZipInfo]):
    """A zip archive, looked through before anything of it is unpacked.

    Raises:
        InputRejected: Broken archive, names that lead out of it, links in it, encryption, or a size, a number of
            members or a rate of compression beyond the limits of this module.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, UnicodeDecodeError):
            raise InputRejected(
                "the zip archive is broken or incomplete", action="download or export it again", code="zip_damaged"
            ) from None
        try:
            self._look_through()
        except BaseException:
            self._zip.close()
            raise

    def _look_through(self) -> None:
        members = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(self._zip.infolist()) > MAX_MEMBERS:
            raise InputRejected(
                "the zip archive has {count} members",
                allowed="at most {most}",
                action="unpack it with a program that you trust and give the folder",
                code="zip_too_many_members",
                values={"count": len(self._zip.infolist()), "most": MAX_MEMBERS},
            )
        for info in self._zip.infolist():
            if _leads_out(info.orig_filename):
                raise InputRejected(
                    "a member of the zip archive has a name that leads out of the archive",
                    action="do not trust this archive; export the study again",
                    code="zip_path_traversal",
                )
            if stat.S_ISLNK(info.external_attr >> 16):
                raise InputRejected(
                    "the zip archive holds a symbolic link", action="pack the files themselves", code="zip_symlink"
                )
        end = 0
        for info in sorted(self._zip.infolist(), key=lambda info: info.header_offset):
            if info.header_offset < end:
                raise InputRejected(
                    "members of the zip archive lie over each other",
                    action="do not trust this archive; export the study again",
                    code="zip_overlaps",
                )
            end = info.header_offset + LOCAL_HEADER_BYTES + info.compress_size
        total = sum(info.file_size for info in members)
        packed = max(1, sum(info.compress_size for info in members))
        if total > MAX_TOTAL_BYTES or max((info.file_size for info in members), default=0) > MAX_FILE_BYTES:
            raise InputRejected(
                "the zip archive unpacks to {gib} GiB",
                allowed="at most 2 GiB, 1 GiB a file",
                action="unpack it with a program that you trust and give the folder",
                code="zip_too_large",
                values={"gib": f"{total / 1024**3:.1f}"},
            )
        if total > RATIO_COUNTS_FROM and total / packed > MAX_RATIO:
            raise InputRejected(
                "the zip archive unpacks to {times} times its size",
                allowed="at most {most} times",
                action="do not trust this archive; export the study again",
                code="zip_swells",
                values={"times": round(total / packed), "most": MAX_RATIO},
            )
        if any(info.flag_bits & 1 for info in members):
            raise InputRejected(
                "the zip archive is encrypted",
                action="unpack it with a program that you trust and give the folder",
                code="zip_encrypted",
            )
        members.sort(key=lambda info: info.filename)
        self.archives_inside = sum(info.filename.lower().endswith(ARCHIVE_ENDINGS) for info in members)
        self._entries = [Entry(info, info.file_size) for info in members]

    def close(self) -> None:
        self._zip.close()

    def name_of(self, number: int) -> str:
        return self._entries[number - 1].handle.filename

    def _open_whole(self, number: int) -> IO[bytes]:
        return self._zip.open(self._entries[number - 1].handle)

    def _open_raw(self, number: int) -> BinaryIO:
        prefix = Prefix(
            self._zip.open(self._entries[number - 1].handle),
            lambda seen: self._count(number, seen),
            lambda: self._refusing(number),
        )
        return cast("BinaryIO", prefix)

    def _count(self, number: int, seen: int) -> None:
        super()._count(number, seen)
        if sum(self._bytes_of.values()) > MAX_TOTAL_BYTES:
            raise InputRejected(
                "the zip archive unpacks to more than 2 GiB",
                allowed="at most 2 GiB",
                action="unpack it with a program that you trust and give the folder",
                code="zip_larger_than_stated",
            )


def _leads_out(name: str) -> bool:
    """Whether a member's name is absolute, has a drive, steps upwards, or hides something behind a NUL."""
    plain = name.replace("\\", "/")
    return plain.startswith("/") or "\0" in plain or (len(plain) > 1 and plain[1] == ":") or ".." in plain.split("/")
