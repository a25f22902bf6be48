"""``tandem doctor``: what this installation consists of, where it keeps its data, and what is wrong with it."""

import json
import os
import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from apps import console
from apps.notices import NOTICE
from core_model.errors import TandemError

PACKAGES = (
    "torch",
    "torchvision",
    "monai",
    "transformers",
    "numpy",
    "scipy",
    "pydicom",
    "pandas",
    "streamlit",
    "sqlalchemy",
    "dbos",
    "lxml",
)
ENOUGH_DISK_GB = 2.0


def examine() -> dict[str, Any]:
    """Everything that a question about an installation asks for first.

    Returns:
        A JSON-able document; ``problems`` lists what is wrong with what to do, ``healthy`` says that there is none.
    """
    from apps.provenance import version
    from apps.settings import load_settings

    problems: list[str] = []
    report: dict[str, Any] = {
        "schema": "tandem.doctor/1",
        "notice": NOTICE,
        "version": version(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        "packages": _packages(problems),
    }
    try:
        settings = load_settings()
    except TandemError as error:
        problems.append(str(error))
    else:
        report["data_dir"] = str(settings.data_dir)
        report["database"] = _without_password(settings.database_url)
        report["device"] = settings.device
        _device(settings.device, problems)
        report["store"] = _store(settings, problems)
        free_gb = _free_gb(settings.data_dir)
        report["disk_free_gb"] = round(free_gb, 1)
        if free_gb < ENOUGH_DISK_GB:
            problems.append(f"only {free_gb:.1f} GB are free where the data is kept; a study takes up to 0.3 GB")
    report["weights"] = _weights(problems)
    report["problems"] = problems
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
        console.out.print(problem, highlight=False, markup=False, soft_wrap=True)
    if report["healthy"]:
        console.out.print("[green]all is well[/]")


def _device(name: str, problems: list[str]) -> None:
    from core_model.device import usable_device

    try:
        usable_device(name)
    except TandemError as error:
        problems.append(error.sentence())


def _packages(problems: list[str]) -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = installed(name)
        except PackageNotFoundError:
            found[name] = "missing"
            problems.append(f"the package {name} is missing: {sys.executable} -m pip install '{name}'")
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


def _store(settings: Any, problems: list[str]) -> dict[str, Any]:
    from apps.store import blobs, jobs, readings, workers
    from apps.store.store import Store

    try:
        store = Store(settings)
    except TandemError as error:
        problems.append(str(error))
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


def _weights(problems: list[str]) -> dict[str, str]:
    import core_model
    from apps.medical import nodules

    found = {}
    folders = [Path(str(package.__file__)).parent / "weights" for package in (core_model, nodules)]
    found_cards = [card for folder in folders for card in sorted(folder.glob("*.json"))]
    for card in [card for card in found_cards if card.name != "config.json"]:  # the shape, where transformers looks
        named = json.loads(card.read_text(encoding="utf8")).get("weights_file", f"{card.stem}.safetensors")
        weights = card.with_name(named)
        if weights.exists():
            found[weights.name] = f"{weights.stat().st_size / 2**20:.1f} MiB"
        else:
            problems.append(f"the weights {named} are missing: install Tandem from a complete checkout")
    if not found:
        problems.append("no weights are installed: install Tandem from a complete checkout")
    return found
