"""The packages that Tandem runs with, each at one version with the hashes of its files: ``requirements.lock``, and the
same as a bill of materials, ``sbom.json`` (CycloneDX 1.6).

    uv pip compile pyproject.toml --extra postgres --universal --python-version 3.11 --generate-hashes \
        -o requirements.lock && python -m tests.locked

``python -m tests.locked minimum`` prints the lowest versions that ``pyproject.toml`` allows, for ``make test-minimum``.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LOCK, SBOM, PROJECT = ROOT / "requirements.lock", ROOT / "sbom.json", ROOT / "pyproject.toml"


@dataclass
class Locked:
    """A package of the lock file.

    Attributes:
        name: As the registry writes it.
        version: The one version.
        where: The condition on the machine under which it is needed; empty where always.
        hashes: SHA-256 of its files.
        needed_by: The packages that need it.
    """

    name: str
    version: str
    where: str = ""
    hashes: list[str] = field(default_factory=list)
    needed_by: list[str] = field(default_factory=list)

    @property
    def ref(self) -> str:
        """The package at its version, as a bill of materials names it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def locked() -> list[Locked]:
    """What the lock file holds."""
    return list(_parsed(LOCK.read_text()))


def _parsed(text: str) -> Iterator[Locked]:
    entry: Locked | None = None
    for line in text.splitlines():
        if found := re.fullmatch(r"([a-z0-9][a-z0-9.-]*)==([^ ;]+)(?: ; (.*?))?(?: \\)?", line):
            if entry is not None:
                yield entry
            entry = Locked(found[1], found[2], found[3] or "")
        elif entry is not None and (found := re.fullmatch(r"    --hash=sha256:([0-9a-f]{64})(?: \\)?", line)):
            entry.hashes.append(found[1])
        elif entry is not None and (found := re.fullmatch(r"    #(?: via|  ) ([a-z0-9.-]+)(?: \(.*\))?", line)):
            entry.needed_by.append(found[1])
        elif not line.startswith("#") and line != "    # via":
            raise ValueError(f"the lock file has a line of another form: {line!r}")
    if entry is not None:
        yield entry


def bill_of_materials() -> dict[str, Any]:
    """The lock file as a bill of materials: what there is, with its hashes, and what needs what."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    packages = locked()
    root = f"pkg:pypi/{project['name']}@{project['version']}"
    versions: dict[str, list[str]] = {project["name"]: [root]}  # some have one for each Python
    for each in packages:
        versions.setdefault(each.name, []).append(each.ref)
    needs: dict[str, set[str]] = {ref: set() for refs in versions.values() for ref in refs}
    for each in packages:
        for needing in (ref for name in each.needed_by for ref in versions[name]):
            needs[needing].add(each.ref)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": project["name"],
                "version": project["version"],
                "purl": root,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": [
            {
                "type": "library",
                "bom-ref": each.ref,
                "name": each.name,
                "version": each.version,
                "purl": each.ref,
                "externalReferences": [
                    {
                        "type": "distribution",
                        "url": f"https://pypi.org/simple/{each.name}/",
                        "hashes": [{"alg": "SHA-256", "content": sha256} for sha256 in each.hashes],
                    }
                ],
            }
            for each in packages
        ],
        "dependencies": [{"ref": ref, "dependsOn": sorted(needed)} for ref, needed in needs.items()],
    }


def floors(*extras: str) -> dict[str, str]:
    """The lowest version of each package that ``pyproject.toml`` allows, of the dependencies and of some extras."""
    project = tomllib.loads(PROJECT.read_text())["project"]
    wanted = [*project["dependencies"], *(each for name in extras for each in project["optional-dependencies"][name])]
    found = {}
    for each in map(Requirement, wanted):
        lowest = [part.version for part in each.specifier if part.operator in (">=", "==")]
        if each.name != project["name"]:
            found[each.name] = lowest[0]
    return found


def as_text() -> str:
    """The bill of materials as it stands in its file."""
    return json.dumps(bill_of_materials(), indent=1) + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["minimum"]:
        print("\n".join(f"{name}=={version}" for name, version in floors("postgres", "train").items()))
    else:
        SBOM.write_text(as_text())
