"""Every transformation of the registries 1 to 5, on texts whose value was worked out by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.finance.filings.transforms import REGISTRIES, NotInDomain, lookup, table

NAMESPACE = {number: namespace for namespace, number in REGISTRIES.items()}

REGISTRY_1 = {
    "dateslashus": ("12/31/2009", "2009-12-31"),
    "dateslasheu": ("31/12/2009", "2009-12-31"),
    "datedotus": ("12.31.2009", "2009-12-31"),
    "datedoteu": ("31.12.09", "2009-12-31"),
    "datelongus": ("December 31, 2009", "2009-12-31"),
    "dateshortus": ("Dec 31, 09", "2009-12-31"),
    "datelonguk": ("31 December 2009", "2009-12-31"),
    "dateshortuk": ("31 Dec 09", "2009-12-31"),
    "numcommadot": ("1,234,567.89", "1234567.89"),
    "numdash": ("-", "0"),
    "numspacedot": ("1 234\xa0567.89", "1234567.89"),
    "numdotcomma": ("1.234.567,89", "1234567.89"),
    "numcomma": ("1234567,89", "1234567.89"),
    "numspacecomma": ("1 234 567,89", "1234567.89"),
    "datelongdaymonthuk": ("29 February", "--02-29"),
    "dateshortdaymonthuk": ("3 Mar", "--03-03"),
    "datelongmonthdayus": ("July 4", "--07-04"),
    "dateshortmonthdayus": ("Jul 4th", "--07-04"),
    "dateslashdaymontheu": ("31/1", "--01-31"),
    "dateslashmonthdayus": ("1/31", "--01-31"),
    "datelongyearmonth": ("2009 May", "2009-05"),
    "dateshortyearmonth": ("09 May", "2009-05"),
    "datelongmonthyear": ("September 2009", "2009-09"),
    "dateshortmonthyear": ("Sep 2009", "2009-09"),
}
REGISTRY_2 = {
    "booleanfalse": ("nope", "false"),
    "booleantrue": ("yes", "true"),
    "datedaymonth": ("2.12", "--12-02"),
    "datedaymonthen": ("2. JANUARY", "--01-02"),
    "datedaymonthyear": ("2.12.2011", "2011-12-02"),
    "datedaymonthyearen": ("2 of December 11", "2011-12-02"),
    "dateerayearmonthdayjp": ("平成 23 年 7 月 31 日", "2011-07-31"),
    "dateerayearmonthjp": ("昭和元年12月", "1926-12"),
    "datemonthday": ("12/2nd", "--12-02"),
    "datemonthdayen": ("December 2nd", "--12-02"),
    "datemonthdayyear": ("12-2-2011", "2011-12-02"),
    "datemonthdayyearen": ("December 2, 2011", "2011-12-02"),
    "datemonthyearen": ("December 2011", "2011-12"),
    "dateyearmonthdaycjk": ("2011年7月31日", "2011-07-31"),
    "dateyearmonthen": ("2011 December", "2011-12"),
    "dateyearmonthcjk": ("１１年７月", "2011-07"),
    "nocontent": ("anything", ""),
    "numcommadecimal": ("1.234.567,89", "1234567.89"),
    "zerodash": ("—", "0"),
    "numdotdecimal": ("1,234 567.89", "1234567.89"),
    "numunitdecimal": ("1,234 dollars 5 cents", "1234.05"),
}
REGISTRY_3 = {
    "calindaymonthyear": ("11 पौष 1921", "2000-01-01"),  # 1 January 2000 was 11 Pausha 1921
    "datedaymonthdk": ("2. dec.", "--12-02"),
    "datedaymonthyeardk": ("2. december 2015", "2015-12-02"),
    "datedaymonthyearin": ("०२ दिसंबर २०१५", "2015-12-02"),
    "datemonthyear": ("12/15", "2015-12"),
    "datemonthyeardk": ("december 2015", "2015-12"),
    "datemonthyearin": ("दिसंबर २०१५", "2015-12"),
    "dateyearmonthday": ("２０１５-１２-０２", "2015-12-02"),
    "numdotdecimalin": ("12,34,567.8", "1234567.8"),
    "numunitdecimalin": ("12,34,567 rupees 8 paise", "1234567.08"),
}
REGISTRY_4 = {
    "date-day-month": ("2.12", "--12-02"),
    "date-day-monthname-bg": ("2 декември", "--12-02"),
    "date-day-monthname-cs": ("2. prosince", "--12-02"),
    "date-day-monthname-da": ("2. dec.", "--12-02"),
    "date-day-monthname-de": ("2. Dezember", "--12-02"),
    "date-day-monthname-el": ("2 Δεκεμβρίου", "--12-02"),
    "date-day-monthname-en": ("2 December", "--12-02"),
    "date-day-monthname-es": ("2 de diciembre", "--12-02"),
    "date-day-monthname-et": ("2. detsember", "--12-02"),
    "date-day-monthname-fi": ("2. joulukuuta", "--12-02"),
    "date-day-monthname-fr": ("2 décembre", "--12-02"),
    "date-day-monthname-hr": ("2. prosinca", "--12-02"),
    "date-day-monthname-it": ("2 dicembre", "--12-02"),
    "date-day-monthname-lv": ("2. decembris", "--12-02"),
    "date-day-monthname-nl": ("2 december", "--12-02"),
    "date-day-monthname-no": ("2. desember", "--12-02"),
    "date-day-monthname-pl": ("2 grudnia", "--12-02"),
    "date-day-monthname-pt": ("2 de dezembro", "--12-02"),
    "date-day-monthname-ro": ("2 decembrie", "--12-02"),
    "date-day-monthname-sk": ("2. decembra", "--12-02"),
    "date-day-monthname-sl": ("2. decembra", "--12-02"),
    "date-day-monthname-sv": ("2 december", "--12-02"),
    "date-day-monthroman": ("2.XII", "--12-02"),
    "date-day-month-year": ("२.१२.२०२०", "2020-12-02"),
    "date-day-monthname-year-bg": ("2 декември 2020 г.", "2020-12-02"),
    "date-day-monthname-year-cs": ("2. prosince 2020", "2020-12-02"),
    "date-day-monthname-year-da": ("2. december 2020", "2020-12-02"),
    "date-day-monthname-year-de": ("2. März 2020", "2020-03-02"),
    "date-day-monthname-year-el": ("2 Μαΐου 2020", "2020-05-02"),
    "date-day-monthname-year-en": ("2 December 2020", "2020-12-02"),
    "date-day-monthname-year-es": ("2 de diciembre de 2020", "2020-12-02"),
    "date-day-monthname-year-et": ("2. detsember 2020", "2020-12-02"),
    "date-day-monthname-year-fi": ("2. marraskuuta 2020", "2020-11-02"),
    "date-day-monthname-year-fr": ("2 août 2020", "2020-08-02"),
    "date-day-monthname-year-hi": ("२ दिसंबर २०२०", "2020-12-02"),
    "date-day-monthname-year-hr": ("2. listopada 2020", "2020-10-02"),
    "date-day-monthname-year-it": ("2 dicembre 2020", "2020-12-02"),
    "date-day-monthname-year-nl": ("2 maart 2020", "2020-03-02"),
    "date-day-monthname-year-no": ("2. desember 2020", "2020-12-02"),
    "date-day-monthname-year-pl": ("2 października 2020 r.", "2020-10-02"),
    "date-day-monthname-year-pt": ("2 de outubro de 2020", "2020-10-02"),
    "date-day-monthname-year-ro": ("2 noiembrie 2020", "2020-11-02"),
    "date-day-monthname-year-sk": ("2. máj 2020", "2020-05-02"),
    "date-day-monthname-year-sl": ("2. avgust 2020", "2020-08-02"),
    "date-day-monthname-year-sv": ("2 maj 2020", "2020-05-02"),
    "date-day-monthroman-year": ("2.XII.2020", "2020-12-02"),
    "date-ind-day-monthname-year-hi": ("१ चैत्र १९४२", "2020-03-21"),  # 2020 was a leap year
    "date-jpn-era-year-month-day": ("令和２年１２月２日", "2020-12-02"),
    "date-jpn-era-year-month": ("令和2年12月", "2020-12"),
    "date-monthname-day-en": ("DECEMBER 2", "--12-02"),
    "date-monthname-day-hu": ("december 2", "--12-02"),
    "date-monthname-day-lt": ("gruodžio 2 d.", "--12-02"),
    "date-monthname-day-year-en": ("Dec. 2, 2020", "2020-12-02"),
    "date-month-day": ("12/2", "--12-02"),
    "date-month-day-year": ("12/2/20", "2020-12-02"),
    "date-month-year": ("12 2020", "2020-12"),
    "date-monthname-year-bg": ("декември 2020 г.", "2020-12"),
    "date-monthname-year-cs": ("červenec 2020", "2020-07"),
    "date-monthname-year-da": ("dec. 2020", "2020-12"),
    "date-monthname-year-de": ("Jänner 2020", "2020-01"),
    "date-monthname-year-el": ("ΔΕΚ 2020", "2020-12"),
    "date-monthname-year-en": ("December 2020", "2020-12"),
    "date-monthname-year-es": ("enero de 2020", "2020-01"),
    "date-monthname-year-et": ("jaanuar 2020", "2020-01"),
    "date-monthname-year-fi": ("maaliskuu 2020", "2020-03"),
    "date-monthname-year-fr": ("févr. 2020", "2020-02"),
    "date-monthname-year-hi": ("अक्टूबर २०२०", "2020-10"),
    "date-monthname-year-hr": ("siječanj 2020", "2020-01"),
    "date-monthname-year-it": ("gennaio 2020", "2020-01"),
    "date-monthname-year-nl": ("mrt 2020", "2020-03"),
    "date-monthname-year-no": ("mai 2020", "2020-05"),
    "date-monthname-year-pl": ("marzec 2020", "2020-03"),
    "date-monthname-year-pt": ("fevereiro de 2020", "2020-02"),
    "date-monthname-year-ro": ("iunie 2020", "2020-06"),
    "date-monthname-year-sk": ("jún 2020", "2020-06"),
    "date-monthname-year-sl": ("maj 2020", "2020-05"),
    "date-monthname-year-sv": ("okt 2020", "2020-10"),
    "date-monthroman-year": ("iv/2020", "2020-04"),
    "date-year-day-monthname-lv": ("2020. gada 2. decembris", "2020-12-02"),
    "date-year-month": ("２０２０年１２月", "2020-12"),
    "date-year-month-day": ("2020-12-02", "2020-12-02"),
    "date-year-monthname-en": ("2020 Dec", "2020-12"),
    "date-year-monthname-hu": ("2020. szeptember", "2020-09"),
    "date-year-monthname-day-hu": ("2020. április 2", "2020-04-02"),
    "date-year-monthname-day-lt": ("2020 m. rugsėjo 2 d.", "2020-09-02"),
    "date-year-monthname-lt": ("2020 m. vasaris", "2020-02"),
    "date-year-monthname-lv": ("2020. gada jūlijs", "2020-07"),
    "fixed-empty": ("anything", ""),
    "fixed-false": ("☐", "false"),
    "fixed-true": ("☒", "true"),
    "fixed-zero": ("no", "0"),
    "num-comma-decimal": ("1 234.567,890", "1234567.89"),
    "num-dot-decimal": ("1,234,567.890", "1234567.89"),
    "numdotdecimalin": ("12,34,567.80", "1234567.8"),
    "num-unit-decimal": ("１，２３４円５０銭", "1234.5"),
}
REGISTRY_5 = {
    "date-day-monthname-cy": ("2 Rhagfyr", "--12-02"),
    "date-day-monthname-year-cy": ("2 Mehefin 2022", "2022-06-02"),
    "date-monthname-year-cy": ("Fedi 2022", "2022-09"),
    "num-comma-decimal-apos": ("1'234'567,8", "1234567.8"),
    "num-dot-decimal-apos": ("1’234’567.80", "1234567.8"),
    "num-unit-decimal-apos": ("1'234 Franken 5 Rappen", "1234.05"),
}
EXPECTED = {
    1: REGISTRY_1,
    2: REGISTRY_2,
    3: REGISTRY_2 | REGISTRY_3,
    4: REGISTRY_4,
    5: REGISTRY_4 | REGISTRY_5,
}
CASES = [(registry, name, *case) for registry, names in EXPECTED.items() for name, case in names.items()]

REFUSED = [
    (1, "dateslashus", "13/31/2009"),
    (1, "datelongus", "DECEMBER 31, 2009"),
    (1, "numcommadot", "1,23"),
    (1, "numdash", "—"),
    (2, "datedaymonth", "31.4"),
    (2, "datedaymonthyear", "29.2.2011"),
    (2, "numdotdecimal", "12,34"),
    (2, "zerodash", "--"),
    (3, "calindaymonthyear", "31 पौष 1921"),
    (3, "datemonthyear", "13/15"),
    (4, "date-day-monthname-de", "2 December"),
    (4, "date-day-monthroman", "2.XIII"),
    (4, "date-jpn-era-year-month", "令和2年13月"),
    (4, "num-dot-decimal", "(12)"),
    (4, "num-dot-decimal", ""),
    (4, "num-dot-decimal", "-5"),
    (4, "num-dot-decimal", "1.2.3"),
    (4, "num-comma-decimal", "1,2,3"),
    (5, "num-unit-decimal-apos", "'' Franken 5"),
]


@pytest.mark.parametrize(("registry", "name", "text", "value"), CASES, ids=lambda value: str(value))
def test_each_transformation_gives_the_value_worked_out_by_hand(registry, name, text, value):
    transformation = lookup(NAMESPACE[registry], name)
    assert transformation is not None
    assert transformation(text) == value


@pytest.mark.parametrize("registry", range(1, 6))
def test_every_transformation_of_a_registry_is_tried_here(registry):
    assert set(EXPECTED[registry]) == set(table(registry))


@pytest.mark.parametrize(("registry", "name", "text"), REFUSED)
def test_a_text_outside_a_transformation_is_refused_and_never_bent(registry, name, text):
    with pytest.raises(NotInDomain, match="text_not_in_domain"):
        lookup(NAMESPACE[registry], name)(text)


def test_an_unknown_transformation_or_registry_gives_nothing():
    assert lookup(NAMESPACE[4], "num-roman") is None
    assert lookup(NAMESPACE[1], "num-dot-decimal") is None
    assert lookup("http://example.org/transformations", "num-dot-decimal") is None


groups = st.integers(0, 10**15)


@given(groups, st.text("0123456789", max_size=6))
def test_a_number_written_with_any_separators_reads_back(number, fraction):
    plain = f"{number}.{fraction}" if fraction else str(number)
    expected = plain.rstrip("0").rstrip(".") if fraction else plain
    english = f"{number:,}" + (f".{fraction}" if fraction else "")
    german = english.translate(str.maketrans(",.", ".,"))
    swiss, swiss_comma = english.replace(",", "'"), german.replace(".", "’")
    for registry, name, text in [
        (4, "num-dot-decimal", english),
        (4, "num-dot-decimal", english.replace(",", " ")),
        (4, "num-comma-decimal", german),
        (5, "num-dot-decimal-apos", swiss),
        (5, "num-comma-decimal-apos", swiss_comma),
    ]:
        assert lookup(NAMESPACE[registry], name)(text) == expected
    for registry, name, text in [
        (1, "numcommadot", english),
        (1, "numdotcomma", german),
        (1, "numspacedot", english.replace(",", " ")),
        (2, "numdotdecimal", english),
        (3, "numcommadecimal", german),
    ]:
        assert lookup(NAMESPACE[registry], name)(text) == plain


@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_date_written_in_any_order_reads_back(day):
    iso = day.isoformat()
    for registry, name, text in [
        (1, "dateslashus", f"{day.month}/{day.day}/{day.year}"),
        (2, "datedaymonthyear", f"{day.day:02}. {day.month:02}. {day.year}"),
        (4, "date-month-day-year", f"{day.month}-{day.day}-{day.year}"),
        (4, "date-year-month-day", iso),
        (4, "date-monthname-day-year-en", f"{day:%B} {day.day}, {day.year}"),
        (4, "date-day-monthname-year-en", f"{day.day} {day:%b} {day.year}"),
        (2, "dateyearmonthdaycjk", f"{day.year}年{day.month}月{day.day}日"),
    ]:
        assert lookup(NAMESPACE[registry], name)(text) == iso
