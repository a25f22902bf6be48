"""A step's work on other people's files, in a process of its own; see ``apps.isolation``."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from apps.isolation import Answered, Budget, run_isolated
from apps.jobs.run import Step
from apps.store.disk import private_folder
from apps.store.store import Store

FOLDER = "scratch"


def scratch(store: Store) -> Path:
    """Where the folders of such work lie, in the data folder."""
    return store.settings.data_dir / FOLDER


@contextmanager
def in_child(
    step: Step,
    place: str,
    given: dict[str, Any],
    budget: Budget,
    tick: Callable[[float], None],
    *,
    said: Mapping[str, Callable[[Any, Path], None]] | None = None,
    asked: Mapping[str, Callable[[Any], Any]] | None = None,
) -> Iterator[Answered]:
    """``run_isolated`` for a step: cancelling the job, or ending the worker, ends the process at once.

    Args:
        step: The step.
        place: ``package.module:function``.
        given: Small JSON.
        budget: What it may use.
        tick: ``step.tick``, or a part of it.
        said: See ``run_isolated``.
        asked: See ``run_isolated``.
    """
    folder = scratch(step.store)
    private_folder(folder)  # for the group too, where the data folder is shared with it
    with run_isolated(place, given, budget=budget, folder=folder, tick=tick, said=said, asked=asked) as answered:
        yield answered
