"""Collects what was skipped or could not be used: one caution for each kind, with its count."""

from dataclasses import replace

from core_model.errors import Caution


class Cautions:
    """Counts cautions of one reading; those of one kind are one entry, with the text and place of the first."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Caution] = {}

    def add(self, code: str, text: str, source: str = "", each: bool = False) -> None:
        """Records one case.

        Args:
            code: Kind, for programs.
            text: One sentence for people, without the place.
            source: The place, for example ``"fact f-12"``.
            each: Whether every different text is an entry of its own.
        """
        key = (code, text if each else "")
        known = self._seen.get(key)
        self._seen[key] = Caution(code, text, source) if known is None else replace(known, count=known.count + 1)

    def listed(self) -> list[Caution]:
        """In the order in which the kinds were first met."""
        return list(self._seen.values())
