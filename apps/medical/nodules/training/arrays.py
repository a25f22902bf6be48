"""Arrays between the commands of the training: one compressed NumPy archive a file, no pickles, written whole or not at
all."""

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core_model.checkpoint import write_atomically
from core_model.errors import InputRejected


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays by name; a crash leaves the old file or the new one.

    Args:
        path: The file, named as it is to be called.
        arrays: Of any shape and of plain types.
    """
    content, named = io.BytesIO(), dict[str, Any](arrays)
    np.savez_compressed(content, **named)
    write_atomically(path, content.getvalue())


def read_arrays(path: Path, names: Sequence[str]) -> dict[str, np.ndarray]:
    """Read the named arrays of a file that is there.

    Raises:
        InputRejected: It is no such archive, is cut off, or lacks one of them.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            return {name: held[name] for name in names}
    except (ValueError, KeyError, TypeError, EOFError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputRejected(
            "a file of arrays that is damaged, or not one of this training's",
            action="make it anew with the command that wrote it",
            code="arrays_unreadable",
        ) from error
