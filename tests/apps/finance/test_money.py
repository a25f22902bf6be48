"""Units and amounts: what is money, in what scale amounts stand, and how they are printed and said."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.finance.money import (
    Scale,
    amount,
    is_money,
    is_per_share,
    is_ratio,
    kind_of,
    per_share,
    printed,
    round_unit,
    scale_of,
    unit_in_words,
)
from apps.messages import said


@pytest.mark.parametrize(
    ("unit", "money", "a_share", "ratio", "kind"),
    [
        ("USD", True, False, False, "money"),
        ("USD/shares", False, True, True, "money/shares"),
        ("shares", False, False, False, "shares"),
        ("pure", False, False, False, "pure"),
        ("A*B", False, False, False, "A*B"),
        ("usd", False, False, False, "usd"),
        ("acme:Store", False, False, False, "acme:Store"),
        ("CNY/acme:Store", False, False, True, "money/acme:Store"),
        ("/shares", False, False, True, "/shares"),
        ("", False, False, False, ""),
    ],
)
def test_what_a_unit_measures(unit, money, a_share, ratio, kind):
    assert (is_money(unit), is_per_share(unit), is_ratio(unit), kind_of(unit)) == (money, a_share, ratio, kind)


def test_no_unit_is_neither_money_nor_a_ratio():
    assert not any(test(None) for test in (is_money, is_per_share, is_ratio))
    assert is_per_share(per_share("CNY"))


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        ("97703000000", "USD", "97,703 million USD", "97,703 百万美元"),
        ("8468800000", "USD", "8,468.8 million USD", "8,468.8 百万美元"),
        ("21198000", "USD", "21,198 thousand USD", "21,198 千美元"),
        ("21198001", "USD", "21,198,001 USD", "21,198,001 美元"),
        ("-1026000000", "CNY", "-1,026 million CNY", "-1,026 百万人民币元"),
        ("4323000000", "shares", "4,323 million shares", "4,323 百万股"),
        ("1200", "shares", "1.2 thousand shares", "1.2 千股"),
        ("727.9", "shares", "727.9 shares", "727.9 股"),
        ("2.2", "USD/shares", "2.20 USD a share", "2.20 美元/股"),
        ("2", "USD/shares", "2.00 USD a share", "2.00 美元/股"),
        ("0.1168", "pure", "0.1168", "0.1168"),
        ("4000000", "", "4,000,000", "4,000,000"),
        ("12", "acme:Store", "12 acme:Store", "12 acme:Store"),
        ("0", "USD", "0 USD", "0 美元"),
    ],
)
def test_an_amount_stands_in_the_largest_scale_that_keeps_it_exact(value, unit, english, chinese):
    message = amount(Decimal(value), unit)
    assert (said(message, "en"), said(message, "zh")) == (english, chinese)


def test_all_amounts_of_a_sentence_share_one_scale():
    scale = scale_of([Decimal("5000000"), Decimal("2500"), Decimal(0)], "USD")
    assert scale == Scale(1_000, "USD")
    assert said(scale.amount(Decimal("5000000"))) == "5,000 thousand USD"
    assert said(scale.number(Decimal("2500"))) == "2.5"
    assert scale.amount(Decimal("5E6")).values == {"amount": "5000000", "unit": "USD"}


@given(st.integers(min_value=-(10**120), max_value=10**120), st.sampled_from(["USD", "shares", "USD/shares", "pure"]))
def test_an_amount_in_a_sentence_keeps_every_digit(number, unit):
    scale = scale_of([Decimal(number)], unit)
    assert Fraction(said(scale.number(Decimal(number))).replace(",", "")) * scale.factor == number


@pytest.mark.parametrize(
    ("unit", "english", "chinese"),
    [
        ("USD", "USD", "美元"),
        ("XDR", "XDR", "XDR"),
        ("USD/shares", "USD/shares", "美元/股"),
        ("shares", "shares", "股"),
        ("pure", "plain numbers", "纯数"),
        ("", "no unit", "无单位"),
        ("acme:Store", "acme:Store", "acme:Store"),
    ],
)
def test_what_a_unit_is_called(unit, english, chinese):
    message = unit_in_words(unit)
    assert (said(message, "en"), said(message, "zh")) == (english, chinese)


@pytest.mark.parametrize(
    ("amounts", "unit"),
    [
        (("2487000000", "77200000", "-35800000"), (1_000_000, 1)),
        (("2487000000", "77000000"), (1_000_000, 0)),
        (("2487000000", "77250000"), (1_000, 0)),
        (("2487000001", "77250000"), (1, 0)),
        (("0", "0"), (1, 0)),
        ((), (1, 0)),
        (("9" * 40 + "000000",), (1_000_000, 0)),
    ],
)
def test_money_is_shown_in_millions_with_at_most_one_decimal(amounts, unit):
    assert round_unit(Decimal(amount) for amount in amounts) == unit


@pytest.mark.parametrize(
    ("text", "scale", "places", "shown"),
    [
        ("-1234500000", 1_000_000, 0, "(1,234.5)"),
        ("-1234500000", 1_000_000, 2, "(1,234.50)"),
        ("1000", 1, 0, "1,000"),
        ("2.2", 1, 2, "2.20"),
        ("0", 1_000, 1, "0.0"),
    ],
)
def test_an_amount_in_a_table_has_its_negatives_in_parentheses(text, scale, places, shown):
    assert printed(text, scale, places) == shown
