"""What a person can read on a screen, hints and placeholders too; and what of it is in Latin letters."""

import re
from dataclasses import dataclass
from typing import Any

_TEXTS = """() => {
  const found = new Set();
  const take = (text) => { const flat = (text || "").replace(/\\s+/g, " ").trim(); if (flat) found.add(flat); };
  const written = (node, part) => {
    const content = getComputedStyle(node, part).content;
    if (content.startsWith('"')) take(JSON.parse(content));
  };
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return take(node.textContent);
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches("script, style, iframe, [translate=no], [data-testid=stSkipToContent]")) return;
      if (!node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return;
      const box = node.getBoundingClientRect();
      if (getComputedStyle(node).position === "absolute" && box.width <= 1 && box.height <= 1) return; // for ears alone
      for (const name of ["title", "placeholder"]) take(node.getAttribute(name));
      for (const part of ["::before", "::after"]) written(node, part);
      if (node.shadowRoot) node.shadowRoot.childNodes.forEach(walk);
    }
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  return [...found];
}"""

WRITTEN_SO = re.compile(
    r"""
    \b[a-z][\w-]*:[A-Z]\w*                                   # qualified names of a taxonomy
    | \b(?:[A-Z]{3})/shares\b | \b(?:USD|shares|pure)\b      # units of the report
    | (?<![A-Za-z])(?:mm³?|HU|MB|GB|s|min|UTC|UID|LPS|WL|WW)(?![A-Za-z])
    | \b(?:CT|DICOM|JSON|inline|XBRL|X?HTML?|x?html?|TXT|ZIP|zip|Tandem|English)\b
    | (?<!\w)\.[a-z]{2,5}\b                                  # endings of files
    | \btandem\ [a-z]+                                       # commands
    | \b(?:job|reading|study)-[0-9a-f]+ | \b[0-9a-f]{12}\b   # identifiers
    | (?<![A-Za-z])[APLRSIHFxyz](?![A-Za-z])                 # letters of the patient's sides, axes
    | (?<!\w)(?:/[\w.-]+)+                                   # paths
    | \b10-[KQ]\b
    """,
    re.VERBOSE,
)
"""What a Chinese screen writes in Latin letters: units, codes, formats, identifiers, commands."""
_RUN = re.compile(r"[A-Za-z]+(?:[ ,.;:'’\"“”&()/\-–—]+[A-Za-z]+)*")


def texts(page: Any) -> list[str]:
    """All that can be read on a page, each text once; what stands in a frame is the report's own."""
    return page.evaluate(_TEXTS)


@dataclass(frozen=True)
class Source:
    """What a report brings along: its captions and names stand on the screen as they are there.

    Attributes:
        words: All its words in a row.
        concepts: Names of its concepts, axes and members, without prefix.
    """

    words: str
    concepts: frozenset[str]

    @classmethod
    def of(cls, html: str) -> "Source":
        names = re.findall(r'(?:name|dimension)="[\w-]+:(\w+)"', html) + re.findall(r">[\w-]+:(\w+)</xbrldi", html)
        return cls(_words(re.sub(r"<[^>]+>", " ", html)), frozenset(name.lower() for name in names))

    def has(self, run: str) -> bool:
        """Whether some words stand in it so, or are a concept's name in words."""
        words = _words(run)
        return f" {words} " in f" {self.words} " or words.replace(" ", "") in self.concepts


def latin(shown: list[str], names: list[str], *sources: Source) -> dict[str, list[str]]:
    """The Latin words of texts that are not allowed, by the text.

    Args:
        shown: From ``texts``.
        names: Of companies, people, files.
        sources: The reports on the screen.
    """
    found = {}
    for text in shown:
        rest = text
        for name in sorted(names, key=len, reverse=True):
            rest = rest.replace(name, "·")
        runs = _RUN.findall(WRITTEN_SO.sub("·", rest))
        if left := [run for run in runs if not any(source.has(run) for source in sources)]:
            found[text] = left
    return found


def _words(text: str) -> str:
    return " ".join(re.findall("[a-z]+", text.lower()))
