"""One command from samples to a version: look through, train, judge, write the card, keep the version.

A run's name follows from its settings, its data and its core: the same command goes on with it after any stop, and says
so where it is done.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from torch import nn

from core_model.adapters.metrics import figures_of
from core_model.adapters.versions import Versions
from core_model.core import Core
from core_model.output import CoreOutput
from core_model.training.evaluate import judged
from core_model.training.loop import train
from core_model.training.routing import as_lines, loads_of
from core_model.training.run import TrainingRun, content_hash
from core_model.training.tuning.domain import Trainable, Tuned
from core_model.training.tuning.samples import SampleSet
from core_model.training.tuning.settings import Tuning
from core_model.training.tuning.watch import STATUS_FILE, Tick, Watch

REPORTS = 60
"""Lines of training loss in a run, about."""
ROUTED = 64
"""Validation samples whose routing is looked at."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended.

    Attributes:
        run: Its name, that of its folder.
        version: The version that it made.
        metrics: Its figures, as its card has them.
        again: Whether the run was done already.
    """

    run: str
    version: int
    metrics: dict[str, Any]
    again: bool = False


def run_name(domain: Trainable, tuning: Tuning, samples: SampleSet, core: Core) -> str:
    """Name of a run: the same settings, data and core give the same one."""
    return f"{domain.name}-{content_hash(identity_of(tuning, samples, core))[:8]}"


def identity_of(tuning: Tuning, samples: SampleSet, core: Core) -> dict[str, Any]:
    """What a result follows from, beside the loop's own settings."""
    return {"tuning": tuning.deciding(), "data": samples.sha256, "core": core.weights_hash}


def tune(
    domain: Trainable,
    tuning: Tuning,
    core: Core,
    runs: str | Path,
    versions: Versions,
    *,
    samples: SampleSet | None = None,
    device: str = "cpu",
    command: str = "",
    tick: Tick | None = None,
    log: Callable[[str], None] | None = None,
) -> Ended:
    """Train an adapter, or go on with the run of the same settings, data and core.

    Args:
        domain: What is trained.
        tuning: The settings.
        core: The base; it stays as it is.
        runs: Folder of the runs; each has a folder of its own in it.
        versions: Where the version is kept.
        samples: Those of ``tuning.data``, where they were read already.
        device: ``cpu``, ``cuda`` or ``cuda:N``.
        command: For the card.
        tick: Told how far it is.
        log: Takes each line of metrics.

    Raises:
        InputRejected: The samples have problems, or the data cannot be read: nothing was trained.
        NotFound: There is no data.
        Unavailable: The device is not there.
    """
    samples = domain.read(tuning.data) if samples is None else samples
    samples.require()
    name = run_name(domain, tuning, samples, core)
    folder = Path(runs) / name
    folder.mkdir(parents=True, exist_ok=True)
    if ended := _ended(folder, name, versions):
        return ended
    torch.manual_seed(tuning.seed)
    task = domain.task(domain.adapter(core, samples, tuning), samples, tuning)
    run = _loop_settings(task, tuning, device)
    identity = {"domain": domain.name, **identity_of(tuning, samples, core)}
    about = {"run": name, "domain": domain.name, "steps": run.steps, "data": samples.name, **samples.counts()}
    with Watch(folder, about, tick) as watch:

        def told(line: str) -> None:
            watch.line(line)
            entry = json.loads(line)
            if "resumed" in entry:
                watch.forget_after(entry["resumed"])
            if "held_out_loss" in entry:
                watch.routing(entry["step"], as_lines(loads_of(_outputs(task))))
            if log is not None:
                log(line)

        outcome = train(task, run, folder, identity, log=told, tick=watch.tick)
        adapter = task.model
        adapter.load_state_dict(outcome.state)
        _round(adapter.eval())
        judged_on = list(samples.held_out)
        figures = figures_of(domain.metrics, domain.judge(adapter, judged_on))
        card = _card(domain, tuning, samples, figures, name, command)
        entry = {**card, "steps": outcome.steps, "best_step": outcome.best_step, "trained_on": device}
        version = versions.add(adapter, entry, judged_on)
        versions.keep(domain.compare(versions, version, core))
        watch.share, watch.left_s = 1.0, 0.0
        watch.say("done", version=version, best_step=outcome.best_step)
    return Ended(name, version, figures)


def _outputs(task: Tuned) -> list[CoreOutput]:
    some, size = task.samples.validation[:ROUTED], task.tuning.batch
    with judged(task.model):
        return [task.outputs(task.model, some[start : start + size]) for start in range(0, len(some), size)]


@torch.no_grad()
def _round(adapter: nn.Module) -> None:
    """To what the file will hold, half precision: what is judged is what is kept."""
    for parameter in adapter.parameters():
        parameter.copy_(parameter.half())


def _ended(folder: Path, name: str, versions: Versions) -> Ended | None:
    try:
        status = json.loads((folder / STATUS_FILE).read_text(encoding="utf8"))
    except (FileNotFoundError, ValueError):
        return None
    version = status.get("version")
    if status.get("state") != "done" or version not in versions.numbers():
        return None
    card = versions.card(version)
    return Ended(name, version, card["metrics"], again=True) if card.get("run") == name else None


def _loop_settings(task: Tuned, tuning: Tuning, device: str) -> TrainingRun:
    return TrainingRun(
        steps=task.steps,
        clip=tuning.clip,
        evaluate_every=max(1, task.steps // tuning.evaluations),
        patience=tuning.patience,
        report_every=max(1, task.steps // REPORTS),
        save_minutes=tuning.save_minutes,
        device=device,
        seed=tuning.seed,
    )


def _card(
    domain: Trainable, tuning: Tuning, samples: SampleSet, figures: dict[str, Any], run: str, command: str
) -> dict[str, Any]:
    split = "test" if samples.test else "validation"
    return {
        "domain": domain.name,
        "data": {"name": samples.name, "sha256": samples.sha256, "licence": tuning.licence},
        "split": {"by": "identity", **samples.counts(), "judged_on": split},
        "metrics": figures,
        "limits": tuning.limits,
        "method": {name: value for name, value in tuning.deciding().items() if name != "seed"},
        "seed": tuning.seed,
        "command": command,
        "run": run,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **domain.described(samples),
    }
