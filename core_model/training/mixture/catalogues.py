"""Translations inside Python wheels, English to Chinese: gettext catalogues, and names of lines beside their columns.

A wheel is read as the archive that it is: nothing of it is installed or run.
"""

import ast
import gettext
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message as Metadata
from pathlib import Path

_CHINESE = re.compile(r"(?:^|/)zh(?:_CN|_Hans|_Hans_CN|-CN|-Hans)?(?:/|\.po$|\.mo$)", re.IGNORECASE)
_TRADITIONAL = re.compile(r"zh[_-](?:TW|HK|Hant)", re.IGNORECASE)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_HAN = r"[\u4e00-\u9fff][\u4e00-\u9fffA-Za-z0-9（）()、，：:/\-]{1,40}"
_NAME = r"[A-Za-z][A-Za-z0-9_]{2,80}"
_IN_CODE = (
    re.compile(rf"^[ \t]*#:?[ \t]*(?P<zh>{_HAN})[ \t]*\n[ \t]*(?P<en>{_NAME})[ \t]*=[ \t]*Column\(", re.MULTILINE),
    re.compile(rf"^[ \t]*(?P<en>{_NAME})[ \t]*=[ \t]*Column\([^\n]*comment=['\"](?P<zh>{_HAN})['\"]", re.MULTILINE),
    re.compile(rf"['\"](?:\d{{3}})?(?P<zh>{_HAN})['\"][ \t]*:[ \t]*\(?['\"](?P<en>{_NAME})['\"]"),
    re.compile(rf"['\"](?P<en>{_NAME})['\"][ \t]*:[ \t]*\(?['\"](?P<zh>{_HAN})['\"]"),
)
"""A comment above a column, a column's comment, and an entry of a table from Chinese names to names of columns, or the
other way round."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Translation:
    """An English text and its Chinese translation.

    Attributes:
        english: As the source has it; a column's name in words.
        chinese: Simplified.
        from_code: Whether it is a column's name, which may hold abbreviations.
    """

    english: str
    chinese: str
    from_code: bool


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel on disk: a package that may hold translations.

    Attributes:
        path: Of the file.
        name, version, licence: From its metadata.
    """

    path: Path
    name: str
    version: str
    licence: str


def read_wheel(path: Path) -> Wheel:
    """What a wheel says of itself."""
    with zipfile.ZipFile(path) as packed:
        name = next(each for each in packed.namelist() if each.endswith(".dist-info/METADATA"))
        metadata: Metadata = message_from_string(packed.read(name).decode("utf8", "replace"))
    classifiers = [each for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")]
    named = "; ".join(each.rpartition(" :: ")[2] for each in classifiers)
    licence = metadata.get("License-Expression") or named or (metadata.get("License") or "").strip().partition("\n")[0]
    return Wheel(path, metadata["Name"], metadata["Version"], licence.strip())


def translations_of(wheel: Wheel) -> Iterator[Translation]:
    """All translations of a wheel, as they stand."""
    with zipfile.ZipFile(wheel.path) as packed:
        for name in sorted(packed.namelist()):
            if name.endswith((".po", ".mo")) and _CHINESE.search(name) and not _TRADITIONAL.search(name):
                content = packed.read(name)
                pairs = _compiled(content) if name.endswith(".mo") else _catalogue(content.decode("utf8", "replace"))
                yield from (Translation(english, chinese, False) for english, chinese in pairs)
            elif name.endswith(".py"):
                yield from _in_code(packed.read(name).decode("utf8", "replace"))


def words_of(name: str) -> str:
    """A column's name in words: ``totalLiquidAssets`` and ``total_liquid_assets`` are ``total liquid assets``."""
    return " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in _WORD.findall(name))


def _compiled(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        catalogue = gettext.GNUTranslations(io.BytesIO(content))._catalog  # type: ignore[attr-defined]
    except (OSError, UnicodeDecodeError, ValueError):
        return
    for english, chinese in catalogue.items():
        text = english[0] if isinstance(english, tuple) else english
        if text and isinstance(chinese, str):
            yield text.rpartition("\x04")[2], chinese


def _catalogue(text: str) -> Iterator[tuple[str, str]]:
    """Entries of a .po file that are translated for sure: neither fuzzy nor obsolete; of plurals the singular."""
    for entry in re.split(r"\n\s*\n", text):
        lines = [line for line in entry.split("\n") if not line.startswith("#~")]
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        found: dict[str, str] = {}
        field = ""
        for line in lines:
            if line.startswith("msg"):
                field = line.split(None, 1)[0]
            if line and not line.startswith("#") and field:
                found[field] = found.get(field, "") + "".join(map(ast.literal_eval, _STRING.findall(line)))
        english, chinese = found.get("msgid", ""), found.get("msgstr") or found.get("msgstr[0]", "")
        if english and chinese:
            yield english, chinese


def _in_code(text: str) -> Iterator[Translation]:
    for pattern in _IN_CODE:
        for match in pattern.finditer(text):
            yield Translation(words_of(match["en"]), match["zh"], True)
