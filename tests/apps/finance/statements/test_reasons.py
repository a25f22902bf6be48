"""What statements say of themselves: codes with plain values, which both catalogues put into words."""

import json
import subprocess
import sys

import pytest

from apps.documents import from_json, to_json
from apps.finance.statements import LINES, STATEMENTS, Statements
from apps.finance.statements.concepts import CANDIDATES, CAPTION_RULES
from apps.finance.statements.model import statement_message
from apps.messages import said
from core_model.errors import Message
from tests.apps.finance.statements.reports import BALANCE, INCOME, annual, read, replaced

BUILD = """
import sys
from apps.finance.filings import read_facts
from apps.finance.statements import build_statements
data = sys.stdin.buffer.read()
build_statements(data, read_facts(data))
print([name for name in sys.modules if name.partition(".")[0] in ("fluent", "babel")])
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_concept_line_and_statement_has_its_words(language):
    messages = [candidate.message for candidates in CANDIDATES.values() for candidate in candidates]
    messages += [rule.message for rule in CAPTION_RULES.values()]
    messages += [line.message for line in LINES] + [statement_message(name) for name in STATEMENTS]
    words = {message.code: said(message, language) for message in messages}
    assert not [code for code, text in words.items() if not text or text == code]
    assert words["key_line_total_assets"] == {"en": "Total assets", "zh": "资产总计"}[language]
    assert (
        words["meaning_equity_with_non_controlling_interests"]
        == {
            "en": "total equity with non-controlling interests",
            "zh": "含少数股东权益的所有者权益合计",
        }[language]
    )


def test_what_was_computed_says_how_in_both_languages():
    _, statements = read(annual(replaced(INCOME, "Gross profit"), replaced(BALANCE, "Total liabilities")))
    notes = {line.line: next((value.note for value in line.values if value.derived), None) for line in statements.lines}
    assert notes["gross_profit"] == Message("revenue_less_cost")
    assert said(notes["gross_profit"]) == "revenue less cost of revenue"
    assert said(notes["total_liabilities"], "zh") == "资产总计减所有者权益合计"
    printed = next(value for value in statements.line("gross_profit").values if not value.derived)
    assert printed.not_available == Message("not_printed")


def test_a_caption_with_an_apostrophe_is_quoted_between_double_marks():
    _, statements = read(annual(balance=replaced(BALANCE, "Total equity")))
    reason = statements.line("total_equity").reason
    assert "Row \"Total shareholders' equity\" is tagged as shareholders' equity" in said(reason)
    assert said(reason, "zh").startswith("“Total shareholders' equity”一行标记为股东权益")


def test_statements_are_plain_json_and_come_back_equal():
    _, statements = read(annual(replaced(INCOME, "Gross profit")))
    document = to_json(statements)
    assert from_json(Statements, document) == statements
    assert all(set(line["reason"]) == {"code", "values"} for line in json.loads(document)["lines"])


def test_statements_are_built_without_putting_anything_into_words():
    done = subprocess.run([sys.executable, "-c", BUILD], input=annual(), capture_output=True, check=True)
    assert done.stdout == b"[]\n"
