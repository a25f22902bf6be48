"""From a fact back to its place in the document."""

import pytest
from lxml import etree

from apps.finance.filings import locate, locate_all, read_facts
from apps.messages import said
from core_model.errors import InputRejected, NotFound
from tests.apps.finance.filings.documents import document, number, text

DATA = document(
    f'<p id="para">{number("5", "shown")}</p>'
    f'<div style="color:red; display : none">{number("6", "folded", "acme:B")}</div>'
    f"<p>{number('7', '', 'acme:C')}</p>"
    + '<p style="-sec-ix-hidden:kept">Annual report</p>'
    + text("one", "t", continuedAt="c1")
    + '<p><ix:continuation id="c1" continuedAt="c2">two</ix:continuation></p>'
    + '<ix:continuation id="c2">three</ix:continuation>',
    hidden=text("10-K", "kept") + text("FY", "alone", "dei:DocumentFiscalPeriodFocus"),
)


def element_at(path):
    element = etree.fromstring(DATA)
    for step in path.split("/")[2:]:
        element = [child for child in element if isinstance(child.tag, str)][int(step) - 1]
    return element


def test_a_visible_fact_is_found_at_its_path():
    place = locate(DATA, "shown")
    assert (place.element_id, place.hidden, place.visible, place.reason) == ("shown", False, True, None)
    assert element_at(place.path).text == "5"
    assert place.line > 10


def test_every_fact_is_found_by_its_id_and_the_path_leads_to_its_element():
    filing = read_facts(DATA)
    places = locate_all(DATA, [fact.fact_id for fact in filing.facts])
    assert len(places) == 6
    for fact, place in zip(filing.facts, places, strict=True):
        assert place.fact_id == fact.fact_id
        assert place.element_id == fact.element_id
        assert place.hidden == fact.hidden
        assert element_at(place.path).get("name") == fact.concept
        if fact.element_id is None:
            assert place.path == fact.fact_id


def test_a_hidden_fact_says_so_and_names_the_text_that_shows_it():
    kept, alone = locate_all(DATA, ["kept", "alone"])
    assert kept.hidden
    assert not kept.visible
    assert said(kept.reason) == "not visible in the document: the fact stands among its hidden facts"
    assert element_at(kept.shown_at).text == "Annual report"
    assert alone.shown_at is None


def test_a_fact_in_a_part_that_the_page_does_not_display_is_not_visible():
    place = locate(DATA, "folded")
    assert not place.hidden
    assert not place.visible
    assert said(place.reason) == "not visible in the document: the page does not display this part"


def test_the_continuations_of_a_text_are_named_in_order():
    place = locate(DATA, "t")
    assert [element_at(path).text for path in place.continued_at] == ["two", "three"]


def test_any_element_can_be_found_and_what_is_not_there_is_refused():
    assert element_at(locate(DATA, "para").path).tag.endswith("}p")
    for wrong in ("nowhere", "/1/2/99", "/2", "/1//2", "../1", "/1/0"):
        with pytest.raises(NotFound, match="has no element"):
            locate(DATA, wrong)
    with pytest.raises(InputRejected):
        locate(b"<html/>", "shown")
