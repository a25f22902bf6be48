"""Candidates of fields, of whole CT and of plantings into them, with their grids, for the source of volumes.

The detector's two folds have learned from every training field; of the whole CT each has seen one: a CT is read by the
fold that has not. What a fold says of training patients is sharper than what it says of others.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from apps.medical.adapter.grids import CELLS, PLANES, Rows, add_backgrounds, add_fields, add_plantings
from apps.medical.nodules.detector_weights import load_detector
from apps.medical.nodules.training.sources.background import Background
from apps.medical.nodules.training.sources.fields import Field
from apps.medical.nodules.training.sources.prepare import listed, listed_beside, read_background
from core_model.errors import NotFound


def candidates(
    folder_of: Callable[[str], Path],
    backgrounds: Mapping[str, str],
    fields: Sequence[Field],
    seed: int,
    plantings: int | None,
    log: Callable[[str], None],
) -> tuple[dict[str, np.ndarray], dict[str, list[Any]], dict[str, Any]]:
    """Arrays, columns and details of the source.

    Args:
        folder_of: From a name to its unpacked folder; raises ``NotFound`` where there is none.
        backgrounds: Identity of each whole CT, by name.
        fields: Of training and validation patients, on the working grid.
        seed: Of places and choices.
        plantings: So many nodules are planted, one of each field that the lot takes; of all fields where not given.
        log: Takes a line a step.
    """
    folds = load_detector().folds
    rows = Rows()
    read = [each for name in backgrounds if (each := _background(folder_of, name, log))]
    by_name = {each.name: next(fold for fold in folds if fold.name != _fold_of(each.name)) for each in read}
    add_backgrounds(rows, by_name, read, backgrounds)
    log(f"{rows.scans} whole CT")
    if read:
        add_plantings(rows, by_name, read, fields, seed, most=plantings)
    log(f"{rows.scans} scans with plantings")
    add_fields(rows, folds, fields)
    log(f"{rows.scans} scans with fields")
    arrays, columns = rows.table()
    details = {"planes": PLANES, "cells": CELLS, "whole_ct": list(by_name), "labels": "1 nodule, 0 not, -1 neither"}
    return arrays, columns, details


def _fold_of(name: str) -> str:
    """The fold that has learned from a CT; empty where none has."""
    return listed()[name].fold if name in listed() else ""


def _background(folder_of: Callable[[str], Path], name: str, log: Callable[[str], None]) -> Background | None:
    for folder in (f"ct_{name}", f"ct_{name}_lungs"):
        try:
            found = folder_of(folder)
        except NotFound:
            continue
        path = next(iter(sorted(found.rglob("*.npy"))), found)
        entry = listed().get(name) or listed_beside(path)
        log(f"reading {name}")
        return read_background(path, entry)
    return None
