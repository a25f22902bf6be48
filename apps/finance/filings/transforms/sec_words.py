"""Numbers and durations in English words, as the SEC's registry reads them."""

import re

from apps.finance.filings.transforms.errors import NotInDomain, bounded
from core_model.errors import Message

_SMALL = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
_SMALL += "eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SCALES = "thousand million billion trillion quadrillion quintillion"

_VALUES = {word: number for number, word in enumerate(_SMALL.split(), 1)}
_VALUES |= {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}
_SCALE_VALUES = {word: 1000**power for power, word in enumerate(_SCALES.split(), 1)}

_DASH = "[\u058a\u05be\u2010-\u2015\ufe58\ufe63\uff0d-]"
_GAP = r"\s+"
_JOIN = rf"(?:{_DASH}|\s+)"


def _either_case(words: str) -> str:
    """The words, each with a small or a capital first letter."""
    return "(?:" + "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in words.split()) + ")"


_TO_19, _UNITS = _either_case(_SMALL), _either_case("one two three four five six seven eight nine")
_BELOW_100 = rf"(?:{_TO_19}|{_either_case(_TENS)}(?:{_JOIN}{_UNITS})?)"
_WORD = re.compile("[a-z]+")


def _hundreds(join: str) -> str:
    return rf"{_TO_19}{join}[Hh]undred(?:{join}(?:and\s+)?{_BELOW_100})?"


_GROUP = rf"(?:{_hundreds(_GAP)}|{_BELOW_100})"
_COMMA = r"(?:\s*,\s*|\s+|$)"
_NUMBER = re.compile(
    "".join(rf"(?:{_GROUP}\s+{_either_case(scale)}{_COMMA})?" for scale in reversed(_SCALES.split()[1:]))
    + rf"(?:{_GROUP}\s+[Tt]housand(?:(?:\s*,\s*|\s+)(?:{_hundreds(_GAP)}|(?:and\s+)?{_BELOW_100}))?|{_GROUP})?"
)
_LONGEST = 500  # the longest of six scales has some 350 characters
_NONE = {"zero", "no", "none", "nil"}
_NUMBER_WANTED, _DURATION_WANTED = Message("wanted_number_in_words"), Message("wanted_duration_in_words")


def _value(words: str) -> int:
    """The number in words that a pattern above has accepted."""
    total = current = 0
    for word in _WORD.findall(words.lower()):
        if word == "hundred":
            current *= 100
        elif word in _SCALE_VALUES:
            total += current * _SCALE_VALUES[word]
            current = 0
        elif word != "and":
            current += _VALUES[word]
    return total + current


def number_words(text: str) -> str:
    """numwordsen: ``twenty-three thousand, four hundred and five``; ``no``, ``none``, ``nil`` and ``zero`` are 0."""
    bare = text.strip()
    if len(bare) > _LONGEST:
        raise NotInDomain(text, _NUMBER_WANTED)
    if bare and (bare[0].lower() + bare[1:]) in _NONE:
        return "0"
    if not bare or _NUMBER.fullmatch(bare) is None:
        raise NotInDomain(text, _NUMBER_WANTED)
    return str(_value(bare))


_AMOUNT = rf"(?:{_hundreds(_JOIN)}|{_BELOW_100}|[Zz]ero|[Nn]o|[0-9]{{1,4}})"
_THEN = rf"(?:,?{_JOIN}(?:and\s+)?|$)"
_DURATION = re.compile(
    rf"(?:(?P<Y>{_AMOUNT}){_JOIN}[Yy]ears?{_THEN})?"
    rf"(?:(?P<M>{_AMOUNT}){_JOIN}[Mm]onths?{_THEN})?"
    rf"(?:(?P<D>{_AMOUNT}){_JOIN}[Dd]ays?)?"
)


def duration_words(text: str) -> str:
    """durwordsen: ``two years, three months and ten days`` as ``P2Y3M10D``; nothing of anything is ``P0D``."""
    bare = bounded(text, _DURATION_WANTED).strip()
    match = _DURATION.fullmatch(bare) if bare else None
    if match is None:
        raise NotInDomain(text, _DURATION_WANTED)
    written = ""
    for unit, amount in match.groupdict().items():
        if amount is not None and amount.lower() not in _NONE:
            written += f"{amount if amount.isdigit() else _value(amount)}{unit}"
    return f"P{written or '0D'}"
