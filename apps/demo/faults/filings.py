"""Faults of an inline XBRL report; each changes the file in place."""

import re
from pathlib import Path

from apps.demo.faults.damage import Damage

_DEFAULT = "us-gaap:ShortTermInvestments"
_FACT = re.compile(r"<ix:nonFraction [^>]*>[^<]*</ix:nonFraction>")


def _fact(text: str, element_id: str | None) -> tuple[str, str]:
    """Markup and id of one number: of ``element_id``, else short-term investments at the latest year end."""
    for match in _FACT.finditer(text):
        markup = match.group(0)
        found = re.search(r' id="([^"]+)"', markup)
        wanted = f' name="{_DEFAULT}"' in markup if element_id is None else found and found.group(1) == element_id
        if wanted and found:
            return markup, found.group(1)
    raise LookupError(f"no number with the element id {element_id or _DEFAULT}")


def _change(path: Path, kind: str, pattern: str, new: str, detail: str, element_id: str | None) -> Damage:
    """Replace what ``pattern`` finds in the markup of one number."""
    text = Path(path).read_text(encoding="utf-8")
    markup, identifier = _fact(text, element_id)
    changed, count = re.subn(pattern, new, markup, count=1)
    assert count == 1, f"{kind}: the markup of {identifier} lacks what is to be changed"
    Path(path).write_text(text.replace(markup, changed, 1), encoding="utf-8")
    return Damage(kind, (Path(path).name,), (identifier,), detail, refused=False)


def bad_number(path: Path, element_id: str | None = None) -> Damage:
    """Replace one number by letters."""
    return _change(path, "bad_number", r">[^<]*</ix", ">twelve-ish</ix", "letters for a number", element_id)


def unknown_format(path: Path, element_id: str | None = None) -> Damage:
    """Give one number a format that no registry knows."""
    new = ' format="ixt:num-rune-carved"'
    return _change(path, "unknown_format", r' format="[^"]*"', new, "an unknown format", element_id)


def undefined_context(path: Path, element_id: str | None = None) -> Damage:
    """Let one number point to a context that is not there."""
    new = ' contextRef="c-nowhere"'
    return _change(path, "undefined_context", r' contextRef="[^"]*"', new, "a context that is not defined", element_id)


def huge_fact(path: Path, element_id: str | None = None, *, by_scale: bool = False) -> Damage:
    """Make one number as large as 1e400: by 400 zeros on the page, or by its scale."""
    if by_scale:
        return _change(path, "huge_fact", r' scale="[^"]*"', ' scale="400"', "a scale of 400", element_id)
    return _change(path, "huge_fact", r">[^<]*</ix", f">1{'0' * 400}</ix", "a number of 401 digits", element_id)


def plain_html(path: Path) -> Damage:
    """Take every tag of inline XBRL out and leave the page."""
    text = Path(path).read_text(encoding="utf-8")
    text = re.sub(r'<div style="display:none"><ix:header>.*?</ix:header></div>', "", text, flags=re.DOTALL)
    text = re.sub(r"</?ix:[^>]*>", "", text)
    text = re.sub(r' xmlns:[\w-]+="[^"]*"', "", text)
    Path(path).write_text(text, encoding="utf-8")
    return Damage("plain_html", (Path(path).name,), (), "HTML without inline XBRL", refused=True)


def xml_bomb(path: Path, levels: int = 9) -> Damage:
    """Declare entities that grow tenfold at each level, and use the last in the title."""
    lines = ['<!ENTITY b0 "bomb">']
    lines += [f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, levels + 1)]
    _declare(path, lines, f"&b{levels};")
    return Damage("xml_bomb", (Path(path).name,), (), f"entities that expand to 10^{levels} words", refused=True)


def external_entity(path: Path, target: str = "file:///etc/hostname") -> Damage:
    """Declare an entity that reads another file or address, and use it in the title."""
    _declare(path, [f'<!ENTITY outside SYSTEM "{target}">'], "&outside;")
    return Damage("external_entity", (Path(path).name,), (), "an entity that reads another file", refused=True)


def _declare(path: Path, entities: list[str], used: str) -> None:
    text = Path(path).read_text(encoding="utf-8")
    declared = "<!DOCTYPE html [\n" + "\n".join(entities) + "\n]>\n<html "
    text = text.replace("<html ", declared, 1).replace("<title>", f"<title>{used} ", 1)
    Path(path).write_text(text, encoding="utf-8")


def truncate_report(path: Path, share: float = 0.5) -> Damage:
    """Cut the file off."""
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[: int(len(data) * share)])
    return Damage("truncate_report", (Path(path).name,), (), f"cut to {share:.0%} of its length", refused=True)


def scripted(path: Path, call: str = "window.tandemRan = true") -> Damage:
    """Add active content to a readable report: a script, event handlers, a form, a frame and remote addresses."""
    text = Path(path).read_text(encoding="utf-8")
    active = (
        f'<script>{call}</script><img src="x:none" onerror="{call}"/><svg onload="{call}"></svg>'
        f'<a href="javascript:{call}">report</a><form action="http://example.invalid/"><input name="q"/></form>'
        '<iframe src="http://example.invalid/"></iframe><link rel="stylesheet" href="http://example.invalid/s.css"/>'
        '<div style="background:url(http://example.invalid/p.png)">styled</div>'
    )
    Path(path).write_text(text.replace("<body>", f"<body>{active}", 1), encoding="utf-8")
    return Damage("scripted", (Path(path).name,), (), "scripts and remote addresses in the page", refused=False)
