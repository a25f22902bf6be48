"""The file of facts: the same bytes as pyarrow makes of the rows, and made without pandas."""

import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.demo.report import make_example_report
from apps.finance import facts_table
from apps.finance.facts_table import SCHEMA, to_parquet
from apps.finance.filings import Fact, read_facts
from tests.apps.finance.statements.reports import annual


def row_of(fact: Fact) -> dict[str, Any]:
    """A fact as the table says what its columns hold."""
    reason = fact.not_available
    made = {name: getattr(fact, name, None) for name in SCHEMA.names}
    made["value"] = fact.value if fact.kind == "number" else fact.text
    made["not_available"] = reason and json.dumps(reason.as_dict(), ensure_ascii=False)
    made["dimensions"] = json.dumps({each.axis: each.member for each in fact.dimensions}, ensure_ascii=False)
    return made


def by_rows(facts: list[Fact]) -> bytes:
    """The file as pyarrow makes it of rows."""
    sink = io.BytesIO()
    table = pa.Table.from_pylist([row_of(fact) for fact in facts], schema=SCHEMA)
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


@pytest.fixture(scope="module")
def facts() -> list[Fact]:
    return list(read_facts(annual()).facts)


def test_the_file_is_that_of_the_rows(facts: list[Fact]):
    assert to_parquet(facts) == by_rows(facts)
    assert to_parquet([]) == by_rows([])


@given(st.lists(st.tuples(st.none() | st.text(), st.booleans()), max_size=20))
def test_any_text_and_none_come_back(given_):
    (fact,) = read_facts(annual()).facts[:1]
    made = [replace(fact, unit=text, nil=truth, element_id=text) for text, truth in given_]
    table = pq.read_table(io.BytesIO(to_parquet(made)))
    assert table.schema.equals(SCHEMA)
    assert list(zip(table["unit"].to_pylist(), table["nil"].to_pylist(), strict=True)) == given_
    assert to_parquet(made) == by_rows(made)


def test_texts_that_are_too_long_for_one_piece_are_left_to_pyarrow(facts: list[Fact], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(facts_table, "MOST_BYTES", 10)
    assert to_parquet(facts) == by_rows(facts)


def test_no_report_waits_for_pandas(tmp_path: Path):
    make_example_report(tmp_path / "report.html", 3)
    program = (
        "import sys; from pathlib import Path\n"
        "from apps.finance.report import read_report\n"
        "from apps.finance.facts_table import to_parquet\n"
        "to_parquet(read_report(Path(sys.argv[1]).read_bytes()).filing.facts)\n"
        "print('pandas' in sys.modules, 'torch' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "report.html")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False"]
