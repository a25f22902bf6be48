"""A folder, and a file alone."""

import os
from pathlib import Path
from typing import BinaryIO

from apps.medical.dicom.sources.files import ARCHIVE_ENDINGS, Entry, FileSource
from core_model.errors import InputRejected, Unavailable

MAX_FOLDER_FILES = 50_000
MAX_DEPTH = 16


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
        self._entries = [Entry(file, size) for _, file, size in found]

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
        self._entries = [Entry(path.resolve(), path.stat().st_size)]
