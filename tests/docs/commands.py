"""Writes ``docs/reference/commands.md`` from the commands themselves: ``python -m tests.docs.commands``."""

from collections.abc import Iterator
from pathlib import Path

import click
import typer

from apps.cli import app

FILE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "commands.md"
HEAD = """# Commands

Data goes to stdout, progress and messages to stderr. Exit status: 0 ok, 1 failed (one sentence says why), 2 usage, 130
stopped with Ctrl-C. `--json` prints one document. This page is made from the commands: `python -m tests.docs.commands`.
"""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command with its full name, groups left out."""

    def walk(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
        subcommands = getattr(command, "commands", None)
        if subcommands is None:
            yield name, command
            return
        for key in sorted(subcommands):
            yield from walk(f"{name} {key}", subcommands[key])

    yield from walk("tandem", typer.main.get_command(app))


def page() -> str:
    """The page as it should stand."""
    parts = [HEAD]
    for name, command in commands():
        words = [name]
        rows = []
        for parameter in command.params:
            described = getattr(parameter, "help", None) or ""
            if getattr(parameter, "show_default", False) and parameter.default not in (None, False, ""):
                described += f" (default {parameter.default})"
            if parameter.param_type_name == "argument":
                words.append(parameter.metavar or str(parameter.name).upper())
            elif parameter.name != "help":
                rows.append(f"| `{', '.join(parameter.opts)}` | {described} |")
        parts.append(f"## `{' '.join(words)}`\n{(command.help or '').strip()}\n")
        if rows:
            parts.append("\n".join(["| option | |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    FILE.write_text(page(), encoding="utf8")
