"""A zip with the documents of one report: read within bounds, and made of a folder's parts."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from core_model.errors import InputRejected

MOST_MEMBERS = 2000
"""Of a package with all images and schemas of a report; such have some hundred."""
ENDINGS = (".htm", ".html", ".xhtml")
_END_OF_ARCHIVE = 65_557
"""Bytes at the end of a zip in which its end record lies: 22, and a comment of at most 65,535."""
_SHORT_LIST = 2**20
"""Bytes of a list of members that is read in the process of whoever asks: some thousand members."""
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What unpacking raises."""
_STAMP = (1980, 1, 1, 0, 0, 0)


def documents_in(data: bytes, most: int) -> dict[str, bytes] | None:
    """The XHTML documents of an archive by their names, sorted; None where it is none of ours (an Office file).

    Args:
        data: The archive.
        most: Bytes that all of them may have together.

    Raises:
        InputRejected: It is damaged, needs a password, or holds more than a report.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if any(member.filename == "[Content_Types].xml" for member in members):
                return None
            wanted = [member for member in members if member.filename.lower().endswith(ENDINGS) and _plain(member)]
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in wanted) > most:
                raise too_much(most)
            found: dict[str, bytes] = {}
            left = most
            for member in sorted(wanted, key=lambda member: member.filename):
                with archive.open(member) as stream:
                    found[member.filename] = content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise too_much(most)
            return found
    except InputRejected:
        raise
    except _DAMAGED:
        raise InputRejected(
            "the zip archive is damaged, or needs a password",
            allowed="a zip of one report's documents",
            action="unpack it and give the report's folder",
            code="report_zip_damaged",
        ) from None


def may_hold_documents(file: Path) -> bool:
    """Whether an archive can be one of a report's documents: not where its list, if it is short, names none.

    Args:
        file: A plain file.

    Raises:
        OSError: It may not be read.
    """
    with file.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - _END_OF_ARCHIVE))
        tail = stream.read()
    place = tail.rfind(b"PK\x05\x06")
    listed = int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0
    if place < 0 or listed > _SHORT_LIST:
        return True  # its refusal, or its report, is found when it is read
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return True
    office = any(member.filename == "[Content_Types].xml" for member in members)
    return not office and any(member.filename.lower().endswith(ENDINGS) and _plain(member) for member in members)


def _plain(member: zipfile.ZipInfo) -> bool:
    """Whether it is a document, not what a Mac puts beside it."""
    return not member.is_dir() and not PurePosixPath(member.filename).name.startswith("._")


def too_much(most: int) -> InputRejected:
    """The refusal of an archive with more than a report."""
    return InputRejected(
        "the zip archive holds more than a report",
        allowed="at most {members} files, and {most} MiB of documents",
        action="give the report alone",
        code="report_zip_too_large",
        values={"members": MOST_MEMBERS, "most": most // 2**20},
    )


def packed(documents: Mapping[str, bytes]) -> bytes:
    """A zip of documents, the same bytes for the same documents."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in documents.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data, zipfile.ZIP_DEFLATED)
    return sink.getvalue()
