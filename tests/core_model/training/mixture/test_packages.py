"""Code and text of packages: licences are told apart, docstrings find their functions, test files are left out."""

import importlib.metadata
from pathlib import Path

import pytest

from core_model.training.mixture.cards import cards_in
from core_model.training.mixture.packages import build, is_permissive, permissive_packages
from core_model.training.mixture.reading import open_source
from core_model.training.mixture.texts import pieces_of
from core_model.training.splits import split_of

MODULE = '''"""A module that knows how to add two numbers and nothing more than that, as its documents say at length."""


def add(a: int, b: int) -> int:
    """Give the sum of two whole numbers that are given.

    Second paragraph, which is not part of the question but is a sentence of eight words or more in all.
    """
    total = a + b
    # A comment that makes the function long enough to be taken.
    return total


def bare(a):
    return a
'''


def package(folder: Path, name: str, licence: str, files: dict[str, str]) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    described = "A description of the package in more than eight words, which is English prose. " * 4
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nLicense-Expression: {licence}\n\n{described}\n"
    )
    for file, text in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))


@pytest.mark.parametrize(
    ("licence", "permissive"),
    [
        ("MIT", True),
        ("MIT License", True),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", True),
        ("Apache-2.0 OR BSD-2-Clause", True),
        ("Apache Software License", True),
        ("Python Software Foundation License", True),
        ("GNU General Public License v2 or later (GPLv2+)", False),
        ("LGPL-3.0-only", False),
        ("MPL-2.0 AND MIT", False),
        ("Mozilla Public License 2.0 (MPL 2.0)", False),
        ("", False),
        ("Other/Proprietary License", False),
    ],
)
def test_permissive_licences_are_told_from_others(licence: str, permissive: bool) -> None:
    assert is_permissive(licence) is permissive


def test_a_package_becomes_code_functions_and_prose_and_its_licence_stands_in_the_card(
    tmp_path: Path, monkeypatch
) -> None:
    files = [f"free/part{k}.py" for k in range(40)]
    there = [file for file in files if split_of(f"free:{file}") != "test"]
    text = {file: MODULE.replace("two", f"two{k}").replace("total", f"total_{k}") for k, file in enumerate(files)}
    package(tmp_path, "free", "MIT", {**text, "free/tests/part.py": MODULE.replace("two", "twenty")})
    package(tmp_path, "closed", "LGPL-3.0-only", {"closed/part.py": MODULE.replace("two", "three")})
    found = list(importlib.metadata.distributions(path=[str(tmp_path)]))
    monkeypatch.setattr("core_model.training.mixture.packages.distributions", lambda: found)
    assert [each.name for each in permissive_packages()] == ["free"]
    build(tmp_path / "out")
    cards = cards_in(tmp_path / "out")
    assert list(cards) == ["packages_code", "packages_functions", "packages_text"]
    assert cards["packages_code"].code
    assert not cards["packages_text"].code
    assert cards["packages_functions"].details["packages"] == [{"name": "free", "version": "1.0", "licence": "MIT"}]
    assert sum(cards["packages_code"].count.values()) == len(there) < 40
    pairs = open_source(tmp_path / "out", cards["packages_functions"])
    for number in range(pairs.count("train")):
        row = pairs.row("train", number)
        assert row["query"].startswith("Give the sum of two")
        assert row["passage"].startswith("def add(a: int, b: int) -> int:\n    total_")
        assert row["passage"].endswith("return " + row["passage"].split()[7])
        assert "paragraph" not in row["passage"]
        assert split_of(row["identity"]) == "train"


def test_pieces_lose_nothing_and_end_where_lines_end() -> None:
    text = "\n".join(f"line {k} " + "x" * (k % 90) for k in range(400))
    pieces = list(pieces_of(text))
    assert "\n".join(pieces) == text
    assert len(pieces) > 5
    assert max(map(len, pieces)) <= 2_600
