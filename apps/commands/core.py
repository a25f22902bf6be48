"""``tandem core``: what a core of a preset holds and costs."""

from typing import TYPE_CHECKING, Annotated

import typer

from apps import console

if TYPE_CHECKING:
    from rich.table import Column

app = typer.Typer(help="The shared model.", no_args_is_help=True)
Preset = Annotated[str, typer.Argument(metavar="PRESET", help="tiny, small (the one that ships), base or large.")]


@app.callback()
def core() -> None:
    pass


@app.command("describe")
def describe(
    preset: Preset = "small",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show a preset's parameters, memory and operations a token, in total and by part; nothing is loaded.

    Active is what a text token uses; operations are those of its forward pass, and in training three times as many.
    """
    from core_model.compute.size import size_of
    from core_model.config import CoreConfig

    config = CoreConfig.preset(preset)
    size = size_of(config)
    if as_json:
        console.print_document({"preset": preset, "shape": config.as_dict(), **size.as_dict()})
        return
    from rich.table import Table

    table = Table("part", *(_right(name) for name in ("parameters", "active", "MFLOP", "MiB fp32", "MiB int8")))
    rows = [(p.name, p.parameters, p.active, p.flops, p.bytes_fp32, p.bytes_int8) for p in size.parts]
    rows.append(("all; a text token", size.parameters, size.active, size.flops, size.bytes_fp32, size.bytes_int8))
    for name, parameters, active, flops, fp32, int8 in rows:
        millions = "" if flops is None else f"{flops / 1e6:,.2f}"
        table.add_row(name, f"{parameters:,}", f"{active:,}", millions, f"{fp32 / 2**20:,.1f}", f"{int8 / 2**20:,.1f}")
    console.out.print(table)


def _right(name: str) -> "Column":
    from rich.table import Column

    return Column(name, justify="right")
