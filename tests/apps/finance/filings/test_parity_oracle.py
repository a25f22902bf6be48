"""Whole documents read by Arelle and by us: every fact the same in concept, value, unit, period and dimensions."""

import pytest

from benchmarks import _filing_readers as readers
from benchmarks import shared_data
from benchmarks.filing_facts import compare
from tests import needs
from tests.apps.finance.filings.documents import IX_10, document, number, text

pytestmark = pytest.mark.oracle


@pytest.fixture(scope="module")
def both():
    needs.oracle("arelle")
    (read_ours, our_facts), (read_theirs, their_facts) = readers.ours(), readers.arelle()

    def read(path):
        return our_facts(read_ours(str(path))), their_facts(read_theirs(str(path)))

    return read


SEGMENT = (
    '<xbrli:context id="c"><xbrli:entity><xbrli:identifier scheme="s">E</xbrli:identifier><xbrli:segment>'
    '<xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">acme:East</xbrldi:explicitMember>'
    '<xbrldi:typedMember dimension="acme:YearAxis"><acme:Year> 2024 </acme:Year></xbrldi:typedMember>'
    "</xbrli:segment></xbrli:entity><xbrli:period><xbrli:instant>2024-01-01T00:00:00</xbrli:instant></xbrli:period>"
    "</xbrli:context>"
)
BODY = (
    number("97,703", "a", scale="6", decimals="-6", format="ixt:num-dot-decimal")
    + number("1.234,50", "b", "acme:B", sign="-", format="ixt:num-comma-decimal", contextRef="year")
    + number("—", "z", "acme:Z", format="ixt:fixed-zero", scale="6")
    + number(number("12", "inner", "acme:I", scale="3"), "outer", "acme:O", scale="3")
    + number("1<ix:exclude>(a)</ix:exclude>2", "x", "acme:X")
    + number("", "nil", "acme:N", xsi__nil="true")
    + number("12.5", "p", "acme:P", scale="-2", unitRef="shares")
    + number("3.10", "e", "us-gaap:EarningsPerShareBasic", unitRef="perShare", contextRef="c")
    + number(" 7 ", "w", "acme:W", contextRef="c")
    + text("one ", "t", continuedAt="k")
    + f'<ix:continuation id="k"><b>two</b>{number("9", "k9", "acme:K")}</ix:continuation>'
    + text("December 31, 2023", "d", "dei:DocumentPeriodEndDate", format="ixt:date-monthname-day-year-en")
)


def test_every_feature_gives_the_same_facts(both, tmp_path):
    path = tmp_path / "report.htm"
    path.write_bytes(document(BODY, hidden=number("5", "h", "acme:H"), resources=SEGMENT))
    ours, theirs = both(path)
    found = compare(ours, theirs)
    assert found["different"] == []
    assert len(found["equal"]) == 12
    assert found["equal_texts"] == [1, 1]
    assert {fact["id"] for fact in ours} == {fact["id"] for fact in theirs}


def test_inline_xbrl_1_0_gives_the_same_facts(both, tmp_path):
    path = tmp_path / "report.htm"
    body = number("1.234,5", "a", format="ixt:numdotcomma") + number("6", "b", "acme:B", scale="3")
    registry = "http://www.xbrl.org/inlineXBRL/transformation/2010-04-20"
    path.write_bytes(document(body, ix=IX_10, registry=registry))
    found = compare(*both(path))
    assert found["different"] == []
    assert len(found["equal"]) == 2


def test_the_comparison_sees_every_kind_of_difference():
    base = {"id": "f", "number": True, "concept": ["n", "A"], "value": "5", "nil": False, "start": None}
    base |= {
        "end": "2023-12-31",
        "dimensions": [],
        "unit": [["iso4217:USD"], []],
        "lacks": False,
        "text": "",
        "digest": "",
    }
    assert compare([base], [base | {"value": "5.0"}])["equal"] == [1]
    changes = {"value": "6", "nil": True, "end": "2023-12-30", "dimensions": [["a", "b", False]], "unit": None}
    for key, value in (changes | {"concept": ["n", "B"], "start": "2023-01-01"}).items():
        assert compare([base], [base | {key: value}])["equal"] == [0], key
    assert compare([], [base])["equal"] == [0]
    assert compare([base], [])["equal"] == [0]
    found = compare([base], [base | {"lacks": True, "value": "6", "text": "five"}])
    assert (found["equal"], found["excluded"], found["texts"]) == ([], [1], ["five"])


@pytest.mark.shared_data
def test_the_smallest_training_report_gives_the_same_facts(both):
    needs.shared_data()
    report = min(shared_data.filings(split="train"), key=lambda filing: filing.path.stat().st_size)
    found = compare(*both(report.path))
    assert found["different"] == []
    assert len(found["equal"]) > 100


def test_facts_without_ids_inside_another_fact_are_known_by_the_same_places(both, tmp_path):
    nested = text(f"assets of {number('5', fact_id='')} in all", fact_id="", escape="true")
    path = tmp_path / "report.html"
    path.write_bytes(document(f"<p>{nested}</p><p>{number('7', fact_id='', concept='us-gaap:Liabilities')}</p>"))
    ours, theirs = ([(fact["id"], fact["concept"][1], fact["value"]) for fact in facts] for facts in both(path))
    assert sorted(ours) == sorted(theirs)
    assert [place for place, *_ in ours] == ["/1/2/2/1", "/1/2/2/1/1", "/1/2/3/1"]
