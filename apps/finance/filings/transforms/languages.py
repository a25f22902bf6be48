"""Month names of the European languages in the registries 3 to 5, and the dates written with them.

Names are the stems that the registry accepts; what may follow a stem is limited per language. Where a language has two
cases of figures (nominative, genitive) both are listed.
"""

import re
from collections.abc import Callable

from apps.finance.filings.transforms.dates import DAY, GAP, YEAR, date_of, names
from apps.finance.filings.transforms.errors import date_like, day_like, month_like
from core_model.errors import Message

_STEMS = {
    "bg": "ян фев мар апр май|маи юни юли авг сеп окт ное дек",
    "cs": "ledna|led února|unora|úno|uno března|brezna|bře|bre dubna|dub května|kvetna|kvě|kve června|cervna|čvn|cvn "
    "července|cervence|čvc|cvc srpna|srp září|zari|zář|zar října|rijna|říj|rij listopadu|lis prosince|pro",
    "cy": "ion chwe maw ebr mai meh gor aws med hyd tach rhag",
    "da": "jan feb mar apr maj jun jul aug sep okt nov dec",
    "de": "jan|jän|jaen feb mär|maer|mar apr mai jun jul aug sep okt nov dez",
    "el": "ιαν|ίαν φεβ μάρ|μαρ απρ|άπρ|αριλ|άριλ μαΐ|μαι|μάι|μαϊ|μάϊ ιούν|ίούν|ίουν|ιουν ιούλ|ίούλ|ίουλ|ιουλ αύγ|αυγ "
    "σεπ οκτ|όκτ νοέ|νοε δεκ",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "et": "jaan veebr märts|marts apr mai juuni juuli aug sept okt nov dets",
    "fi": "tam hel maa huh tou kes hei elo syy lok mar jou",
    "fr": "janv févr|fevr mars avr mai juin juil août|aout sept oct nov déc|dec",
    "hr": "sij velj ožu|ozu tra svi lip srp kol ruj lis stu pro",
    "hu": "jan feb márc|marc ápr|apr máj|maj jún|jun júl|jul aug szept okt nov dec",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "lt": "sau vas kov bal geg bir lie rugp|rgp rugs|rgs spa|spl lap gru|grd",
    "lv": "janv febr marts apr maijs jūn|jun jūl|jul aug sept okt nov dec",
    "nl": "jan feb maa|mrt apr mei jun jul aug sep okt nov dec",
    "no": "jan feb mar apr mai jun jul aug sep okt nov des",
    "pl": "sty lut mar kwi maj cze lip sie wrz paź|paz lis gru",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
    "ro": "ian feb mar apr mai iun iul aug sep oct noi|nov dec",
    "sk": "jan feb mar apr máj|maj jún|jun júl|jul aug sep okt nov dec",
    "sl": "jan feb mar apr maj jun jul avg sep okt nov dec",
}
# Months beside a year, where they are written otherwise than beside a day.
_STEMS_WITH_YEAR = {
    "cs": "leden|ledna|lednu|led únor|unor|února|unora|únoru|unoru|úno|uno "
    "březen|brezen|března|brezna|březnu|breznu|bře|bre duben|dubna|dubnu|dub "
    "květen|kveten|května|kvetna|květnu|kvetnu|kvě|kve červen|cerven|června|cervna|červnu|cervnu|čvn|cvn "
    "červenec|cervenec|července|cervence|červenci|cervenci|čvc|cvc srpen|srpna|srpnu|srp září|zari|zář|zar "
    "říjen|rijen|října|rijna|říjnu|rijnu|říj|rij listopad|listopadu|lis prosinec|prosince|prosinci|pro",
    "cy": "ion chwe maw|faw ebr mai|fai meh|feh gor|ngor aws med|fed hyd tach|dach|nhach|thach rhag|rag",
}
# Greek names with a Latin capital in front, or accents that only small letters carry: accepted as they stand.
_GREEK_AS_WRITTEN = {
    1: "IΑΝ Iαν",
    4: "AΠΡ Aπρ AΡΙΛ Aρίλ Aριλ αρίλ άρίλ Αρίλ Άρίλ",
    6: "IΟΎΝ IΟΥΝ Iούν Iουν",
    7: "IΟΎΛ IΟΥΛ Iούλ Iουλ",
    10: "OΚΤ Oκτ",
}
# What may stand between a month's stem and the end of the text, beside a day.
_ENDINGS = {"bg": 6, "cy": 7, "de": 6, "el": 8, "es": 7, "et": 5, "fi": 8, "fr": 5, "hr": 6, "it": 6, "lv": 6, "nl": 6}
_ENDINGS |= {"no": 6, "pl": 9, "pt": 6, "ro": 7, "sk": 6, "sl": 6}

_WORD_GAP = "[^0-9]*[^0-9a-zA-Z]+"  # the name begins after something that is no letter
_GAPS = {"cy": _WORD_GAP, "fi": _WORD_GAP, "pl": _WORD_GAP}
_BEFORE_YEAR = {"bg": "[A-Za-z]*[^0-9]+", "cs": "[^0-9a-zA-Z]+[^0-9]*"}
_AFTER_YEAR = {"bg": "[^0-9]*", "pl": "[^0-9]*"}

_DANISH_END = r"(?:[A-Za-z]*|\.+)"
_DANISH_BEFORE_YEAR = r"(?:[A-Za-z]+(?![A-Za-z.])|(?![A-Za-z])\.*(?!\.))[^0-9]*"


def _months(stems: str) -> dict[str, int]:
    return {name: number for number, group in enumerate(stems.split(), 1) for name in group.split("|")}


def _of(language: str, with_year: bool = False) -> tuple[str, dict[str, int]]:
    """The group ``m`` of a language and the numbers of its names."""
    months = _months(_STEMS_WITH_YEAR.get(language, _STEMS[language]) if with_year else _STEMS[language])
    pattern = names(months)
    if language == "el":
        extra = [(name, number) for number, group in _GREEK_AS_WRITTEN.items() for name in group.split()]
        pattern = pattern[:-1] + "|" + "|".join(name for name, _ in extra) + ")"
        months |= {name.lower(): number for name, number in extra}
        months["μαΐ".upper().lower()] = 5  # the capital form is spelled with combining marks
    return pattern, months


def day_monthname(language: str) -> Callable[[str], str]:
    """A day beside a month's name: ``31. Dezember``."""
    pattern, months = _of(language)
    wanted = Message("wanted_day_monthname", {"language": language})
    if language == "da":
        return date_of(f"{DAY}{GAP}{pattern}{_DANISH_END}", wanted, months, re.IGNORECASE)
    ending = r"\.?" if language == "cs" else f"[^0-9]{{0,{_ENDINGS[language]}}}"
    return date_of(f"{DAY}{_GAPS.get(language, GAP)}{pattern}{ending}", wanted, months)


def day_monthname_year(language: str) -> Callable[[str], str]:
    """A full date with the month's name: ``31. Dezember 2023``."""
    pattern, months = _of(language)
    wanted = Message("wanted_date_monthname", {"language": language})
    if language == "da":
        return date_of(f"{DAY}{GAP}{pattern}{_DANISH_BEFORE_YEAR}{YEAR}", wanted, months, re.IGNORECASE)
    before, after = _BEFORE_YEAR.get(language, GAP), _AFTER_YEAR.get(language, "")
    return date_of(f"{DAY}{_GAPS.get(language, GAP)}{pattern}{before}{YEAR}{after}", wanted, months)


def monthname_year(language: str) -> Callable[[str], str]:
    """A month's name beside a year: ``Dezember 2023``."""
    pattern, months = _of(language, with_year=True)
    wanted = Message("wanted_monthname_year", {"language": language})
    if language == "da":
        return date_of(f"{pattern}{_DANISH_BEFORE_YEAR}{YEAR}", wanted, months, re.IGNORECASE)
    before = GAP if language == "bg" else _BEFORE_YEAR.get(language, GAP)
    return date_of(f"{pattern}{before}{YEAR}{_AFTER_YEAR.get(language, '')}", wanted, months)


def _year_first() -> dict[str, Callable[[str], str]]:
    hu, hu_months = _of("hu")
    lt, lt_months = _of("lt")
    lv, lv_months = _of("lv")
    return {
        "date-monthname-day-hu": date_of(f"{hu}[^0-9]{{0,7}}{GAP}{DAY}", day_like("december 31"), hu_months),
        "date-monthname-day-lt": date_of(f"{lt}[^0-9]{{0,6}}{GAP}{DAY}[^0-9]*", day_like("gruodžio 31"), lt_months),
        "date-year-monthname-day-hu": date_of(f"{YEAR}{GAP}{hu}{GAP}{DAY}", date_like("2023. december 31"), hu_months),
        "date-year-monthname-day-lt": date_of(
            f"{YEAR}{_WORD_GAP}{lt}{GAP}{DAY}[^0-9]*", date_like("2023 m. gruodžio 31 d."), lt_months
        ),
        "date-year-day-monthname-lv": date_of(
            f"{YEAR}{GAP}{DAY}{GAP}{lv}[^0-9]*", date_like("2023. gada 31. decembris"), lv_months
        ),
        "date-year-monthname-hu": date_of(f"{YEAR}{GAP}{hu}[^0-9]{{0,7}}", month_like("2023. december"), hu_months),
        "date-year-monthname-lt": date_of(f"{YEAR}{_WORD_GAP}{lt}[^0-9]*", month_like("2023 m. gruodis"), lt_months),
        "date-year-monthname-lv": date_of(f"{YEAR}{GAP}{lv}[^0-9]{{0,7}}", month_like("2023. decembris"), lv_months),
    }


_LANGUAGES_4 = [language for language in _STEMS if language not in ("cy", "hu", "lt", "lv")]

danish_day, danish_date, danish_month = day_monthname("da"), day_monthname_year("da"), monthname_year("da")

DATES_4 = (
    {f"date-day-monthname-{language}": day_monthname(language) for language in [*_LANGUAGES_4, "lv"]}
    | {f"date-day-monthname-year-{language}": day_monthname_year(language) for language in _LANGUAGES_4}
    | {f"date-monthname-year-{language}": monthname_year(language) for language in _LANGUAGES_4}
    | _year_first()
    | {
        "date-day-monthname-sv": danish_day,
        "date-day-monthname-year-sv": danish_date,
        "date-monthname-year-sv": danish_month,
    }
)
"""Registry 4: every language but English, Hindi and Japanese."""

DATES_5 = {
    "date-day-monthname-cy": day_monthname("cy"),
    "date-day-monthname-year-cy": day_monthname_year("cy"),
    "date-monthname-year-cy": monthname_year("cy"),
}
"""What registry 5 adds: Welsh."""
