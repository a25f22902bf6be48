"""Program code and general English of the packages that are installed here, of permissive licence.

``python -m core_model.training.mixture.packages --out DIR`` writes three sources: ``packages_code`` (Python, as masked
text), ``packages_functions`` (pairs of a docstring and its function) and ``packages_text`` (English of documents and
docstrings, as masked text). The licence of each package is read from its metadata and stands in the card with name and
version; packages whose licence is not named, or asks for more than naming, are left out. The identity is the file in
its package.
"""

import argparse
import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from core_model.training.command import command_line, run_on_cpu
from core_model.training.mixture.files import About, write_lines
from core_model.training.mixture.texts import PIECE, Seen, pieces_of
from core_model.training.splits import split_of

MODULE = "core_model.training.mixture.packages"
MOST_OF_A_PACKAGE = 3_000_000
"""Characters of code, and of text, that are taken of one package: no package is most of the source."""
MOST_FUNCTIONS = 2_000
"""Pairs that are taken of one package."""
_LARGEST = 400_000
_PERMISSIVE = re.compile(
    r"^(?:the )?(?:mit(?:[- ](?:cmu|0|license).*)?|.*\bbsd\b.*|apache.*|apl 2|isc.*|psf.*|python software foundation.*"
    r"|0bsd|zlib.*|cc0.*|unlicense|bsl-1\.0|llvm-exception|x11.*|hpnd)$",
    re.IGNORECASE,
)
_OPERATORS = re.compile(r"\s+(?:AND|OR|WITH)\s+|\s*;\s*")
_MARKUP = re.compile(r"<[^>\n]{1,300}>|!?\[(?P<label>[^\]\n]*)\]\([^)\n]*\)|`{1,3}|\*\*|https?://\S+")
_PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.|\$ |#!|:\w+:|\.\. )")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LEFT_OUT = ("tests/", "test/", "testing/", "_vendor/", "vendor/", "_vendored/", "locale/", "node_modules/")


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package of permissive licence."""

    name: str
    version: str
    licence: str
    distribution: Distribution


def licence_of(distribution: Distribution) -> str:
    """The licence that a package's metadata names: its expression, its classifiers, or the first line of its text."""
    metadata = distribution.metadata
    named = _field(distribution, "License-Expression")
    if not named:
        classifiers = metadata.get_all("Classifier") or []
        ours = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License ::")]
        named = "; ".join(each for each in ours if each not in ("OSI Approved", "DFSG approved"))
    return (named or _field(distribution, "License").strip().partition("\n")[0]).strip()


def _field(distribution: Distribution, name: str) -> str:
    return (distribution.metadata.get_all(name) or [""])[0] or ""


def is_permissive(licence: str) -> bool:
    """Whether every part of a licence asks for no more than to be named."""
    parts = [part for part in _OPERATORS.split(licence.replace("(", " ").replace(")", " ").strip()) if part.strip()]
    return bool(parts) and all(_PERMISSIVE.match(part.strip()) for part in parts)


def permissive_packages(left_out: Iterable[str] = ("tandem",)) -> list[Package]:
    """The installed packages whose licence is permissive, by name."""
    found: dict[str, Package] = {}
    for each in distributions():
        name = _field(each, "Name").lower()
        licence = licence_of(each)
        if name and name not in left_out and name not in found and is_permissive(licence):
            found[name] = Package(name, each.version, licence, each)
    return [found[name] for name in sorted(found)]


def files_of(package: Package, endings: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Names and texts of a package's files with some endings, in an order that follows from their names alone, so that
    a share of them is a sample; of the train and validation splits."""
    names = {str(path): path for path in package.distribution.files or () if str(path).lower().endswith(endings)}
    for name in sorted(names, key=lambda each: hashlib.sha256(each.encode()).digest()):
        if any(part in f"/{name}" for part in (f"/{each}" for each in _LEFT_OUT)) or ".." in name:
            continue
        if split_of(_identity(package, name)) == "test":
            continue
        try:
            text = Path(str(names[name].locate())).read_text(encoding="utf8")
        except (OSError, UnicodeDecodeError):
            continue
        if 200 <= len(text) <= _LARGEST:
            yield name, text


def _identity(package: Package, file: str) -> str:
    return f"{package.name}:{file}"


def code_rows(packages: Iterable[Package]) -> Iterator[dict[str, Any]]:
    """Rows of code."""
    seen, files = Seen(), Seen()
    for package in packages:
        left = MOST_OF_A_PACKAGE
        for name, text in files_of(package, (".py",)):
            if left <= 0:
                break
            if max(map(len, text.split("\n"))) > 1000 or _tree(text) is None or not files.new(text):
                continue
            for piece in pieces_of(text):
                if len(piece.strip()) > 80 and seen.new(piece):
                    left -= len(piece)
                    yield {"text": piece, "language": "en", "kind": "code", "identity": _identity(package, name)}


def function_rows(packages: Iterable[Package]) -> Iterator[dict[str, Any]]:
    """Pairs of the first paragraph of a docstring and its function without it."""
    seen = Seen()
    for package in packages:
        left = MOST_FUNCTIONS
        for name, text in files_of(package, (".py",)):
            tree = _tree(text) if left > 0 else None
            if tree is None:
                continue
            lines = text.split("\n")
            for node in ast.walk(tree):
                if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or left <= 0:
                    continue
                query = " ".join((ast.get_docstring(node) or "").partition("\n\n")[0].split())
                if len(_WORD.findall(query)) < 5 or len(query) > 400 or len(node.body) < 2:
                    continue
                head = lines[node.lineno - 1 : node.body[0].lineno - 1]
                body = lines[node.body[1].lineno - 1 : node.end_lineno]
                passage = "\n".join(line[node.col_offset :] for line in head + body)[: 2 * PIECE]
                if len(passage) > 80 and seen.new(query) and seen.new(passage):
                    left -= 1
                    yield {"query": query, "passage": passage, "identity": _identity(package, name)}


def text_rows(packages: Iterable[Package]) -> Iterator[dict[str, Any]]:
    """Rows of English: descriptions and documents, and the docstrings of code, paragraph by paragraph, each once."""
    seen = Seen()
    for package in packages:
        left = MOST_OF_A_PACKAGE
        documents = [("METADATA", _field(package.distribution, "Description"))]
        for name, text in [*documents, *files_of(package, (".md", ".rst"))]:
            identity = _identity(package, name)
            if split_of(identity) == "test":
                continue
            for piece in pieces_of("\n\n".join(_prose(text, seen)), "\n\n"):
                if len(piece) >= 200:
                    left -= len(piece)
                    yield {"text": piece, "language": "en", "kind": "text", "identity": identity}
        for name, text in files_of(package, (".py",)):
            tree = _tree(text) if left > 0 else None
            if tree is None:
                continue
            kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
            strings = [ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, kinds)]
            paragraphs = [each for string in strings if len(string) > 120 for each in _prose(string, seen)]
            for piece in pieces_of("\n\n".join(paragraphs), "\n\n"):
                if len(piece) >= 200:
                    left -= len(piece)
                    identity = _identity(package, name)
                    yield {"text": piece, "language": "en", "kind": "text", "identity": identity}


def _prose(text: str, seen: Seen) -> Iterator[str]:
    """Paragraphs of a document that are prose, without markup; each is met once."""
    for block in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in block.split("\n") if not _PROMPT.match(line)]
        paragraph = " ".join(_MARKUP.sub(lambda found: found["label"] or "", " ".join(lines)).split())
        letters = sum(len(word) for word in _WORD.findall(paragraph))
        if len(_WORD.findall(paragraph)) >= 8 and letters > 0.6 * len(paragraph) and seen.new(paragraph):
            yield paragraph


def _tree(text: str) -> ast.Module | None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the sources")
    options = parser.parse_args()
    return run_on_cpu(lambda: build(options.out))


def build(out: Path, packages: list[Package] | None = None) -> None:
    """Write the three sources."""
    packages = permissive_packages() if packages is None else packages
    named = [{"name": each.name, "version": each.version, "licence": each.licence} for each in packages]
    licence = "of each package its own, see details: " + ", ".join(sorted({each.licence for each in packages}))

    def about(source: str, *, code: bool) -> About:
        return About(
            licence=licence, source=source, command=command_line(MODULE), code=code, details={"packages": named}
        )

    for name, kind, rows, of in (
        ("packages_code", "text", code_rows(packages), about("Python of installed packages", code=True)),
        ("packages_functions", "pairs", function_rows(packages), about("docstrings and functions of them", code=True)),
        ("packages_text", "text", text_rows(packages), about("documents and docstrings of them", code=False)),
    ):
        _, card = write_lines(out, name, kind, rows, of)  # type: ignore[arg-type]
        print(f"{name}: {card.count} examples, {card.size} bytes")


if __name__ == "__main__":
    raise SystemExit(main())
