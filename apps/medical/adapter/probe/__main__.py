"""What the image branch can learn: ``python -m apps.medical.adapter.probe --source DIR --out FILE``.

``DIR`` holds the source ``medical_images`` that ``apps.medical.adapter.examples`` wrote. Trained on training patients,
judged on validation patients, one thread: five simple measures with boosting, the stem with heads (a plain net), and
the stem that begins with the plain net's, with the core's vision experts. ``--only`` runs some of the three;
``--plain DIR`` keeps the trained plain net there, or takes the one that lies there for the same recipe and seed: with
its stem the joint run begins.
"""

import argparse
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from apps.medical.adapter.probe.examples import Images, images_of
from apps.medical.adapter.probe.fitting import fit
from apps.medical.adapter.probe.judging import agreement, area, gain, mean_agreement, questions
from apps.medical.adapter.probe.measures import boosted, measured
from apps.medical.adapter.probe.readers import CoreReader, PlainReader, outlined, said
from apps.medical.adapter.recipe import ImageRecipe
from core_model import load_core
from core_model.checkpoint import load_checkpoint, save_checkpoint
from core_model.core import Core
from core_model.inputs.start import begun_anew
from core_model.training.mixture.cards import read_card

SOURCE = "medical_images"
METHODS = ("measures", "plain", "core")
PLAIN = "plain_images"
"""Name of the plain net's file and card."""
PLAIN_SETTINGS = (
    *("patch", "channels", "plain_epochs", "plain_rate", "batch"),
    *("outline_weight", "rating_weight", "decay", "shift"),
)
Scores = dict[str, np.ndarray]
"""By question the score of each image that it is asked of."""


def read_images(folder: Path) -> tuple[Images, Images]:
    """Training and validation images of a source."""
    import pyarrow.parquet as pq
    from safetensors.numpy import load_file

    card = read_card(folder / f"{SOURCE}.card.json")
    card.verify(folder)
    arrays = load_file(card.path(folder))
    columns = pq.read_table(card.path(folder, card.columns_file)).to_pydict()
    return images_of(arrays, columns, "train"), images_of(arrays, columns, "validation")


def core_for(recipe: ImageRecipe) -> Core:
    """The core that ships, its images at the recipe's cells and at their start values."""
    shipped = load_core()
    config = replace(shipped.config, patch=recipe.patch, image_channels=recipe.channels)
    state = {name: tensor.clone() for name, tensor in shipped.state_dict().items()}
    return Core.from_state(config, begun_anew(config, state, "image."), shipped.tokenizer)


def plain_reader(
    train: Images, recipe: ImageRecipe, seed: int, kept: Path | None, log: Callable[[str], None]
) -> PlainReader:
    """A trained plain net: the one that was kept for the same images, settings and seed, or one trained now, and kept.

    Args:
        train: Images of training patients.
        recipe: Settings; those of the plain net decide.
        seed: Of its start and order.
        kept: Folder of the kept one.
        log: Takes one line a pass.
    """
    torch.manual_seed(seed)
    reader = PlainReader(recipe)
    decides = {name: value for name, value in recipe.as_dict().items() if name in PLAIN_SETTINGS}
    digest = hashlib.sha256(train.pixels_NYX.numpy().tobytes() + train.inside_NYX.numpy().tobytes()).hexdigest()
    made_from = {"recipe": decides, "seed": seed, "images_sha256": digest}
    if kept and (kept / f"{PLAIN}.json").is_file():
        tensors, card = load_checkpoint(kept / f"{PLAIN}.json")
        if card["made_from"] == made_from:
            reader.load_state_dict(tensors)
            return reader
    fit(reader, train, replace(recipe, precision="fp32"), recipe.plain_epochs, seed, log)
    if kept:
        save_checkpoint(
            kept, PLAIN, reader.state_dict(), {"name": PLAIN, "licence": "CC BY 3.0", "made_from": made_from}
        )
    return reader


def by_measures(train: Images, judged: Images, seed: int) -> Scores:
    """Five measures and boosting."""
    of_train, of_judged = measured(train.pixels_NYX.numpy()), measured(judged.pixels_NYX.numpy())
    found = {}
    for name, (index, _) in questions(judged).items():
        fitted_on, truth = questions(train)[name]
        found[name] = boosted(of_train[fitted_on], truth, of_judged[index], seed)
    return found


def by_reader(reader: PlainReader | CoreReader, judged: Images) -> Scores:
    """What a trained reader says."""
    nodule_N, suspicion_N = said(reader, judged)
    asked = questions(judged)["suspicion"][0]
    return {"nodule": nodule_N.numpy(), "suspicion": suspicion_N.numpy()[asked]}


def probe(
    train: Images,
    judged: Images,
    recipe: ImageRecipe,
    seed: int,
    core_of: Callable[[ImageRecipe], Core] = core_for,
    *,
    only: Sequence[str] = METHODS,
    kept: Path | None = None,
    log: Callable[[str], None] = print,
) -> dict[str, Any]:
    """The areas of each method, and the core's gains over the others.

    Args:
        train: Images to learn from.
        judged: Images to judge on.
        recipe: Settings.
        seed: Of starts and orders.
        core_of: Gives the core for a recipe; it is changed.
        only: Which methods.
        kept: Folder of the kept plain net.
        log: Takes a line a step.
    """
    scores: dict[str, Scores] = {}
    seconds: dict[str, float] = {}
    outlines: dict[str, dict[str, float]] = {}

    def note(name: str, started: float, found: Scores) -> None:
        scores[name], seconds[name] = found, round(time.process_time() - started, 1)
        for question, (index, truth) in questions(judged).items():
            one = area(found[question], truth, judged.identity_N[index])
            log(f"{name}: {question} {one.value:.3f} [{one.low:.3f}, {one.high:.3f}], {seconds[name]} CPU s")

    def note_outlines(name: str, reader: PlainReader | CoreReader) -> None:
        nodules = judged.some((judged.label_N == 1).nonzero().flatten())
        wanted, counted = nodules.inside_NYX.numpy() > 0, nodules.counted_NYX.numpy() > 0
        dice_N = agreement(outlined(reader, nodules).numpy(), wanted, counted)
        outlines[name] = one = mean_agreement(dice_N, nodules.identity_N)
        log(f"{name}: outline {one['value']:.3f} [{one['low']:.3f}, {one['high']:.3f}]")

    if "measures" in only:
        note("measures", time.process_time(), by_measures(train, judged, seed))
    plain = None
    if "plain" in only or (recipe.warm and "core" in only):
        started = time.process_time()
        plain = plain_reader(train, recipe, seed, kept, log)
        note("plain", started, by_reader(plain, judged))
        note_outlines("plain", plain)
    if "core" in only:
        started = time.process_time()
        torch.manual_seed(seed)
        reader = CoreReader(core_of(recipe), recipe, plain.stem if plain and recipe.warm else None)
        fit(reader, train, recipe, recipe.epochs, seed, log)
        note("core", started, by_reader(reader, judged))
        note_outlines("core", reader)
    areas: dict[str, Any] = {}
    for name, found in scores.items():
        for question, (index, truth) in questions(judged).items():
            areas.setdefault(question, {})[name] = area(found[question], truth, judged.identity_N[index]).as_dict()
    gains = {
        question: {
            f"core - {other}": gain(scores["core"][question], scores[other][question], truth, judged.identity_N[index])
            for other in ("plain", "measures")
            if other in scores
        }
        for question, (index, truth) in questions(judged).items()
        if "core" in scores
    }
    told = {"recipe": recipe.as_dict(), "seed": seed, "areas": areas, "gains": gains, "outlines": outlines}
    return {**told, "cpu_seconds": seconds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plain", type=Path, help="folder of the plain net")
    parser.add_argument("--only", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the recipe")
    options = parser.parse_args()
    torch.set_num_threads(1)
    kinds = {field.name: type(getattr(ImageRecipe(), field.name)) for field in fields(ImageRecipe)}
    given = dict(each.split("=", 1) for each in options.set)
    changes: dict[str, Any] = {
        name: value == "True" if kinds[name] is bool else kinds[name](value) for name, value in given.items()
    }
    train, judged = read_images(options.source)
    print(f"{len(train)} images to learn from, {len(judged)} to judge on", flush=True)
    recipe = replace(ImageRecipe(), **changes)

    def log(line: str) -> None:
        print(line, flush=True)

    found = probe(train, judged, recipe, options.seed, only=options.only, kept=options.plain, log=log)
    options.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
