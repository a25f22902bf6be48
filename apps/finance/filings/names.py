"""Qualified names: which namespace a prefix means, and the usual prefix of well-known taxonomies."""

import re

from lxml import etree

from apps.messages.names import spoken as spoken

_USUAL = (
    (re.compile(r"http://fasb\.org/us-gaap/\d{4}.*"), "us-gaap"),
    (re.compile(r"http://fasb\.org/srt/\d{4}.*"), "srt"),
    (re.compile(r"http://xbrl\.sec\.gov/([a-z]+)/\d{4}.*"), r"\1"),
    (re.compile(r"https?://xbrl\.ifrs\.org/taxonomy/\d{4}-\d\d-\d\d/ifrs-full"), "ifrs-full"),
    (re.compile(r"http://www\.xbrl\.org/2003/iso4217"), "iso4217"),
    (re.compile(r"http://www\.xbrl\.org/2003/instance"), "xbrli"),
)


def usual_prefix(prefix: str, namespace: str) -> str:
    """The prefix under which everybody knows the namespace, else ``prefix``."""
    for pattern, usual in _USUAL:
        match = pattern.fullmatch(namespace)
        if match is not None:
            return match.expand(usual)
    return prefix


class Names:
    """Resolves the prefixed names of one document.

    Args:
        root: The document's root.
        local_declarations: Whether elements below the root declare namespaces too; then each name is resolved where it
            stands, which is slower.
    """

    def __init__(self, root: etree._Element, local_declarations: bool) -> None:
        self._local = local_declarations
        self._root_map: dict[str | None, str] = root.nsmap
        self._known: dict[str, tuple[str, str]] = {}
        self._prefixes: dict[tuple[str, str], str] = {}
        self.undeclared: dict[str, int] = {}

    def resolve(self, name: str, element: etree._Element) -> tuple[str, str]:
        """The name with the usual prefix, and its namespace (empty where the prefix is not declared)."""
        if not self._local:
            known = self._known.get(name)
            if known is None:
                known = self._known[name] = self._resolve(name, self._root_map)
            return known
        return self._resolve(name, element.nsmap)

    def _resolve(self, name: str, namespaces: dict[str | None, str]) -> tuple[str, str]:
        prefix, colon, local = name.strip().rpartition(":")
        namespace = namespaces.get(prefix if colon else None, "")
        if not namespace:
            if colon:
                self.undeclared[prefix] = self.undeclared.get(prefix, 0) + 1
            return name.strip(), ""
        if not colon:
            return local, namespace
        key = (prefix, namespace)
        usual = self._prefixes.get(key)
        if usual is None:
            usual = self._prefixes[key] = usual_prefix(prefix, namespace)
        return f"{usual}:{local}", namespace
