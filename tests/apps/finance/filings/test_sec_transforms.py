"""The SEC's registry: number words, durations, boxes, names. Values worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.finance.filings.inventory import take_inventory
from apps.finance.filings.markup import INLINE_NAMESPACES, markup_of
from apps.finance.filings.transforms import SEC_REGISTRY, NotInDomain, lookup
from apps.finance.filings.xml import parse
from benchmarks import shared_data
from tests import needs

# Every number text of the 84 filings that Arelle cannot transform, because it lacks the SEC's registry.
NUMBER_WORDS = {
    "Five": "5",
    "Four": "4",
    "No": "0",
    "None": "0",
    "One": "1",
    "Thirteen": "13",
    "Three": "3",
    "Two": "2",
    "eight": "8",
    "eleven": "11",
    "fifteen": "15",
    "five": "5",
    "five million": "5000000",
    "four": "4",
    "nil": "0",
    "nine": "9",
    "no": "0",
    "none": "0",
    "one": "1",
    "seven": "7",
    "six": "6",
    "sixteen": "16",
    "ten": "10",
    "thirteen": "13",
    "three": "3",
    "two": "2",
    "two million": "2000000",
    "zero": "0",
}
MORE = [
    ("numwordsen", "twenty-three thousand, four hundred and five", "23405"),
    ("numwordsen", "Twelve hundred", "1200"),
    ("numwordsen", "one million five", "1000005"),
    ("numwordsen", "one thousand and one", "1001"),
    ("numwordsen", "nine quintillion, two hundred quadrillion", "9200000000000000000"),
    ("numwordsen", "Ninety nine", "99"),
    ("durwordsen", "two years, three months and ten days", "P2Y3M10D"),
    ("durwordsen", "364-day", "P364D"),
    ("durwordsen", "18\xa0months", "P18M"),
    ("durwordsen", "One hundred and twenty days", "P120D"),
    ("durwordsen", "five-year", "P5Y"),
    ("durwordsen", "no years, six months", "P6M"),
    ("durwordsen", "zero days", "P0D"),
    ("duryear", "2.25", "P2Y3M"),
    ("duryear", "-22.3456", "-P22Y4M4D"),
    ("duryear", "0", "P0Y"),
    ("duryear", "-0", "P0Y"),
    ("duryear", ".5", "P0Y6M"),
    ("durmonth", "22.3456", "P22M10D"),
    ("durmonth", "0.0", "P0M"),
    ("durweek", "2", "P14D"),
    ("durweek", "1.5", "P10D"),
    ("durday", "0.000694", "P0D"),
    ("durday", "-1.5", "-P1DT12H"),
    ("durhour", "+36.9", "PT36H"),
    ("durhour", "-0.5", "PT0H"),
    ("datequarterend", "First Quarter 2015", "2015-03-31"),
    ("datequarterend", "Q2 2015", "2015-06-30"),
    ("datequarterend", "2015 third quarter", "2015-09-30"),
    ("datequarterend", "last quarter of 2015", "2015-12-31"),
    ("boolballotbox", "☐", "false"),
    ("boolballotbox", "☑", "true"),
    ("boolballotbox", " ☒ ", "true"),
    ("yesnoballotbox", "☐", "No"),
    ("yesnoballotbox", "☒", "Yes"),
    ("numinf", "unlimited", "INF"),
    ("numneginf", "-", "-INF"),
    ("numnan", "n/m", "NaN"),
    ("stateprovnameen", "Delaware", "DE"),
    ("stateprovnameen", "District Of Columbia", "DC"),
    ("stateprovnameen", "Québec", "QC"),
    ("stateprovnameen", "Virgin Islands, U.S.", "VI"),
    ("countrynameen", "Ireland", "IE"),
    ("countrynameen", "People’s Republic of China", "CN"),
    ("countrynameen", "Cote d'Ivoire", "CI"),
    ("countrynameen", "the Republic of South Africa", "ZA"),
    ("countrynameen", "Türkiye", "TR"),
    ("countrynameen", "U.S. Virgin Islands", "VI"),
    ("edgarprovcountryen", "Ireland", "L2"),
    ("edgarprovcountryen", "Ontario, Canada", "A6"),
    ("edgarprovcountryen", "Bermuda", "D0"),
    ("edgarprovcountryen", "Cayman Islands", "E9"),
    ("edgarprovcountryen", "United Kingdom", "X0"),
    ("exchnameen", "New York Stock Exchange", "NYSE"),
    ("exchnameen", "The NASDAQ Global Select Market", "NASDAQ"),
    ("exchnameen", "Nasdaq Stock Market LLC", "NASDAQ"),
    ("exchnameen", "Chicago Stock Exchange, Inc.", "CHX"),
    ("exchnameen", "NYSE American LLC", "NYSEAMER"),
    ("exchnameen", "Cboe BZX Exchange, Inc.", "CboeBZX"),
    ("entityfilercategoryen", "Large accelerated filer", "Large Accelerated Filer"),
    ("entityfilercategoryen", "Non–Accelerated Filer", "Non-accelerated Filer"),
]
REFUSED = [
    ("numwordsen", "five percent"),
    ("numwordsen", ""),
    ("numwordsen", "hundred"),
    ("numwordsen", "twenty eleven"),
    ("numwordsen", "two thousand million"),
    ("durwordsen", "five"),
    ("durwordsen", "five months, two years"),
    ("durwordsen", "12345 days"),
    ("duryear", "two"),
    ("duryear", "1,5"),
    ("datequarterend", "fifth quarter 2015"),
    ("boolballotbox", "x"),
    ("stateprovnameen", "Jefferson"),
    ("countrynameen", "Ruritania"),
    ("exchnameen", "Stock Exchange of Springfield"),
    ("entityfilercategoryen", "Slow filer"),
]


def call(name, text):
    return lookup(SEC_REGISTRY, name)(text)


@pytest.mark.parametrize(("text", "value"), NUMBER_WORDS.items())
def test_the_number_words_of_the_filings_have_their_value(text, value):
    assert call("numwordsen", text) == value


@pytest.mark.parametrize(("name", "text", "value"), MORE)
def test_each_transformation_gives_the_value_worked_out_by_hand(name, text, value):
    assert call(name, text) == value


@pytest.mark.parametrize(("name", "text"), REFUSED)
def test_what_the_registry_does_not_allow_is_refused(name, text):
    with pytest.raises(NotInDomain, match="text_not_in_domain"):
        call(name, text)


ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
]
ONES += ["seventeen", "eighteen", "nineteen"]
TENS = ["-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SCALES = ["", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion"]


def spelled(number):
    if number == 0:
        return "zero"
    words, scale = [], 0
    while number:
        number, group = divmod(number, 1000)
        if group:
            words.insert(0, f"{spelled_group(group)} {SCALES[scale]}".strip())
        scale += 1
    return ", ".join(words)


def spelled_group(group):
    hundreds, rest = divmod(group, 100)
    parts = [f"{ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        parts.append(TENS[rest // 10] + (f"-{ONES[rest % 10]}" if rest % 10 else ""))
    elif rest:
        parts.append(ONES[rest])
    return " ".join(parts)


@given(st.integers(0, 10**21 - 1) | st.integers(0, 10**6))
def test_a_number_spelled_out_reads_back(number):
    assert call("numwordsen", spelled(number)) == str(number)


@given(st.integers(1, 199), st.integers(1, 11), st.integers(1, 30))
def test_a_duration_spelled_out_reads_back(years, months, days):
    text = f"{spelled_group(years)} years, {months} months and {spelled_group(days)} days"
    assert call("durwordsen", text) == f"P{years}Y{months}M{days}D"


@pytest.mark.slow
@pytest.mark.shared_data
def test_every_number_that_arelle_cannot_transform_stands_in_the_table_above():
    needs.shared_data()
    found = set()
    for filing in shared_data.filings():
        markup = markup_of(filing.path.read_bytes())
        inventory = take_inventory(parse(markup), INLINE_NAMESPACES[0])
        for element in inventory.facts:
            if element.tag.endswith("nonFraction") and (element.get("format") or "").startswith("ixt-sec:"):
                found.add((element.get("format"), "".join(element.itertext()).strip()))
    assert found == {("ixt-sec:numwordsen", text) for text in NUMBER_WORDS}
