"""Names of concepts, members and axes in words, as far as they say themselves what they are."""

import re

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+|\d+|[^\W\d_A-Za-z]+")


def spoken(name: str) -> str:
    """A qualified name in words: ``us-gaap:AssetsCurrent`` is ``assets current``; capitals that are no word stay."""
    words = _WORD.findall(name.rpartition(":")[2])
    return " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in words)


def spoken_member(name: str) -> str:
    """A member of an axis: ``us-gaap:RetainedEarningsMember`` is ``retained earnings``."""
    return spoken(name).removesuffix(" member")


def spoken_axis(name: str) -> str:
    """What the members of an axis are: ``us-gaap:StatementClassOfStockAxis`` is ``class of stock``."""
    return spoken(name).removesuffix(" axis").removeprefix("statement ")
