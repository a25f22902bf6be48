"""The names of each registry and the functions behind them."""

from apps.finance.filings.transforms import numeric

_NUMERIC_1 = {
    "numcomma": numeric.num_comma,
    "numcommadot": numeric.num_comma_dot,
    "numdash": numeric.num_dash,
    "numdotcomma": numeric.num_dot_comma,
    "numspacecomma": numeric.num_space_comma,
    "numspacedot": numeric.num_space_dot,
}
_FIXED_2 = {
    "booleanfalse": numeric.fixed_false,
    "booleantrue": numeric.fixed_true,
    "nocontent": numeric.fixed_empty,
    "zerodash": numeric.zero_dash,
}
_NUMERIC_2 = {
    "numcommadecimal": numeric.num_comma_decimal_2,
    "numdotdecimal": numeric.num_dot_decimal_2,
    "numunitdecimal": numeric.num_unit_decimal_2,
}
_NUMERIC_3 = {
    "numdotdecimalin": numeric.num_dot_decimal_in,
    "numunitdecimalin": numeric.num_unit_decimal_in,
}
_FIXED_4 = {
    "fixed-empty": numeric.fixed_empty,
    "fixed-false": numeric.fixed_false,
    "fixed-true": numeric.fixed_true,
    "fixed-zero": numeric.fixed_zero,
}
_NUMERIC_4 = {
    "num-comma-decimal": numeric.num_comma_decimal,
    "num-dot-decimal": numeric.num_dot_decimal,
    "num-unit-decimal": numeric.num_unit_decimal,
    "numdotdecimalin": numeric.num_dot_decimal_in_4,
}
_NUMERIC_5 = {
    "num-comma-decimal-apos": numeric.num_comma_decimal_apos,
    "num-dot-decimal-apos": numeric.num_dot_decimal_apos,
    "num-unit-decimal-apos": numeric.num_unit_decimal_apos,
}

TABLES = {
    1: {**_NUMERIC_1},
    2: {**_FIXED_2, **_NUMERIC_2},
    3: {**_FIXED_2, **_NUMERIC_2, **_NUMERIC_3},
    4: {**_FIXED_4, **_NUMERIC_4},
    5: {**_FIXED_4, **_NUMERIC_4, **_NUMERIC_5},
}
"""Number of the registry: name of the transformation: function."""
