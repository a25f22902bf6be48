"""The level of a stem's map: one number added to its log-odds, so that P > 0.5 covers nodules alike in both folds.

The averaged network is cautious: trained against many more negative pixels than positive ones, it gives the rim of a
nodule less than even odds. The level is set on the fold's own training fields, never on what it is judged on.

Shapes: Z slices, Y rows, X columns, N outline pixels.
"""

from collections.abc import Sequence

import numpy as np
import torch

from apps.medical.nodules.dense import run_slices
from apps.medical.nodules.stem import Stem
from apps.medical.nodules.training.sources.fields import Field

MIRROR = 40
"""A field's frame is replaced by this many pixels of its mirror image."""


def outline_logits(stem: Stem, field: Field, votes: int = 2) -> np.ndarray:
    """Log-odds at the pixels that at least ``votes`` readers drew, the field's frame mirrored, float32 ``[N]``."""
    truth_ZYX = field.votes_ZYX >= votes
    drawn = [int(z) for z in np.nonzero(truth_ZYX.any((1, 2)))[0]]
    if not drawn:
        return np.zeros(0, np.float32)
    rows, columns = field.image_ZYX.shape[1:]
    image = np.pad(field.image_ZYX, [(0, 0), (MIRROR, MIRROR), (MIRROR, MIRROR)], mode="symmetric")
    whole = (slice(0, image.shape[1]), slice(0, image.shape[2]))
    found = []
    for z, _, output in run_slices(stem, image, [whole] * len(image), field.spacing_mm[0], drawn):
        seen = output.logit_BYX[0, MIRROR : MIRROR + rows, MIRROR : MIRROR + columns].numpy()
        found.append(seen[truth_ZYX[z]])
    return np.concatenate(found)


def shift_for(logits: Sequence[np.ndarray], share: float) -> float:
    """The smallest shift, in hundredths, at which the mean share of an outline above even odds reaches ``share``.

    Args:
        logits: For each nodule the log-odds of its outline, none empty.
        share: 0 to 1, without the ends.
    """
    if not 0 < share < 1:
        raise ValueError(f"the share lies between 0 and 1, got {share}")
    low, high = -2000, 2000
    while low < high:
        middle = (low + high) // 2
        if np.mean([float((one > -middle / 100).mean()) for one in logits]) >= share:
            high = middle
        else:
            low = middle + 1
    return low / 100


def level_of(stem: Stem, fields: Sequence[Field], share: float, *, most: int, seed: int) -> float:
    """The shift of a stem on at most ``most`` fields, drawn by ``seed``, of nodules that three readers marked."""
    chosen = [field for field in fields if field.readers >= 3 and field.reliable_scale]
    order = np.random.default_rng([seed, 2]).permutation(len(chosen))[:most]
    with torch.inference_mode():
        logits = [outline_logits(stem, chosen[int(index)]) for index in order]
    return shift_for([one for one in logits if len(one)], share)
