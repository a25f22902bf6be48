"""Where the files come from: a folder, a zip, or one file; read by number, never written anywhere.

- ``files``      what is asked of all of them: open, read, the hash, how a text names a file
- ``folder``     a folder with its subfolders; a file alone
- ``archive``    a zip, looked through before anything of it is unpacked
- ``unpacking``  a member of it, unpacked only as far as it is looked into

Files are numbered 1, 2, 3 ... in the order of their names; texts that are stored say "file 17 of 133" and nothing else,
and `FileSource.name_of` gives the name back to the person who gave the path.
"""

import os
import stat
from pathlib import Path

from apps.medical.dicom.sources.archive import ZipSource
from apps.medical.dicom.sources.files import FileSource
from apps.medical.dicom.sources.folder import FolderSource, OneFileSource
from core_model.errors import InputRejected, NotFound, Unavailable

__all__ = ["FileSource", "OneFileSource", "name_of_file", "open_source"]


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
