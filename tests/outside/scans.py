"""Scans from outside: a maker of the shared folder ``cases/dicom`` and what is read of what it makes."""

import importlib
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from apps.medical.dicom import ImportedStudy, read_study
from apps.messages import cautioned
from benchmarks import shared_data
from core_model.errors import InputRejected


@dataclass(frozen=True)
class Outcome:
    """What reading made of a folder: a study, or the sentence with which it was refused."""

    study: ImportedStudy | None = None
    refused: InputRejected | None = None

    def read(self) -> ImportedStudy:
        """The study. AssertionError where it was refused."""
        assert self.study is not None, f"refused: {self.refused}"
        return self.study

    @property
    def codes(self) -> set[str]:
        """Codes of the cautions, or the code of the refusal."""
        if self.refused is not None:
            return {self.refused.code}
        return {caution.code for caution in self.read().cautions}

    def said(self, code: str) -> str:
        """The words of the one caution of this code. AssertionError where there is none, or several."""
        held = [cautioned(caution) for caution in self.read().cautions if caution.code == code]
        assert len(held) == 1, f"{len(held)} cautions {code} among {sorted(self.codes)}"
        return held[0]


class Reads:
    """Makes the input of a case, with what its ``make`` takes besides the folder, and reads it.

    Args:
        name: Of the case.
        scratch: The folder below which its inputs are made.
    """

    def __init__(self, name: str, scratch: Path) -> None:
        self._name, self._scratch = name, scratch
        self._make: Callable[..., Path] = maker(name)

    def __call__(self, *made_with: str, series_uid: str | None = None) -> Outcome:
        return outcome(self.made(*made_with), series_uid)

    def made(self, *made_with: str) -> Path:
        """The input."""
        return self._make(self._scratch / "-".join((self._name, *made_with)), *made_with)


def folder() -> Path:
    """Where the makers lie.

    Raises:
        SharedDataAbsent: They are not on this machine.
    """
    found = shared_data.root().parent / "cases" / "dicom"
    if not found.is_dir():
        raise shared_data.SharedDataAbsent("the shared data has no cases of scans beside it")
    return found


def maker(name: str) -> Callable[..., Path]:
    """The ``make`` of one case; its module imports ``chest`` from beside it."""
    place = str(folder())
    if place not in sys.path:
        sys.path.append(place)
    return importlib.import_module(name).make


def expectation(name: str) -> str:
    """What the case itself says, as one line."""
    maker(name)
    return " ".join(str(sys.modules[name].__doc__).split())


def reads_of(name: str, scratch: Path) -> Reads:
    """What makes and reads the input of a case, in folders below ``scratch``."""
    return Reads(name, scratch)


def outcome(made: Path, series_uid: str | None = None) -> Outcome:
    """What reading makes of a folder."""
    try:
        return Outcome(study=read_study(made, series_uid))
    except InputRejected as refused:
        return Outcome(refused=refused)


def likewise(change: Callable[[int, Any], None], edit: Callable[[int, bytes], bytes] | None = None) -> Outcome:
    """What reading makes of the chest of the cases where each slice is changed in another way than a case does.

    Args:
        change: Changes a slice, given with its number from below.
        edit: Changes the bytes of its file; None leaves them.
    """
    maker("monochrome1")
    import chest  # type: ignore[import-not-found]

    slices = chest.chest()
    for number, each in enumerate(slices):
        change(number, each)
    with tempfile.TemporaryDirectory() as scratch:
        return outcome(chest.write(slices, Path(scratch) / "ct", edit))


@cache
def chest_hu() -> np.ndarray:
    """HU of the chest that the cases are made from, as its makers store it."""
    maker("monochrome1")
    import chest  # type: ignore[import-not-found]

    slices = chest.chest()
    hu = np.stack([chest.pixels(each).astype(np.int32) - 1024 for each in slices]).astype(np.int16)
    hu.flags.writeable = False
    return hu
