"""Collect the English sentences of errors from where they are raised: ``python -m apps.messages.collect``.

Writes ``en/refusals/NAME.ftl``, one file for each package, from the calls of the four kinds of error in its source.
Sentences there are templates: no f-strings, a code of their own, values by name. ``find`` says where one is not.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.messages.catalogue import FOLDER

ROOT = FOLDER.parents[1]
ERRORS = frozenset({"InputRejected", "NotFound", "NotAllowed", "Unavailable"})
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
PARTS = ("allowed", "action")
_HEAD = "# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.\n"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence as it is raised.

    Attributes:
        code: Its code.
        what: The template.
        parts: ``allowed`` and ``action`` where they are given.
        where: ``file:line``.
    """

    code: str
    what: str
    parts: dict[str, str]
    where: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A call whose sentence cannot be collected, and why."""

    where: str
    why: str


def find(folder: Path, left_out: tuple[Path, ...] = ()) -> Iterator[Sentence | Fault]:
    """The sentences of the errors raised below a folder, in the order of the files."""
    for file in sorted(folder.rglob("*.py")):
        if any(file.is_relative_to(other) for other in left_out) or file == ROOT / "core_model" / "errors.py":
            continue
        tree = ast.parse(file.read_text(encoding="utf8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in ERRORS:
                yield _sentence(node, f"{file.relative_to(ROOT)}:{node.lineno}")


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _sentence(call: ast.Call, where: str) -> Sentence | Fault:
    given: dict[str, ast.expr] = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if call.args:
        given["what"] = call.args[0]
    texts: dict[str, str] = {}
    for name in ("what", "code", *PARTS):
        if name not in given:
            continue
        value = given[name]
        constant = _constant(value)
        if constant is None:
            return Fault(where, f"'{name}' is no literal text")
        texts[name] = constant
    if not texts.get("what") or not texts.get("code"):
        return Fault(where, "no sentence, or no code of its own")
    return Sentence(texts["code"], texts["what"], {part: texts[part] for part in PARTS if texts.get(part)}, where)


def _constant(value: ast.expr) -> str | None:
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def catalogue(sentences: list[Sentence]) -> str:
    """The file of some sentences, by code.

    Raises:
        ValueError: One code has two sentences.
    """
    by_code: dict[str, Sentence] = {}
    for each in sentences:
        known = by_code.setdefault(each.code, each)
        if (known.what, known.parts) != (each.what, each.parts):
            raise ValueError(f"the code {each.code} has one sentence at {known.where} and another at {each.where}")
    entries = []
    for code in sorted(by_code):
        lines = [f"{code} = {_fluent(by_code[code].what)}"]
        lines += [f"    .{part} = {_fluent(text)}" for part, text in by_code[code].parts.items()]
        entries.append("\n".join(lines) + "\n")
    return _HEAD + "".join(f"\n{entry}" for entry in entries)


def _fluent(template: str) -> str:
    """A template in Fluent's syntax."""
    text = re.sub(r"\{(\w+)\}", "\0\\1\1", template)
    text = text.replace("{", '{"{"}').replace("}", '{"}"}') if "\0" not in text else text
    return text.replace("\0", "{ $").replace("\1", " }")


def collected() -> dict[str, str]:
    """The text of each catalogue, by its name; a package without sentences has none.

    Raises:
        ValueError: A sentence cannot be collected, or two have one code.
    """
    folders = {name: ROOT / package for name, package in PACKAGES.items()}
    found = {}
    for number, (name, folder) in enumerate(folders.items()):
        others = tuple(list(folders.values())[:number])
        everything = list(find(folder, others))
        faults = [each for each in everything if isinstance(each, Fault)]
        if faults:
            raise ValueError("; ".join(f"{fault.where}: {fault.why}" for fault in faults))
        sentences = [each for each in everything if isinstance(each, Sentence)]
        if sentences:
            found[name] = catalogue(sentences)
    return found


def main() -> None:
    for name, text in collected().items():
        (FOLDER / "en" / "refusals" / f"{name}.ftl").write_text(text, encoding="utf8")


if __name__ == "__main__":
    main()
