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
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.demo.report import make_example_report
from apps.finance import facts_table
from apps.finance.facts_table import SCHEMA, to_parquet
from apps.finance.filings import Fact, read_facts
from tests.apps.finance.filings.documents import document, number, text
from tests.apps.finance.statements.reports import annual


def row_of(fact: Fact) -> dict[str, Any]:
    """A fact as the table says what its columns hold."""
    reason = fact.not_available
    made = {name: getattr(fact, name, None) for name in SCHEMA.names}
    made["value"] = fact.value if fact.kind == "number" else fact.text
    made["not_available"] = reason and json.dumps(reason.as_dict(), ensure_ascii=False)
    made["dimensions"] = json.dumps({each.axis: each.member for each in fact.dimensions}, ensure_ascii=False)
    made["tuple_id"] = fact.tuple_id or None
    if fact.in_tuple is not None:
        made["tuple_concept"] = fact.in_tuple.concept or None
        made["tuple_parent"] = fact.in_tuple.parent or None
    made["markup"] = fact.value if fact.escaped else None
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


def test_the_file_holds_no_list_of_a_fixed_length_of_which_older_readers_take_no_null() -> None:
    assert not [field.name for field in SCHEMA if pa.types.is_fixed_size_list(field.type)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.none() | st.text(), st.booleans()), max_size=20))
def test_any_text_and_none_come_back(given_):
    (fact,) = read_facts(annual()).facts[:1]
    made = [replace(fact, unit=text, nil=truth, element_id=text) for text, truth in given_]
    table = pq.read_table(io.BytesIO(to_parquet(made)))
    assert table.schema.equals(SCHEMA)
    assert list(zip(table["unit"].to_pylist(), table["nil"].to_pylist(), strict=True)) == given_
    assert to_parquet(made) == by_rows(made)


def rows_of(data: bytes) -> dict[str, dict]:
    """The rows of the file that is made of a document, by fact."""
    table = pq.read_table(io.BytesIO(to_parquet(read_facts(data).facts)))
    return {row["fact_id"]: row for row in table.to_pylist()}


def test_each_fact_says_its_tuple_and_its_place_in_it():
    declared = (
        '<ix:tuple name="acme:Table" tupleID="all"/><ix:tuple name="acme:Row" tupleID="t1" tupleRef="all" order="1"/>'
        '<ix:tuple name="acme:Row" tupleID="t2" tupleRef="all" order="2"/>'
    )
    referring = number("120", "a", tupleRef="t1", order="2.0") + number("45", "b", tupleRef=" t2 ", order="1.0")
    nested = f'<ix:tuple name="acme:Row">{number("7", "c", order="1")}<ix:tuple name="acme:Part">{number("8", "d")}'
    lost = number("9", "e", tupleRef="nowhere") + number("10", "f")
    rows = rows_of(document(f"{declared}{referring}{nested}</ix:tuple></ix:tuple>{lost}"))
    columns = ("tuple_id", "tuple_concept", "tuple_parent", "tuple_order")
    held = {fact_id: tuple(row[name] for name in columns) for fact_id, row in rows.items()}
    outer = held["c"][0]
    assert held == {
        "a": ("t1", "acme:Row", "all", "2.0"),
        "b": ("t2", "acme:Row", "all", "1.0"),
        "c": (outer, "acme:Row", None, "1"),
        "d": (held["d"][0], "acme:Part", outer, None),
        "e": ("nowhere", None, None, None),
        "f": (None, None, None, None),
    }
    assert outer.startswith("/")
    assert held["d"][0].startswith(f"{outer}/")


def test_the_markup_of_escaped_facts_is_in_the_file_with_whole_addresses():
    note = '<p>Debt &amp; more <a href="ex.htm#n1">note</a><img src="img/a.png"/></p>'
    given = document(text(note, "a", "acme:Debt", escape="true") + text("<b>plain</b> words", "b", "acme:Other"))
    based = given.replace(b"<title>", b'<base href="https://www.example.com/reports/2024/"/><title>')
    rows = rows_of(based)
    assert rows["a"]["value"] == "Debt & more note"
    assert 'href="https://www.example.com/reports/2024/ex.htm#n1"' in rows["a"]["markup"]
    assert 'src="https://www.example.com/reports/2024/img/a.png"' in rows["a"]["markup"]
    assert (rows["b"]["value"], rows["b"]["markup"]) == ("plain words", None)
    assert 'href="ex.htm#n1"' in rows_of(given)["a"]["markup"]


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
