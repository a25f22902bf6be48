"""Training of one fold's stem: seeded, resumable, with places mined where it errs."""

import json
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from apps.medical.nodules.dense import planes_of, probability_map
from apps.medical.nodules.stem import Stem, StemConfig
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.stems.augment import batch_of
from apps.medical.nodules.training.stems.samples import Mined, Sampler


@dataclass(frozen=True, slots=True)
class StemTraining:
    """Settings of one training.

    Attributes:
        fold: ``"A"`` or ``"B"``, named in the card.
        steps: Batches.
        batch: Samples a batch.
        rate: Peak learning rate of AdamW, cosine after a warm-up.
        decay: Weight decay.
        average: Decay of the running average of the weights, which is what is kept.
        mine_every: Steps between two searches for errors.
        save_minutes: Between checkpoints.
        seed: Of samples, augmentation and initial weights.
    """

    fold: str
    steps: int = 4000
    batch: int = 16
    rate: float = 3e-3
    decay: float = 1e-3
    average: float = 0.998
    mine_every: int = 800
    save_minutes: float = 10.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 1 or not 0 < self.average < 1:
            raise ValueError("steps and batch are positive and the average's decay lies between 0 and 1")


def loss_of(logit_BYX: Tensor, positive_BYX: Tensor, judged_BYX: Tensor) -> Tensor:
    """Cross-entropy with small nodules weighted up, the hardest negatives once more, and Dice over the batch."""
    area = positive_BYX.sum((1, 2), keepdim=True).clamp(min=1)
    weight = judged_BYX * (1 + positive_BYX * ((900 / area).clamp(8, 24) - 1))
    entropy = functional.binary_cross_entropy_with_logits(logit_BYX, positive_BYX, reduction="none")
    mean = (entropy * weight).sum() / judged_BYX.sum().clamp(min=1)
    negatives = (entropy * judged_BYX * (1 - positive_BYX)).flatten()
    hardest = negatives.topk(max(1, negatives.numel() // 200)).values.mean()
    probability = torch.sigmoid(logit_BYX) * judged_BYX
    truth = positive_BYX * judged_BYX
    share = (120 / area).clamp(0.6, 4)
    dice = 1 - (2 * (probability * truth * share).sum() + 1) / (((probability + truth) * share).sum() + 1)
    return 4 * mean + 0.15 * hardest + dice


def running_average(decay: float) -> Callable:
    """Average with a decay that rises with the steps done, so that the first weights are forgotten."""

    def update(averaged: Sequence[Tensor], current: Sequence[Tensor], done: Tensor | int) -> None:
        now = min(decay, (1 + int(done)) / (20 + int(done)))
        for mean, value in zip(averaged, current, strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - now)
            else:
                mean.copy_(value)

    return torch.no_grad()(update)


def mine(stem: Stem, sampler: Sampler, rng: np.random.Generator, *, field_count: int = 350, most: int = 500) -> None:
    """Look for places where the averaged network sees a nodule and none is: fields and the fold's own CT."""
    background = sampler.background
    step = max(1, round(2.5 / background.spacing_mm[0]))
    slices = list(range(int(rng.integers(step)), len(background.image_ZYX), step))
    seen = probability_map(stem, background.image_ZYX, sampler.judged_ZYX, background.spacing_mm[0], slices)
    places = []
    for z in slices:
        peaks = (seen[z] > 0.15) & (seen[z] == ndimage.maximum_filter(seen[z], 9))
        places += [(float(seen[z][r, c]), z, int(r), int(c)) for r, c in np.argwhere(peaks)]
    places.sort(reverse=True)
    sampler.mined.ct_places = [place[1:] for place in places[:most]]
    found = []
    for index in rng.choice(len(sampler.fields), min(field_count, len(sampler.fields)), replace=False):
        one = sampler.fields[int(index)]
        z = int(rng.integers(len(one.image_ZYX)))
        rows, columns = one.image_ZYX.shape[1:]
        planes = planes_of(one.image_ZYX, z, (slice(0, rows), slice(0, columns)), one.spacing_mm[0])
        with torch.inference_mode():
            p = torch.sigmoid(stem(torch.from_numpy(planes)[None]).logit_BYX[0, :rows, :columns]).numpy()
        taken = ndimage.binary_dilation((one.votes_ZYX > 0).any(0) | one.other_ZYX.any(0), iterations=4)
        peaks = (p > 0.15) & (p == ndimage.maximum_filter(p, 9)) & ~taken
        found += [(int(index), z, int(r), int(c)) for r, c in np.argwhere(peaks)]
    sampler.mined.field_places = (found + sampler.mined.field_places)[:2000]


def train_stem(
    settings: StemTraining,
    fields: Sequence[Field],
    background: Background,
    folder: Path,
    log: Callable[[str], None] = print,
    config: StemConfig | None = None,
    initial: dict[str, Tensor] | None = None,
) -> Stem:
    """Train one fold, resuming from the checkpoint in ``folder`` if there is one with the same settings.

    Args:
        settings: All that the result depends on, with the data.
        fields: Training fields.
        background: The fold's CT.
        folder: Checkpoints go there.
        log: Takes one line at a time.
        config: Size of the network.
        initial: Weights to start from, of the same fold.

    Returns:
        The averaged network; ``folder`` keeps the last checkpoint, with the settings.
    """
    torch.manual_seed(settings.seed)
    rng = np.random.default_rng([settings.seed, 1])
    sampler = Sampler(fields, background, settings.seed)
    stem = Stem(config).to(memory_format=torch.channels_last)
    if initial is not None:
        stem.load_state_dict(initial)
    averaged = torch.optim.swa_utils.AveragedModel(
        stem, multi_avg_fn=running_average(settings.average), use_buffers=True
    )
    optimizer = torch.optim.AdamW(stem.parameters(), lr=settings.rate, weight_decay=settings.decay)
    first, path = 0, folder / "checkpoint.pt"
    folder.mkdir(parents=True, exist_ok=True)
    if path.is_file():
        held = torch.load(path, weights_only=True)
        if held["settings"] == asdict(settings):
            stem.load_state_dict(held["stem"])
            averaged.load_state_dict(held["averaged"])
            optimizer.load_state_dict(held["optimizer"])
            rng.bit_generator.state, sampler.rng.bit_generator.state = (json.loads(text) for text in held["rng"])
            sampler.mined = Mined(**{kind: [tuple(place) for place in held["mined"][kind]] for kind in held["mined"]})
            first = held["step"]
            log(f"resumed at step {first}")
    saved = started = time.monotonic()
    sums: list[float] = []
    for step in range(first, settings.steps):
        warm = min(1.0, (step + 1) / 200)
        rate = settings.rate * warm * (0.5 + 0.5 * math.cos(math.pi * step / settings.steps))
        for group in optimizer.param_groups:
            group["lr"] = max(rate, 1e-5)
        stem.train()
        image, positive, judged = batch_of([sampler.draw() for _ in range(settings.batch)], rng)
        loss = loss_of(stem(image).logit_BYX, positive, judged)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(stem.parameters(), 5.0)
        optimizer.step()
        averaged.update_parameters(stem)
        sums.append(float(loss.detach()))
        if (step + 1) % 100 == 0:
            log(
                json.dumps(
                    {"step": step + 1, "loss": round(float(np.mean(sums)), 4), "s": round(time.monotonic() - started)}
                )
            )
            sums = []
        if (step + 1) % settings.mine_every == 0 and step + 1 < settings.steps:
            averaged.module.eval()
            mine(averaged.module, sampler, rng)
            log(json.dumps({"mined_ct": len(sampler.mined.ct_places), "mined_field": len(sampler.mined.field_places)}))
        if time.monotonic() - saved > settings.save_minutes * 60 or step + 1 == settings.steps:
            saved = time.monotonic()
            partial = path.with_suffix(".partial")
            torch.save(
                {
                    "settings": asdict(settings),
                    "stem": stem.state_dict(),
                    "averaged": averaged.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "rng": [json.dumps(one.bit_generator.state) for one in (rng, sampler.rng)],
                    "mined": asdict(sampler.mined),
                    "step": step + 1,
                },
                partial,
            )
            os.replace(partial, path)
    result: Stem = averaged.module
    result.eval()
    return result
