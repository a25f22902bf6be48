"""Files of one input, by number: what is asked of a folder and of an archive alike, and what is said where it fails."""

import contextlib
import hashlib
import lzma
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Generic, TypeVar

from core_model.errors import InputRejected, Place, TandemError, Unavailable, numbered_file

MAX_FILE_BYTES = 1024**3
MAX_NAMED_BYTES = 64 * 1024**2
"""Of a file that is named by its hash in a sentence: a larger one is named by its number alone."""

ARCHIVE_ENDINGS = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".iso")
NO_IMAGE_ENDINGS = (
    ".txt", ".md", ".pdf", ".htm", ".html", ".xml", ".json", ".csv", ".log", ".ini", ".inf", ".exe", ".dll", ".jpg",
    ".jpeg", ".png", ".gif", ".ico", ".css", ".js", ".db", ".ds_store", *ARCHIVE_ENDINGS,
)  # fmt: skip

Handle = TypeVar("Handle", Path, zipfile.ZipInfo)


@dataclass(frozen=True)
class Entry(Generic[Handle]):
    """A file: how it is reached, and its size in bytes."""

    handle: Handle
    size: int


class FileSource(ABC, Generic[Handle]):
    """Numbered files of one input. Use as a context manager; files count from 1."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[Entry[Handle]] = []
        self.links_skipped = 0
        self.folders_forbidden = 0
        self.archives_inside = 0
        self._bytes_of: dict[int, int] = {}

    def __enter__(self) -> "FileSource":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:  # noqa: B027  # a folder has nothing to let go of
        """Let go of open files."""

    def __len__(self) -> int:
        return len(self._entries)

    def place_of(self, number: int) -> Place:
        """How stored texts name a file: its number and the beginning of its hash, where it can be read whole."""
        values: dict[str, int | str] = {"number": number, "count": len(self)}
        if self.size_of(number) > MAX_NAMED_BYTES:
            return self._numbered(number)
        try:
            values["sha256"] = self.hash_of(number)[:12]
        except TandemError:
            return self._numbered(number)
        return Place("file_of_with_hash", "file {number} of {count} (sha256 {sha256})", values)

    def place_of_two(self, number: int, other: int) -> Place:
        """How stored texts name two files; the first alone where it cannot be read whole."""
        first = self.place_of(number)
        if "sha256" not in first.values:
            return first
        values = {**first.values, "other": other}
        return Place("two_files_of", "file {number} of {count} (sha256 {sha256}) and file {other}", values)

    def _numbered(self, number: int) -> Place:
        return numbered_file(number, len(self))

    @abstractmethod
    def name_of(self, number: int) -> str:
        """The file's own name: personal, for the person who gave the path alone, never stored."""

    def is_named_otherwise(self, number: int) -> bool:
        """Whether its name is one that no DICOM image has."""
        return self.name_of(number).lower().endswith(NO_IMAGE_ENDINGS)

    def size_of(self, number: int) -> int:
        """Size in bytes, as the folder or the archive states it."""
        return self._entries[number - 1].size

    @contextlib.contextmanager
    def open(self, number: int) -> Iterator[BinaryIO]:
        """A seekable stream of a file that reads no more than is asked for.

        Raises:
            InputRejected: Its archive is damaged there, or packed or encrypted in a way that is not read.
            Unavailable: The system does not let it be opened.
        """
        with self._refusing(number):
            raw = self._open_raw(number)
        with raw:
            yield raw

    def read(self, number: int) -> bytes:
        """All bytes of a file.

        Raises:
            InputRejected: It is larger than 1 GiB, or as ``open``.
            Unavailable: The system does not let it be read.
        """
        if self.size_of(number) > MAX_FILE_BYTES:
            raise InputRejected(
                "it is larger than 1 GiB",
                action="leave it out",
                source=self._numbered(number),
                code="study_file_too_large",
            )
        with self._refusing(number), self._open_whole(number) as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
        self._count(number, len(data))
        return data

    def hash_of(self, number: int) -> str:
        """SHA-256 of a file, in hex.

        Raises:
            InputRejected: As ``read``.
            Unavailable: As ``read``.
        """
        return hashlib.sha256(self.read(number)).hexdigest()

    @abstractmethod
    def _open_raw(self, number: int) -> BinaryIO:
        """The raw stream of a file; ``open`` turns its failures into refusals."""

    def _open_whole(self, number: int) -> IO[bytes]:
        """The stream of a file that is read from its beginning to its end."""
        return self._open_raw(number)

    def _count(self, number: int, seen: int) -> None:
        """Real bytes per file, summed; a file that is read twice counts once."""
        self._bytes_of[number] = max(seen, self._bytes_of.get(number, 0))

    @contextlib.contextmanager
    def _refusing(self, number: int) -> Iterator[None]:
        try:
            yield
        except TandemError:
            raise
        except zipfile.BadZipFile:
            raise InputRejected(
                "it is damaged inside the zip archive (its checksum is wrong)",
                action="export the study again",
                source=self._numbered(number),
                code="zip_member_damaged",
            ) from None
        except (zlib.error, lzma.LZMAError, EOFError):
            raise self._not_unpacked(number) from None
        except (NotImplementedError, RuntimeError):
            raise InputRejected(
                "it is encrypted or packed by an unusual method",
                action="export the study again",
                source=self._numbered(number),
                code="zip_member_method",
            ) from None
        except PermissionError:
            raise Unavailable(
                "the file may not be read by this user",
                action="change its permissions",
                source=self._numbered(number),
                code="study_file_forbidden",
            ) from None
        except OSError as error:
            if error.errno is None:  # bz2's own, for damaged data
                raise self._not_unpacked(number) from None
            raise Unavailable(
                "the disk refused to read the file",
                action="copy the study and try again",
                source=self._numbered(number),
                code="study_file_unreadable",
            ) from None

    def _not_unpacked(self, number: int) -> InputRejected:
        return InputRejected(
            "it cannot be unpacked",
            action="export the study again",
            source=self._numbered(number),
            code="zip_member_cut",
        )
