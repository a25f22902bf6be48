"""Cases from outside the project: other people's reports and scans, each with the right answer in words.

A module holds ``CASES: dict[str, Case]``, by the name of the shared input. ``benchmarks outside_cases`` counts how many
are right; ``test_*.py`` beside it run each of them where the shared data is there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

Given = TypeVar("Given")
LEFT_OUT = " … "


@dataclass(frozen=True)
class Case(Generic[Given]):
    """One case.

    Attributes:
        sentence: Its own expectation, word for word as the shared input states it; ``LEFT_OUT`` stands for what is left
            out between two parts of it.
        check: Asserts that expectation on what is given: a reading of the shared input, or what reads it. Raises
            AssertionError where it does not hold.
    """

    sentence: str
    check: Callable[[Given], None]
