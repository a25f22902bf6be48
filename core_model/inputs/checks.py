"""What every segment is asked before a core reads it: tensors of real numbers, all of them finite.

An error names what was given beside what is allowed, so that whoever made the segment sees the difference.
"""

from typing import Any

import torch
from torch import Tensor

from core_model.errors import InputRejected

INDICES = (torch.int64, torch.int32)
"""Types of whole numbers that embeddings take."""


def refuse_no_tensors(**values: Any) -> None:
    """Refuse what is no tensor.

    Args:
        values: By the name of the segment's column what was given.

    Raises:
        InputRejected: One of them is something else: a list, an array of NumPy.
    """
    for name, value in values.items():
        if not isinstance(value, Tensor):
            raise InputRejected(
                "{column} is a {given}",
                allowed="tensors",
                action="bring it there with torch.as_tensor",
                code="segment_of_no_tensors",
                values={"column": name, "given": type(value).__name__},
            )


def refuse_no_numbers(**columns: Tensor) -> None:
    """Refuse truth values and complex numbers.

    Raises:
        InputRejected: A column holds them.
    """
    for name, column in columns.items():
        if column.dtype == torch.bool or column.is_complex():
            raise InputRejected(
                "{column} is of {given}",
                allowed="real numbers",
                code="segment_without_numbers",
                values={"column": name, "given": str(column.dtype)},
            )


def first_not_finite(**columns: Tensor) -> str | None:
    """Which column holds NaN or an infinity, with the number that it holds; None where all are finite."""
    for name, column in columns.items():
        finite = torch.isfinite(column)
        if not bool(finite.all()):
            return f"{name}: {float(column[~finite][0])}"
    return None


def shapes_of(*columns: Tensor) -> str:
    """Shapes for an error: ``[3, 8], [3, 3]``."""
    return ", ".join(str(list(column.shape)) for column in columns)


def masks_unread() -> InputRejected:
    """The error of masked facts for what has learned no masks."""
    return InputRejected(
        "masked facts for a core that reads none",
        action="take a core whose configuration says masked_facts",
        code="facts_masked_unread",
    )
