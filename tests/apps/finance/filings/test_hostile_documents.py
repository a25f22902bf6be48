"""What is no readable report is refused in one sentence, and nothing else happens."""

import gzip
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.finance.filings import Filing, read_facts
from apps.messages import refused, said
from core_model.errors import InputRejected, Message, NotFound
from tests.apps.finance.filings.documents import document, number, text

GOOD = document(
    number("97,703", "a", scale="6", format="ixt:num-dot-decimal")
    + text("<p>A &amp; B</p>", "t", escape="true", continuedAt="c")
    + '<ix:continuation id="c">more</ix:continuation>'
)
LAUGHS = "".join(
    f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' if level else '<!ENTITY l0 "lol">' for level in range(10)
)


def with_prolog(prolog, body=None):
    return document(body or number("5"), prolog=prolog)


def zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


REFUSED = {
    "empty": (b"", "empty_file", "the file is empty"),
    "blank": (b" \n\t ", "empty_file", "the file is empty"),
    "PDF": (b"%PDF-1.7\n...", "another_kind", "this is a PDF"),
    "zip without a report": (zipped({"notes.txt": GOOD}), "no_inline_xbrl", "holds no inline XBRL"),
    "zip of two reports": (zipped({"a.htm": GOOD, "b.htm": GOOD}), "several_reports", "it holds 2 reports"),
    "damaged zip": (zipped({"report.htm": GOOD})[:300], "report_zip_damaged", "the zip archive is damaged"),
    "zip with a lie": (
        zipped({"report.htm": GOOD}).replace(b"PK\x05\x06", b"PK\x05\x07"),
        "report_zip_damaged",
        "the zip archive is damaged",
    ),
    "Office file": (
        zipped({"[Content_Types].xml": b"<x/>", "word/a.html": GOOD}),
        "another_kind",
        "this is an Office file",
    ),
    "XBRL instance": (
        b'<?xml version="1.0"?><xbrl xmlns="http://www.xbrl.org/2003/instance"></xbrl>',
        "xbrl_instance",
        "this is an XBRL instance",
    ),
    "gzip": (gzip.compress(GOOD), "another_kind", "this is a gzip file"),
    "text": (b"Annual report 2023", "not_html", "this is not an HTML document"),
    "random": (bytes(range(1, 256)) * 20, "not_html", "this is not an HTML document"),
    "plain HTML": (b"<html><body><br><p>Assets 5</body></html>", "no_inline_xbrl", "holds no inline XBRL"),
    "XHTML without facts": (document("<p>Assets 5</p>"), "no_inline_xbrl", "holds no inline XBRL"),
    "truncated": (GOOD[: len(GOOD) * 2 // 3], "truncated", "ends in the middle"),
    "cut in a tag": (GOOD[: GOOD.index(b"<ix:continuation") + 9], "truncated", "ends in the middle"),
    "unclosed tag": (GOOD.replace(b"</head>", b""), "not_well_formed", "is not well-formed XML"),
    "ampersand": (document(number("a & b")), "not_well_formed", "no name follows a < or an &"),
    "two attributes": (document(number('<p id="a" id="b">5</p>')), "not_well_formed", "stands twice in one tag"),
    "control character": (document(number("5\x01")), "not_well_formed", "a character that XML does not allow"),
    "no prefix": (document(number("<other:p>5</other:p>")), "not_well_formed", "a prefix of a name is not declared"),
    "bomb": (
        with_prolog(f"<!DOCTYPE html [{LAUGHS}]>", number("&l9;")),
        "document_type",
        "a document type of its own",
    ),
    "external entity": (
        with_prolog('<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/hostname">]>', number("&x;")),
        "document_type",
        "a document type of its own",
    ),
    "external DTD": (
        with_prolog('<!DOCTYPE html SYSTEM "http://127.0.0.1:9/evil.dtd">'),
        "document_type",
        "a document type of its own",
    ),
    "parameter entity": (
        with_prolog('<!DOCTYPE html [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>'),
        "document_type",
        "a document type of its own",
    ),
    "subset behind a public name": (
        with_prolog('<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x" [<!ENTITY a "b">]>'),
        "document_type",
        "a document type of its own",
    ),
    "bomb in UTF-16": (
        with_prolog(f"<!DOCTYPE html [{LAUGHS}]>", number("&l9;")).decode().encode("utf-16"),
        "document_type",
        "a document type of its own",
    ),
    "hidden in UTF-7": (
        b'<?xml version="1.0" encoding="UTF-7"?>' + GOOD,
        "encoding",
        "declares the encoding 'UTF-7'",
    ),
    "undefined entity": (with_prolog("", number("&unknown;")), "entities", "its entities cannot be read"),
    "deep": (
        document("<div>" * 200_000 + number("5") + "</div>" * 200_000),
        "nested_too_deeply",
        "nested more deeply",
    ),
    "ten million characters": (document(f"<p title='{'x' * 10_000_001}'/>" + number("5")), "too_long", "10 million"),
}


@pytest.mark.parametrize(("data", "code", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_it_is_refused_in_one_sentence_that_says_what_it_is(data, code, words):
    with pytest.raises(InputRejected) as refusal:
        read_facts(data)
    assert refusal.value.code == code
    assert words in str(refusal.value)
    assert refusal.value.action
    assert "\n" not in str(refusal.value)
    assert str(refusal.value).endswith(".")
    assert "/tmp" not in str(refusal.value)
    assert refused(refusal.value.refusal) == str(refusal.value)
    assert refused(refusal.value.refusal, "zh").endswith("。")


def test_a_refusal_is_said_in_chinese():
    with pytest.raises(InputRejected) as refusal:
        read_facts(b"%PDF-1.7")
    assert refused(refusal.value.refusal, "zh") == (
        "这是PDF 文件（允许：单份内联 XBRL 报告，即公司申报的 XHTML 文档）；请提供报告的 .htm 或 .html 文件。"
    )


def test_no_entity_is_ever_read_from_disk(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-5312")
    for prolog in (
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]>',
        f'<!DOCTYPE html SYSTEM "{secret.as_uri()}">',
    ):
        with pytest.raises(InputRejected) as refusal:
            read_facts(with_prolog(prolog, text("&x;")))
        assert "canary" not in str(refusal.value)


def test_a_missing_file_and_a_folder_are_named_without_their_path(tmp_path):
    with pytest.raises(NotFound, match="^there is no such file"):
        read_facts(tmp_path / "none.htm")
    with pytest.raises(InputRejected, match="^a folder was given where one report is read"):
        read_facts(tmp_path)


XHTML_STRICT = (
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">'
)


@pytest.mark.parametrize(
    "prolog",
    [
        "",
        "\n\n  <!-- made by a tool: <!DOCTYPE x [ --> \n",
        '<?xml version="1.0"?>\n<!-- a --><!-- b -->\n',
        "<!DOCTYPE html>\n",
        "<!doctype html>",
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + XHTML_STRICT,
        '<!DOCTYPE html SYSTEM "about:legacy-compat">',
    ],
)
def test_reports_start_in_many_ways(prolog):
    assert read_facts(with_prolog(prolog)).facts[0].value == "5"


def test_named_characters_of_html_are_understood_with_and_without_a_document_type():
    body = text("A&nbsp;&mdash;&amp;&euro;")
    for prolog in ("", XHTML_STRICT):
        assert read_facts(with_prolog(prolog, body)).facts[0].value == "A\xa0—&€"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_encodings(encoding):
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16"}.get(encoding, encoding)
    data = with_prolog(f'<?xml version="1.0" encoding="{declared}"?>', text("Société"))
    assert read_facts(data.decode().encode(encoding)).facts[0].value == "Société"


def test_an_ordinary_depth_is_read():
    assert read_facts(document("<div>" * 200 + number("5") + "</div>" * 200)).facts[0].value == "5"


def test_texts_that_hold_each_other_do_not_multiply_without_end():
    depth, page = 150, "<p>word</p>" * 40_000
    opened = "".join(
        f'<ix:nonNumeric id="t{i}" name="acme:T{i}" contextRef="year" escape="true">' for i in range(depth)
    )
    data = document(f"{opened}{page}{'</ix:nonNumeric>' * depth}{number('5', 'n')}")
    filing = read_facts(data)
    assert sum(len(fact.value or "") for fact in filing.facts) < 25 * len(data)
    assert filing.facts[0].text.startswith("wordword") or filing.facts[0].text.startswith("word word")
    assert filing.facts[-2].not_available == Message("texts_repeat", {"most": 5})
    assert said(filing.facts[-2].not_available) == "the tagged texts repeat each other more than 5 times over"
    assert filing.facts[-1].value == "5"


def test_long_texts_behind_a_format_are_refused_at_once():
    body = "".join(
        text("1 jan " * 50_000, f"t{i}", f"acme:T{i}", format=f"ixt:date-day-monthname-year-{language}")
        for i, language in enumerate(["de", "cs", "fi", "el", "pl"])
    )
    filing = read_facts(document(body))
    reasons = [said(fact.not_available) for fact in filing.facts]
    assert all("is not a date with a month's name" in reason and len(reason) < 200 for reason in reasons)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_report_is_read_or_refused_and_nothing_else(data):
    damaged = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        kind = data.draw(st.sampled_from(["flip", "cut", "insert", "drop"]))
        if kind == "flip":
            damaged[place] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del damaged[place : place + data.draw(st.integers(1, 400))]
        elif kind == "insert":
            damaged[place:place] = data.draw(
                st.sampled_from([b"<", b"&", b'"', b"\x00", b"<ix:exclude>", b"]]>", b"&#0;"])
            )
        elif len(damaged) > 2:
            del damaged[place]
    try:
        filing = read_facts(bytes(damaged))
    except InputRejected:
        return
    assert isinstance(filing, Filing)
