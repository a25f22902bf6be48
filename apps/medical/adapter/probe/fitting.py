"""Training a reader of images: AdamW, a warm-up and a cosine, images changed at random.

Shapes: N images.
"""

import math
import time
from collections.abc import Callable

import torch

from apps.medical.adapter.probe.examples import Images, changed
from apps.medical.adapter.probe.readers import Reader, batches
from apps.medical.adapter.recipe import ImageRecipe
from core_model.compute.precision import computing
from core_model.nn.balance import balance_with

WARM_UP = 0.05
CLIP = 1.0


def fit(
    reader: Reader, images: Images, recipe: ImageRecipe, epochs: int, seed: int, log: Callable[[str], None] = print
) -> Reader:
    """Train a reader, in place.

    Args:
        reader: A plain one, or one with the core.
        images: Training patients' alone.
        recipe: Settings.
        epochs: Passes over the images.
        seed: Of order and changes.
        log: Takes one line a pass.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(reader.groups(recipe), weight_decay=recipe.decay)
    steps = epochs * -(-len(images) // recipe.batch)

    def share(step: int) -> float:
        warm = max(1, WARM_UP * steps)
        return step / warm if step < warm else 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: share(step + 1))
    balance_with(optimizer, reader)
    learned = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for epoch in range(epochs):
        reader.train()
        started, total = time.process_time(), 0.0
        for some in batches(images, recipe.batch, torch.randperm(len(images), generator=generator)):
            some = changed(some, recipe.shift, generator)
            with computing(recipe.precision):
                loss = reader.heads.loss(reader.cells(some), some, recipe)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learned, CLIP)
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(some)
        spent = time.process_time() - started
        log(f"{type(reader).__name__}: pass {epoch + 1} of {epochs}, loss {total / len(images):.3f}, {spent:.0f} CPU s")
    return reader
