"""Transformation registries: how a displayed text becomes a value.

``lookup(namespace, name)`` gives a function from text to text. The registries 1 to 5 are those of XBRL International
(https://www.xbrl.org/specification/inlinexbrl-transformationregistry), the sixth is the SEC's own (EDGAR Filer Manual,
volume II, section 5.2.5.12 and its "ixt-sec" registry). A transformation that is in none of them gives None: the caller
reports it and never guesses.
"""

from collections.abc import Callable
from functools import cache

from apps.finance.filings.transforms.errors import NotInDomain

Transformation = Callable[[str], str]

REGISTRIES = {
    "http://www.xbrl.org/2008/inlineXBRL/transformation": 1,  # name of registry 1 before it was recommended
    "http://www.xbrl.org/inlineXBRL/transformation/2010-04-20": 1,
    "http://www.xbrl.org/inlineXBRL/transformation/2011-07-31": 2,
    "http://www.xbrl.org/inlineXBRL/transformation/2015-02-26": 3,
    "http://www.xbrl.org/inlineXBRL/transformation/2020-02-12": 4,
    "http://www.xbrl.org/inlineXBRL/transformation/2022-02-16": 5,
}
"""Namespace of each registry of XBRL International, and its number."""

__all__ = ["REGISTRIES", "SEC_REGISTRY", "NotInDomain", "Transformation", "lookup", "table"]


SEC_REGISTRY = "http://www.sec.gov/inlineXBRL/transformation/2015-08-31"
"""Namespace of the SEC's registry."""


@cache
def table(registry: int) -> dict[str, Transformation]:
    """All transformations of one registry, by name. The modules behind it load on first use."""
    from apps.finance.filings.transforms import registries

    return registries.TABLES[registry]


@cache
def lookup(namespace: str, name: str) -> Transformation | None:
    """The transformation ``name`` of the registry ``namespace``; None where there is none.

    The function takes the text with white space collapsed, returns the value's text, and raises ``NotInDomain`` where
    the text is not one that the registry allows.
    """
    if namespace == SEC_REGISTRY:
        from apps.finance.filings.transforms import sec

        return sec.TABLE.get(name)
    registry = REGISTRIES.get(namespace)
    if registry is None:
        return None
    return table(registry).get(name)
