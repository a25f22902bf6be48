"""Readings made at random, and one of the example report, for tests of what is done with them."""

from hypothesis import strategies as st

from apps.documents import Missing
from apps.finance.anomaly.model import Anomaly, CheckResult
from apps.finance.reading import AboutReport, FactsFile, FinanceReading
from apps.finance.statements.model import STATEMENTS, ReportedLine, StatementLine, StatementValue
from core_model.errors import Caution, Message

decimals = st.decimals(allow_nan=False, allow_infinity=False)
shares = st.floats(0, 1)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
objects = st.dictionaries(st.text(), json_values, max_size=3)
messages = st.builds(Message, st.text(), objects)
missing = st.builds(Missing, messages)


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
    checks=few(st.builds(CheckResult, difference=st.none() | decimals, tolerance=st.none() | decimals)),
    anomalies=few(st.builds(Anomaly, confidence=shares)),
    cautions=few(st.builds(Caution, values=objects, source=st.none() | messages)),
    provenance=objects,
)
