"""Exact decimal texts."""

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.finance.filings.numbers import LIMIT, NotANumber, canonical

EXACT = Context(prec=1000)
digits = st.text("0123456789", min_size=1, max_size=40)
plain = st.builds(
    lambda a, b, minus: f"{'-' if minus else ''}{a}.{b}" if b else a, digits, digits | st.just(""), st.booleans()
)
scales = st.integers(-40, 40)


@pytest.mark.parametrize(
    ("text", "scale", "negative", "value"),
    [
        ("97703", 6, False, "97703000000"),
        ("1.50", 0, False, "1.5"),
        ("0012", 0, False, "12"),
        ("12.34", 1, False, "123.4"),
        ("12.34", 3, False, "12340"),
        ("5", -2, False, "0.05"),
        ("1234.5", -3, True, "-1.2345"),
        ("0", 6, True, "0"),
        ("0.000", 0, True, "0"),
        (".5", 0, False, "0.5"),
        ("5.", 0, False, "5"),
        ("-3", 0, True, "3"),
        (" 7\n", 0, False, "7"),
    ],
)
def test_scale_and_sign_are_applied_exactly(text, scale, negative, value):
    assert canonical(text, scale, negative) == value


@given(plain, scales, st.booleans())
def test_the_value_is_the_number_times_ten_to_the_scale(text, scale, negative):
    expected = EXACT.scaleb(Decimal(text), scale)
    assert Decimal(canonical(text, scale, negative)) == (EXACT.minus(expected) if negative else expected)


@given(plain, scales)
def test_equal_numbers_have_equal_texts(text, scale):
    value = canonical(text, scale)
    assert canonical(value) == value
    assert canonical(f"{value}0" if "." in value else f"{value}.0") == value
    assert canonical(canonical(text, scale), -scale) == canonical(text)


@given(plain)
def test_two_signs_cancel(text):
    assert canonical(canonical(text, 0, True), 0, True) == canonical(text)


@pytest.mark.parametrize(
    "text", ["", ".", "-", "1e400", "1E5", "NaN", "INF", "1,234", "+5", "--5", "0x1f", "١٢", "5 6", "½"]
)
def test_what_is_no_decimal_number_is_refused(text):
    with pytest.raises(NotANumber, match="no_decimal_number"):
        canonical(text)


@pytest.mark.parametrize(
    ("text", "scale"), [("1", 400), ("1", -400), ("9" * (LIMIT + 1), 0), ("1", 10**9), ("1", LIMIT)]
)
def test_absurd_sizes_are_refused(text, scale):
    with pytest.raises(NotANumber, match="too_many_digits"):
        canonical(text, scale)


def test_zero_may_have_any_scale():
    assert canonical("0", 10**6) == "0"
