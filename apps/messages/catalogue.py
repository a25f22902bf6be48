"""The catalogues of a language: which file has a code, and its sentence. A file is parsed when one of its codes is
first asked for, since parsing all of them takes a fifth of a second."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from apps.messages.functions import functions_of

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("en", "zh")
LONGEST = 1_000_000
"""Characters of a value. Fluent's own limit of 2500 is against catalogues of strangers; the list of the series of a
study, each with the reason why it cannot be read, is longer."""
Pattern: TypeAlias = tuple["FluentBundle", Any]
"""A parsed sentence, and what formats it."""
_ENTRY = re.compile(r"^([A-Za-z][A-Za-z0-9_-]*) *=", re.MULTILINE)


def files(language: str) -> list[Path]:
    """The catalogues of a language."""
    return sorted((FOLDER / language).rglob("*.ftl"))


@cache
def files_by_code(language: str) -> dict[str, Path]:
    """For each code of a language the file that has it.

    Raises:
        ValueError: Two entries have one code.
    """
    found: dict[str, Path] = {}
    for file in files(language):
        for code in _ENTRY.findall(file.read_text(encoding="utf8")):
            if code in found:
                raise ValueError(f"the code {code} stands in {found[code].name} and in {file.name}")
            found[code] = file
    return found


@cache
def bundle(language: str, file: Path) -> "FluentBundle":
    """The sentences of one file."""
    from fluent.runtime import FluentBundle, FluentResource, resolver

    def entry(code: str, values: Mapping[str, str]) -> str | None:
        found = pattern(language, code)
        return None if found is None else str(found[0].format_pattern(found[1], dict(values))[0])

    resolver.MAX_PART_LENGTH = LONGEST
    functions: Any = functions_of(entry)  # of text; Fluent's own type of them asks for less than it takes
    made = FluentBundle([language], functions=functions, use_isolating=False)
    made.add_resource(FluentResource(file.read_text(encoding="utf8")))
    return made


def pattern(language: str, code: str, attribute: str = "") -> Pattern | None:
    """The sentence of a code, or one of its attributes; None where there is none."""
    file = files_by_code(language).get(code)
    if file is None:
        return None
    held = bundle(language, file)
    message = held.get_message(code)
    found = message.attributes.get(attribute) if attribute else message.value
    return None if found is None else (held, found)
