"""Every module has its place in the contract of the layers: one that has none could be imported by anything."""

import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def test_every_module_of_the_applications_stands_in_one_layer() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf8"))
    contract = next(one for one in project["tool"]["importlinter"]["contracts"] if one["type"] == "layers")
    placed = [name.strip() for layer in contract["layers"] for name in layer.split("|")]
    assert len(placed) == len(set(placed))
    found = {"core_model", "ui"}
    for path in (REPOSITORY / "apps").iterdir():
        if path.is_dir() and (path / "__init__.py").exists():
            found.add(f"apps.{path.name}")
        elif path.suffix == ".py" and path.stem != "__init__":
            found.add(f"apps.{path.stem}")
    assert set(placed) == found
