"""Whatever a report holds, what is shown of it neither acts nor calls out, and its facts keep their places."""

import html as entities
import re
from collections.abc import Callable
from html.parser import HTMLParser

import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from apps.finance.filings import read_facts
from tests.ui.hostile import HOSTILE
from tests.ui.made import REPORT, UNNAMED
from ui.sources.sanitise import ATTRIBUTES, TAGS, sanitise
from ui.sources.styles import safe_style

PAGE_TAGS = {"html", "head", "title", "style", "body"}
INLINE = (
    b"<html xmlns='http://www.w3.org/1999/xhtml' xmlns:ix='http://www.xbrl.org/2013/inlineXBRL'><body>%s</body></html>"
)


class _Reparsed(HTMLParser):
    """What a second parser, of another family, finds in the output."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.odd: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)

    def unknown_decl(self, data: str) -> None:
        self.odd.append(data)


def body_of(output: bytes) -> str:
    text = output.decode()
    return text[text.index("<body>") + 6 : text.rindex("</body>")]


def assert_harmless(output: bytes) -> None:
    """Nothing that acts or calls out, for two parsers; and a browser's parser changes nothing in it."""
    body = body_of(output)
    reparsed = _Reparsed(body)
    assert not reparsed.odd
    elements = [(tag, list(attrs)) for tag, attrs in reparsed.found]
    if body.strip():
        tree = html.document_fromstring(output)
        elements += [(element.tag, list(element.attrib.items())) for element in tree.find("body").iterdescendants()]
    for tag, attributes in elements:
        assert tag in TAGS, tag
        for name, value in attributes:
            assert name in ATTRIBUTES[tag], (tag, name)
            plain = entities.unescape(value or "")
            if name == "href":
                assert plain.startswith("#"), plain
            if name == "src":
                assert re.match(r"data:image/(png|jpeg|gif|webp);base64,", plain, re.IGNORECASE), plain
            if name == "style":
                assert not re.search(r"url|expression|import|@|\\|image-set|position", plain, re.IGNORECASE), plain
            if name == "class":
                assert plain == "tandem-fact"
    assert nh3.clean(
        body, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes={"data"}, link_rel=None
    ) == body, "a browser would read it differently"  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_piece_of_html_leaves_nothing_that_acts(piece: str) -> None:
    for document in (piece, f"<html><body><p>before</p>{piece}<p>after</p></body></html>", f"<table><tr><td>{piece}"):
        assert_harmless(sanitise(document.encode("utf-8", "surrogatepass")).html)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_piece_inside_an_inline_report_leaves_nothing_that_acts(piece: str) -> None:
    assert_harmless(sanitise(INLINE % piece.encode()).html)


def test_there_are_many_hostile_pieces_and_the_honest_text_around_them_stays() -> None:
    assert len(set(HOSTILE)) >= 100
    text = sanitise(b"<p>before</p><script>alert(1)</script><p>after</p>").html.decode()
    assert "before" in text
    assert "after" in text
    assert "alert" not in text


_NAMES = (
    "a div script svg math style template noscript img ix:nonFraction mtext table td title textarea iframe form "
    "foreignObject select p xmp b"
)
_names = st.sampled_from(_NAMES.split())
_attributes = st.sampled_from(
    [
        "",
        " onload=alert(1)",
        " href='javascript:alert(1)'",
        " src=//e.example/x",
        " style='background:url(x)'",
        " id=f1",
        " xlink:href='data:text/html,x'",
        " srcset='//e.example/x 2x'",
        ' style="color:red\\3b}"',
        " title='--><script>'",
    ]
)
_open = st.builds(lambda name, attribute: f"<{name}{attribute}>", _names, _attributes)
_close = st.builds(lambda name: f"</{name}>", _names)
_soup = st.lists(
    st.one_of(_open, _close, st.sampled_from(["<!--", "-->", "]]>", "<![CDATA[", "&lt;script&gt;", "\x00", "<", "'"]),
              st.text(max_size=6)),
    max_size=24,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_soup)
def test_whatever_goes_in_nothing_that_acts_comes_out(soup: str) -> None:
    data = soup.encode("utf-8", "replace")
    assert_harmless(sanitise(data).html)
    assert_harmless(sanitise(INLINE % data).html)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_html_make_a_harmless_page(data: bytes) -> None:
    assert_harmless(sanitise(data).html)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="urlcoRGB:;(){}\\/*'\"@-#10 x<&", max_size=40))
def test_a_style_that_stays_has_known_properties_and_plain_values(text: str) -> None:
    kept = safe_style(text)
    assert not re.search(r"[\\{}@<&]|/\*|url", kept, re.IGNORECASE)


def test_layout_styles_stay_and_what_loads_goes() -> None:
    style = "font-weight:700;padding:2px 1pt;color:rgb(0, 0, 0);background:url(x);border-bottom:1pt solid #000"
    assert safe_style(style) == "font-weight:700;padding:2px 1pt;color:rgb(0, 0, 0);border-bottom:1pt solid #000"


def test_every_fact_keeps_its_id_or_gets_its_path_and_hidden_ones_are_not_visible() -> None:
    document = sanitise(REPORT)
    facts = {fact.fact_id: fact for fact in read_facts(REPORT).facts}
    assert document.visible == {fact_id for fact_id, fact in facts.items() if not fact.hidden}
    assert document.visible == {"f1", "f2", UNNAMED, "f4"}
    tree = html.document_fromstring(document.html)
    marked = {element.get("id"): element.text for element in tree.iter("span") if element.get("class")}
    assert marked == {"f1": "1,200", "f2": "1,100", UNNAMED: "35", "f4": "60"}


@pytest.mark.parametrize(
    "form",
    [
        lambda report: b"\n" + report,
        lambda report: b"\xef\xbb\xbf" + report,
        lambda report: report.decode().replace("?>", " encoding='UTF-16'?>", 1).encode("utf-16"),
        lambda report: report.decode().encode("utf-16-be"),
        lambda report: report.replace(b"?>", b" encoding='windows-1252'?>", 1).replace(b"1,200", b"1,200\xa0"),
    ],
    ids=["newline before the declaration", "byte order mark", "UTF-16", "UTF-16 without a mark", "windows-1252"],
)
def test_what_is_visible_is_the_same_in_every_form_that_the_reader_of_facts_takes(
    form: Callable[[bytes], bytes],
) -> None:
    data = form(REPORT)
    document = sanitise(data)
    assert document.visible == {fact.fact_id for fact in read_facts(data).facts if not fact.hidden}
    assert document.visible == {"f1", "f2", UNNAMED, "f4"}
    texts = [element.text for element in html.document_fromstring(document.html).iter("span") if element.get("class")]
    assert [text.strip() for text in texts] == ["1,200", "1,100", "35", "60"]


def test_a_page_without_facts_in_utf_16_keeps_its_text() -> None:
    assert "前 café" in sanitise("<html><body><p>前 café<br></p></body></html>".encode("utf-16")).html.decode()


def test_a_fact_inside_an_element_that_is_not_displayed_is_not_visible() -> None:
    hidden = REPORT.replace(b"<table>", b"<table style='DISPLAY : none'>")
    assert sanitise(hidden).visible == frozenset()


def test_an_anchor_cannot_take_the_place_of_a_fact() -> None:
    document = sanitise(REPORT.replace(b"<h1>", b"<h1 id='f1'>"))
    tree = html.document_fromstring(document.html)
    assert [element.tag for element in tree.xpath("//*[@id='f1']")] == ["span"]


def test_a_picture_from_another_file_becomes_its_description() -> None:
    text = sanitise(REPORT).html.decode()
    assert "[logo]" in text
    assert "tracker.example" not in text


@pytest.mark.parametrize(
    "piece",
    ["<img src=x onerror=alert(1)>", "<a href='http://e.example/'>x</a>", "<b style='color:url(x)'>x</b>", "<svg/>"],
)
def test_the_check_itself_sees_what_is_hostile(piece: str) -> None:
    with pytest.raises(AssertionError):
        assert_harmless(f"<html><body>{piece}</body></html>".encode())
