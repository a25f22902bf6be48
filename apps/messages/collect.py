"""Collect the English sentences of errors from where they are raised: ``python -m apps.messages.collect``.

Writes ``en/refusals/NAME.ftl``, one file for each package, from the calls of the four kinds of error and of ``Place``
and ``Phrase`` in its source. Sentences there are templates: no f-strings, a code of their own, values by name. What
cannot be collected is said, with its place, and the exit status is 1.
"""

import ast
import string
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from apps.messages.catalogue import FOLDER

ROOT = FOLDER.parents[1]
ERRORS = frozenset({"InputRejected", "NotFound", "NotAllowed", "Unavailable"})
PHRASES = frozenset({"Place", "Phrase"})
PACKAGES = {
    "core": "core_model",
    "finance": "apps/finance",
    "medical": "apps/medical",
    "store": "apps/store",
    "jobs": "apps/jobs",
    "demo": "apps/demo",
    "ui": "ui",
    "apps": "apps",
}
"""Name of each catalogue and its package; a file belongs to the first that holds it."""
OWN = ROOT / "core_model" / "errors.py"
"""The frame itself: what it says stands in ``frame.ftl``."""
PARTS = ("allowed", "action")
_HEAD = "# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.\n"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as it is raised.

    Attributes:
        code: Its code.
        what: The template.
        parts: ``allowed`` and ``action`` where they are given.
        with_values: Whether values are given: else braces stand for themselves.
        where: ``file:line``.
    """

    code: str
    what: str
    parts: dict[str, str] = field(default_factory=dict)
    with_values: bool = True
    where: str = ""

    @property
    def fields(self) -> set[str]:
        """Names of the values that it takes."""
        texts = (self.what, *self.parts.values()) if self.with_values else ()
        parsed = [each for text in texts for each in string.Formatter().parse(text)]
        return {"!".join(filter(None, (name, form, kind))) for _, name, form, kind in parsed if name is not None}


@dataclass(frozen=True, slots=True)
class Fault:
    """A call whose sentence cannot be collected, and why."""

    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.where}: {self.why}"


def find(folder: Path, left_out: tuple[Path, ...] = ()) -> Iterator[Sentence | Fault]:
    """The sentences of the errors raised below a folder, in the order of the files."""
    for file in sorted(folder.rglob("*.py")):
        if file == OWN or any(file.is_relative_to(other) for other in left_out):
            continue
        where = file.relative_to(ROOT) if file.is_relative_to(ROOT) else Path(file.name)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf8"))):
            if isinstance(node, ast.Call) and _name(node.func) in ERRORS | PHRASES:
                yield _sentence(node, f"{where}:{node.lineno}")


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _sentence(call: ast.Call, where: str) -> Sentence | Fault:
    positions = ("code", "what", "values") if _name(call.func) in PHRASES else ("what",)
    given = dict(zip(positions, call.args, strict=False))
    given |= {("what" if word.arg == "template" else word.arg): word.value for word in call.keywords if word.arg}
    texts: dict[str, str] = {}
    for name in ("what", "code", *PARTS):
        if name in given:
            value = given[name]
            if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
                return Fault(where, f"'{name}' is no literal text")
            texts[name] = value.value
    if not texts.get("what") or not texts.get("code"):
        return Fault(where, "no sentence, or no code of its own")
    parts = {part: texts[part] for part in PARTS if texts.get(part)}
    sentence = Sentence(texts["code"], texts["what"], parts, "values" in given, where)
    return _checked(sentence, given.get("values"))


def _checked(sentence: Sentence, values: ast.expr | None) -> Sentence | Fault:
    try:
        fields = sentence.fields
    except ValueError as error:
        return Fault(sentence.where, f"the template cannot be read: {error}")
    if odd := [name for name in fields if not name.isidentifier()]:
        return Fault(sentence.where, f"the template takes {odd[0]!r}, which is no plain name")
    if isinstance(values, ast.Dict) and all(isinstance(key, ast.Constant) for key in values.keys):
        names = {key.value for key in values.keys if isinstance(key, ast.Constant)}
        if names != fields:
            return Fault(
                sentence.where, f"the template takes {sorted(fields)}, the values are {sorted(map(str, names))}"
            )
    return sentence


def catalogue(sentences: list[Sentence]) -> str:
    """The file of some sentences, by code."""
    entries = []
    for each in sorted(sentences, key=lambda sentence: sentence.code):
        lines = [f"{each.code} = {_fluent(each.what, each.with_values)}"]
        lines += [f"    .{part} = {_fluent(text, each.with_values)}" for part, text in each.parts.items()]
        entries.append("\n".join(lines) + "\n")
    return _HEAD + "".join(f"\n{entry}" for entry in entries)


def _fluent(template: str, with_values: bool) -> str:
    """A template in Fluent's syntax."""
    if not with_values:
        return _literal(template)
    parts = string.Formatter().parse(template)
    return "".join(_literal(text) + (f"{{ ${name} }}" if name is not None else "") for text, name, _, _ in parts)


def _literal(text: str) -> str:
    return "".join(f'{{"{sign}"}}' if sign in "{}" else sign for sign in text)


def collect() -> tuple[dict[str, list[Sentence]], list[Fault]]:
    """The sentences of each package, and what cannot be collected. One code has one sentence, in one package."""
    folders = {name: ROOT / package for name, package in PACKAGES.items()}
    found: dict[str, list[Sentence]] = {name: [] for name in folders}
    faults: list[Fault] = []
    known: dict[str, tuple[str, Sentence]] = {}
    for number, (name, folder) in enumerate(folders.items()):
        for each in find(folder, tuple(list(folders.values())[:number])):
            if isinstance(each, Fault):
                faults.append(each)
                continue
            package, first = known.setdefault(each.code, (name, each))
            if first is each:
                found[name].append(each)
            elif (first.what, first.parts) != (each.what, each.parts):
                faults.append(Fault(each.where, f"the code {each.code} has another sentence at {first.where}"))
            elif package != name:
                faults.append(Fault(each.where, f"the code {each.code} belongs to another package, at {first.where}"))
    return found, faults


def collected() -> tuple[dict[str, str], list[Fault]]:
    """The text of each catalogue by its name, and what it lacks; a package without sentences has none."""
    found, faults = collect()
    return {name: catalogue(sentences) for name, sentences in found.items() if sentences}, faults


def main() -> int:
    """Write the catalogues; 1 where something cannot be collected."""
    texts, faults = collected()
    folder = FOLDER / "en" / "refusals"
    folder.mkdir(exist_ok=True)
    for file in folder.glob("*.ftl"):
        if file.stem not in texts:
            file.unlink()
    for name, text in texts.items():
        (folder / f"{name}.ftl").write_text(text, encoding="utf8")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
