"""Readings made at random, and one that says nothing, for tests of what is done with readings."""

from typing import Any

from hypothesis import strategies as st

from apps.documents import Missing
from apps.finance.anomaly.model import Anomaly, CheckResult
from apps.finance.reading import NOT_SAID, AboutReport, FactsFile, FinanceReading
from apps.finance.statements.model import STATEMENTS, ReportedLine, StatementLine, StatementValue
from apps.provenance import Provenance
from core_model.errors import Caution, Message

decimals = st.decimals(allow_nan=False, allow_infinity=False)
shares = st.floats(0, 1)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(st.text(), json_values, max_size=3)
versions = st.dictionaries(st.text(), st.text(), max_size=3)
messages = st.builds(Message, st.text(), objects)
missing = st.builds(Missing, messages)


def sentence(text: str) -> Message:
    """A stored sentence of these words."""
    return Message("as_written", {"text": text})


def blank(**changed: Any) -> FinanceReading:
    """The reading of a report that says nothing, but for what is given."""
    parts: dict[str, Any] = {
        "id": "reading-1",
        "document": AboutReport(
            company="Example Works",
            form="10-K",
            period_end="2024-12-31",
            fiscal_year=2024,
            fiscal_period="FY",
            language="en",
            currency="USD",
            identifier=Missing(NOT_SAID),
            source_hash="a" * 64,
        ),
        "facts": FactsFile(0, "b" * 64, "/data/facts"),
        "statements": dict.fromkeys(STATEMENTS, ()),
        "reported": {name: Missing(NOT_SAID) for name in STATEMENTS},
        "checks": (),
        "anomalies": (),
        "cautions": (),
        "provenance": Provenance("a" * 64, {}, {}, {}, {}),
    }
    return FinanceReading(**(parts | changed))


def few(parts: st.SearchStrategy) -> st.SearchStrategy:
    """At most three of them."""
    return st.lists(parts, max_size=3).map(tuple)


st.register_type_strategy(Message, messages)
values = st.builds(StatementValue, value=st.none() | decimals)
lines = st.builds(StatementLine, confidence=shares, values=few(values))
rows = st.builds(ReportedLine, values=few(values))
readings = st.builds(
    FinanceReading,
    document=st.from_type(AboutReport),
    facts=st.from_type(FactsFile),
    statements=st.fixed_dictionaries({name: few(lines) for name in STATEMENTS}),
    reported=st.fixed_dictionaries({name: few(rows) | missing for name in STATEMENTS}),
    checks=few(st.builds(CheckResult, difference=missing | decimals, tolerance=missing | decimals)),
    anomalies=few(st.builds(Anomaly, confidence=shares)),
    cautions=few(st.builds(Caution, values=objects, source=st.none() | messages)),
    provenance=st.builds(Provenance, steps=versions, settings=objects, weights=versions, libraries=versions),
)
