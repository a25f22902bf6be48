"""The bytes of a report's file: of a plain file alone, and of no more than a report can have."""

import os
import stat
from pathlib import Path

from core_model.errors import InputRejected, NotFound, Phrase, system_reason

MAX_BYTES = 128 * 2**20
"""Thirty times the largest annual report that this was tried on (4 MiB). A report is held in memory as a tree of some
twenty times its size: this much takes the 2.5 GB that a worker may be expected to have."""

WANTED = Phrase("one_report", "one report, a plain file of at most {most} MiB", {"most": MAX_BYTES // 2**20})


def bytes_of(path: Path) -> bytes:
    """All bytes of a report's file.

    Raises:
        NotFound: There is nothing at the path.
        InputRejected: It is a folder, a device, a pipe or a socket; larger than ``MAX_BYTES``; or may not be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # a pipe is opened without waiting
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            raise IsADirectoryError
        with os.fdopen(os.open(path, flags), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise InputRejected(
                    "it is {kind}",
                    allowed="{wanted}",
                    action="give the report's file",
                    code="no_plain_file",
                    values={"kind": _kind(about.st_mode), "wanted": WANTED},
                )
            data = file.read(MAX_BYTES + 1) if about.st_size <= MAX_BYTES else None
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound("there is no such file or folder", action="check the path", code="no_such_report") from None
    except IsADirectoryError:
        raise InputRejected(
            "a folder was given where one report is read",
            action="give one of the files in it, or a folder with the documents of one report alone",
            code="folder_given",
        ) from None
    except OSError as error:
        raise InputRejected(
            "the file cannot be opened ({why})",
            action="check its permissions",
            code="unreadable_file",
            values={"why": system_reason(error)},
        ) from None
    if data is None or len(data) > MAX_BYTES:
        raise too_large()
    return data


def too_large() -> InputRejected:
    """The refusal of more bytes than a report can have."""
    return InputRejected(
        "the file is too large to be a report",
        allowed="{wanted}",
        action="give the report alone, without the images of its pages",
        code="report_too_large",
        values={"wanted": WANTED},
    )


def _kind(mode: int) -> Phrase:
    if stat.S_ISFIFO(mode):
        return Phrase("kind_pipe", "a pipe")
    if stat.S_ISSOCK(mode):
        return Phrase("kind_socket", "a socket")
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        return Phrase("kind_device", "a device")
    return Phrase("kind_no_file", "no plain file")
