"""A file of labelled sentences as somebody brings it."""

import csv
import random
from pathlib import Path


def sentences(path: Path, count: int = 240) -> None:
    """Sentences whose words tell the label."""
    draw = random.Random(0)
    words = {"bullish": ("orders rose", "net income up"), "bearish": ("the lender called", "sales fell")}
    with path.open("w", encoding="utf8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["text", "label"])
        for number in range(count):
            label = draw.choice(sorted(words))
            table.writerow([f"{draw.choice(words[label])} in region {number}, {draw.randint(2, 99)} percent", label])
