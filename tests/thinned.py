"""Combinations of parameters of which the usual run of the tests takes some, and the slow tests the others."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest


def thinned(*axes: Sequence[Any]) -> list[Any]:
    """All combinations of one value from each of two axes or more, for ``pytest.mark.parametrize``.

    Those that are not slow hold every value of every axis: of two axes of three values each three combinations, of four
    axes of two values each the eight in which any three axes have all their combinations.
    """
    fewest = min(map(len, axes))
    return [
        pytest.param(
            *(axis[at] for axis, at in zip(axes, places, strict=True)),
            marks=pytest.mark.slow if sum(places) % fewest else [],
        )
        for places in product(*(range(len(axis)) for axis in axes))
    ]


def first_of(*values: Any, fast: int = 1) -> list[Any]:
    """All values, for ``pytest.mark.parametrize``; those after the first ``fast`` are slow."""
    return [pytest.param(value, marks=pytest.mark.slow if at >= fast else []) for at, value in enumerate(values)]
