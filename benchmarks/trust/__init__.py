"""Hostile inputs, killed workers, locked databases, wrong clocks, strangers: what is lost, executed, or answered.

Each part is a module below with a function that returns figures; ``PARTS`` names them.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the processes that are measured take no more in than a worker does
    from benchmarks.figures import Figure

USUAL_MINUTES = 55.0
INPUTS: list[str] = []
PARTS = {
    "answers": "answers_without_token",
    "bombs": "bombs",
    "stalls": "stalls",
    "disturbances": "disturbances",
}
"""The modules, and in each the function that measures."""


def run(recorded: bool) -> dict[str, "Figure"]:
    """All parts, one after the other."""
    figures: dict[str, Figure] = {}
    for module, function in PARTS.items():
        measure: Callable[[], dict[str, Figure]] = getattr(import_module(f"benchmarks.trust.{module}"), function)
        made = measure()
        assert not figures.keys() & made.keys(), f"{module} gives a figure that another part gives"
        figures.update(made)
    return figures
