"""A zip with the documents of one report: read within bounds, and made of a folder's parts."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from core_model.errors import InputRejected

MOST_MEMBERS = 2000
"""Of a package with all images and schemas of a report; such have some hundred."""
ENDINGS = (".htm", ".html", ".xhtml")
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
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise InputRejected(
            "the zip archive is damaged, or needs a password",
            allowed="a zip of one report's documents",
            action="unpack it and give the report's folder",
            code="report_zip_damaged",
        ) from None


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
