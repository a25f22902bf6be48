"""Training of one fold's stem: seeded, resumable, with places mined where it errs."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor, nn
from torch.nn import functional

from apps.medical.nodules.dense import planes_of, probability_map
from apps.medical.nodules.stem import Stem, StemConfig
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.stems.augment import batch_of
from apps.medical.nodules.training.stems.samples import Mined, Sampler
from core_model.training.evaluate import judged
from core_model.training.loop import Task, train
from core_model.training.run import TrainingRun, content_hash

LEAST_RATE = 1e-5
"""Below it the learning rate does not fall."""


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


class StemTask(Task):
    """One fold's network on samples of its fields and its CT, with places mined where it errs.

    Args:
        stem: The network.
        sampler: Of its fields and its CT.
        settings: Of the training.
        log: Told what was mined.
    """

    def __init__(self, stem: Stem, sampler: Sampler, settings: StemTraining, log: Callable[[str], None]) -> None:
        self.model, self._stem, self._sampler, self._settings, self._log = stem, stem, sampler, settings, log
        self._rng = np.random.default_rng([settings.seed, 1])
        self.optimizer = torch.optim.AdamW(stem.parameters(), lr=settings.rate, weight_decay=settings.decay)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, self._share_of_rate)

    def _share_of_rate(self, step: int) -> float:
        """A warm-up of 200 steps, then a cosine down to ``LEAST_RATE``."""
        warm = min(1.0, (step + 1) / 200)
        share = warm * (0.5 + 0.5 * math.cos(math.pi * step / self._settings.steps))
        return max(share, LEAST_RATE / self._settings.rate)

    def loss(self, step: int) -> Tensor:
        """See ``loss_of``."""
        samples = [self._sampler.draw() for _ in range(self._settings.batch)]
        image, positive, counted = batch_of(samples, self._rng)
        return loss_of(self._stem(image).logit_BYX, positive, counted)

    def after_step(self, step: int, model: nn.Module) -> None:
        """Mine where the averaged network errs."""
        if step % self._settings.mine_every == 0 and step < self._settings.steps:
            assert isinstance(model, Stem)
            with judged(model):
                mine(model, self._sampler, self._rng)
            mined = self._sampler.mined
            self._log(json.dumps({"mined_ct": len(mined.ct_places), "mined_field": len(mined.field_places)}))

    def data_state(self) -> dict[str, Any]:
        generators = [json.dumps(one.bit_generator.state) for one in (self._rng, self._sampler.rng)]
        return {"rng": generators, "mined": asdict(self._sampler.mined)}

    def load_data_state(self, state: Mapping[str, Any]) -> None:
        for one, text in zip((self._rng, self._sampler.rng), state["rng"], strict=True):
            one.bit_generator.state = json.loads(text)
        self._sampler.mined = Mined(**{kind: [tuple(at) for at in places] for kind, places in state["mined"].items()})


def train_stem(
    settings: StemTraining,
    fields: Sequence[Field],
    background: Background,
    folder: Path,
    log: Callable[[str], None] = print,
    config: StemConfig | None = None,
    initial: dict[str, Tensor] | None = None,
) -> Stem:
    """Train one fold, going on from the checkpoint in ``folder`` if there is one.

    Args:
        settings: All that the result depends on, with the data.
        fields: Training fields.
        background: The fold's CT.
        folder: Checkpoints go there.
        log: Takes one line at a time.
        config: Size of the network.
        initial: Weights to start from, of the same fold.

    Returns:
        The averaged network; ``folder`` keeps the last checkpoint, with all that it follows from.

    Raises:
        InputRejected: The folder holds a training with other settings, on other data, or from another start.
    """
    torch.manual_seed(settings.seed)
    sampler = Sampler(fields, background, settings.seed)
    stem = Stem(config).channels_last()
    if initial is not None:
        stem.load_state_dict(initial)
    run = TrainingRun(
        steps=settings.steps,
        clip=5.0,
        average=settings.average,
        average_from=20,
        average_buffers=True,
        save_minutes=settings.save_minutes,
        seed=settings.seed,
    )
    identity = {
        "stem": {name: value for name, value in asdict(settings).items() if name != "save_minutes"},
        "channels": list(stem.config.channels),
        "fields": content_hash(fields),
        "background": content_hash(background),
        "start": content_hash(initial) if initial is not None else "random",
    }
    outcome = train(StemTask(stem, sampler, settings, log), run, folder, identity, log=log)
    stem.load_state_dict(outcome.state)
    return stem.eval()
