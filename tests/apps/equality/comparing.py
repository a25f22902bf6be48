"""Two documents beside each other, leaf by leaf, and the corrections between them that are meant."""

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BEFORE = Path(__file__).resolve().parent / "before"


@dataclass(frozen=True, slots=True)
class Correction:
    """A difference that is meant.

    Attributes:
        place: Pattern of the leaf's path, ``checks/\\d+/reason``.
        before: Pattern of the text there before; a group may be used in ``after``.
        after: What stands in place of what ``before`` matched.
        why: Which fault it mends.
    """

    place: str
    before: str
    after: str
    why: str


def before(name: str) -> Any:
    """A document as the foundation printed it."""
    return json.loads(gzip.decompress((BEFORE / f"{name}.json.gz").read_bytes()))


def leaves(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value of a document with its path; an empty list or object is a value too."""
    entries: Iterable[tuple[Any, Any]] = ()
    if isinstance(part, Mapping):
        entries = part.items()
    elif isinstance(part, Sequence) and not isinstance(part, str):
        entries = enumerate(part)
    found = False
    for name, inner in entries:
        found = True
        yield from leaves(inner, f"{path}/{name}" if path else str(name))
    if not found:
        yield path, part


def differences(old: Any, new: Any, corrections: Sequence[Correction] = ()) -> list[str]:
    """What differs in words, but for corrections."""
    was, now = dict(leaves(old)), dict(leaves(new))
    found = []
    for path in sorted(was.keys() | now.keys()):
        there = path in was and path in now
        if there and type(was[path]) is type(now[path]) and was[path] == now[path]:
            continue
        if there and any(_corrected(path, was[path], now[path], each) for each in corrections):
            continue
        found.append(f"{path}: {was.get(path, 'nothing')!r} -> {now.get(path, 'nothing')!r}")
    return found


def _corrected(path: str, old: Any, new: Any, correction: Correction) -> bool:
    if not isinstance(old, str) or re.fullmatch(correction.place, path) is None:
        return False
    mended, times = re.subn(correction.before, correction.after, old)
    return times > 0 and mended == new
