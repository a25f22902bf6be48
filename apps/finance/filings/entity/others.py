"""Facts of other entities than the one that reports: they show no part of it, and are not its figures."""

from dataclasses import replace

from apps.finance.filings.model import Dimension, Fact, Filing
from core_model.errors import Caution

AXIS = "entity"
"""The axis on which the statements tell another entity from the one that reports."""


def of_one_entity(filing: Filing) -> tuple[Filing, Caution | None]:
    """The filing with the facts of other entities marked by a dimension, as a group marks its parts.

    The one that reports is the one whose identifier most facts have.

    Returns:
        The filing itself where it knows one entity alone; and a caution that counts the others.
    """
    own = _plain(filing.document.entity or "")
    others = {
        fact.entity for fact in filing.facts if fact.kind == "number" and own and _plain(fact.entity) not in ("", own)
    }
    if not others:
        return filing, None
    facts = [_marked(fact) if fact.entity in others else fact for fact in filing.facts]
    return replace(filing, facts=facts), Caution("other_entities", {"count": len(others)})


def _plain(identifier: str) -> str:
    """An identifier as it is compared: some write zeros in front of a number, or letters small."""
    return identifier.strip().lstrip("0").upper()


def _marked(fact: Fact) -> Fact:
    return replace(fact, dimensions=(*fact.dimensions, Dimension(AXIS, fact.entity)))
