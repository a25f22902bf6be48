"""One walk over the tree that sorts every element the reader needs, so that nothing walks it twice."""

from dataclasses import dataclass, field

from lxml import etree

XBRLI = "{http://www.xbrl.org/2003/instance}"
_BASE = "{http://www.w3.org/1999/xhtml}head/{http://www.w3.org/1999/xhtml}base"
FACT_KINDS = ("nonFraction", "nonNumeric", "fraction")


@dataclass(slots=True)
class Inventory:
    """The elements of one document, in its order.

    Attributes:
        root: The document's root.
        ix: Namespace of inline XBRL in the document, in braces.
        facts: ix:nonFraction, ix:nonNumeric and ix:fraction.
        hidden: Those of them inside ix:hidden.
        continuations: ix:continuation by id, the first of each.
        footnotes: ix:footnote.
        relationships: ix:relationship.
        contexts: xbrli:context.
        units: xbrli:unit.
        headers: ix:header and ix:references.
        excludes: Whether there is an ix:exclude.
        base: Address that relative ones of the page are resolved against; empty where the page names none.
        tuples: ix:tuple.
    """

    root: etree._Element
    ix: str
    facts: list[etree._Element] = field(default_factory=list)
    hidden: set[etree._Element] = field(default_factory=set)
    continuations: dict[str, etree._Element] = field(default_factory=dict)
    footnotes: list[etree._Element] = field(default_factory=list)
    relationships: list[etree._Element] = field(default_factory=list)
    contexts: list[etree._Element] = field(default_factory=list)
    units: list[etree._Element] = field(default_factory=list)
    headers: list[etree._Element] = field(default_factory=list)
    excludes: bool = False
    tuples: list[etree._Element] = field(default_factory=list)
    base: str = ""


def take_inventory(root: etree._Element, namespace: str) -> Inventory:
    """Sorts the elements of a document.

    Args:
        root: The document's root.
        namespace: The namespace of inline XBRL to look for.
    """
    ix = f"{{{namespace}}}"
    found = Inventory(root, ix)
    fact_tags = tuple(ix + kind for kind in FACT_KINDS)
    context, unit = XBRLI + "context", XBRLI + "unit"
    based = root.find(_BASE)
    found.base = "" if based is None else (based.get("href") or "").strip()
    facts = found.facts
    for element in root.iter(ix + "*", context, unit):
        tag = element.tag
        if tag in fact_tags:
            facts.append(element)
        elif tag == context:
            found.contexts.append(element)
        elif tag == unit:
            found.units.append(element)
        elif tag == ix + "continuation":
            found.continuations.setdefault(element.get("id") or "", element)
        elif tag == ix + "hidden":
            found.hidden.update(element.iter(*fact_tags))
        elif tag == ix + "footnote":
            found.footnotes.append(element)
        elif tag == ix + "relationship":
            found.relationships.append(element)
        elif tag == ix + "exclude":
            found.excludes = True
        elif tag == ix + "tuple":
            found.tuples.append(element)
        elif tag == ix + "header" or tag == ix + "references":
            found.headers.append(element)
    return found
