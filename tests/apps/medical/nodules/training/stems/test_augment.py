"""Frames of training windows: what is painted, what is judged, and that every kind of window gets them."""

import numpy as np
import torch

from apps.medical.nodules.stem import MISSING
from apps.medical.nodules.training.stems.augment import EDGE, FRAMED, TRAIN_SIZE, batch_of, paint_surroundings
from apps.medical.nodules.training.stems.samples import IGNORED, NEGATIVE, POSITIVE, WINDOW, Sample


def _window(nodule: tuple[slice, slice] | None = None) -> tuple[torch.Tensor, torch.Tensor]:
    marks = torch.zeros(2, 64, 64)
    if nodule is not None:
        marks[0][nodule] = 1.0
    return torch.full((3, 64, 64), 0.8), marks


def test_everything_outside_the_rectangle_is_the_fill_on_all_slices_and_not_judged() -> None:
    image, marks = _window()
    paint_surroundings(image, marks, (10, 50, 20, 64), -0.3)
    inside = torch.zeros(64, 64, dtype=torch.bool)
    inside[10:50, 20:] = True
    for plane in image:
        assert torch.equal(plane, torch.where(inside, 0.8, torch.tensor(-0.3)))
    assert torch.equal(marks[1] > 0.5, ~inside)


def test_a_pixel_that_an_edge_crosses_is_mixed_by_its_covered_part() -> None:
    image, marks = _window()
    paint_surroundings(image, marks, (10.25, 64, 0, 64), 0.0)
    assert torch.allclose(image[:, 10], torch.tensor(0.8 * 0.75))
    assert torch.equal(image[:, 9], torch.zeros(3, 64))
    assert marks[1][10].max() == 0


def test_a_nodule_mostly_visible_stays_positive_up_to_the_edge_and_one_mostly_hidden_is_not_judged() -> None:
    image, marks = _window((slice(20, 30), slice(20, 30)))
    paint_surroundings(image, marks, (24, 64, 0, 64), -0.3)
    assert marks[0][24:30, 20:30].min() == 1
    assert marks[0].sum() == 60
    image, marks = _window((slice(20, 30), slice(20, 30)))
    paint_surroundings(image, marks, (27, 64, 0, 64), -0.3)
    assert marks[0].sum() == 0
    assert marks[1][27:30, 20:30].min() == 1


def test_about_a_seventh_of_the_windows_is_framed_and_the_frame_is_never_judged() -> None:
    rng = np.random.default_rng(3)
    ramp = np.random.default_rng(0).uniform(0.4, 1.0, (3, WINDOW, WINDOW)).astype(np.float32)
    framed = 0
    for _ in range(40):
        labels = [np.full((WINDOW, WINDOW), kind, np.uint8) for kind in (NEGATIVE, POSITIVE)] * 8
        image, positive, judged = batch_of([Sample(ramp, label, (True, True)) for label in labels], rng)
        assert image.shape == (16, 3, TRAIN_SIZE, TRAIN_SIZE)
        inner = judged[:, EDGE:-EDGE, EDGE:-EDGE]
        assert (positive * judged)[::2].sum() == 0
        framed += int((inner.amin((1, 2)) == 0).sum())
        assert (judged[:, :EDGE] == 0).all()
    assert abs(framed / 640 - FRAMED) < 0.06


def test_a_missing_neighbour_stays_a_constant_plane_within_a_frame() -> None:
    rng = np.random.default_rng(0)
    sample = Sample(
        np.ones((3, WINDOW, WINDOW), np.float32), np.full((WINDOW, WINDOW), IGNORED, np.uint8), (False, True)
    )
    image, _, judged = batch_of([sample] * 32, rng)
    assert (image[:, 0] == MISSING).all()
    assert judged.sum() == 0
