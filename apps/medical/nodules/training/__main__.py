"""Train the nodule detector: ``python -m apps.medical.nodules.training COMMAND``.

``background``  read a CT, find its lungs, write the prepared background
``stem``        train one fold's network (resumable: run the same line again)
``link``        fit a fold's linking weights
``candidates``  write a fold's candidates with vectors and labels, for the core's nodule head
``head``        fit a fold's heads of the core (resumable: run the same line again)
``controls``    train heads around a shuffled trunk or without the place, and better plain nets, and judge all beside
                the shipped heads
``ship``        choose the operating point out of fold, with the core's second look, and write weights and cards

Fields and tables have the format that ``apps.medical.nodules.training.sources.fields`` documents; everything runs on
the CPU, another ``TANDEM_DEVICE`` is refused, and on one thread unless ``--threads`` says more.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from apps.medical.nodules.detect import Fold
from apps.medical.nodules.detector_weights import WEIGHTS, fold_from, load_detector, tensors_of
from apps.medical.nodules.linking import LinkWeights
from apps.medical.nodules.second_look import SecondLook, load_second_look
from apps.medical.nodules.stem import StemConfig
from apps.medical.nodules.training.heads.candidate_cache import gather, read, write
from apps.medical.nodules.training.heads.controls import controls_of
from apps.medical.nodules.training.heads.ensemble import OWN_MARKS, fit_heads
from apps.medical.nodules.training.heads.examples import hash_of_part
from apps.medical.nodules.training.heads.plain import load_plain_nets, save_plain_nets
from apps.medical.nodules.training.heads.train import HeadTraining
from apps.medical.nodules.training.link import collect, fit
from apps.medical.nodules.training.out_of_fold import choose_threshold, marks_of, out_of_fold
from apps.medical.nodules.training.shipping import save_detector, save_second_look
from apps.medical.nodules.training.sources.background import Background, load_background, save_background
from apps.medical.nodules.training.sources.fields import Field, load_fields
from apps.medical.nodules.training.sources.prepare import LISTED, Listed, listed, read_background
from apps.medical.nodules.training.stems.level import level_of
from apps.medical.nodules.training.stems.train import StemTraining, train_stem
from core_model import load_core
from core_model.checkpoint import load_checkpoint, save_checkpoint, write_atomically
from core_model.errors import InputRejected, NotFound
from core_model.training.command import run_on_cpu
from core_model.training.splits import Split

LEVEL_FIELDS = 200


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _fields(options: argparse.Namespace, split: Split) -> list[Field]:
    found = list(load_fields(options.fields, options.series, options.nodules, splits=(split,)))
    _say(f"{len(found)} fields of {len({field.patient for field in found})} {split} patients")
    return found


def background(options: argparse.Namespace) -> None:
    """Write one prepared background."""
    entries = listed(options.list)
    entry = entries.get(options.name) or Listed(options.name, "", False, ())
    made = read_background(options.path, entry)
    save_background(made, options.out)
    _say(f"{options.name}: {made.image_ZYX.shape} at {made.spacing_mm} mm")


def stem(options: argparse.Namespace) -> None:
    """Train one fold's network into ``OUT/FOLD``: ``stem.json``, a card, with its tensors beside it."""
    folder = options.out / options.fold
    folder.mkdir(parents=True, exist_ok=True)
    settings = StemTraining(fold=options.fold, steps=options.steps, seed=options.seed, rate=options.rate)
    initial = load_checkpoint(options.start / "stem.json")[0] if options.start else None
    fields = _fields(options, "train")
    made = train_stem(settings, fields, load_background(options.background), folder, _say, initial=initial)
    shift = level_of(made, fields, options.share, most=LEVEL_FIELDS, seed=options.seed)
    _say(f"{shift:+.2f} added to the log-odds: {options.share:.0%} of an outline then has even odds or more")
    assert made.head.bias is not None
    with torch.no_grad():
        made.head.bias += shift
    made_by = {"settings": asdict(settings), "level": {"share": options.share, "shift": round(shift, 4)}}
    save_checkpoint(folder, "stem", made.state_dict(), {"config": made.config.as_dict(), "made_by": made_by})


def link(options: argparse.Namespace) -> None:
    """Fit one fold's linking weights into ``OUT/FOLD/link.json``."""
    fold = _fold(options, options.fold, linked=False)
    fields = [field for field in _fields(options, "train") if field.readers >= 2 and field.reliable_scale]
    order = np.random.default_rng(options.seed).permutation(len(fields))[: options.most]
    fields = [fields[index] for index in order]
    data = collect(fold.stem, load_background(options.background), fields, options.seed, log=_say)
    fitted = fit(data)
    seen = load_background(options.background)
    surest = marks_of(Fold(fold.name, fold.stem, fitted), seen)[:OWN_MARKS]
    # The folds are brought to one scale on their own CT: even odds are what its surest marks get in the mean.
    fitted = fitted.shifted(-float(np.mean([np.log(p / (1 - p)) for p in surest])) if surest else 0.0)
    write_atomically(options.out / options.fold / "link.json", (json.dumps(fitted.as_dict()) + "\n").encode())


def _fold(options: argparse.Namespace, name: str, *, linked: bool = True) -> Fold:
    """A fold as trained and fitted, in half precision as it ships; unless ``linked`` with a linking that says nothing.

    Raises:
        NotFound: Its stem is not trained, or its linking not fitted.
        InputRejected: What was written of it is damaged.
    """
    card_path = options.out / name / "stem.json"
    if not card_path.is_file():
        raise NotFound(
            "the stem of fold {fold} is not trained yet",
            action="train it with the command stem, with the same --out",
            code="stem_not_trained",
            values={"fold": name},
        )
    weights = {f"{name}.{key}": value for key, value in load_checkpoint(card_path)[0].items()}
    linking = _linking(options.out / name / "link.json", name) if linked else LinkWeights.zeros()
    trained = fold_from(weights, name, StemConfig(), linking)
    return fold_from(tensors_of([trained]), name, StemConfig(), linking)


def _linking(path: Path, name: str) -> LinkWeights:
    try:
        return LinkWeights.from_dict(json.loads(path.read_text(encoding="utf8")))
    except FileNotFoundError:
        raise NotFound(
            "the linking of fold {fold} is not fitted yet",
            action="fit it with the command link, with the same --out",
            code="linking_not_fitted",
            values={"fold": name},
        ) from None
    except InputRejected:
        raise
    except (ValueError, KeyError, TypeError) as error:
        raise InputRejected(
            "the linking weights of fold {fold} cannot be read",
            action="fit them anew with the command link",
            code="linking_unreadable",
            values={"fold": name},
        ) from error


def candidates(options: argparse.Namespace) -> None:
    """Write ``OUT/candidates/FOLD-PART.npz``, see ``candidate_cache``."""
    folder = options.out / "candidates"
    folder.mkdir(parents=True, exist_ok=True)
    fold, seen = _fold(options, options.fold), load_background(options.background)
    part = gather(
        fold,
        seen,
        _fields(options, options.part),
        options.seed,
        plantings=options.plantings,
        windows_of_fields=options.windows,
        log=_say,
    )
    write(folder / f"{options.fold}-{options.part}.npz", part)


def head(options: argparse.Namespace) -> None:
    """Fit one fold's heads, and plain nets to compare with, into ``OUT/FOLD``."""
    folder = options.out / options.fold
    settings = HeadTraining(seed=options.seed, layers=options.layers)
    part = read((options.candidates or options.out / "candidates") / f"{options.fold}-train.npz")
    core = load_core()
    fitted = fit_heads(core, part, settings, folder / "members", _say)
    second_look = SecondLook.of(core, {options.fold: (fitted.members, fitted.shift)})
    save_second_look(folder, second_look, fitted.report, "second_look")
    save_plain_nets(folder, {options.fold: fitted.plain}, {"made_by": fitted.report}, "plain_nets")
    _say(f"fold {options.fold}: held out {fitted.report['held_out_average_precision']}, shift {fitted.shift}")


def controls(options: argparse.Namespace) -> None:
    """Print what the second look gains on validation candidates without the core or the place, as JSON."""
    second_look = load_detector(options.weights).second_look
    folder = options.candidates or options.out / "candidates"
    parts = {
        fold: (read(folder / f"{fold}-train.npz"), read(folder / f"{fold}-validation.npz"))
        for fold in sorted(second_look.folds)
    }
    reports = second_look.card["made_by"].get("folds", {})
    same = [reports.get(fold, {}).get("data_sha256") == hash_of_part(part) for fold, (part, _) in parts.items()]
    found = controls_of(second_look, load_plain_nets(options.weights), parts, options.out / "controls", log=_say)
    print(json.dumps({"trained_on_the_candidates_of_the_heads": all(same), **found}, indent=1))


def ship(options: argparse.Namespace) -> None:
    """Choose the operating point and write weights and cards."""
    core = load_core()
    fitted = {name: load_second_look(options.out / name, "second_look", core) for name in ("A", "B")}
    second_look = SecondLook.of(core, {name: one.folds[name] for name, one in fitted.items()})
    folds = [_fold(options, name) for name in fitted]
    entries = listed(options.list)
    unseen: dict[str, list[Background]] = {fold.name: [] for fold in folds}
    for path in options.background:
        held = load_background(path)
        for fold in folds:
            if entries[held.name].fold != fold.name:
                unseen[fold.name].append(held)
    fields = [field for field in _fields(options, "validation") if field.readers >= 3]
    rescorers = {fold.name: second_look.rescorer(fold.name) for fold in folds}
    measured = out_of_fold(folds, unseen, fields, seed=options.seed, rescorers=rescorers, log=_say)
    threshold, reason = choose_threshold(measured, marks=options.marks)
    made_by = json.loads(options.made_by)
    heads_made_by = {
        "commands": made_by.get("commands", []),
        "folds": {name: one.card["made_by"] for name, one in fitted.items()},
    }
    save_detector(options.weights, folds, second_look, threshold, reason, made_by=made_by, heads_made_by=heads_made_by)
    nets = {name: load_plain_nets(options.out / name, "plain_nets")[name] for name in fitted}
    save_plain_nets(options.weights, nets, {"made_by": heads_made_by})
    _say(json.dumps(reason))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m apps.medical.nodules.training", description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    commands = parser.add_subparsers(required=True)

    def command(function, *, fields: bool) -> argparse.ArgumentParser:  # noqa: ANN001
        one = commands.add_parser(function.__name__, help=function.__doc__)
        one.set_defaults(function=function)
        one.add_argument("--out", type=Path, required=True)
        one.add_argument("--seed", type=int, default=0)
        if fields:
            one.add_argument("--fields", type=Path, required=True, help="folder with slices.csv")
            one.add_argument("--series", type=Path, required=True, help="CSV with slice_spacing_mm")
            one.add_argument("--nodules", type=Path, help="CSV of all listed nodules")
        return one

    one = command(background, fields=False)
    one.add_argument("path", type=Path)
    one.add_argument("--name", required=True)
    one.add_argument("--list", type=Path, default=LISTED)
    for function in (stem, link, candidates):
        one = command(function, fields=True)
        one.add_argument("--fold", required=True)
        one.add_argument("--background", type=Path, required=True)
        if function is stem:
            one.add_argument("--steps", type=int, default=4000)
            one.add_argument("--rate", type=float, default=3e-3)
            one.add_argument("--share", type=float, default=0.9, help="of an outline above even odds (training fields)")
            one.add_argument("--start", type=Path, help="folder of the same fold in an earlier OUT, to go on from")
        if function is link:
            one.add_argument("--most", type=int, help="plant at most so many")
        if function is candidates:
            one.add_argument("--part", choices=("train", "validation"), default="train")
            one.add_argument("--plantings", type=int, default=400)
            one.add_argument("--windows", type=int, default=300, help="fields")
    one = command(head, fields=False)
    one.add_argument("--fold", required=True)
    one.add_argument("--candidates", type=Path, help="folder of the candidates; OUT/candidates where not given")
    one.add_argument("--layers", type=int, default=HeadTraining().layers, help="blocks of the core that run")
    one = command(controls, fields=False)
    one.add_argument("--candidates", type=Path, help="folder of the candidates; OUT/candidates where not given")
    one.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the heads")
    one = command(ship, fields=True)
    one.add_argument("--background", type=Path, action="append", required=True)
    one.add_argument("--list", type=Path, default=LISTED)
    one.add_argument("--marks", type=float, default=2.0, help="mean marks on an unseen background")
    one.add_argument("--weights", type=Path, required=True)
    one.add_argument("--made-by", default="{}", help="JSON for the card")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    return run_on_cpu(lambda: options.function(options))


if __name__ == "__main__":
    raise SystemExit(main())
