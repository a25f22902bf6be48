"""The catalogues as parsed entries, for the tests that compare them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from apps.messages.catalogue import FOLDER, files


@dataclass(frozen=True)
class Entry:
    """A sentence of a catalogue, or one of its attributes.

    Attributes:
        code: Of the sentence.
        attribute: Empty for the sentence itself.
        pattern: As it was parsed.
        file: Path below the language's folder.
    """

    code: str
    attribute: str
    pattern: ast.Pattern
    file: str

    @property
    def variables(self) -> set[str]:
        """Names of the values that it takes."""
        return _Found(self.pattern).variables

    @property
    def numbers(self) -> set[str]:
        """Those of them that it takes as numbers."""
        return _Found(self.pattern).numbers

    @property
    def names(self) -> set[str]:
        """Those of them that it looks up, and so shows in other words."""
        return _Found(self.pattern).names

    @property
    def chosen_by(self) -> set[str]:
        """Those by which it chooses between words, and need not show."""
        return _Found(self.pattern).chosen_by

    @property
    def text(self) -> str:
        """Its own letters, with dots for the values between them."""
        return "…".join(_Found(self.pattern).texts)


class _Found(Visitor):
    def __init__(self, pattern: ast.Pattern) -> None:
        self.variables: set[str] = set()
        self.numbers: set[str] = set()
        self.names: set[str] = set()
        self.chosen_by: set[str] = set()
        self.texts: list[str] = []
        self.visit(pattern)

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - the visitor's own names
        self.variables.add(node.id.name)

    def visit_TextElement(self, node: ast.TextElement) -> None:  # noqa: N802
        self.texts.append(node.value)

    def visit_StringLiteral(self, node: ast.StringLiteral) -> None:  # noqa: N802
        self.texts.append(node.parse()["value"])

    def visit_SelectExpression(self, node: ast.SelectExpression) -> None:  # noqa: N802
        plural = {"zero", "one", "two", "few", "many"}
        self.chosen_by |= _Found(ast.Pattern([ast.Placeable(node.selector)])).variables
        keys = [variant.key for variant in node.variants]
        if any(isinstance(key, ast.NumberLiteral) or key.name in plural for key in keys):
            self.numbers |= _Found(ast.Pattern([ast.Placeable(node.selector)])).variables
        self.generic_visit(node)

    def visit_FunctionReference(self, node: ast.FunctionReference) -> None:  # noqa: N802
        if node.id.name == "NUMBER":
            self.numbers |= {part.id.name for part in node.arguments.positional if hasattr(part, "id")}
        if node.id.name in ("CONCEPT", "MEMBER", "AXIS"):
            self.names |= {part.id.name for part in node.arguments.positional if hasattr(part, "id")}
        self.generic_visit(node)


def parsed(file: Path) -> list[ast.EntryType]:
    """The entries of a file, with what could not be parsed."""
    return list(FluentParser().parse(file.read_text(encoding="utf8")).body)


@cache
def entries(language: str) -> tuple[Entry, ...]:
    """All sentences of a language and their attributes."""
    return tuple(_entries(language))


def _entries(language: str) -> Iterator[Entry]:
    for file in files(language):
        name = str(file.relative_to(FOLDER / language))
        for entry in parsed(file):
            if isinstance(entry, ast.Message):
                if entry.value is not None:
                    yield Entry(entry.id.name, "", entry.value, name)
                for attribute in entry.attributes:
                    yield Entry(entry.id.name, attribute.id.name, attribute.value, name)
