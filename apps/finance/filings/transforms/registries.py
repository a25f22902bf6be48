"""The names of each registry and the functions behind them."""

from apps.finance.filings.transforms import asian, dates, languages, numeric

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

_DATES_2 = {
    "datedaymonth": dates.day_month,
    "datedaymonthen": dates.day_monthname_en,
    "datedaymonthyear": dates.day_month_year,
    "datedaymonthyearen": dates.day_monthname_year_en,
    "dateerayearmonthdayjp": asian.era_year_month_day,
    "dateerayearmonthjp": asian.era_year_month,
    "datemonthday": dates.month_day,
    "datemonthdayen": dates.monthname_day_en,
    "datemonthdayyear": dates.month_day_year,
    "datemonthdayyearen": dates.monthname_day_year_en,
    "datemonthyearen": dates.monthname_year_en,
    "dateyearmonthcjk": asian.year_month_cjk,
    "dateyearmonthdaycjk": asian.year_month_day_cjk,
    "dateyearmonthen": dates.year_monthname_en,
}
_DATES_3 = {
    "calindaymonthyear": asian.saka_day_month_year,
    "datedaymonthdk": languages.danish_day,
    "datedaymonthyeardk": languages.danish_date,
    "datedaymonthyearin": asian.day_month_year_hindi_3,
    "datemonthyear": dates.month_year,
    "datemonthyeardk": languages.danish_month,
    "datemonthyearin": asian.month_year_hindi,
    "dateyearmonthday": dates.year_month_day,
}
_DATES_4 = {
    "date-day-month": dates.day_month,
    "date-day-month-year": dates.day_month_year_4,
    "date-day-monthname-en": dates.day_monthname_en,
    "date-day-monthname-year-en": dates.day_monthname_year_en,
    "date-day-monthname-year-hi": asian.day_month_year_hindi,
    "date-day-monthroman": dates.day_roman,
    "date-day-monthroman-year": dates.day_roman_year,
    "date-ind-day-monthname-year-hi": asian.saka_day_month_year,
    "date-jpn-era-year-month": asian.era_year_month,
    "date-jpn-era-year-month-day": asian.era_year_month_day,
    "date-month-day": dates.month_day,
    "date-month-day-year": dates.month_day_year,
    "date-month-year": dates.month_year_4,
    "date-monthname-day-en": dates.monthname_day_en,
    "date-monthname-day-year-en": dates.monthname_day_year_en,
    "date-monthname-year-en": dates.monthname_year_en,
    "date-monthname-year-hi": asian.month_year_hindi,
    "date-monthroman-year": dates.roman_year,
    "date-year-month": dates.year_month_4,
    "date-year-month-day": dates.year_month_day,
    "date-year-monthname-en": dates.year_monthname_en,
}

_REGISTRY_2 = _FIXED_2 | _NUMERIC_2 | _DATES_2
_REGISTRY_3 = _REGISTRY_2 | _NUMERIC_3 | _DATES_3
_REGISTRY_4 = _FIXED_4 | _NUMERIC_4 | _DATES_4 | languages.DATES_4

TABLES = {
    1: _NUMERIC_1 | dates.DATES_1,
    2: _REGISTRY_2,
    3: _REGISTRY_3,
    4: _REGISTRY_4,
    5: _REGISTRY_4 | _NUMERIC_5 | languages.DATES_5,
}
"""Number of the registry: name of the transformation: function."""
