"""Medical questions and their answers, as pairs; topics of the test split are left out.

Read is a Parquet or CSV table with the columns ``focus`` (the topic, in lower case the identity), ``question`` and
``answer``; ``question_type`` and ``source`` where there are any.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core_model.errors import InputRejected
from core_model.training.splits import split_of

COLUMNS = ("focus", "question", "answer")


def question_rows(table: Path) -> Iterator[dict[str, Any]]:
    """Pairs of question and answer, as ``core_model.training.mixture.files`` has them; equal pairs once.

    Raises:
        InputRejected: The table lacks a column.
    """
    import pandas as pd

    frame = pd.read_csv(table) if table.suffix == ".csv" else pd.read_parquet(table)
    lacking = [name for name in COLUMNS if name not in frame.columns]
    if lacking:
        raise InputRejected(
            "a table of questions without the columns {lacking}",
            allowed="focus, question and answer",
            code="question_columns_missing",
            values={"lacking": lacking},
        )
    seen: set[tuple[str, str]] = set()
    for row in frame.to_dict("records"):
        focus, question, answer = (str(row[name]).strip() if isinstance(row[name], str) else "" for name in COLUMNS)
        topic = focus.lower()
        if not (topic and question and answer) or (question, answer) in seen or split_of(topic) == "test":
            continue
        seen.add((question, answer))
        yield {
            "query": question,
            "passage": answer,
            "identity": topic,
            "query_kind": "query",
            "passage_kind": "passage",
            "question_type": str(row.get("question_type") or ""),
        }
