"""Arithmetic on amounts that rounds nothing: Python's own context would, silently, at 28 digits."""

from collections.abc import Callable
from decimal import localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

DIGITS = 300
"""Numbers have at most 128 digits on either side of the point (``filings.numbers.LIMIT``); sums of them stay exact,
and a quotient is far more exact than any tolerance."""

Given = ParamSpec("Given")
Result = TypeVar("Result")


def exactly(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """Run a function with decimals of ``DIGITS`` digits; also a change of sign rounds to those of the context."""

    @wraps(function)
    def inside(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        with localcontext(prec=DIGITS):
            return function(*args, **kwargs)

    return inside
