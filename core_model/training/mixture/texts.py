"""What the makers of sources share: texts cut into rows, each taken once."""

import hashlib
from collections.abc import Iterator

PIECE = 2_400
"""Characters of a row, about: texts are cut at the ends of lines or paragraphs."""


def pieces_of(text: str, breaks: str = "\n") -> Iterator[str]:
    """A text cut into pieces of about ``PIECE`` characters at line ends, or at paragraphs' ends."""
    held: list[str] = []
    size = 0
    for part in text.split(breaks):
        if size + len(part) > PIECE and held:
            yield breaks.join(held)
            held, size = [], 0
        held.append(part[: 4 * PIECE])
        size += len(part) + len(breaks)
    if held:
        yield breaks.join(held)


class Seen:
    """Texts that were met, so that each is taken once."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    def new(self, text: str) -> bool:
        """Whether the text was not met before; white space and case do not count."""
        key = hashlib.sha256(" ".join(text.lower().split()).encode()).digest()[:12]
        if key in self._known:
            return False
        self._known.add(key)
        return True
