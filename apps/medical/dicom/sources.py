"""Where the files come from: a folder, a zip, or one file; read by number, never written anywhere.

A zip is untrusted: its members are read in memory one by one, their names are only looked at to refuse the archive,
and real bytes are counted. Files are numbered 1, 2, 3 ... in the order of their names; texts that are stored say
"file 17 of 133" and nothing else, and `FileSource.name_of` gives the name back to the person who gave the path.
"""

import contextlib
import hashlib
import io
import lzma
import os
import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Generic, TypeVar, cast

from core_model.errors import InputRejected, NotFound, Place, TandemError, Unavailable, numbered_file

if TYPE_CHECKING:
    from typing_extensions import Buffer

MAX_MEMBERS = 5_000
MAX_FOLDER_FILES = 50_000
MAX_TOTAL_BYTES = 2 * 1024**3
MAX_FILE_BYTES = 1024**3
MAX_KEPT_BYTES = 96 * 1024**2
"""Of a zip's member that is looked into and not read whole: what stands before its pixels."""
MAX_NAMED_BYTES = 64 * 1024**2
"""Of a file that is named by its hash in a sentence: a larger one is named by its number alone."""
MAX_RATIO = 200
RATIO_COUNTS_FROM = 32 * 1024**2
MAX_DEPTH = 16
LOCAL_HEADER_BYTES = 30

ARCHIVE_ENDINGS = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".iso")
NO_IMAGE_ENDINGS = (
    ".txt", ".md", ".pdf", ".htm", ".html", ".xml", ".json", ".csv", ".log", ".ini", ".inf", ".exe", ".dll", ".jpg",
    ".jpeg", ".png", ".gif", ".ico", ".css", ".js", ".db", ".ds_store", *ARCHIVE_ENDINGS,
)  # fmt: skip

Handle = TypeVar("Handle", Path, zipfile.ZipInfo)


@dataclass(frozen=True)
class _Entry(Generic[Handle]):
    handle: Handle
    size: int


class FileSource(ABC, Generic[Handle]):
    """Numbered files of one input. Use as a context manager; files count from 1."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[_Entry[Handle]] = []
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


class FolderSource(FileSource[Path]):
    """A folder with its subfolders. Links, and subfolders that may not be read, are counted and left out."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        found: list[tuple[str, Path, int]] = []
        self._walk(path, 0, found)
        if self.folders_forbidden and not found:
            raise Unavailable(
                "a folder of the study may not be read by this user",
                action="change its permissions",
                code="study_folder_forbidden",
            )
        found.sort(key=lambda item: item[0])
        self._entries = [_Entry(file, size) for _, file, size in found]

    def _walk(self, folder: Path, depth: int, found: list[tuple[str, Path, int]]) -> None:
        if depth > MAX_DEPTH:
            raise InputRejected(
                "folders lie more than {most} deep in each other",
                action="give the folder that holds the images",
                code="study_folder_too_deep",
                values={"most": MAX_DEPTH},
            )
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_symlink():
                        self.links_skipped += 1
                    elif entry.is_dir(follow_symlinks=False):
                        self._walk(Path(entry.path), depth + 1, found)
                    elif entry.is_file(follow_symlinks=False):
                        name = Path(entry.path).relative_to(self._path).as_posix()
                        self.archives_inside += name.lower().endswith(ARCHIVE_ENDINGS)
                        found.append((name, Path(entry.path), entry.stat(follow_symlinks=False).st_size))
        except PermissionError:
            self.folders_forbidden += 1
        except OSError:
            raise Unavailable(
                "the disk refused to list a folder",
                action="copy the study and try again",
                code="study_folder_unreadable",
            ) from None
        if len(found) > MAX_FOLDER_FILES:
            raise InputRejected(
                "the folder holds more than {most} files",
                action="give the folder of one study",
                code="study_too_many_files",
                values={"most": MAX_FOLDER_FILES},
            )

    def name_of(self, number: int) -> str:
        return str(self._entries[number - 1].handle)

    def _open_raw(self, number: int) -> BinaryIO:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(self._entries[number - 1].handle, flags), "rb")


class OneFileSource(FolderSource):
    """A single file that is no archive."""

    def __init__(self, path: Path) -> None:
        FileSource.__init__(self, path)
        self._entries = [_Entry(path.resolve(), path.stat().st_size)]


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
        self._entries = [_Entry(info, info.file_size) for info in members]

    def close(self) -> None:
        self._zip.close()

    def name_of(self, number: int) -> str:
        return self._entries[number - 1].handle.filename

    def _open_whole(self, number: int) -> IO[bytes]:
        return self._zip.open(self._entries[number - 1].handle)

    def _open_raw(self, number: int) -> BinaryIO:
        prefix = _Prefix(
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


class _Prefix(io.RawIOBase):
    """A seekable view of a stream that unpacks only as far as it is read, and keeps what it has read."""

    STEP = 256 * 1024

    def __init__(
        self, stream: IO[bytes], count: Callable[[int], None], refusing: Callable[[], contextlib.AbstractContextManager]
    ) -> None:
        self._stream = stream
        self._count = count
        self._refusing = refusing
        self._seen = bytearray()
        self._position = 0
        self._ended = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            self._fill(None)
            offset += len(self._seen)
        elif whence == io.SEEK_CUR:
            offset += self._position
        if offset < 0:
            raise ValueError("negative position")
        self._position = offset
        return offset

    def read(self, size: int | None = -1) -> bytes:
        until = None if size is None or size < 0 else self._position + size
        self._fill(until)
        data = bytes(self._seen[self._position : until])
        self._position += len(data)
        return data

    def readinto(self, buffer: "Buffer") -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _fill(self, until: int | None) -> None:
        while not self._ended and (until is None or len(self._seen) < until):
            with self._refusing():
                part = self._stream.read(self.STEP)
            self._ended = not part
            self._seen += part
            if part:
                self._count(len(self._seen))
            if len(self._seen) > MAX_KEPT_BYTES:
                raise InputRejected(
                    "a file in the zip archive holds {mib} MiB before its pixels",
                    action="unpack it with a program that you trust and give the folder",
                    code="zip_member_unending",
                    values={"mib": MAX_KEPT_BYTES // 1024**2},
                )

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def _leads_out(name: str) -> bool:
    """Whether a member's name is absolute, has a drive, steps upwards, or hides something behind a NUL."""
    plain = name.replace("\\", "/")
    return plain.startswith("/") or "\0" in plain or (len(plain) > 1 and plain[1] == ":") or ".." in plain.split("/")


def open_source(path: str | os.PathLike[str]) -> FileSource:
    """The files of a folder, of a zip archive, or one file alone.

    Raises:
        NotFound: Nothing is there.
        InputRejected: Empty folder, broken or hostile archive, another kind of archive.
        Unavailable: It may not be read.
    """
    path = Path(path)
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise NotFound("there is no such file or folder", action="check the path", code="study_path_missing") from None
    except OSError:
        raise Unavailable(
            "the path may not be read by this user", action="change its permissions", code="study_path_forbidden"
        ) from None
    if stat.S_ISDIR(mode):
        source: FileSource = FolderSource(path)
    elif stat.S_ISREG(mode):
        source = ZipSource(path) if _starts_like_a_zip(path) else OneFileSource(path)
    else:
        raise InputRejected(
            "it is neither a folder nor a file", action="give a folder or a zip of DICOM", code="study_no_file"
        )
    if len(source) == 0:
        links = source.links_skipped
        source.close()
        if links:
            raise InputRejected(
                "there is no file in it, only {count} links, which are not followed",
                allowed="a folder or a zip of DICOM images",
                action="give the folder that holds the images",
                code="study_only_links",
                values={"count": links},
            )
        raise InputRejected(
            "there is no file in it",
            allowed="a folder or a zip of DICOM images",
            action="give the folder that holds the images",
            code="study_empty",
        )
    return source


def name_of_file(path: str | os.PathLike[str], number: int) -> str:
    """The name of "file ``number`` of ..." of an input: for the person who gave the path, never to be stored."""
    with open_source(path) as source:
        if not 1 <= number <= len(source):
            raise NotFound(
                "there is no file {number} in it",
                allowed="1 to {count}",
                code="study_file_missing",
                values={"number": number, "count": len(source)},
            )
        return source.name_of(number)


def _starts_like_a_zip(path: Path) -> bool:
    try:
        with open(path, "rb") as stream:
            return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
    except OSError:
        raise Unavailable(
            "the file may not be read by this user", action="change its permissions", code="study_file_forbidden"
        ) from None
