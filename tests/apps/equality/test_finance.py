"""Real filings read as the foundation read them: every value of the document, but for renames, provenance and the
corrections below."""

import hashlib
import re
from typing import Any

import pytest

from apps.documents import from_json, to_json
from apps.finance.facts_table import to_parquet
from apps.finance.reading import FinanceReading
from apps.finance.report import make_reading, read_report
from apps.provenance import Provenance
from benchmarks import shared_data
from core_model import load_core
from tests import needs
from tests.apps.equality.comparing import BEFORE, Correction, before, differences
from tests.apps.equality.finance_before import as_before

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

NAMES = sorted(path.name.removesuffix(".json.gz") for path in BEFORE.glob("10-*.json.gz"))
TITLES = {
    "equity add up": "equity add up to the balance-sheet total",
    "the parent's and the non-controlling interests' shares": (
        "the sum of the amounts attributable to the parent and to non-controlling interests"
    ),
    "net income and other comprehensive income": "net income plus other comprehensive income",
    "the classes of stock are those of the whole": "each class of stock agree with consolidated earnings per share",
    "its domestic and its foreign part": "the sum of its domestic and foreign parts",
    "are their current and their noncurrent parts": "are the sum of their current and noncurrent parts",
    "assets and liabilities are their current": "assets and total liabilities are each the sum of their current",
    "basic shares and dilutive ones": "the sum of basic and dilutive shares",
    "are what the balance sheet says": "agree with the balance sheet",
    "stated for days or for periods, never for both": "reported either at an instant or for a duration, never both",
    "Nothing in the statements is of a day after": "No fact in the statements is dated after",
    "is the same to five digits in": "of five or more significant digits is exactly equal in",
    "another year's": "the amount of another year",
    "All facts of a printed column are of its period": "All facts in a printed column have the column's period",
    "cannot be negative are not": "must not be negative are positive or zero",
}
"""What the titles of checks said, and what they say."""
REASONS = {
    r"facts are of periods that run forwards": "facts have periods that end on or after their first day",
    r"facts are of the period of their column": "facts have the period of their column",
    r"are each of days or of periods": "are each reported either at an instant or for a duration",
    r"statements are of (.*) or before": r"statements are dated \1 or earlier",
    r"Of (\d+) amounts that cannot be negative none is": r"None of \1 amounts that must not be negative is negative",
    r"is called exactly so": "has exactly this caption",
    r"It is also called so": "Its caption says the same",
    r"which is no interest expense": "which is not an interest expense",
}
"""Patterns of what verdicts and the reasons of lines said, and what they say."""
CORRECTIONS = (
    Correction(
        r"statements/\w+/\d+/label/not_available",
        r"A row without a caption is tagged as .+\.",
        "the row is printed without a caption",
        "the reason named the concept, and not why there is no caption",
    ),
    *(
        Correction(r"checks/\d+/title", re.escape(said), says, "the title is said in the words of accounting")
        for said, says in TITLES.items()
    ),
    *(
        Correction(r"(checks|statements)/.*/(reason|not_available)", said, says, "the sentence has a plain verb")
        for said, says in REASONS.items()
    ),
)
OWN = ("id", "schema", "provenance")
"""What says which code read the report, and where it is stored."""


@pytest.fixture(scope="module")
def embed():
    core = load_core()
    return lambda texts: core.embed_texts(list(texts))


@pytest.mark.parametrize("name", NAMES)
def test_a_filing_is_read_as_before(name, embed):
    needs.shared_data()
    old, new = before(name), read_now(name, embed)
    for key in OWN:
        old.pop(key)
    old["facts"].pop("file")
    assert not differences(old, new, CORRECTIONS)


def test_there_are_ten_filings_of_both_kinds():
    assert len(NAMES) == 10
    assert {name[:4] for name in NAMES} == {"10-K", "10-Q"}


def read_now(name: str, embed) -> dict[str, Any]:
    """The document that the present code makes of a filing."""
    form, ticker, _ = name.split("_")
    (path,) = [
        entry.path
        for entry in shared_data.filings(form=form)
        if entry.ticker == ticker and name.endswith(f"_{entry.path.stem}")
    ]
    report = read_report(path.read_bytes(), embed)
    facts = hashlib.sha256(to_parquet(report.filing.facts)).hexdigest()
    reading = make_reading(report, reading_id="", facts_sha256=facts, provenance=Provenance("", {}, {}, {}, {}))
    written = from_json(FinanceReading, to_json(reading))
    assert written == reading
    return as_before(written)
