"""What a reading of a report follows from: the libraries that compute a part of it."""

import ast
import sys
from pathlib import Path

import apps.finance
from apps.finance.jobs import LIBRARIES, provenance_of

DECIDES_NOTHING = {"alembic", "pandas", "rich", "sqlalchemy", "typer"}
"""They print and keep what was read, and list the reports of the benchmarks."""
OURS = {"apps", "benchmarks", "core_model"}


def imported(folder: Path) -> set[str]:
    """The top modules that the files of a folder import, but for those of Python itself."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names


def test_every_library_that_computes_is_in_the_provenance():
    computing = imported(Path(str(apps.finance.__file__)).parent) - OURS - DECIDES_NOTHING
    assert computing == set(LIBRARIES)
    assert set(provenance_of("a" * 64).libraries) == set(LIBRARIES)


def test_no_weights_and_no_device_take_part() -> None:
    provenance = provenance_of("a" * 64)
    assert (provenance.weights, "device" in provenance.settings) == ({}, False)
