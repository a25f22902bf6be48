"""Small sources of every kind, made in code."""

from pathlib import Path

import numpy as np

from core_model.inputs.text import TextTokenizer
from core_model.training.mixture.files import About, write_arrays, write_lines
from core_model.training.splits import split_of
from tests.core_model.test_core import small_tokenizer

ABOUT = About(licence="MIT", source="made by a test", command="none")


def tokenizer() -> TextTokenizer:
    return TextTokenizer(small_tokenizer())


def identities(count: int, *splits: str) -> list[str]:
    """So many identities of some splits; train where none is named."""
    found = (f"identity {k}" for k in range(100 * count + 100))
    return [each for each in found if split_of(each) in (splits or ("train",))][:count]


def make_sources(folder: Path, count: int = 40) -> None:
    """Sources of all kinds, train and validation."""
    known = identities(count, "train", "validation")
    texts = [f"net income {k} " + "total assets " * (k % 7) for k in range(count)]
    rows = list(zip(known, texts, strict=True))
    write_lines(
        folder, "prose", "text", [{"text": t, "language": "en", "kind": "text", "identity": i} for i, t in rows], ABOUT
    )
    write_lines(folder, "questions", "pairs", [{"query": t, "passage": t * 2, "identity": i} for i, t in rows], ABOUT)
    write_lines(folder, "tweets", "labelled", [{"text": t, "label": len(t) % 3, "identity": i} for i, t in rows], ABOUT)
    facts = [
        {
            "facts": [
                {"name": "net income", "value": 5.0 + k, "unit": "money", "year": 0, "total": 50.0, "prior": None},
                {"name": "total assets", "value": None, "unit": "money"},
            ],
            "identity": identity,
        }
        for k, identity in enumerate(known)
    ]
    write_lines(folder, "statements", "facts", facts, ABOUT)
    fields_NYX = np.arange(count * 64, dtype=np.uint8).reshape(count, 8, 8)
    write_arrays(
        folder, "fields", "images", {"fields": fields_NYX}, {"identity": known, "rating": list(range(count))}, ABOUT
    )
    grids_NGC = np.arange(count * 2 * 5 * 8, dtype=np.float16).reshape(2 * count, 5, 8)
    twice = [each for each in known for _ in range(2)]
    write_arrays(
        folder, "scans", "volumes", {"grids": grids_NGC}, {"identity": twice, "scan": twice}, ABOUT, group="scan"
    )
    vectors_NV = np.eye(count, 8, dtype=np.float16)
    columns = {"identity": known, "text": texts, "language": ["en"] * count}
    write_arrays(folder, "teacher", "taught", {"vectors": vectors_NV}, columns, ABOUT)
