"""Readings to JSON and back: nothing is lost, nothing is let through."""

from dataclasses import dataclass
from decimal import Decimal

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.documents import Exact, Missing, from_json, missing, schema_of, to_json
from apps.messages import refused
from core_model.errors import InputRejected, Message


@dataclass(frozen=True, slots=True)
class Line:
    label: str | Missing
    values: tuple[Exact | None, ...]
    confidence: float
    reason: Message


@dataclass(frozen=True, slots=True)
class Page:
    lines: tuple[Line, ...]


decimals = st.decimals(allow_nan=False, allow_infinity=False)
messages = st.builds(Message, st.from_regex("[a-z_]+", fullmatch=True), st.dictionaries(st.text(), st.integers()))
lines = st.builds(
    Line,
    st.text() | st.builds(Missing, messages),
    st.lists(st.none() | decimals).map(tuple),
    st.floats(allow_nan=False, allow_infinity=False),
    messages,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.builds(Page, st.lists(lines, max_size=3).map(tuple)))
def test_a_reading_comes_back_from_json_equal(page):
    assert from_json(Page, to_json(page)) == page


def test_a_decimal_is_written_in_full():
    page = Page((Line("x", (Decimal("1E+9"), Decimal("0.10")), 1.0, Message("a")),))
    assert b'["1000000000","0.10"]' in to_json(page)


def test_a_document_fits_its_schema_and_a_wrong_one_does_not():
    schema = schema_of(Page)
    jsonschema.Draft202012Validator.check_schema(schema)
    import json

    held = json.loads(to_json(Page((Line(missing("no_row", line="revenue"), (None,), 0.5, Message("a")),))))
    jsonschema.validate(held, schema)
    held["lines"][0]["confidence"] = "much"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(held, schema)


def test_a_document_of_another_kind_is_refused_with_its_place():
    with pytest.raises(InputRejected, match=r"a document that is not a Page: lines is absent") as refusal:
        from_json(Page, b"{}")
    assert refused(refusal.value.refusal, "zh") == "文档不符合 Page：缺少 lines；请重新读取。"


@pytest.mark.parametrize(
    ("document", "fault", "in_chinese"),
    [
        (b"{", "it is not JSON", "不是 JSON"),
        (b"[]", "its JSON has another form", "JSON 的结构不同"),
        (b'{"lines": [3]}', "lines.0 does not fit", "lines.0 的值不符"),
    ],
)
def test_what_is_wrong_with_a_document_is_said_in_both_languages(document: bytes, fault: str, in_chinese: str):
    with pytest.raises(InputRejected, match=f"a document that is not a Page: {fault}; read the input again") as refusal:
        from_json(Page, document)
    assert refused(refusal.value.refusal, "zh") == f"文档不符合 Page：{in_chinese}；请重新读取。"
