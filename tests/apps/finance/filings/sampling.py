"""Random texts that a regular expression accepts, for comparisons with another library's patterns."""

import random
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

_REPEAT = 5  # more repetitions than this add nothing
_ODD = " \t.,-/°'’  年de№"  # what an excluded class draws from, besides letters and figures


def sample(pattern: str, rng: random.Random) -> str:
    """One text that ``pattern`` accepts (anchors and look-arounds are not looked at)."""
    return "".join(_node(code, value, rng) for code, value in parser.parse(pattern))


def _node(code, value, rng: random.Random) -> str:
    if code is op.LITERAL:
        return chr(value)
    if code is op.NOT_LITERAL:
        return rng.choice([c for c in _ODD if ord(c) != value])
    if code is op.ANY:
        return rng.choice(_ODD)
    if code is op.IN:
        return _member(value, rng)
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        low, high, inner = value
        times = rng.randint(low, min(int(high), low + _REPEAT))
        return "".join(_node(c, v, rng) for _ in range(times) for c, v in inner)
    if code is op.SUBPATTERN:
        return "".join(_node(c, v, rng) for c, v in value[3])
    if code is op.BRANCH:
        return "".join(_node(c, v, rng) for c, v in rng.choice(value[1]))
    return ""  # anchors, assertions


def _member(parts, rng: random.Random) -> str:
    excluded = parts[0][0] is op.NEGATE
    if not excluded:
        return _one(rng.choice(parts), rng)
    for _ in range(200):
        character = rng.choice(_ODD + "abcxyzABC07")
        if not any(_holds(part, character) for part in parts[1:]):
            return character
    raise AssertionError("the class excludes everything that is drawn from")


def _one(part, rng: random.Random) -> str:
    code, value = part
    if code is op.LITERAL:
        return chr(value)
    if code is op.RANGE:
        return chr(rng.randint(*value))
    if code is op.CATEGORY:
        return {op.CATEGORY_DIGIT: "7", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "x"}.get(value, "-")
    raise AssertionError(f"unexpected {code}")


def _holds(part, character: str) -> bool:
    code, value = part
    if code is op.LITERAL:
        return ord(character) == value
    if code is op.RANGE:
        return value[0] <= ord(character) <= value[1]
    if value is op.CATEGORY_DIGIT:
        return character.isdigit()
    if value is op.CATEGORY_SPACE:
        return character.isspace()
    return character.isalnum()
