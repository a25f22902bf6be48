"""Duplicate facts: which agree, which contradict, and which is the most precise."""

from dataclasses import replace
from decimal import Context, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.finance.filings import read_facts
from apps.finance.filings.duplicates import accuracy, find_duplicates, judge, rounding_range
from apps.finance.filings.names import spoken
from apps.messages import cautioned, said
from core_model.errors import Message
from tests.apps.finance.filings.documents import document, number, text

BASE = read_facts(document(number("1"))).facts[0]


def fact(value, decimals="0", order=0, **more):
    return replace(BASE, value=value, decimals=decimals, order=order, fact_id=f"f{order}", **more)


def test_of_values_rounded_differently_the_most_precise_is_best():
    # Assets of 171,797 million beside a text that says 172 billion.
    filing = read_facts(
        document(
            number("172", "text", scale="9", decimals="-9") + number("171,797", "table", scale="6", decimals="-6",
            format="ixt:num-dot-decimal")
        )
    )  # fmt: skip
    [group] = filing.duplicates
    assert group.agreement == "consistent"
    assert group.best.fact_id == "table"
    assert [fact.fact_id for fact in filing.unique_facts()] == ["table"]
    assert filing.cautions == []


def test_a_contradiction_names_both_facts_in_a_caution():
    filing = read_facts(
        document(number("100", "a", scale="6", decimals="-6") + number("102", "b", scale="6", decimals="-6"))
    )
    [group] = filing.duplicates
    assert group.agreement == "contradicting"
    assert said(group.reason) == "100,000,000 (fact a) against 102,000,000 (fact b)"
    [caution] = filing.cautions
    assert caution.code == "contradicting_duplicates"
    assert (caution.source, caution.count) == (Message("place_fact", {"fact": "a"}), 1)
    assert cautioned(caution) == (
        f"Assets (us-gaap:Assets) of {group.best.end} is stated twice, and differently: 100,000,000 (fact a) against "
        "102,000,000 (fact b)."
    )
    assert cautioned(caution, "zh") == (
        f"{group.best.end} 的 Assets（us-gaap:Assets）两次列报且数值不一致："
        "100,000,000（事实 a）与102,000,000（事实 b）。"
    )


def test_fractions_that_contradict_each_other_are_named_as_they_stand():
    def fraction(name, over):
        return (
            f'<ix:fraction id="{name}" name="acme:R" contextRef="end" unitRef="shares"><ix:numerator>1</ix:numerator>/'
            f"<ix:denominator>{over}</ix:denominator></ix:fraction>"
        )

    [group] = read_facts(document(fraction("a", 2) + fraction("b", 3))).duplicates
    assert group.agreement == "contradicting"
    assert said(group.reason) == "1/2 (fact a) against 1/3 (fact b)"


@pytest.mark.parametrize(
    ("concept", "words"),
    [
        ("us-gaap:PropertyPlantAndEquipmentNet", "property plant and equipment net"),
        ("ifrs-full:EquityAndLiabilities", "equity and liabilities"),
        ("acme:EBITDAAdjusted", "EBITDA adjusted"),
        ("acme:TaxOn2026Income", "tax on 2026 income"),
        ("acme:货币资金", "货币资金"),
        ("x:_", ""),
    ],
)
def test_a_concept_is_called_by_the_words_of_its_name(concept: str, words: str):
    assert spoken(concept) == words


@pytest.mark.parametrize(
    ("first", "second", "agreement"),
    [
        (("5", "0"), ("5", "2"), "complete"),
        (("5", "0"), ("5.4", "1"), "consistent"),
        (("5", "0"), ("5.5", "INF"), "consistent"),
        (("5", "0"), ("5.51", "INF"), "contradicting"),
        (("5", "0"), ("5.6", "1"), "contradicting"),
        (("5", "0"), ("5.55", "1"), "consistent"),
        (("1000", "-3"), ("1499", "0"), "consistent"),
        (("1000", "-3"), ("-1000", "-3"), "contradicting"),
        (("5", None), ("5.0001", "INF"), "contradicting"),
        (("5", "INF"), ("5.0000000000000000000000000000000001", "INF"), "contradicting"),
    ],
)
def test_numbers_agree_where_their_rounding_ranges_meet(first, second, agreement):
    facts = [fact(*first, order=0), fact(*second, order=1)]
    assert judge(facts).agreement == agreement
    assert judge(facts[::-1]).agreement == agreement


def test_three_facts_may_agree_in_pairs_and_still_contradict():
    facts = [fact("4", "0", 0), fact("4.5", "INF", 1), fact("5", "0", 2), fact("4.9", "1", 3)]
    group = judge(facts)
    assert group.agreement == "contradicting"
    assert group.best.fact_id == "f1"


def test_nil_beside_a_value_contradicts_it_and_the_value_is_best():
    group = judge([fact(None, None, 0, nil=True), fact("5", "0", 1)])
    assert group.agreement == "contradicting"
    assert group.best.value == "5"
    assert said(group.reason) == "one says nothing (nil), another 5 (fact f1)"
    assert judge([fact(None, None, 0, nil=True), fact(None, None, 1, nil=True)]).agreement == "complete"


def test_texts_agree_up_to_markup_and_white_space():
    body = text("<p>A  B</p>", "a", "acme:T", escape="true") + text("<div>A B</div>", "b", "acme:T", escape="true")
    assert read_facts(document(body)).duplicates[0].agreement == "consistent"
    body = text("A", "a", "acme:T") + text("B", "b", "acme:T")
    assert read_facts(document(body)).duplicates[0].reason == Message(
        "one_against_other",
        {
            side: {
                "code": "value_of_fact",
                "values": {"value": {"code": "quoted", "values": {"text": value}}, "fact": fact},
            }
            for side, value, fact in (("one", "A", "a"), ("other", "B", "b"))
        },
    )


def test_another_unit_period_or_dimension_makes_no_duplicate_and_equal_contexts_do():
    twin = (
        '<xbrli:context id="twin"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">0000012345'
        "</xbrli:identifier></xbrli:entity><xbrli:period><xbrli:instant>2023-12-31</xbrli:instant></xbrli:period>"
        "</xbrli:context>"
    )
    body = number("1", "a") + number("1", "b", unitRef="shares") + number("1", "c", contextRef="year")
    filing = read_facts(document(body + number("1", "d", contextRef="twin"), resources=twin))
    assert [[fact.fact_id for fact in group.facts] for group in filing.duplicates] == [["a", "d"]]


def test_facts_without_a_value_are_left_out():
    filing = read_facts(document(number("1", "a") + number("many", "b")))
    assert filing.duplicates == []
    assert [fact.fact_id for fact in filing.unique_facts()] == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "decimals", "precision", "expected"),
    [
        ("123456", "-3", None, -3),
        ("123456", "INF", None, float("inf")),
        ("123456", None, "3", -3),
        ("0.00123", None, "2", 4),
        ("123456", None, "INF", float("inf")),
        ("123456", None, "0", float("-inf")),
        ("123456", None, None, float("-inf")),
        ("123456", "many", None, float("-inf")),
    ],
)
def test_accuracy_comes_from_decimals_or_precision(value, decimals, precision, expected):
    assert accuracy(fact(value, decimals, precision=precision)) == expected


amounts = st.decimals(-(10**12), 10**12, allow_nan=False, places=4)


@given(amounts, st.integers(-6, 3), st.integers(-6, 3))
def test_two_roundings_of_one_amount_never_contradict(amount, first, second):
    with localcontext(Context(prec=60)):
        rounded = [amount.quantize(Decimal(1).scaleb(-places)) for places in (first, second)]
    facts = [
        fact(f"{value:f}", str(places), i)
        for i, (value, places) in enumerate(zip(rounded, (first, second), strict=True))
    ]
    group = judge(facts)
    assert group.agreement in ("complete", "consistent")
    assert accuracy(group.best) == max(first, second)
    for each in facts:
        low, high = rounding_range(each)
        assert low <= amount <= high


@given(
    st.lists(st.tuples(st.sampled_from(["1", "2", "3"]), st.sampled_from(["0", "1", "INF"])), min_size=2, max_size=6)
)
def test_the_order_of_facts_makes_no_difference_to_the_verdict(pairs):
    facts = [fact(value, decimals, i) for i, (value, decimals) in enumerate(pairs)]
    [group] = find_duplicates(facts)
    assert judge(facts[::-1]).agreement == group.agreement
    assert group.best.decimals == judge(facts[::-1]).best.decimals
