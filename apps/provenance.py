"""What a reading follows from besides its input: the version of the code, and hashes of files."""

import hashlib
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

from core_model.errors import Unavailable


def version() -> str:
    """The installed version, or the one of ``pyproject.toml`` in a checkout that is not installed."""
    try:
        return installed("tandem")
    except PackageNotFoundError:
        import tomllib

        project = Path(__file__).resolve().parent.parent / "pyproject.toml"
        return tomllib.loads(project.read_text())["project"]["version"]


@cache
def code_version(*packages: str) -> str:
    """Version of the code of some packages: the release, and a hash over their Python files.

    Two checkouts with the same files have the same version, and a changed line has another one, so that a stored
    reading is never taken for one of changed code.
    """
    digest = hashlib.sha256()
    for name in sorted(packages):
        folder = Path(str(import_module(name).__file__)).parent
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder.parent).as_posix().encode())
            digest.update(file.read_bytes())
    return f"{version()}+{digest.hexdigest()[:12]}"


def weights_hash(*names: str) -> str:
    """SHA-256 over the cards of shipped weights: a card names its tensors by their hash, and what was chosen for them.

    Raises:
        Unavailable: A card is not there.
    """
    import core_model

    folder = Path(str(core_model.__file__)).parent / "weights"
    digest = hashlib.sha256()
    for name in sorted(names):
        try:
            digest.update((folder / f"{name}.json").read_bytes())
        except FileNotFoundError:
            raise Unavailable(
                f"the weights '{name}' are not installed",
                action="install a release or a checkout that is complete",
                code="weights_missing",
            ) from None
    return digest.hexdigest()
