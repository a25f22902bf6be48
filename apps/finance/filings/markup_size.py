"""How much memory a document's tree takes, estimated from its bytes before they are parsed.

A tree is some seven times as large as a usual report. Markup that holds nothing else, such as millions of empty
elements, makes one of thirty times its size and more, and is no report.
"""

import re

from core_model.errors import InputRejected

MIB = 1 << 20
MOST_MIB = 400
"""Of a tree; with all that is made of it, reading it stays within the budget of a parse."""
MOST_TIMES = 16
SMALL_MIB = 16
"""A tree that may be any number of times the size of its document."""
_ELEMENT, _TEXT, _ATTRIBUTE, _FACT = 120, 130, 190, 2400
"""Bytes that each takes in libxml2's tree (measured), and a fact besides as an object and a row of a table."""
_TEXT_STARTS = re.compile(rb">[^<]")


def refuse_too_much_markup(data: bytes) -> None:
    """Refuse a document whose tree would be too large.

    Raises:
        InputRejected: It would be (code ``too_much_markup``).
    """
    elements = data.count(b"<") - data.count(b"</")
    counted = elements * _ELEMENT + data.count(b"=") * _ATTRIBUTE + data.count(b"contextRef") * _FACT + 2 * len(data)
    if counted + min(elements, data.count(b">")) * 2 * _TEXT <= SMALL_MIB * MIB:
        return
    counted += sum(1 for _ in _TEXT_STARTS.finditer(data)) * _TEXT
    if counted > MOST_MIB * MIB or (counted > SMALL_MIB * MIB and counted > MOST_TIMES * len(data)):
        raise InputRejected(
            "its markup would take {mib} MiB of memory, {times} times the size of the document",
            allowed="at most {most} MiB, and {most_times} times",
            action="fetch the report again, as it was filed",
            code="too_much_markup",
            values={
                "mib": counted // MIB,
                "times": round(counted / len(data)),
                "most": MOST_MIB,
                "most_times": MOST_TIMES,
            },
        )
