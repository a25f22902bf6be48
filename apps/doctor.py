"""``tandem doctor``: what this installation consists of, where it keeps its data, and what is wrong with it."""

import os
import platform
import shutil
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from apps import console
from apps.messages import refused
from apps.notices import NOTICE
from apps.provenance import card, libraries
from core_model.errors import InputRejected, Refusal, TandemError, Unavailable

PACKAGES = (
    "torch", "tokenizers", "safetensors", "numpy", "scipy",
    "sqlalchemy", "alembic", "dbos", "typer", "rich", "pydantic", "pydantic-settings", "platformdirs",
    "fluent.runtime",
    "lxml", "pyarrow",
    "pydicom", "imagecodecs", "pillow",
    "streamlit", "starlette", "altair", "nh3",
)  # fmt: skip
"""What every installation needs: the dependencies of ``pyproject.toml``, in its order."""
FOR_TRAINING = (
    "torchvision", "transformers", "peft", "accelerate", "monai", "scikit-learn", "tensorboardx", "babel", "pandas",
)  # fmt: skip
"""What the extra ``train`` adds; a reading needs none of it."""
MISSING = "missing"
ENOUGH_DISK_GB = 2.0
ALIKE = 0.85
"""Of the letters of two names, from which on one is taken for the other misspelt."""


def examine() -> dict[str, Any]:
    """Everything that a question about an installation asks for first.

    Returns:
        A JSON-able document; ``problems`` lists what is wrong with what to do, as codes with values and in English;
        ``healthy`` says that there is none.
    """
    from apps.provenance import version
    from apps.settings import load_settings

    problems: list[Refusal] = []
    report: dict[str, Any] = {
        "schema": "tandem.doctor/2",
        "notice": NOTICE,
        "version": version(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        "packages": _packages(PACKAGES, problems),
        "packages_for_training": _packages(FOR_TRAINING, []),
    }
    _misspelt(problems)
    try:
        settings = load_settings()
    except TandemError as error:
        problems.append(error.refusal)
    else:
        report["data_dir"] = str(settings.data_dir)
        report["database"] = _without_password(settings.database_url)
        report["device"] = settings.device
        _device(settings.device, problems)
        report["store"] = _store(settings, problems)
        free_gb = _free_gb(settings.data_dir)
        report["disk_free_gb"] = round(free_gb, 1)
        if free_gb < ENOUGH_DISK_GB:
            low = Unavailable(
                "only {free_gb} GB are free where the data is kept",
                action="free some space; a study takes up to 0.3 GB",
                code="disk_nearly_full",
                values={"free_gb": round(free_gb, 1)},
            )
            problems.append(low.refusal)
    report["weights"] = _weights(problems)
    report["problems"] = [{**problem.as_dict(), "text": refused(problem)} for problem in problems]
    report["healthy"] = not problems
    return report


def print_report(report: dict[str, Any]) -> None:
    """Print the report for people to stdout."""
    for name, value in report.items():
        if name in ("schema", "notice", "problems", "healthy"):
            continue
        if isinstance(value, dict):
            value = ", ".join(f"{key} {entry}" for key, entry in value.items())
        console.out.print(f"{name:12} {value}", highlight=False, markup=False, soft_wrap=True)
    for problem in report["problems"]:
        console.out.print("[red]problem[/]      ", end="")
        console.out.print(problem["text"], highlight=False, markup=False, soft_wrap=True)
    if report["healthy"]:
        console.out.print("[green]all is well[/]")


def _misspelt(problems: list[Refusal]) -> None:
    """Variables that are nearly a setting's: nothing reads them."""
    from apps.settings import PREFIX, Settings

    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in sorted(variable for variable in os.environ if variable.startswith(PREFIX) and variable not in known):
        for near in get_close_matches(name, known, 1, ALIKE):
            unread = InputRejected(
                "there is no setting {name}",
                action="write {near}, if that is meant",
                code="setting_unknown",
                values={"name": name, "near": near},
            )
            problems.append(unread.refusal)


def _device(name: str, problems: list[Refusal]) -> None:
    from core_model.device import usable_device

    try:
        usable_device(name)
    except TandemError as error:
        problems.append(error.refusal)


def _packages(names: tuple[str, ...], problems: list[Refusal]) -> dict[str, str]:
    """Their versions; those that are missing are added to the problems."""
    found: dict[str, str] = {}
    for name in names:
        try:
            found |= libraries(name)
        except TandemError as error:
            found[name] = MISSING
            problems.append(error.refusal)
    return found


def _without_password(url: str) -> str:
    """Where the database is, without the URL's query, in which a password can stand as well."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        where = make_url(url).set(query={})
    except (ArgumentError, ValueError):
        return "a URL that cannot be read"
    if where.get_backend_name() != "sqlite" and "@" in f"{where.host}{where.database}":
        # The password was cut at an @ of its own, and what follows that is no secret to SQLAlchemy.
        return "a URL that cannot be read; an @ in a password is written as %40"
    return where.render_as_string(hide_password=True)


def _store(settings: Any, problems: list[Refusal]) -> dict[str, Any]:
    from apps.store import blobs, jobs, readings, workers
    from apps.store.store import Store

    try:
        store = Store(settings)
    except TandemError as error:
        problems.append(error.refusal)
        return {"state": "cannot be opened"}
    with store:
        waiting = sum(row.state in ("queued", "running") for row in jobs.listing(store, limit=1000))
        stopped = [row.id for row in jobs.listing(store, ("failed", "cancelled"), limit=1000)]
        held = blobs.held(store, stopped)
        kept_mb = sum(size for _, size in held.values()) / 1e6
        return {
            "state": "open",
            "readings": len(readings.listing(store, limit=100_000)),
            "jobs waiting or running": waiting,
            "jobs failed or cancelled that keep contents for a retry": len(held),
            "MB that they keep": round(kept_mb, 1),
            "workers alive": len(workers.live(store)),
        }


def _free_gb(folder: Path) -> float:
    existing = next(parent for parent in (folder, *folder.parents) if os.path.exists(parent))
    return shutil.disk_usage(existing).free / 1e9


def _weights(problems: list[Refusal]) -> dict[str, str]:
    import core_model
    from apps.medical import nodules

    found = {}
    folders = [Path(str(package.__file__)).parent / "weights" for package in (core_model, nodules)]
    cards = [path for folder in folders for path in sorted(folder.glob("*.json"))]
    for path in [path for path in cards if path.name != "config.json"]:  # the shape, where transformers looks
        try:
            named = card(path.parent, path.stem).get("weights_file", f"{path.stem}.safetensors")
        except TandemError as error:
            problems.append(error.refusal)
            continue
        weights = path.with_name(named)
        if weights.exists():
            found[weights.name] = f"{weights.stat().st_size / 2**20:.1f} MiB"
        else:
            gone = Unavailable(
                "the weights {name} are missing",
                action="install a release or a checkout that is complete",
                code="weights_file_missing",
                values={"name": named},
            )
            problems.append(gone.refusal)
    if not found:
        nothing = Unavailable(
            "no weights are installed", action="install a release or a checkout that is complete", code="no_weights"
        )
        problems.append(nothing.refusal)
    return found
