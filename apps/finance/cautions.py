"""Collects what was skipped or could not be used: one caution for each kind, with its count."""

from dataclasses import replace

from core_model.errors import Caution, Message


class Cautions:
    """Counts cautions of one reading; those of one kind are one entry, with the values and place of the first."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Caution] = {}

    def add(self, caution: Caution, *, each: bool = False) -> None:
        """Records one case.

        Args:
            caution: What was met, and where.
            each: Whether every different sentence of this kind is an entry of its own.
        """
        key = (caution.code, repr(caution.values) if each else "")
        known = self._seen.get(key)
        self._seen[key] = caution if known is None else replace(known, count=known.count + caution.count)

    def listed(self) -> list[Caution]:
        """In the order in which the kinds were first met."""
        return list(self._seen.values())


def of_fact(fact_id: str) -> Message:
    """The place of a caution: ``fact f-12``."""
    return Message("place_fact", {"fact": fact_id})


def of_named(name: str) -> Message:
    """The place of a caution by its own name in the document: the id of a context, of a footnote."""
    return Message("place_named", {"name": name})
