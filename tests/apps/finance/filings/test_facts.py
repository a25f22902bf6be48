"""Facts of hand-made documents, one feature of inline XBRL a test."""

import pytest

from apps.finance.filings import Dimension, read_facts
from apps.messages import cautioned, said
from core_model.errors import Message
from tests.apps.finance.filings.documents import CONTEXTS, IX_10, document, number, text


def facts_of(*args, **kwargs):
    return {fact.fact_id: fact for fact in read_facts(document(*args, **kwargs)).facts}


def context(context_id, period="<xbrli:instant>2023-12-31</xbrli:instant>", segment="", scenario=""):
    inner = f"<xbrli:segment>{segment}</xbrli:segment>" if segment else ""
    outer = f"<xbrli:scenario>{scenario}</xbrli:scenario>" if scenario else ""
    return (
        f'<xbrli:context id="{context_id}"><xbrli:entity><xbrli:identifier scheme="s">E</xbrli:identifier>{inner}'
        f"</xbrli:entity><xbrli:period>{period}</xbrli:period>{outer}</xbrli:context>"
    )


def test_a_number_has_its_exact_value_unit_period_and_source():
    fact = facts_of(number("97,703", "f-210", scale="6", decimals="-6", format="ixt:num-dot-decimal"))["f-210"]
    assert (fact.concept, fact.namespace) == ("us-gaap:Assets", "http://fasb.org/us-gaap/2023")
    assert fact.value == "97703000000"
    assert (fact.unit, fact.unit_id) == ("USD", "usd")
    assert (fact.start, fact.end, fact.instant) == (None, "2023-12-31", True)
    assert (fact.decimals, fact.scale, fact.sign, fact.format) == ("-6", "6", None, "ixt:num-dot-decimal")
    assert (fact.element_id, fact.hidden, fact.nil, fact.not_available) == ("f-210", False, False, None)
    assert fact.entity == "0000012345"
    assert fact.local_name == "Assets"


def test_a_duration_has_both_its_days():
    fact = facts_of(number("5", contextRef="year"))["f"]
    assert (fact.start, fact.end, fact.instant) == ("2023-01-01", "2023-12-31", False)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("<xbrli:instant>2024-01-01T00:00:00</xbrli:instant>", (None, "2023-12-31", True)),
        ("<xbrli:instant>2023-12-31T24:00:00</xbrli:instant>", (None, "2023-12-31", True)),
        ("<xbrli:instant>2023-12-31T15:30:00</xbrli:instant>", (None, "2023-12-31T15:30:00", True)),
        (
            "<xbrli:startDate>2023-01-01T00:00:00</xbrli:startDate><xbrli:endDate>2024-01-01T00:00:00</xbrli:endDate>",
            ("2023-01-01", "2023-12-31", False),
        ),
        ("<xbrli:forever/>", (None, None, False)),
        ("<xbrli:instant> 2023-12-31Z </xbrli:instant>", (None, "2023-12-31", True)),
    ],
)
def test_periods_with_a_time_of_day_mean_the_day_that_they_end(period, expected):
    fact = facts_of(number("5", contextRef="c"), contexts=context("c", period))["f"]
    assert (fact.start, fact.end, fact.instant) == expected
    assert fact.value == "5"


def test_sign_and_scale_apply_to_the_displayed_number():
    facts = facts_of(
        number("1.5", "a", sign="-", scale="3") + number("25", "b", scale="-2", unitRef="shares") + number("7", "c")
    )
    assert [facts[key].value for key in "abc"] == ["-1500", "0.25", "7"]
    assert facts["a"].sign == "-"


def test_units_are_simple_or_divided():
    facts = facts_of(
        number("1", "a") + number("2", "b", unitRef="shares") + number("3", "c", unitRef="perShare")
        + number("4", "d", unitRef="own") + number("5", "e", unitRef="area"),
        resources='<xbrli:unit id="own"><xbrli:measure>acme:Store</xbrli:measure></xbrli:unit>'
        '<xbrli:unit id="area"><xbrli:measure>acme:M</xbrli:measure><xbrli:measure>acme:M</xbrli:measure></xbrli:unit>',
    )  # fmt: skip
    assert [facts[key].unit for key in "abcde"] == ["USD", "shares", "USD/shares", "acme:Store", "acme:M*acme:M"]


def test_dimensions_of_segment_and_scenario_are_sorted_by_axis():
    fact = facts_of(
        number("5", contextRef="c"),
        contexts=context(
            "c",
            segment='<xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">acme:East'
            "</xbrldi:explicitMember>",
            scenario='<xbrldi:typedMember dimension="acme:YearAxis"><acme:Year> 2024 </acme:Year></xbrldi:typedMember>'
            '<xbrldi:explicitMember dimension="srt:RangeAxis"> srt:MaximumMember </xbrldi:explicitMember>',
        ),
    )["f"]
    assert fact.dimensions == (
        Dimension("acme:YearAxis", "2024", typed=True),
        Dimension("srt:RangeAxis", "srt:MaximumMember"),
        Dimension("us-gaap:StatementBusinessSegmentsAxis", "acme:East"),
    )


def test_nil_is_neither_zero_nor_missing():
    fact = facts_of(number("", xsi__nil="true"))["f"]
    assert fact.nil
    assert fact.value is None
    assert fact.not_available is None


def test_nested_numbers_share_the_displayed_text():
    inner = number("12", "inner", "us-gaap:Cash", scale="3")
    facts = facts_of(number(inner, "outer", scale="3"))
    assert [facts[key].value for key in ("outer", "inner")] == ["12000", "12000"]
    assert [fact.order for fact in facts.values()] == [0, 1]


def test_a_number_inside_text_is_a_fact_of_its_own():
    facts = facts_of(text(f"We own <b>{number('3', 'n')}</b> stores", "t", "acme:Stores"))
    assert facts["t"].value == "We own 3 stores"
    assert facts["n"].value == "3"


def test_a_text_is_continued_along_its_chain_in_order():
    facts = facts_of(
        text("one ", "t", continuedAt="c1")
        + '<p><ix:continuation id="c2">three</ix:continuation></p>'
        + '<ix:continuation id="c1" continuedAt="c2">two </ix:continuation>'
    )
    assert facts["t"].value == "one two three"


def test_a_chain_that_breaks_or_turns_in_a_circle_ends_there_with_a_caution():
    filing = read_facts(
        document(
            text("one ", "a", continuedAt="c1")
            + '<ix:continuation id="c1" continuedAt="c1">two</ix:continuation>'
            + text("three", "b", "acme:Other", continuedAt="nowhere")
        )
    )
    assert [fact.value for fact in filing.facts] == ["one two", "three"]
    [caution] = filing.cautions
    assert (caution.code, caution.count) == ("broken_continuation", 2)


def test_what_is_excluded_is_not_part_of_the_value():
    facts = facts_of(
        number("1<ix:exclude><sup>(a)</sup></ix:exclude>2", "n")
        + text("before<ix:exclude>page 7</ix:exclude>, after", "t")
        + text("<p>a</p><ix:exclude><p>page 7</p></ix:exclude><p>b</p>", "m", escape="true")
    )
    assert facts["n"].value == "12"
    assert facts["t"].value == "before, after"
    assert facts["m"].value == "<p>a</p><p>b</p>"


def test_escaped_text_is_markup_without_inline_xbrl_and_its_text_is_readable():
    content = f'<p style="x">Sales &amp; costs</p><p>rose by{number("5", "n")} &lt; 6</p>'
    fact = facts_of(text(content, "t", "us-gaap:PolicyTextBlock", escape="true"))["t"]
    assert fact.escaped
    assert fact.value == '<p style="x">Sales &amp; costs</p><p>rose by5 &lt; 6</p>'
    assert fact.text == "Sales & costs rose by5 < 6"


def test_markup_is_continued_too():
    facts = facts_of(
        text("<p>a</p>", "t", escape="true", continuedAt="c")
        + '<div><ix:continuation id="c"><p>b</p></ix:continuation></div>'
    )
    assert facts["t"].value == "<p>a</p><p>b</p>"


def test_white_space_of_text_stays_and_that_around_numbers_goes():
    facts = facts_of(text(" A\n B ", "t") + number("\n 1,234\n", "n", format="ixt:num-dot-decimal"))
    assert facts["t"].value == " A\n B "
    assert facts["t"].text == "A B"
    assert facts["n"].value == "1234"


def test_hidden_facts_are_marked():
    facts = facts_of(number("5", "shown"), hidden=text("10-K", "kept", "dei:DocumentType"))
    assert facts["kept"].hidden
    assert not facts["shown"].hidden
    assert [fact.fact_id for fact in facts.values()] == ["kept", "shown"]


def test_a_fraction_keeps_both_terms():
    fraction = (
        '<ix:fraction id="f" name="acme:Ratio" contextRef="year" unitRef="shares"><ix:numerator>1</ix:numerator> of '
        '<ix:denominator format="ixt:num-dot-decimal" scale="3">3</ix:denominator></ix:fraction>'
    )
    fact = facts_of(fraction)["f"]
    assert (fact.kind, fact.value) == ("fraction", "1/3000")


def test_footnotes_belong_to_their_facts():
    filing = read_facts(
        document(
            number("5", "a") + number("6", "b") + '<ix:footnote id="n1" footnoteRole="r" xml:lang="en">See <b>7</b>'
            "</ix:footnote>",
            resources='<ix:relationship fromRefs="a b" toRefs="n1"/><ix:relationship fromRefs="a" toRefs="b"/>'
            '<ix:relationship fromRefs="a" toRefs="nowhere"/>',
        )
    )
    assert [fact.footnotes for fact in filing.facts] == [("n1",), ("n1",)]
    assert filing.footnotes["n1"].text == "See 7"
    assert (filing.footnotes["n1"].role, filing.footnotes["n1"].language) == ("r", "en")
    assert [(link.from_ids, link.to_ids) for link in filing.relationships[:2]] == [
        (("a", "b"), ("n1",)),
        (("a",), ("b",)),
    ]
    assert [caution.code for caution in filing.cautions] == ["dangling_footnote"]


def test_inline_xbrl_1_0_is_read_with_its_footnotes():
    filing = read_facts(
        document(
            number("1,234", "a", format="ixt:numcommadot", footnoteRefs="n1")
            + '<ix:footnote footnoteID="n1">estimated</ix:footnote>',
            ix=IX_10,
            registry="http://www.xbrl.org/inlineXBRL/transformation/2010-04-20",
        )
    )
    [fact] = filing.facts
    assert (fact.value, fact.footnotes) == ("1234", ("n1",))
    assert filing.footnotes["n1"].text == "estimated"


def test_a_fact_without_an_id_is_named_by_its_path_and_so_is_the_second_with_one_id():
    body = f"<p>{number('1', 'x')}</p><p><!-- c -->{number('2', 'x', 'acme:B')} {number('3', '', 'acme:C')}</p>"
    filing = read_facts(document(body))
    assert [fact.fact_id for fact in filing.facts] == ["x", "/1/2/3/1", "/1/2/3/2"]
    assert [fact.element_id for fact in filing.facts] == ["x", "x", None]
    assert [caution.code for caution in filing.cautions] == ["id_twice"]
    assert [fact.fact_id for fact in read_facts(document(body)).facts] == [fact.fact_id for fact in filing.facts]


def test_well_known_taxonomies_have_their_usual_prefix_and_local_declarations_hold():
    body = (
        '<div xmlns:g="http://fasb.org/us-gaap/2024" xmlns:t="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12">'
        + number("1.000", "a", "g:Assets", format="t:num-comma-decimal")
        + '</div><div xmlns:g="http://acme.example/other">'
        + number("2", "b", "g:Assets")
        + "</div>"
    )
    facts = facts_of(body)
    assert (facts["a"].concept, facts["a"].value) == ("us-gaap:Assets", "1000")
    assert (facts["b"].concept, facts["b"].namespace) == ("g:Assets", "http://acme.example/other")


def test_the_default_target_document_is_read_and_the_others_are_named():
    filing = read_facts(document(number("1", "a") + number("2", "b", target="parent")))
    assert [fact.fact_id for fact in filing.facts] == ["a"]
    assert cautioned(filing.cautions[0]) == "Facts of the further target document 'parent' are left out."
    only_named = read_facts(document(number("2", "b", target="parent")))
    assert [fact.fact_id for fact in only_named.facts] == ["b"]


def test_the_document_says_who_what_and_when():
    filing = read_facts(
        document(
            number("5", scale="6") + number("7", "s", unitRef="shares"),
            hidden=text("Acme &amp; Co.", "n", "dei:EntityRegistrantName")
            + text("10-K", "d", "dei:DocumentType")
            + text("December 31, 2023", "e", "dei:DocumentPeriodEndDate", format="ixt:date-monthname-day-year-en")
            + text("2023", "y", "dei:DocumentFiscalYearFocus")
            + text("FY", "p", "dei:DocumentFiscalPeriodFocus"),
        )
    )
    document_ = filing.document
    assert document_.company == "Acme & Co."
    assert (document_.form, document_.period_end) == ("10-K", "2023-12-31")
    assert (document_.fiscal_year, document_.fiscal_period) == (2023, "FY")
    assert (document_.language, document_.currency) == ("en-US", "USD")
    assert (document_.entity, document_.entity_scheme) == ("0000012345", "http://www.sec.gov/CIK")
    assert len(document_.source_hash) == 64
    assert document_.missing == {"basis": Message("basis_not_named")}


@pytest.mark.parametrize("day", ["2024-02-30", "9999-99-99", "0000-01-01", "\u0662\u0660\u0662\u0664-01-01"])
def test_a_period_end_that_no_calendar_has_is_not_taken(day):
    hidden = text(day, "e", "dei:DocumentPeriodEndDate")
    assert read_facts(document(number("5"), hidden=hidden)).document.period_end != day


def test_what_the_document_does_not_say_is_missing_with_a_reason():
    found = read_facts(document(number("5"), attributes="")).document
    unsaid = {"company", "form", "period_end", "fiscal_year", "fiscal_period", "language", "basis"}
    assert set(found.missing) == unsaid
    assert found.missing["company"] == Message("company_not_named")
    assert said(found.missing["period_end"]) == ("no fact names the end of the period, and no fact has a duration")
    assert said(found.missing["language"], "zh") == "文档未声明语言"
    assert found.company is None


def test_the_same_bytes_give_the_same_filing_from_a_path_and_from_memory(tmp_path):
    data = document(number("5", "a") + text("<p>x</p>", "t", escape="true"), hidden=text("FY", "p"))
    path = tmp_path / "report.htm"
    path.write_bytes(data)
    assert read_facts(path) == read_facts(str(path)) == read_facts(data)


def test_reading_loads_neither_pandas_nor_torch_and_puts_nothing_into_words():
    import subprocess
    import sys

    code = (
        "import sys; from apps.finance.filings import read_facts; import apps.finance.filings.transforms.sec;"
        f"read_facts({document(number('many'))!r});"
        "print(sorted({'pandas', 'torch', 'pyarrow', 'numpy', 'fluent', 'fluent.runtime'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_contexts_and_units_are_read_wherever_they_stand():
    filing = read_facts(document(number("5") + f"<div style='display:none'>{CONTEXTS.replace('year', 'y2')}</div>"))
    assert "y2" in filing.contexts
    assert [caution.code for caution in filing.cautions] == ["context_twice"]
