"""Train the shared core jointly on sources of every modality, and write its weights with their card.

``python -m core_model.training.joint --weights FOLDER --data FOLDER --work FOLDER --out FOLDER`` reads a core and the
sources that ``core_model.training.mixture`` describes, trains the whole core on them, and writes the weights of the
best evaluation as int8. A second start goes on where the first one ended, bit for bit. ``Ctrl+C`` keeps the last
checkpoint.
"""

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core_model.checkpoint import load_checkpoint
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.shipped import WEIGHTS
from core_model.training.command import command_line, run_on_cpu
from core_model.training.joint.settings import JointSettings
from core_model.training.joint.start import objectives_of, started
from core_model.training.joint.task import JointModel, JointTask
from core_model.training.loop import Outcome, train
from core_model.training.mixture.cards import Card, cards_in
from core_model.training.mixture.mixture import Mixture
from core_model.training.mixture.shares import shares_of
from core_model.training.run import TrainingRun, flattened
from core_model.training.tuning.watch import Tick, Watch

RUN = TrainingRun(
    steps=2200,
    accumulate=3,
    clip=1.0,
    average=0.998,
    average_from=10,
    evaluate_every=100,
    patience=500,
    report_every=10,
    save_minutes=5,
)
"""Some 40 million tokens: 2,200 steps of three batches of 6,144."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the core to begin with")
    parser.add_argument("--data", type=Path, required=True, help="folder of the sources and their cards")
    parser.add_argument("--stem", type=Path, help="card of a net whose stem of images was trained alone")
    parser.add_argument("--work", type=Path, required=True, help="folder of the run: checkpoints and metrics")
    parser.add_argument("--out", type=Path, required=True, help="folder of the new weights")
    parser.add_argument("--steps", type=int, default=RUN.steps)
    parser.add_argument("--tokens", type=int, default=JointSettings().tokens, help="of a batch")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bf16", action="store_true", help="take products in bf16 (where the processor has it)")
    options = parser.parse_args()
    return run_on_cpu(lambda: make(options))


def make(options: argparse.Namespace) -> None:
    """Write the weights that the options of the command ask for."""
    torch.set_num_threads(options.threads)
    run = replace(RUN, steps=options.steps, seed=options.seed)
    settings = JointSettings(tokens=options.tokens, bf16=options.bf16)
    before = Core.from_pretrained(options.weights)
    stem, stem_card = stem_in(options.stem) if options.stem else (None, {})
    core, anew = started(before, settings.growth, stem)
    cards = cards_in(options.data)
    mixture = Mixture(
        options.data,
        shares_of(list(cards.values())),
        core.tokenizer,
        core.config,
        run.seed,
        tokens=settings.tokens,
        longest=settings.longest,
    )
    torch.manual_seed(run.seed)
    model = JointModel(core.requires_grad_(True), objectives_of(mixture.cards.values(), core, before))
    task = JointTask(model, mixture, settings, run.steps)
    identity = {
        "start": before.weights_hash,
        "stem": stem_card.get("weights_sha256", ""),
        "settings": settings.as_dict(),
        "mixture": mixture.identity(),
    }
    options.work.mkdir(parents=True, exist_ok=True)
    with Watch(options.work, {"run": "joint", "domain": "core", "steps": run.steps}, _told_time(run.steps)) as watch:

        def told(line: str) -> None:
            print(line, flush=True)
            watch.line(line)
            entry = json.loads(line)
            if "resumed" in entry:
                watch.forget_after(entry["resumed"])
            if "held_out_loss" in entry:
                watch.routing(entry["step"], task.routed())

        outcome = train(task, run, options.work, flattened(identity), log=told, tick=watch.tick)
        watch.share, watch.left_s = 1.0, 0.0
        watch.say("done", best_step=outcome.best_step)
    tensors = {name.removeprefix("core."): value for name, value in outcome.state.items() if name.startswith("core.")}
    trained = Core.from_state(core.config, tensors, core.tokenizer)
    card = card_of(before, mixture, settings, run, outcome, anew)
    card["stem"] = {name: stem_card[name] for name in ("name", "licence", "weights_sha256") if name in stem_card}
    print(trained.save_pretrained(options.out, int8=True, card=card))


def stem_in(card: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The stem of a checkpoint, by the names in it, and the checkpoint's card.

    Raises:
        InputRejected: There is no stem in it.
    """
    tensors, entry = load_checkpoint(card)
    stem = {name.removeprefix("stem."): value for name, value in tensors.items() if name.startswith("stem.")}
    if not stem:
        raise InputRejected(
            "a checkpoint without an image stem",
            allowed="tensors whose names begin with stem.",
            code="stem_missing",
        )
    return stem, entry


def card_of(
    before: Core, mixture: Mixture, settings: JointSettings, run: TrainingRun, outcome: Outcome, anew: list[str]
) -> dict[str, Any]:
    """What a reader must know of the weights."""
    done = mixture.done
    return {
        **before.origin(),
        "commands": [*before.card.get("commands", []), command_line("core_model.training.joint")],
        "steps": [
            *before.card.get("steps", []),
            f"trained jointly on {sum(done.values()):,} tokens; averaged weights of step {outcome.best_step}",
        ],
        "seed": run.seed,
        "run": asdict(run),
        "settings": settings.as_dict(),
        "began_anew": anew,
        "data": {name: _of_source(mixture.cards[name], mixture.shares[name], done[name]) for name in mixture.shares},
        "split": "core_model.training.splits: buckets 3 to 9 train, bucket 2 chooses the step",
        "held_out_loss": {str(step): round(loss, 5) for step, loss in outcome.losses.items()},
    }


def _of_source(card: Card, share: float, tokens: int) -> dict[str, Any]:
    kept = ("kind", "domain", "sha256", "licence", "source", "command", "count")
    entry = {name: value for name, value in card.as_dict().items() if name in kept}
    return {**entry, "share": round(share, 5), "tokens": tokens}


def _told_time(steps: int) -> Tick:
    """Says on stderr how much is done and how long the rest will take."""

    def tick(done: float, left_s: float | None) -> None:
        left = "" if left_s is None else f", {left_s / 60:.0f} minutes left"
        end = "\n" if done >= 1 else ""
        print(f"\r{done:6.1%} of {steps} steps{left}  ", end=end, file=sys.stderr, flush=True)

    return tick


if __name__ == "__main__":
    raise SystemExit(main())
