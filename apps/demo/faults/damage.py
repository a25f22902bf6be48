"""What a fault did."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Damage:
    """One fault in one input.

    Attributes:
        kind: Name of the fault, the function's.
        files: Names of the files that were changed, added or removed.
        elements: Ids of the elements of a report that were changed.
        detail: What was done, in words.
        refused: True where a reader must refuse the whole input, False where it reads it and warns or says nothing.
    """

    kind: str
    files: tuple[str, ...]
    elements: tuple[str, ...]
    detail: str
    refused: bool
