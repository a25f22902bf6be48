"""Every sentence that the source names exists and gets its values, and every sentence that exists is named."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apps.messages.collect import ROOT
from tests.apps.messages.catalogues import entries

SCREENS = "ui_"
"""How the codes of the screens' labels begin: ``t("read")`` says ``ui_read``."""
LABELS = ("t", "labels.text")
BY_NAME = ("missing", "sentence")
"""Functions that make a message of a code and of values by name."""
COMPOSED = 4
"""Letters that a composed code has at least of its own: ``f"check_title_{check}"``."""


@dataclass(frozen=True)
class Named:
    """A place of the source that names a sentence; ``values`` is None where they are not written there."""

    code: str
    values: frozenset[str] | None
    where: str


@cache
def sources() -> dict[Path, ast.Module]:
    folders = [ROOT / folder for folder in ("core_model", "apps", "ui")]
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return {file: ast.parse(file.read_text(encoding="utf8")) for file in files}


def named(file: Path, tree: ast.Module) -> Iterator[Named]:
    """The calls that name a sentence by a literal code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        first = node.args[0]
        if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
            continue
        function = ast.unparse(node.func).removeprefix("shell.")
        where = f"{file.relative_to(ROOT)}:{node.lineno}"
        if function in ("Message", "Caution"):
            given = {word.arg: word.value for word in node.keywords if word.arg}
            values = node.args[1] if len(node.args) > 1 else given.get("values", ast.Dict([], []))
            yield Named(first.value, keys(values), where)
        elif function in (*BY_NAME, *LABELS):
            words = frozenset(word.arg or "**" for word in node.keywords)
            code = first.value if function in BY_NAME else f"{SCREENS}{first.value}"
            yield Named(code, None if "**" in words else words, where)


def keys(values: ast.expr) -> frozenset[str] | None:
    if isinstance(values, ast.Dict) and all(isinstance(key, ast.Constant) for key in values.keys):
        return frozenset(str(key.value) for key in values.keys if isinstance(key, ast.Constant))
    return None


def test_every_sentence_that_the_source_names_exists_and_gets_its_values() -> None:
    takes = {entry.code: entry.variables for entry in entries("en") if not entry.attribute}
    wrong = {}
    for file, tree in sources().items():
        for each in named(file, tree):
            if each.code not in takes:
                wrong[each.where] = f"no sentence {each.code}"
            elif each.values is not None and each.values != takes[each.code]:
                wrong[each.where] = f"{each.code} takes {sorted(takes[each.code])}, and gets {sorted(each.values)}"
    assert wrong == {}


def test_every_sentence_is_named_somewhere() -> None:
    texts: set[str] = set()
    composed: set[str] = set()
    for tree in sources().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                fixed = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                own = "".join(filter(None, map(str, filter(None, fixed))))
                if len(own) >= COMPOSED and re.fullmatch("[a-z0-9_]+", own):
                    composed.add("".join(re.escape(str(part)) if part else ".+" for part in fixed))
    said = {entry.code for entry in entries("en") if not entry.file.startswith("refusals/")}
    silent = set()
    for code in said:
        spelt = {code, code.removeprefix(SCREENS)}
        if not spelt & texts and not any(re.fullmatch(one, name) for one in composed for name in spelt):
            silent.add(code)
    assert silent == set()
