"""Whose names facts are tagged with: those of a standard that the key lines know, of another country's, or the
company's own."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from apps.finance.filings.model import Fact

_NATIONAL = (
    (re.compile(r"https?://xbrl\.frc\.org\.uk/"), "taxonomy_uk"),
    (re.compile(r"https?://www\.xbrl\.org/uk/"), "taxonomy_uk"),
    (re.compile(r"https?://disclosure\.edinet-fsa\.go\.jp/taxonomy/"), "taxonomy_edinet"),
    (re.compile(r"https?://www\.xbrl\.tdnet\.info/taxonomy/"), "taxonomy_tdnet"),
    (re.compile(r"https?://xbrl\.dcca\.dk/"), "taxonomy_denmark"),
    (re.compile(r"https?://(?:www|xbrl)\.(?:taxonomier|bolagsverket)\.se/"), "taxonomy_sweden"),
    (re.compile(r"https?://www\.nltaxonomie\.nl/"), "taxonomy_netherlands"),
    (re.compile(r"https?://www\.xbrl\.de/taxonomies/"), "taxonomy_germany"),
)
"""Names of countries' own standards by where their namespaces lie, with the code of what each is called."""
_STANDARD = ("us-gaap", "ifrs-full", "srt", "dei", "country", "ecd", "cyd")


@lru_cache(maxsize=256)  # asked for each fact; a report has a dozen namespaces
def national(namespace: str) -> str:
    """Code of the country's taxonomy that a namespace belongs to; empty where it is none of them."""
    return next((code for pattern, code in _NATIONAL if pattern.match(namespace)), "")


def is_own(fact: Fact) -> bool:
    """Whether a fact's concept is of the company's own taxonomy: neither of a standard nor of a country."""
    return fact.concept.partition(":")[0] not in _STANDARD and not national(fact.namespace)


def mostly_national(facts: Iterable[Fact]) -> str:
    """Code of the country's taxonomy that most of the numbers are tagged with; empty where most are not."""
    uses = Counter(national(fact.namespace) for fact in facts if fact.kind == "number")
    countries = {code: count for code, count in uses.items() if code}
    if not countries or sum(countries.values()) * 2 <= sum(uses.values()):
        return ""
    return max(countries, key=lambda code: (countries[code], code))
