"""Cases of pixels: how they are packed, damaged, signed, padded."""

from tests.outside import Case
from tests.outside.scans import Reads

CASES: dict[str, Case[Reads]] = {}
