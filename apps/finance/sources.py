"""Where a report lies: one file, or a folder whose documents are one report."""

import re
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from apps.finance.filings.files import MAX_BYTES, bytes_of, too_large
from apps.finance.filings.markup import inline_documents
from apps.finance.filings.packages.archive import ENDINGS, may_hold_documents, packed
from apps.finance.filings.packages.parts import contexts_in, sets_among
from apps.finance.filings.packages.wrapped import is_wrapped
from core_model.errors import InputRejected, NotFound, TandemError, system_reason

_PACKAGES = (".txt", ".zip")
IN_FOLDERS = (*ENDINGS, *_PACKAGES)
"""Endings of files in a folder that can be reports; a ``.txt`` is one where it is a submission as EDGAR keeps it."""
_BEGINNING = 4096


def report_of(path: Path, *, among_others: bool = False) -> bytes:
    """The bytes of a report: of its file, or a zip of the documents of a folder that are one set.

    Args:
        path: Of the file or the folder.
        among_others: Whether the folder may hold other reports besides the set, which are read by themselves.

    Raises:
        NotFound: There is nothing at the path.
        InputRejected: It is no plain file, too large, or a folder whose documents are no set, or not all of one.
    """
    if not path.is_dir():
        return bytes_of(path)
    sets = sets_in(path)
    if len(sets) != 1 or not (among_others or _is_all(sets[0], path)):
        raise InputRejected(
            "a folder was given where one report is read",
            action="give one of the files in it, or a folder with the documents of one report alone",
            code="folder_given",
        )
    documents: dict[str, bytes] = {}
    for file in sets[0]:
        documents[file.name] = bytes_of(file)
        if sum(map(len, documents.values())) > MAX_BYTES:
            raise too_large()
    return packed(documents)


def _is_all(documents: list[Path], folder: Path) -> bool:
    """Whether no other file of a folder is a report of its own."""
    others = [file for file in folder.iterdir() if file not in documents and may_be_report(file)]
    own = _keys_of(folder) if others else frozenset()
    return all(_keys_of(file) <= own for file in others)


def reports_in(folder: Path) -> list[Path]:
    """The files of a folder and its subfolders that can be reports, sorted by their paths; of documents that are one
    report together their folder.

    Raises:
        InputRejected: There is none, or the folder cannot be opened.
    """
    try:
        next(folder.iterdir(), None)
        found = sorted(path for path in folder.rglob("*") if may_be_report(path))
    except OSError as error:
        raise _unreadable(error) from None
    if not found and any(path.suffix.lower() == ".pdf" for path in folder.rglob("*")):
        raise InputRejected(
            "the folder holds PDFs, but no report that can be read",
            allowed="inline XBRL files ending in {endings}, also in subfolders",
            action="fetch the reports as inline XBRL, as they were filed",
            code="only_pdfs",
            values={"endings": ", ".join(IN_FOLDERS)},
        )
    if not found:
        raise InputRejected(
            "the folder holds no report",
            allowed="inline XBRL files ending in {endings}, also in subfolders",
            action="give a folder with reports, or one file",
            code="no_reports",
            values={"endings": ", ".join(IN_FOLDERS)},
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


def may_be_report(file: Path) -> bool:
    """Whether a file of a folder is to be read: by its ending; of a text or an archive also by what it begins or ends
    with, since folders hold others too."""
    ending = file.suffix.lower()
    if ending in ENDINGS:
        return file.is_file()
    if ending not in _PACKAGES or not file.is_file() or file.name.startswith("._"):
        return False
    try:
        if ending == ".zip":
            return may_hold_documents(file)
        with file.open("rb") as stream:
            return is_wrapped(stream.read(_BEGINNING).removeprefix(b"\xef\xbb\xbf").lstrip())
    except OSError:
        return True  # why it cannot be opened is said when it is to be read


def pdfs_in(folder: Path) -> int:
    """How many PDFs lie in a folder and its subfolders; none of them is read."""
    return sum(1 for path in folder.rglob("*") if path.suffix.lower() == ".pdf")


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

    A file that cannot be opened is in none; why it cannot is said when it is to be read.

    Raises:
        InputRejected: The folder cannot be opened.
    """
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix.lower() in ENDINGS and file.is_file())
    except OSError as error:
        raise _unreadable(error) from None
    known = {}
    for file in files if len(files) > 1 else ():
        with suppress(InputRejected, NotFound):
            known[file.name] = contexts_in(bytes_of(file))
    return [[folder / name for name in names] for names in sets_among(known)]


def repeats_among(reports: list[Path]) -> dict[Path, Path]:
    """Submissions and zips that hold the documents of another of some reports and nothing else, each with that one.

    EDGAR gives a report in several packages: its document, a submission, a zip.
    """
    if not any(report.suffix.lower() in _PACKAGES for report in reports):
        return {}
    first: dict[frozenset[bytes], Path] = {}
    repeats: dict[Path, Path] = {}
    for report in sorted(reports, key=lambda report: report.suffix.lower() in _PACKAGES):
        keys = _keys_of(report)
        held = first.setdefault(keys, report) if keys else report
        if held is not report and report.suffix.lower() in _PACKAGES:
            repeats[report] = held
    return repeats


def _keys_of(report: Path) -> frozenset[bytes]:
    """What tells the documents of a report from others; nothing where it cannot be read, or has none."""
    try:
        documents = inline_documents(report_of(report, among_others=True))
    except TandemError:
        return frozenset()
    return frozenset(sha256(text.strip().replace(b"\r\n", b"\n")).digest() for text in documents)


def _unreadable(error: OSError) -> InputRejected:
    return InputRejected(
        "the folder cannot be opened ({why})",
        action="check its permissions",
        code="folder_unreadable",
        values={"why": system_reason(error)},
    )
