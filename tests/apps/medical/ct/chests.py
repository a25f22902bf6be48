"""Analytic chests on a grid of 3 x 2.8 x 2.8 mm: lungs of known volume, and what surrounds and disturbs them."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from apps.medical.ct.volume import Geometry, Volume

SPACING = (3.0, 2.8, 2.8)
SIZE = (72, 96, 124)
ORIGIN = (-172.2, -114.0, -20.0)
PLAIN = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))
LUNG_AXES_MM = (48.0, 72.0, 76.0)
LUNG_ML = 4 / 3 * np.pi * np.prod(LUNG_AXES_MM) / 1000

Change = Callable[[NDArray, NDArray, NDArray, NDArray], None]
"""Given hu and the LPS x, y, z of every voxel, changes hu."""


@lru_cache(maxsize=16)
def chest(*changes: Change, seed: int = 0) -> Volume:
    """Body, lungs at x = -65 (the patient's right) and 65 mm, z 24 to 176, a spine; then the changes; then noise."""
    z, y, x = (
        np.arange(n).reshape([-1 if i == axis else 1 for i in range(3)]) * step + start
        for axis, (n, step, start) in enumerate(zip(SIZE, SPACING, ORIGIN[::-1], strict=True))
    )
    x, y, z = np.broadcast_arrays(x, y, z)
    hu = np.full(SIZE, -1000.0)
    hu[(x / 145) ** 2 + (y / 105) ** 2 < 1] = 40
    for side in (-1, 1):
        hu[lung(x, y, z, side)] = -860
    hu[(x / 18) ** 2 + ((y - 62) / 18) ** 2 < 1] = 400
    for change in changes:
        change(hu, x, y, z)
    noisy = hu + np.random.default_rng(seed).normal(0, 15, SIZE)
    stored = np.clip(np.rint(noisy), -1024, 3071).astype(np.int16)
    stored.flags.writeable = False
    return Volume(stored, Geometry(SIZE, SPACING, ORIGIN, PLAIN))


def lung(x: NDArray, y: NDArray, z: NDArray, side: int) -> NDArray[np.bool_]:
    """The ellipsoid of one lung, -1 right, 1 left."""
    a, b, c = LUNG_AXES_MM
    return ((x - side * 65) / a) ** 2 + (y / b) ** 2 + ((z - 100) / c) ** 2 < 1


def table(hu: NDArray, x: NDArray, y: NDArray, z: NDArray) -> None:
    """A hollow table under the back, its shell of carbon, filled with foam."""
    hu[(np.abs(x) < 170) & (y > 108) & (y < 150)] = 100
    hu[(np.abs(x) < 163) & (y > 115) & (y < 143)] = -950


def airways(hu: NDArray, x: NDArray, y: NDArray, z: NDArray) -> None:
    """A trachea from the neck down to z = 120, and two main bronchi that open into the lungs."""
    hu[(x**2 + (y - 20) ** 2 < 9**2) & (z > 120)] = -990
    hu[((y - 20) ** 2 + (z - 120 + np.abs(x) * 0.4) ** 2 < 7**2) & (np.abs(x) < 40)] = -990


def bowel(hu: NDArray, x: NDArray, y: NDArray, z: NDArray) -> None:
    """A large bubble of gas in the stomach, under the left lung."""
    hu[((x - 65) / 40) ** 2 + ((y + 20) / 40) ** 2 + ((z + 2) / 18) ** 2 < 1] = -1000


def contrast(hu: NDArray, x: NDArray, y: NDArray, z: NDArray) -> None:
    """A heart and an aorta full of contrast."""
    hu[((x - 5) / 16) ** 2 + ((y + 30) / 40) ** 2 + ((z - 80) / 40) ** 2 < 1] = 350
    hu[((x - 2) ** 2 + (y - 36) ** 2 < 11**2) & (z < 150)] = 330


def far_from_lungs_emptied(hu: NDArray, x: NDArray, y: NDArray, z: NDArray) -> None:
    """Everything more than 12 mm from the lungs becomes -1024 exactly, as in masked volumes."""
    from scipy import ndimage

    inside = lung(x, y, z, -1) | lung(x, y, z, 1)
    hu[ndimage.distance_transform_edt(~inside, sampling=SPACING) > 12] = -5000


def no_left_lung(hu: NDArray, x: NDArray, y: NDArray, z: NDArray) -> None:
    """After removal of the left lung."""
    hu[lung(x, y, z, 1)] = 30


def touching(hu: NDArray, x: NDArray, y: NDArray, z: NDArray) -> None:
    """The lungs meet in front of the heart."""
    hu[(np.abs(x) < 40) & (np.abs(y + 20) < 8) & (np.abs(z - 120) < 25)] = -860
