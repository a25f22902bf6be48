"""An untrusted report to a document that can be shown: text, tables and layout, nothing that acts or calls out.

Three layers, each enough by itself against script: what is left here is an allow-list of tags and attributes; the
route serves it under ``CONTENT_SECURITY_POLICY``, which forbids script and every address; and the frame that shows it
is sandboxed, so that it has no origin. Facts keep their element's id (facts without one get their path), so that a
URL fragment scrolls to them and the style ``:target`` marks them without any script.
"""

import re
from dataclasses import dataclass

import nh3
from lxml import etree, html

from apps.finance.filings.markup import markup_of
from apps.finance.filings.paths import Paths
from apps.finance.filings.xml import parse
from core_model.errors import InputRejected
from ui.sources.styles import hides, safe_style

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
"""Served with every source document. ``sandbox`` without allowances: no script, no forms, no origin, no pop-ups."""

_TAGS = """
a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em
figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small
span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr
"""
_DROPPED = """
applet audio base canvas embed frame frameset head iframe link math meta noembed noframes noscript object param
plaintext script select source style svg template textarea title track video xmp
"""
TAGS = frozenset(_TAGS.split())
DROPPED_WITH_CONTENT = frozenset(_DROPPED.split())
_KNOWN = TAGS | DROPPED_WITH_CONTENT | {"html", "body"}
_EVERYWHERE = {"id", "style", "class", "dir", "lang", "title"}
_CELL = {"colspan", "rowspan", "align", "valign", "width", "height", "bgcolor"}
ATTRIBUTES = {tag: set(_EVERYWHERE) for tag in TAGS}
for _tag in ("td", "th", "tr", "table", "col", "colgroup", "tbody", "thead", "tfoot"):
    ATTRIBUTES[_tag] |= _CELL
ATTRIBUTES["table"] |= {"border", "cellpadding", "cellspacing"}
ATTRIBUTES["a"] |= {"href"}
ATTRIBUTES["img"] |= {"src", "alt", "width", "height"}
ATTRIBUTES["font"] |= {"color", "face", "size"}
for _tag in ("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr"):
    ATTRIBUTES[_tag] |= {"align", "width"}
ATTRIBUTES["ol"] |= {"start", "type"}

_FACT_CLASS = "tandem-fact"
_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+", re.IGNORECASE)
_FRAGMENT = re.compile(r"#[^\s<>\"']{1,300}")
_INLINE_XBRL = "/inlineXBRL}"
_FACTS = ("nonFraction", "nonNumeric", "fraction")
_STYLE = f"""
html {{ background: #fff; color: #1a1d23; scroll-padding: 38vh 0 30vh; }}
body {{ margin: 0 auto; padding: 20px 28px 40vh; max-width: 1080px;
  font: 13px/1.45 Georgia, "Noto Serif CJK SC", serif; }}
table {{ max-width: 100%; }}
img {{ max-width: 100%; height: auto; }}
.{_FACT_CLASS} {{ border-bottom: 1px dotted #9db4cc; }}
:target {{ background: #ffe89a !important; outline: 3px solid #c98a00; outline-offset: 2px; border-radius: 2px;
  display: inline-block; min-width: .6em; }}
div:target, p:target, td:target, table:target {{ display: revert; }}
"""


@dataclass(frozen=True, slots=True)
class SafeDocument:
    """A sanitised source.

    Attributes:
        html: The whole document, UTF-8.
        visible: Ids of the facts that can be seen in it; a fact that is not among them is not visible in the document.
    """

    html: bytes
    visible: frozenset[str]


def sanitise(data: bytes) -> SafeDocument:
    """The safe form of an HTML, XHTML or inline XBRL document.

    Args:
        data: The bytes of the file, of any origin and quality.

    Returns:
        The document. Script, styles sheets, forms, frames, embedded objects, SVG, MathML, meta data, event attributes
        and every address but a fragment of the document itself and ``data:`` bitmaps are gone.
    """
    text, language, visible = _flat(data)
    return SafeDocument(_page(_clean(text), language), visible)


def _flat(data: bytes) -> tuple[str, str, frozenset[str]]:
    """The markup with its facts marked and nothing yet left out, its language, and the facts that can be seen."""
    root = _parse(data)
    if root is None:
        return "", "en", frozenset()
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "en"
    _flatten(root)
    body = root if root.tag == "body" else root.find(".//body")
    body = root if body is None else body
    body.tag = "div"
    body.tail = None
    return etree.tostring(body, encoding="unicode", method="html"), language, _visible_facts(body)


def _clean(text: str) -> str:
    return nh3.clean(
        text,
        tags=set(TAGS),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"data"},
        strip_comments=True,
        link_rel=None,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """nh3 asks this of every attribute on the list; None takes it away."""
    if name == "style":
        return safe_style(value) or None
    if name == "href":
        return value if _FRAGMENT.fullmatch(value) else None
    if name == "src":
        return value if _IMAGE.fullmatch(value) else None
    if name == "class":
        return _FACT_CLASS if value == _FACT_CLASS else None
    return value


def _page(body: str, language: str) -> bytes:
    language = language if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", language) else "en"
    head = f"<!DOCTYPE html><html lang='{language}'><head><title>Source</title><style>{_STYLE}</style></head>"
    return f"{head}<body>{body}</body></html>".encode("utf-8", "replace")


def _parse(data: bytes) -> etree._Element | None:
    """As the reader of facts does, so that paths agree; what it refuses is read as a browser would, or not at all."""
    try:
        data = markup_of(data)
        return parse(data)
    except InputRejected:
        pass  # no inline XBRL or not well-formed: the tolerant parser takes it
    tolerant = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        return html.document_fromstring(data.replace(b"\x00", b""), parser=tolerant)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _flatten(root: etree._Element) -> None:
    """Names without namespaces, tagged facts as spans with an id, no headers, no entities; in place."""
    paths = Paths(root)
    taken: set[str] = set()
    anchors: list[etree._Element] = []
    doomed: list[etree._Element] = []
    for element in root.iter():
        tag = element.tag
        if not isinstance(tag, str):
            doomed.append(element)
            continue
        space, _, local = tag.rpartition("}")
        if tag.find(_INLINE_XBRL) >= 0:
            if local == "header":
                doomed.append(element)
            if local in _FACTS:
                name = element.get("id")
                if name is None or name in taken:
                    name = paths.of(element)
                taken.add(name)
                element.attrib.clear()
                element.set("id", name)
                element.set("class", _FACT_CLASS)
            element.tag = "span"
        elif space and not space.endswith("/xhtml"):
            doomed.append(element)
        else:
            element.tag = local.lower() if local.lower() in _KNOWN else "span"
            element.attrib.pop("class", None)
            if element.get("id") is not None:
                anchors.append(element)
        if element.tag == "img" and not _IMAGE.fullmatch(element.get("src") or ""):
            _picture_left_out(element)
    for element in anchors:
        if element.get("id") in taken:
            del element.attrib["id"]  # an anchor must not take a fact's place
    _take_out(doomed)


def _picture_left_out(element: etree._Element) -> None:
    """A picture that stands in another file becomes its description."""
    text = element.get("alt") or ""
    element.attrib.clear()
    element.tag = "span"
    element.text = f"[{text[:200]}]" if text.strip() else None


def _take_out(doomed: list[etree._Element]) -> None:
    """Take elements and all within them out, but leave the text that follows them. Each parent is gone through once,
    whatever the number of its children."""
    gone = set(doomed)
    for parent in {element.getparent() for element in doomed} - {None}:
        kept, texts = None, [parent.text]
        for child in list(parent):
            if child in gone:
                texts.append(child.tail)
                parent.remove(child)
            else:
                _follow(parent, kept, texts)
                kept, texts = child, [child.tail]
        _follow(parent, kept, texts)


def _follow(parent: etree._Element, kept: etree._Element | None, texts: list[str | None]) -> None:
    """Let texts follow a child, or begin its parent where there is none before them."""
    if len(texts) > 1:
        joined = "".join(text or "" for text in texts)
        if kept is None:
            parent.text = joined
        else:
            kept.tail = joined


def _visible_facts(body: etree._Element) -> frozenset[str]:
    """The facts outside everything that is kept out of sight."""
    facts: set[str] = set()
    hidden: etree._Element | None = None  # the outermost element out of sight that is open
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "end":
            hidden = None if element is hidden else hidden
            continue
        style = element.get("style")
        if hidden is None and (
            (style and hides(style)) or element.get("hidden") is not None or element.tag in DROPPED_WITH_CONTENT
        ):
            hidden = element
        if hidden is None and element.tag == "span" and element.get("class") == _FACT_CLASS:
            facts.add(str(element.get("id")))
    return frozenset(facts)
