"""Questions about a table with its text (TAT-QA), each with its context; of the train split alone.

The validation contexts are left for choosing among adapters, the test contexts are never read.
"""

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core_model.training.splits import split_of

_SPACES = re.compile(r"\s+")


def question_rows(file: Path) -> Iterator[dict[str, Any]]:
    """Pairs of a question and its context: the paragraphs in their order, then the rows of the table."""
    for context in json.loads(file.read_text(encoding="utf8")):
        identity = context["table"]["uid"]
        if split_of(identity) != "train":
            continue
        paragraphs = sorted(context["paragraphs"], key=lambda part: part["order"])
        rows = [" | ".join(cell for cell in row if cell) for row in context["table"]["table"]]
        lines = [part["text"] for part in paragraphs] + [row for row in rows if row.strip(" |")]
        passage = "\n".join(html.unescape(_SPACES.sub(" ", line)).strip() for line in lines)
        for question in context["questions"]:
            yield {"query": html.unescape(question["question"]).strip(), "passage": passage, "identity": identity}
