"""English statement captions and their Chinese translations, written down before anything was measured on them."""

import csv
from functools import cache
from pathlib import Path

CAPTIONS = Path(__file__).resolve().parent.parent / "captions_en_zh.tsv"


@cache
def captions() -> list[tuple[str, str]]:
    """English and Chinese captions that mean the same."""
    with CAPTIONS.open(encoding="utf8", newline="") as stream:
        return [(row["english"], row["chinese"]) for row in csv.DictReader(stream, delimiter="\t")]
