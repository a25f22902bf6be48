"""The catalogues of both languages: the same files, codes, parts and values, each of which can be said."""

import re
from collections import Counter
from functools import cache

import pytest
from fluent.syntax import ast

from apps.messages import LANGUAGES
from apps.messages.catalogue import FOLDER, files, pattern
from apps.messages.collect import catalogue, collect
from apps.messages.sentences import words
from core_model.errors import filled
from tests.apps.messages.catalogues import Entry, entries, parsed

ALSO_CHINESE = {
    # Standards, file formats and units.
    "CT", "DICOM", "HU", "IFRS", "GAAP", "SEC", "XBRL", "XHTML", "HTML", "JSON", "PNG", "zip", "htm", "html", "xhtml",
    "UTC", "UID", "LPS", "MB", "GB", "mm", "USD", "URL", "UTF", "SQLite", "PostgreSQL", "PDF", "DICOMDIR",
    "PET", "EDGAR",
    "PACS", "CPU", "cpu", "RLE", "JPEG", "LS", "GiB", "MiB", "KiB", "ml", "X", "x", "deflate", "sha", "RescaleSlope",
    "RescaleIntercept", "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue", "MONOCHROME",
    "SHA", "CUDA",
    # Names.
    "Tandem", "Chromium", "PyTorch",
    # Keys of the keyboard.
    "Page", "Home", "End", "N", "P", "M", "H",
    # Kinds of files that are no reports, encodings, classes of stock.
    "XML", "gzip", "Office", "ISO", "Windows", "A",
}  # fmt: skip
"""Latin words that a Chinese sentence may hold: what the field itself writes so."""
VERBATIM = re.compile(
    r"`[^`]*`|'[^']*'|‘[^’]*’|tandem( --?[a-z-]+| [a-z]+)+|--?[a-z-]+|TANDEM_[A-Z_]+|[\w:]*/[\w/.-]*|\.[a-z]{2,5}\b"
    r"|\[[^\]]*\]|\b[A-Za-z]+(?:[._][A-Za-z]+)+|\bint\d+"
)
"""What is to be typed as it stands: commands, options, settings, paths, endings, names in programs, shapes."""
HAN = "\u4e00-\u9fff"


gathered = cache(collect)


def names(language: str) -> set[str]:
    return {str(file.relative_to(FOLDER / language)) for file in files(language)}


def compared(language: str) -> dict[tuple[str, str], Entry]:
    return {(entry.code, entry.attribute): entry for entry in entries(language)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_can_be_parsed_and_stands_once(language: str) -> None:
    for file in files(language):
        junk = [entry.content for entry in parsed(file) if isinstance(entry, ast.Junk)]
        assert junk == [], file.name
    found = Counter((entry.code, entry.attribute) for entry in entries(language))
    assert [entry for entry, number in found.items() if number > 1] == []
    assert {entry.code for entry in entries(language) if not re.fullmatch(r"[a-z][a-z0-9_]*", entry.code)} == set()


def test_both_languages_have_the_same_files() -> None:
    assert names("en") == names("zh")


def test_both_languages_have_the_same_codes_and_parts_in_the_same_files() -> None:
    english, chinese = compared("en"), compared("zh")
    assert sorted(set(english) ^ set(chinese)) == []
    assert [key for key in english if english[key].file != chinese[key].file] == []


def test_both_languages_take_the_same_values() -> None:
    chinese = compared("zh")
    differing = {
        entry.code: (sorted(entry.variables), sorted(chinese[key].variables))
        for key, entry in compared("en").items()
        if key in chinese and entry.variables != chinese[key].variables
    }
    assert differing == {}


@pytest.mark.parametrize("number", [0, 1, 2, 12])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(language: str, number: int) -> None:
    for entry in entries(language):
        values = {name: number if name in entry.numbers else f"<{name}>" for name in entry.variables}
        found = pattern(language, entry.code, entry.attribute)
        assert found is not None
        text = words(entry.code, values, language, entry.attribute)
        assert text, entry.code
        assert "{" not in text.replace("{http", ""), entry.code
        shown = entry.variables - entry.numbers - entry.chosen_by - entry.names
        assert [name for name in shown if f"<{name}>" not in text] == [], entry.code


def test_chinese_sentences_are_chinese() -> None:
    latin = {
        (entry.code, entry.attribute): sorted(left)
        for entry in compared("zh").values()
        if (left := set(re.findall(r"[A-Za-z]+", VERBATIM.sub(" ", entry.text))) - ALSO_CHINESE)
    }
    assert latin == {}


def test_chinese_sentences_have_chinese_signs() -> None:
    """Full-width signs beside Chinese letters, no blank between them, no full stop of English."""
    odd = re.compile(rf"[{HAN}][,;:!?()]|[,;:!?()][{HAN}]|[{HAN}] +[{HAN}]|[{HAN}]\.(\s|$)|\"")
    assert {
        entry.code: entry.text for entry in compared("zh").values() if odd.search(VERBATIM.sub("…", entry.text))
    } == {}


def test_the_english_refusals_are_those_of_the_source() -> None:
    sentences, faults = gathered()
    texts = {name: catalogue(each) for name, each in sentences.items() if each}
    held = {file.stem: file.read_text(encoding="utf8") for file in (FOLDER / "en" / "refusals").glob("*.ftl")}
    old = [name for name in {*texts, *held} if texts.get(name) != held.get(name)]
    assert old == [], "run: python -m apps.messages.collect"
    assert list(map(str, faults)) == []


def test_an_error_says_the_same_by_itself_and_from_the_catalogue() -> None:
    sentences, _ = gathered()
    for name in sentences:
        for each in sentences[name]:
            for number, part in (("", each.what), *each.parts.items()):
                values = {field: f"<{field}>" for field in each.fields}
                said = filled(part, values) if each.with_values else part
                assert words(each.code, values, "en", number) == said, each.where
