"""Signs of a face that tag and page disagree on: which cell, and which of the two is likely wrong."""

from dataclasses import replace

from apps.finance.statements.face import Entry, FaceRow
from apps.finance.statements.printing import printed_negative


def with_turned(entries: list[Entry], concept: str) -> list[Entry]:
    """The entries, those marked whose sign goes against the row's: mostly a sign left out of the tag.

    In a row either parentheses mean a negative tag throughout, or (for costs printed as deductions) a positive one.
    """
    ways = {}
    for index, entry in enumerate(entries):  # another concept in the row may count the other way round
        if (
            entry.fact is not None
            and entry.fact.concept == concept
            and entry.fact.value
            and entry.fact.value.strip("-0.")
        ):
            ways[index] = printed_negative(entry.text) == entry.fact.value.startswith("-")
    agree = sum(ways.values())
    if agree in (0, len(ways)):
        return entries
    usual = agree * 2 >= len(ways)
    return [replace(entry, turned=ways.get(index, usual) != usual) for index, entry in enumerate(entries)]


def with_turned_payments(rows: list[FaceRow]) -> list[FaceRow]:
    """The rows, those payments marked that are tagged as negative where the page prints them as cash paid.

    A payment's concept counts what is paid as positive. Parentheses mean cash paid, unless the face prints payments
    without them.
    """
    paid = [
        (entry, entry.fact.value.startswith("-"))
        for row in rows
        if row.pays
        for entry in row.entries
        if entry.fact is not None and entry.fact.value and entry.fact.value.strip("-0.")
    ]
    if any(not printed_negative(entry.text) and not negative for entry, negative in paid):
        return rows
    wrong = {id(entry) for entry, negative in paid if negative and printed_negative(entry.text)}
    for row in rows:
        if any(id(entry) in wrong for entry in row.entries):
            row.entries = [replace(entry, turned=True) if id(entry) in wrong else entry for entry in row.entries]
    return rows
