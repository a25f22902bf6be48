"""``tandem train``: an adapter from samples of one's own."""

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps import console
from apps.notices import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core_model.training.tuning.samples import SampleSet
    from core_model.training.tuning.watch import Tick

EVERY_S = 10.0
"""Time between two lines of progress where stderr is no terminal."""


def train(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="sentiment, retrieval or captions.")],
    config: Annotated[
        str, typer.Option(help="Python file whose function config returns a Tuning; FILE:FUNCTION names another.")
    ] = "",
    data: Annotated[str, typer.Option(help="Samples, in place of those that the settings name.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Look the samples through, and train nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Train an adapter on samples of one's own; the same command goes on with a run that was stopped.

    The samples are looked through first: what has no label, stands twice or is on both sides of the split stops it.
    """
    from apps.domains import adapters_folder, runs_folder
    from apps.domains import domain as named
    from apps.settings import load_settings
    from core_model import load_core
    from core_model.training.tuning.run import tune
    from core_model.training.tuning.settings import settings_in

    settings, found = load_settings(), named(domain)
    tuning = settings_in(config) if config else found.settings
    tuning = replace(tuning, data=data) if data else tuning
    samples = found.read(tuning.data)
    if check:
        _report(samples, as_json)
        raise typer.Exit(1 if samples.problems else 0)
    samples.require()
    with _progress(f"training {domain}") as tick:
        ended = tune(
            found,
            tuning,
            load_core(device="cpu"),
            runs_folder(settings),
            found.versions(adapters_folder(settings)),
            samples=samples,
            device=settings.device,
            command=_command(domain, config, data),
            tick=tick,
        )
    if as_json:
        told = {"domain": domain, "run": ended.run, "version": ended.version, "metrics": ended.metrics}
        console.print_document({"schema": "tandem.training/1", "notice": NOTICE, **told})
    done = "was done already" if ended.again else "is done"
    console.say(f"run {ended.run} {done}: version {ended.version} of {domain}, which is not in use yet")
    console.say(f"to compare it and put it in use: tandem adapters promote {domain} {ended.version}")


def _command(domain: str, config: str, data: str) -> str:
    """The command for the card, with file names only: cards hold nobody's paths."""
    from pathlib import Path

    words = ["tandem", "train", domain]
    words += ["--config", Path(config).name] if config else []
    words += ["--data", Path(data).name] if data else []
    return " ".join(words)


def _report(samples: "SampleSet", as_json: bool) -> None:
    """What the samples are, and what is wrong with them."""
    report: dict[str, Any] = samples.report()
    if as_json:
        console.print_document({"schema": "tandem.samples/1", "notice": NOTICE, **report})
        return
    for name in ("train", "validation", "test"):
        console.out.print(f"{name:12} {report[name]}", highlight=False)
    for label, count in sorted(report["labels"].items(), key=lambda pair: -pair[1])[:20]:
        console.out.print(console.plain(f"  {label:20} {count}"))
    for problem in samples.problems:
        console.out.print(f"problem      sample {problem}", highlight=False)
    console.say(f"{len(samples.problems)} problems" if samples.problems else "nothing speaks against a training")


@contextmanager
def _progress(title: str) -> "Iterator[Tick]":
    """Progress with time left on stderr: a bar on a terminal, else a line now and then."""
    import time

    said = time.monotonic()

    with console.progress_bar(title) as bar:

        def tick(share: float, left_s: float | None) -> None:
            nonlocal said
            bar.update(bar.task_ids[0], completed=share)
            if not console.err.is_terminal and time.monotonic() - said >= EVERY_S:
                said = time.monotonic()
                left = "" if left_s is None else f", {left_s:.0f} s left"
                console.say(f"{title}: {share:.0%}{left}")

        yield tick
