"""Footnotes and relationships, of inline XBRL 1.1 (ix:relationship) and 1.0 (footnoteRefs on the facts)."""

from apps.finance.cautions import Cautions, of_named
from apps.finance.filings.content import TooMuchText
from apps.finance.filings.inline import Reading
from apps.finance.filings.inventory import Inventory
from apps.finance.filings.model import Fact, Footnote, Relationship
from core_model.errors import Caution

_FACT_FOOTNOTE = "http://www.xbrl.org/2003/arcrole/fact-footnote"
LINKS = 100_000
"""Pairs of a fact and a footnote that are followed: a few lines can name millions, and reports have hundreds."""
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def attach_footnotes(
    inventory: Inventory, facts: list[Fact], reading: Reading, cautions: Cautions
) -> tuple[dict[str, Footnote], list[Relationship]]:
    """All footnotes and relationships of the document; ``Fact.footnotes`` is filled on the way.

    Args:
        inventory: The document's elements.
        facts: The facts already read.
        reading: What read them.
        cautions: Where references to nothing are recorded.
    """
    footnotes: dict[str, Footnote] = {}
    for element in inventory.footnotes:
        footnote_id = element.get("id") or element.get("footnoteID") or ""
        try:
            text = " ".join(reading.content.chain(element, element.get("continuedAt")).split())
        except TooMuchText as error:
            text = ""
            reason = {"reason": error.reason.as_dict()}
            cautions.add(Caution("footnote_left_out", reason, of_named(footnote_id[:60])))
        footnotes.setdefault(
            footnote_id,
            Footnote(footnote_id, text, element.get("footnoteRole") or "", element.get(_LANGUAGE) or ""),
        )
    relationships = [
        Relationship(
            tuple((element.get("fromRefs") or "").split()),
            tuple((element.get("toRefs") or "").split()),
            element.get("arcrole") or _FACT_FOOTNOTE,
            element.get("linkRole") or "",
        )
        for element in inventory.relationships
    ]
    if not relationships and not reading.footnote_references:
        return footnotes, relationships
    by_id = {fact.fact_id: fact for fact in facts}
    notes_of: dict[str, dict[str, None]] = {}
    left = LINKS
    links = [(link.from_ids, link.to_ids) for link in relationships]
    links += [((source,), tuple(notes)) for source, notes in reading.footnote_references.items()]
    for sources, targets in links:
        dangling = dict.fromkeys(source for source in sources if source not in by_id)
        dangling |= dict.fromkeys(note for note in targets if note not in footnotes and note not in by_id)
        for missing in dangling:
            cautions.add(Caution("dangling_footnote", source=of_named(missing[:60])))
        notes = [note for note in targets if note in footnotes]
        known = [source for source in sources if source in by_id]
        left -= len(notes) * len(known)
        if left < 0:
            cautions.add(Caution("footnote_links_too_many", {"most": LINKS}))
            break
        for source in known:
            notes_of.setdefault(source, {}).update(dict.fromkeys(notes))
    for source, attached in notes_of.items():
        by_id[source].footnotes += tuple(attached)
    return footnotes, relationships
