"""The house as its documents say it: every place they name exists, folders are small, imports run in no circle."""

import re
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("core_model", "apps", "ui")
MOST_MODULES = 15


def change_table() -> list[tuple[str, list[Path], list[str]]]:
    """The rows of the table "where to change what": the need, its files, and the names to look for in them."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf8")
    lines = text.partition("## Where to change what")[2].partition("\n## ")[0].strip().splitlines()[2:]
    rows = []
    for line in lines:
        need, files, names = (cell.strip() for cell in line.strip("|").split("|"))
        paths: list[Path] = []
        for name in re.findall(r"`([^`]+)`", files):
            beside = paths[-1].parent if paths and "/" not in name else ROOT
            paths.append(beside / name)
        rows.append((need, paths, re.findall(r"`([^`]+)`", names)))
    return rows


@pytest.mark.parametrize(("need", "paths", "names"), change_table(), ids=lambda value: str(value)[:40])
def test_where_to_change_what_leads_to_the_place(need, paths, names):
    assert paths, need
    patterns = [path.relative_to(ROOT).as_posix().replace("APP", "*").replace("NAME", "*") for path in paths]
    found = [list(ROOT.glob(pattern)) for pattern in patterns]
    assert all(found), [pattern for pattern, matches in zip(patterns, found, strict=True) if not matches]
    files = [
        file for matches in found for match in matches for file in ([match] if match.is_file() else match.rglob("*"))
    ]
    text = "\n".join(
        file.read_text(encoding="utf8") for file in files if file.suffix in (".py", ".ftl", ".toml", ".json")
    )
    assert not [name for name in names if name.removeprefix("@").partition("(")[0] not in text]


def test_the_tree_in_the_readme_is_the_tree():
    text = (ROOT / "README.md").read_text(encoding="utf8")
    block = re.search(r"## The tree\n```\n(.*?)```", text, re.DOTALL)
    assert block is not None
    folders: list[tuple[int, Path]] = []
    missing, named = [], 0
    for line in block[1].splitlines():
        indent = len(line) - len(line.lstrip())
        folders = [(depth, folder) for depth, folder in folders if depth < indent]
        base = folders[-1][1] if folders else ROOT
        for word in re.split(r"\s{2,}", line.strip())[0].split():
            named += 1
            if not (base / word).exists():
                missing.append(str((base / word).relative_to(ROOT)))
        if line.strip().split()[0].endswith("/"):
            folders.append((indent, base / line.strip().split()[0]))
    assert not missing
    assert named > 20


def test_no_folder_holds_more_modules_than_a_reader_takes_in():
    modules = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py"]
    many = {str(folder.relative_to(ROOT)): count for folder, count in Counter(path.parent for path in modules).items()}
    assert not {folder: count for folder, count in many.items() if count > MOST_MODULES}


def test_imports_run_in_no_circle():
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True)
    arrows = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        order = list(TopologicalSorter(arrows).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
    assert len(order) == len(graph.modules)


def test_every_file_is_of_a_size_to_be_read():
    long = {
        str(path.relative_to(ROOT)): lines
        for package in (*PACKAGES, "benchmarks", "tests")
        for path in (ROOT / package).rglob("*.py")
        if (lines := path.read_text(encoding="utf8").count("\n")) > 600
    }
    assert not long
