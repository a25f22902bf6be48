"""Where a report lies: one file, or a folder whose documents are one report."""

import re
from pathlib import Path

from apps.finance.filings.files import MAX_BYTES, bytes_of, too_large
from apps.finance.filings.packages.archive import ENDINGS, packed
from apps.finance.filings.packages.parts import contexts_in, sets_among
from core_model.errors import InputRejected, system_reason


def report_of(path: Path) -> bytes:
    """The bytes of a report: of its file, or a zip of the documents of a folder that are one set.

    Raises:
        NotFound: There is nothing at the path.
        InputRejected: It is no plain file, too large, or a folder whose documents are no set.
    """
    if not path.is_dir():
        return bytes_of(path)
    sets = sets_in(path)
    if len(sets) != 1:
        raise InputRejected(
            "a folder was given where one report is read", action="give one of the files in it", code="folder_given"
        )
    documents: dict[str, bytes] = {}
    for file in sets[0]:
        documents[file.name] = bytes_of(file)
        if sum(map(len, documents.values())) > MAX_BYTES:
            raise too_large()
    return packed(documents)


def reports_in(folder: Path) -> list[Path]:
    """The files of a folder and its subfolders that can be reports, sorted by their paths; of documents that are one
    report together their folder.

    Raises:
        InputRejected: There is none, or the folder cannot be opened.
    """
    try:
        next(folder.iterdir(), None)
        found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    except OSError as error:
        raise InputRejected(
            "the folder cannot be opened ({why})",
            action="check its permissions",
            code="folder_unreadable",
            values={"why": system_reason(error)},
        ) from None
    if not found and any(path.suffix.lower() == ".pdf" for path in folder.rglob("*")):
        raise InputRejected(
            "the folder holds PDFs, but no report that can be read",
            allowed="inline XBRL files ending in {endings}, also in subfolders",
            action="fetch the reports as inline XBRL, as they were filed",
            code="only_pdfs",
            values={"endings": ", ".join(ENDINGS)},
        )
    if not found:
        raise InputRejected(
            "the folder holds no report",
            allowed="inline XBRL files ending in {endings}, also in subfolders",
            action="give a folder with reports, or one file",
            code="no_reports",
            values={"endings": ", ".join(ENDINGS)},
        )
    return reports_among(found)


def refuse_address(given: str) -> None:
    """Refuse an address on the web.

    Raises:
        InputRejected: It is one.
    """
    if re.match(r"(?:https?|ftp):/", given, re.IGNORECASE):
        raise InputRejected(
            "this is an address on the web; Tandem fetches nothing",
            allowed="a file or folder on this machine",
            action="save the report and give its file",
            code="address_given",
        )


def reports_among(files: list[Path]) -> list[Path]:
    """The reports among files of several folders: of a folder with one set of documents the folder stands for them.

    Args:
        files: In the order in which they are to be read.
    """
    in_set: dict[Path, Path] = {}
    for folder in dict.fromkeys(file.parent for file in files):
        sets = sets_in(folder)
        if len(sets) == 1:
            in_set.update(dict.fromkeys(sets[0], folder))
    return list(dict.fromkeys(in_set.get(file, file) for file in files))


def sets_in(folder: Path) -> list[list[Path]]:
    """The documents of a folder, not of its subfolders, that are one report together.

    Raises:
        InputRejected: The folder cannot be opened, or a file of it.
    """
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())
        if len(files) < 2:
            return []
        readable = [file for file in files if file.stat().st_size <= MAX_BYTES]
        known = {file.name: contexts_in(file.read_bytes()) for file in readable}
    except OSError as error:
        raise InputRejected(
            "the folder cannot be opened ({why})",
            action="check its permissions",
            code="folder_unreadable",
            values={"why": system_reason(error)},
        ) from None
    return [[folder / name for name in names] for names in sets_among(known)]
