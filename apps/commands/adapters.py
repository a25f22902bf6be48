"""``tandem adapters``: the versions of each domain's adapter, and which of them is in use."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps import console
from apps.notices import NOTICE

if TYPE_CHECKING:
    from core_model.adapters.comparison import Comparison
    from core_model.adapters.versions import Versions
    from core_model.training.tuning.domain import Trainable

app = typer.Typer(help="Adapters of the core: versions, figures, promotion, the way back.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="DOMAIN", help="For example sentiment; see `tandem adapters list`.")]
Number = Annotated[int, typer.Argument(metavar="VERSION", min=0, help="Number of the version; 0 is what ships.")]
Data = Annotated[str, typer.Option("--data", help="Samples to judge on, in place of those that the version brings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def _found(name: str) -> "tuple[Trainable, Versions]":
    from apps.domains import adapters_folder, domain
    from apps.settings import load_settings

    found = domain(name)
    return found, found.versions(adapters_folder(load_settings()))


def _samples(domain: "Trainable", data: str) -> list[dict[str, Any]]:
    """Samples of a file that nothing was trained on: those of its test split, or of validation where it has none."""
    if not data:
        return []
    found = domain.read(data)
    found.require()
    return list(found.held_out)


@app.command("list")
def list_adapters(as_json: AsJson = False) -> None:
    """List the domains with the versions of their adapters; a star stands at the one in use."""
    from rich.table import Table

    from apps.domains import DOMAINS, versions_of
    from apps.settings import load_settings
    from core_model.errors import TandemError

    settings = load_settings()
    entries: list[dict[str, Any]] = []
    for name in sorted(DOMAINS):
        versions = versions_of(name, settings)
        for number in versions.numbers():
            try:
                card: dict[str, Any] = versions.card(number)
            except TandemError as error:
                card = {"problem": str(error)}
            entries.append({"domain": name, "version": number, "in_use": number == versions.current(), "card": card})
        if not versions.numbers():
            entries.append({"domain": name, "version": None, "in_use": False, "card": {}})
    if as_json:
        console.print_document({"schema": "tandem.adapters/1", "notice": NOTICE, "adapters": entries})
        return
    table = Table("domain", "version", "figure", "data", "made", box=None, padding=(0, 2, 0, 0))
    for entry in entries:
        card = entry["card"]
        shown = "-" if entry["version"] is None else f"{entry['version']}{' *' if entry['in_use'] else ''}"
        data = str(card.get("data", {}).get("name", card.get("problem", "")))
        table.add_row(
            entry["domain"], shown, _first_figure(card), console.plain(data), str(card.get("made_at", ""))[:10]
        )
    console.out.print(table)


def _first_figure(card: dict[str, Any]) -> str:
    for name, figure in card.get("metrics", {}).items():
        return f"{name} {_value(figure)}"
    return ""


def _value(figure: dict[str, Any]) -> str:
    """A figure with its interval."""
    value, (low, high) = figure["value"], figure["interval"]
    if value is None:
        return "n/a, because no case has it"
    return f"{value:.3f}" + ("" if low is None else f" ({low:.3f} to {high:.3f})")


@app.command()
def show(
    domain: Name,
    version: Annotated[
        int | None, typer.Argument(metavar="[VERSION]", min=0, help="Number of the version; 0 is what ships.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the card of a version; of the one in use where none is named."""
    from core_model.errors import NotFound

    _, versions = _found(domain)
    number = versions.current() if version is None else version
    if number is None:
        raise NotFound(
            "no adapter of {domain} is in use",
            action="train one with 'tandem train', or name a version",
            code="no_adapter_in_use",
            values={"domain": domain},
        )
    card = versions.card(number)
    if as_json:
        told = {"domain": domain, "version": number, "in_use": number == versions.current(), "card": card}
        console.print_document({"schema": "tandem.adapter/1", "notice": NOTICE, **told})
        return
    metrics = card.pop("metrics", {})
    console.out.print(f"{domain} {number}{', in use' if number == versions.current() else ''}", highlight=False)
    for name, value in card.items():
        console.out.print(console.plain(f"  {name:14} {value}"), soft_wrap=True)
    _print_metrics(metrics)


def _print_metrics(metrics: dict[str, Any]) -> None:
    from rich.table import Table

    table = Table("figure", "group", "n", "value (95% interval)", box=None, padding=(0, 2, 0, 0))
    for name, figure in metrics.items():
        table.add_row(name, "", str(figure["n"]), _value(figure))
        for group, part in figure.get("by", {}).items():
            table.add_row("", console.plain(group), str(part["n"]), _value(part))
    console.out.print(table)


def _print_comparison(comparison: "Comparison") -> None:
    from rich.table import Table

    told = comparison.as_dict()
    current = "baseline" if comparison.current is None else f"version {comparison.current}"
    columns = ("samples of", "figure", "n", current, f"version {comparison.candidate}", "better by", "")
    table = Table(*columns, box=None, padding=(0, 2, 0, 0))
    for row in told["rows"]:
        mark = "" if not row["guarded"] else "passed" if row["passed"] else "worse"
        name = console.plain(f"{row['metric']} {row['group']}".strip())
        figures = [_value(row[side]) for side in ("current", "candidate", "difference")]
        table.add_row(row["held_out"], name, str(row["n"]), *figures, mark)
    console.out.print(table)


@app.command()
def evaluate(domain: Name, version: Number, data: Data = "", as_json: AsJson = False) -> None:
    """Judge a version beside the one in use, on the held-out samples of both: the table that a promotion asks for."""
    from core_model import load_core

    found, versions = _found(domain)
    comparison = found.compare(versions, version, load_core(), _samples(found, data))
    versions.keep(comparison)
    if as_json:
        told = {"domain": domain, **comparison.as_dict()}
        console.print_document({"schema": "tandem.adapter.comparison/1", "notice": NOTICE, **told})
        return
    _print_comparison(comparison)


@app.command()
def promote(domain: Name, version: Number, data: Data = "", as_json: AsJson = False) -> None:
    """Put a version in use, unless it is worse than the one in use: then the table says on what."""
    from core_model import load_core

    found, versions = _found(domain)
    comparison = found.compare(versions, version, load_core(), _samples(found, data))
    versions.keep(comparison)
    if not as_json:
        _print_comparison(comparison)
    elif not comparison.passed:
        console.print_document(
            {"schema": "tandem.adapter.comparison/1", "notice": NOTICE, "domain": domain, **comparison.as_dict()}
        )
    pointer = versions.promote(comparison)
    if as_json:
        told = {"domain": domain, "in_use": pointer.version, "before": list(pointer.before)}
        told = {"schema": "tandem.adapter.promotion/1", "notice": NOTICE, **told, "table": comparison.as_dict()}
        console.print_document(told)
    console.say(f"version {pointer.version} of {domain} is in use; 'tandem adapters rollback {domain}' goes back")


@app.command()
def rollback(domain: Name, as_json: AsJson = False) -> None:
    """Put the version in use that was so before."""
    _, versions = _found(domain)
    pointer = versions.rollback()
    if as_json:
        told = {"domain": domain, "in_use": pointer.version, "before": list(pointer.before)}
        console.print_document({"schema": "tandem.adapter.promotion/1", "notice": NOTICE, **told})
    console.say(f"version {pointer.version} of {domain} is in use")


@app.command()
def add(
    domain: Name,
    path: Annotated[str, typer.Argument(metavar="CARD", help="The card (.json); its weights stand beside it.")],
) -> None:
    """Keep an adapter that was trained elsewhere as a version, once its card and weights are checked."""
    from core_model import load_core

    found, versions = _found(domain)
    number = versions.take(Path(path), found.kind, load_core())
    console.say(f"kept as version {number} of {domain}; it is not in use yet")
