"""What catalogues can do with values: numbers as people read them, names of taxonomies, the grammar of English."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.messages import said
from apps.messages.catalogue import pattern
from apps.messages.functions import first_up, functions_of, grouped, is_or_are
from apps.messages.names import spoken, spoken_axis, spoken_member
from core_model.errors import Message


@pytest.mark.parametrize(
    ("amount", "per", "places", "shown"),
    [
        ("97703000000", 1_000_000, 0, "97,703"),
        ("-8468800000", 1_000_000, 0, "-8,468.8"),
        ("21198000", 1_000, 0, "21,198"),
        ("500", 1_000, 0, "0.5"),
        ("5", 1_000_000, 0, "0.000005"),
        ("0", 1_000_000, 0, "0"),
        ("727.90", 1, 0, "727.9"),
        ("1234.5", 1_000, 0, "1.2345"),
        ("2.2", 1, 2, "2.20"),
        ("2", 1, 2, "2.00"),
        ("0.1168", 1, 2, "0.1168"),
        ("007", 1, 0, "7"),
        ("-0.00", 1, 2, "-0.00"),
        ("n/a", 1, 0, "n/a"),
        ("", 1, 0, ""),
        ("1E+3", 1, 0, "1E+3"),
    ],
)
def test_a_number_is_shown_as_people_read_it(amount, per, places, shown):
    assert grouped(amount, per=per, places=places) == shown


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9), st.sampled_from([1, 1_000, 1_000_000]))
def test_no_digit_is_lost(value, per):
    assert Fraction(grouped(f"{value:f}", per=per).replace(",", "")) * per == Fraction(value)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("us-gaap:AssetsCurrent", "assets current"),
        ("acme:NetIncome2024", "net income 2024"),
        ("us-gaap:AOCIAttributableToParentMember", "AOCI attributable to parent member"),
        ("AssetsCurrent", "assets current"),
        ("acme:总资产", "总资产"),
        ("", ""),
    ],
)
def test_a_qualified_name_says_what_it_is(name, words):
    assert spoken(name) == words


def test_members_and_axes_are_said_without_that_they_are_such():
    assert spoken_member("us-gaap:RetainedEarningsMember") == "retained earnings"
    assert spoken_axis("us-gaap:StatementClassOfStockAxis") == "class of stock"


def test_a_name_is_looked_up_before_it_is_said_in_its_own_words():
    entries = {"concept_assets_current": "flüssige Mittel", "member_parent": "Mutter"}

    def entry(code, values):
        return f"‹{values['words']}›" if code == "name_in_words" else entries.get(code)

    functions = functions_of(entry)
    assert functions["CONCEPT"]("us-gaap:AssetsCurrent") == "flüssige Mittel"
    assert functions["CONCEPT"]("us-gaap:Assets") == "‹assets›"
    assert functions["MEMBER"]("us-gaap:ParentMember") == "Mutter"
    assert functions["AXIS"]("srt:ProductOrServiceAxis") == "‹product or service›"
    assert functions["CURRENCY"]("USD") == "USD"


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("Total assets", "are"),
        ("Goodwill", "is"),
        ("Inventories", "are"),
        ("Net loss", "is"),
        ("Sales of goods", "are"),
        ("Cost of sales", "is"),
        ("Net income (loss)", "is"),
        ("Surplus", "is"),
        ("Total current assets, net", "are"),
        ("Earnings per share", "are"),
        ("Basis", "is"),
        ("", "is"),
    ],
)
def test_a_name_in_the_plural_takes_are(name, verb):
    assert is_or_are(name) == verb


def test_a_name_begins_a_sentence_with_a_capital():
    assert first_up("total assets") == "Total assets"
    assert first_up("XBRL") == "XBRL"
    assert first_up("") == ""


def test_a_long_value_is_shown_whole():
    text = "x" * 100_000
    assert said(Message("as_written", {"text": text})) == text
    both = {"first": Message("as_written", {"text": text}).as_dict(), "then": "y"}
    assert said(Message("sentences", both)) == f"{text} y"
    assert said(Message("name_concept", {"name": "Asset" * 2000})) == "asset " * 1999 + "asset"


def test_currencies_have_names_in_chinese():
    assert pattern("en", "currency_usd") is not None
    amount = Message("amount_money_millions", {"amount": "1234500000", "unit": "CNY"})
    assert (said(amount), said(amount, "zh")) == ("1,234.5 million CNY", "1,234.5 百万人民币元")
    amount = Message("amount_money", {"amount": "12", "unit": "acme:Store"})
    assert (said(amount), said(amount, "zh")) == ("12 acme:Store", "12 acme:Store")
