"""A report on a Chinese screen: what the screen says is Chinese throughout, what the report prints stands as it is."""

import json
import re

import pytest

from apps.demo.report import make_example_report
from apps.documents import Missing, to_json
from apps.finance.facts_table import to_parquet
from apps.finance.records.filings import row_of
from apps.finance.report import make_reading, read_report
from apps.provenance import Provenance
from apps.store import blobs, readings
from apps.store.store import Store
from tests.ui.screens import components, opened, said

PROVENANCE = {"steps": {}, "settings": {}, "weights": {}, "libraries": {}}
ENGLISH = re.compile(
    r"(?<![\w:])(?:the|is|are|of|and|not|for|but|which|in|on|to|by|because|row|no)(?!\w)", re.IGNORECASE
)
CHINESE = re.compile("[\u4e00-\u9fff]")
VIEWS = ("income", "balance", "cash_flow", "anomalies", "checks", "warnings")


@pytest.fixture
def report(store: Store, tmp_path) -> tuple[str, list[str]]:
    """Id of the reading of a report with a planted slip, a missing company and a broken number; what it prints."""
    make_example_report(tmp_path / "report.html", 11)
    data = (tmp_path / "report.html").read_bytes().replace(b"dei:EntityRegistrantName", b"dei:SecurityExchangeName")
    read = read_report(re.sub(rb'(<ix:nonFraction[^>]*format=")[^"]*"', rb'\1ixt:no-such-format"', data, count=1))
    made = Provenance("a" * 64, **PROVENANCE)
    source = blobs.put(store, "job-made", "source", data)
    facts = blobs.put(store, "job-made", "facts", to_parquet(read.filing.facts))
    reading_id = readings.id_of("finance.read", made)
    reading = make_reading(read, reading_id=reading_id, facts_sha256=facts, provenance=made)
    assert isinstance(reading.document.company, Missing)
    assert reading.anomalies
    assert reading.cautions
    files = {"source": source, "facts": facts}
    readings.save(store, "finance.read", to_json(reading), made, rows=[row_of(reading)], files=files)
    printed = [row.label for rows in read.statements.reported.values() for row in rows]
    return reading_id, sorted(filter(None, {*printed}), key=len, reverse=True)


def own_words(text: str, printed: list[str]) -> str:
    """A text without what the report itself prints: quoted captions, captions, concepts."""
    text = re.sub(r"“[^”]*”|‘[^’]*’|'[^']*'|\"[^\"]*\"|「[^」]*」|《[^》]*》", " ", text)
    text = re.sub(r"[a-z-]+:\w+", " ", text)
    for caption in printed:
        text = re.sub(re.escape(caption), " ", text, flags=re.IGNORECASE)
    return text


@pytest.mark.parametrize("view", VIEWS)
def test_every_sentence_of_a_view_is_chinese(report: tuple[str, list[str]], view: str) -> None:
    reading_id, printed = report
    app = opened("reports", reading=reading_id, view=view, lang="zh")
    grid = next(data for name, data in components(app).items() if name.startswith("tandem_grid"))
    texts = [cell.get(part) or "" for row in grid["rows"] for cell in row["cells"] for part in ("text", "hint")]
    texts += [column["label"] for column in grid["columns"]] + said(app).splitlines()
    english = [text for text in texts if ENGLISH.search(own_words(text, printed))]
    assert not english, json.dumps(english[:5], ensure_ascii=False, indent=1)
    assert sum(bool(CHINESE.search(text)) for text in texts) > 3
