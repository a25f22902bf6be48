"""Random geometry and intensity of a training batch, on tensors.

Shapes: B batch, C three slices, Y, X.
"""

import math

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor
from torch.nn import functional

from apps.medical.nodules.intensity import SCALED_MAX, SCALED_MIN
from apps.medical.nodules.stem import MISSING
from apps.medical.nodules.training.stems.samples import IGNORED, POSITIVE, WINDOW, Sample
from core_model.torchvision_ops import torchvision

TRAIN_SIZE = 64
EDGE = 4
"""The outermost pixels of a training window are not judged: their surroundings are missing."""
SCALE_RANGE = (0.8, 1.25)
FRAMED = 0.14
"""Share of all windows, of every kind, whose surroundings are painted: a black border must not tell a label."""
LEAST_SIDE = 20
LEAST_VISIBLE = 0.4
"""A nodule that a frame cuts stays positive if at least this share of it is visible, else it is not judged."""


def batch_of(samples: list[Sample], rng: np.random.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Rotate, scale, shift, frame, blur and roughen a list of samples into one batch.

    Returns:
        Images ``[B, 3, 64, 64]``, positives ``[B, 64, 64]`` in 0 or 1, and weights in 0 or 1 (0 where not judged).
    """
    count = len(samples)
    image = torch.from_numpy(np.stack([sample.image_CYX for sample in samples])).float()
    label = np.stack([sample.label_YX for sample in samples])
    marks = torch.from_numpy(np.stack([label == POSITIVE, label == IGNORED], axis=1).astype(np.float32))
    angle = rng.uniform(0, 2 * math.pi, count)
    smallest, largest = np.log(SCALE_RANGE)
    zoom = np.exp(rng.uniform(smallest, largest, count)) * WINDOW / TRAIN_SIZE
    flip = rng.choice([-1.0, 1.0], count)
    shift = rng.uniform(-10, 10, (count, 2)) * 2 / WINDOW
    theta = torch.from_numpy(
        np.stack(
            [
                np.stack([flip * np.cos(angle) / zoom, -np.sin(angle) / zoom, shift[:, 0]], 1),
                np.stack([flip * np.sin(angle) / zoom, np.cos(angle) / zoom, shift[:, 1]], 1),
            ],
            1,
        )
    ).float()
    grid = functional.affine_grid(theta, [count, 1, TRAIN_SIZE, TRAIN_SIZE], align_corners=False)
    image = functional.grid_sample(image, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    marks = functional.grid_sample(marks, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    frames = [_frame_of(rng) if rng.random() < FRAMED else None for _ in samples]
    noisy = rng.random(count) < 0.5
    for when in (True, False):
        for b, frame in enumerate(frames):
            if frame is not None and bool(noisy[b]) == when:
                paint_surroundings(image[b], marks[b], frame, _fill_of(rng))
        if when:
            image = _roughen(image, rng)
    for b, sample in enumerate(samples):
        for channel, there in ((0, sample.present[0]), (2, sample.present[1])):
            if not there:
                image[b, channel] = MISSING
    positive = (marks[:, 0] > 0.5).float()
    judged = ((marks[:, 1] < 0.3) | (positive > 0)).float()
    judged[:, :EDGE] = judged[:, -EDGE:] = 0
    judged[:, :, :EDGE] = judged[:, :, -EDGE:] = 0
    return image.contiguous(memory_format=torch.channels_last), positive, judged


def _frame_of(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """A random rectangle: top, bottom, left, right in pixels; a side may lie outside the window, unseen."""
    sides: list[float] = []
    for _ in range(2):
        while True:
            low = rng.uniform(0, 34) if rng.random() < 0.7 else 0.0
            high = TRAIN_SIZE - (rng.uniform(0, 34) if rng.random() < 0.7 else 0.0)
            if high - low >= LEAST_SIDE:
                break
        sides += [low, high]
    if rng.random() < 0.5:
        sides = [float(round(side)) for side in sides]
    return sides[0], sides[1], sides[2], sides[3]


def _fill_of(rng: np.random.Generator) -> float:
    """What surrounds a picture: mostly black, sometimes lung, sometimes any one value."""
    kind = rng.random()
    if kind < 0.7:
        return SCALED_MIN
    return 0.0 if kind < 0.85 else float(rng.uniform(SCALED_MIN, SCALED_MAX))


def paint_surroundings(
    image_CYX: Tensor, marks_2YX: Tensor, frame: tuple[float, float, float, float], fill: float
) -> None:
    """Paint all slices of a window outside a rectangle, in place, and mark there that nothing is judged.

    Inside it is judged right up to its edge. A nodule that the edge cuts keeps its visible part as a positive where at
    least ``LEAST_VISIBLE`` of it is visible, and is not judged otherwise.

    Args:
        image_CYX: Intensities.
        marks_2YX: Positive and ignored, 0 to 1.
        frame: Top, bottom, left and right edge in pixels; a pixel that an edge crosses is mixed.
        fill: The value outside.
    """
    covered = []
    for (low, high), size in zip((frame[:2], frame[2:]), image_CYX.shape[1:], strict=True):
        at = torch.arange(size, dtype=torch.float32)
        covered.append((at + 1 - low).clamp(0, 1) * (high - at).clamp(0, 1))
    inside = covered[0][:, None] * covered[1][None, :]
    image_CYX.copy_(fill + inside * (image_CYX - fill))
    visible = inside > 0.5
    positive = marks_2YX[0] > 0.5
    labels, count = ndimage.label(positive.numpy())
    for number in range(1, count + 1):
        nodule = torch.from_numpy(labels == number)
        if (nodule & visible).sum() < LEAST_VISIBLE * nodule.sum():
            marks_2YX[0][nodule] = 0.0
            marks_2YX[1][nodule] = 1.0
    marks_2YX[0][~visible] = 0.0
    marks_2YX[1][~visible] = 1.0


def _roughen(image: Tensor, rng: np.random.Generator) -> Tensor:
    """Gain, offset, blur and noise, each sample its own; the error of the recovered scale is about as large."""
    count = len(image)

    def each(values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).float()[:, None, None, None]

    image = image * each(np.exp(rng.normal(0, 0.07, count))) + each(rng.normal(0, 0.03, count))
    blurred = torchvision("transforms.v2.functional").gaussian_blur(image, [7, 7], [rng.uniform(0.3, 1.1)] * 2)
    soft = each((rng.random(count) < 0.35).astype(np.float32) * rng.uniform(0.3, 1, count))
    image = image + soft * (blurred - image)
    strength = each((rng.random(count) < 0.5) * rng.uniform(0, 0.07, count))
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    noise = torch.randn(image.shape, generator=generator)
    if rng.random() < 0.5:
        noise = functional.avg_pool2d(functional.pad(noise, (1, 1, 1, 1), mode="reflect"), 3, stride=1) * 2.2
    return (image + strength * noise).clamp(SCALED_MIN, SCALED_MAX)
