"""Statements as analysts expect them: newest right, exact round units, negatives in parentheses, reasons for gaps."""

import jsonschema
import pytest

from apps.finance.money import printed
from apps.store.store import Store
from tests.ui import made
from ui import library
from ui.widgets import statements


@pytest.fixture
def document(store: Store) -> dict:
    return library.document(made.report(store), "finance")


def test_periods_run_left_to_right_and_amounts_are_in_the_largest_exact_unit(document: dict) -> None:
    table = statements.table_of(document, "income", False, "en")
    assert isinstance(table, statements.Table)
    assert [column["label"] for column in table.columns[1:]] == ["2023-12-31", "2024-12-31"]
    assert (table.scale, table.currency) == (1_000_000, "USD")
    assert [cell["text"] for cell in table.rows[0]["cells"][1:]] == ["1,100", "1,200"]


def test_a_negative_amount_stands_in_parentheses_beside_the_failing_verdict(document: dict) -> None:
    table = statements.table_of(document, "income", False, "en")
    assert isinstance(table, statements.Table)
    drawn = table.rows[2]["cells"][2]
    assert drawn["text"] == "(35)"
    assert drawn["mark"] == "fails"
    assert table.rows[2]["kind"] == "total"
    assert table.rows[0]["cells"][1]["mark"] == "holds"
    assert table.cells["net_income", 2].fact_ids == [made.UNNAMED]


def test_what_is_not_available_says_why(document: dict) -> None:
    table = statements.table_of(document, "income", False, "en")
    assert isinstance(table, statements.Table)
    drawn = table.rows[1]["cells"][1]
    assert drawn["text"] == "n/a"
    assert drawn["hint"] == "n/a, because the statement prints no such line"
    assert statements.table_of(document, "balance", False, "en") == "the report does not say"


def test_the_reported_view_keeps_the_companys_captions(document: dict) -> None:
    table = statements.table_of(document, "income", True, "zh")
    assert isinstance(table, statements.Table)
    assert [row["cells"][0]["text"] for row in table.rows] == ["Operations", "Net revenues", "Net loss"]
    assert [row["kind"] for row in table.rows] == ["heading", "line", "total"]


def test_cash_in_hand_stands_in_the_year_that_it_opens_or_closes() -> None:
    years = [{"start": "2023-01-01", "end": "2023-12-31"}, {"start": "2022-01-01", "end": "2022-12-31"}]

    def line(label: str, values: list[dict]) -> dict:
        return {"label": label, "concept": "c", "line": None, "depth": 0, "heading": False, "total": False,
                "values": [{"unit": "USD", "fact_ids": [], **value} for value in values]}  # fmt: skip

    def instants(*ends: str) -> list[dict]:
        return [{"start": None, "end": end, "value": end.replace("-", "")} for end in ends]

    lines = [
        line("Change", [{**years[0], "value": "5"}, {**years[1], "value": "7"}]),
        line("Opening", instants("2022-12-31", "2021-12-31")),
        line("Closing", instants("2023-12-31", "2022-12-31")),
    ]
    document = {"statements_as_reported": {"cash_flow": lines}}
    table = statements.table_of(document, "cash_flow", True, "en")
    assert isinstance(table, statements.Table)
    assert [column["label"] for column in table.columns[1:]] == ["2022-12-31", "2023-12-31"]
    shown = [[cell["text"] for cell in row["cells"][1:]] for row in table.rows]
    assert shown == [["7", "5"], ["20,211,231", "20,221,231"], ["20,221,231", "20,231,231"]]


def test_a_statement_from_the_first_day_of_the_calendar_has_no_opening_balance_and_is_still_drawn() -> None:
    span = {"start": "0001-01-01", "end": "2023-12-31", "value": "5", "unit": "USD", "fact_ids": []}
    opening = {"start": None, "end": "2022-12-31", "value": "3", "unit": "USD", "fact_ids": []}
    lines = [
        {"label": label, "concept": "c", "line": None, "depth": 0, "heading": False, "total": False, "values": [value]}
        for label, value in (("Change", span), ("Opening", opening))
    ]
    table = statements.table_of({"statements_as_reported": {"cash_flow": lines}}, "cash_flow", True, "en")
    assert isinstance(table, statements.Table)
    assert [row["cells"][1].get("text") for row in table.rows] == ["5", ""]


def quarterly(*ends_and_starts: tuple[str, str], values: tuple[str, ...]) -> dict:
    entries = [
        {"start": start, "end": end, "value": value, "unit": "USD", "fact_ids": []}
        for (start, end), value in zip(ends_and_starts, values, strict=True)
    ]
    line = {"line": "revenue", "label": "Sales", "concept": "c", "reason": "", "values": entries}
    return {"statements": {"income": [line]}}


def test_a_quarter_stands_right_of_the_half_year_and_each_column_says_how_long_it_is() -> None:
    periods = [("2023-04-02", "2023-07-01"), ("2022-03-27", "2022-06-25"), ("2023-01-01", "2023-07-01"),
               ("2021-12-26", "2022-06-25")]  # fmt: skip
    document = quarterly(*periods, values=("5000000", "6000000", "10000000", "12000000"))
    table = statements.table_of(document, "income", False, "en")
    assert isinstance(table, statements.Table)
    assert [(column["label"], column["sub"]) for column in table.columns[1:]] == [
        ("6 months to", "2022-06-25"), ("6 months to", "2023-07-01"),
        ("3 months to", "2022-06-25"), ("3 months to", "2023-07-01"),
    ]  # fmt: skip
    assert [cell["text"] for cell in table.rows[0]["cells"][1:]] == ["12", "10", "6", "5"]
    assert table.columns[0]["width"] == "36%"


def test_a_month_is_one_month_in_both_languages() -> None:
    document = quarterly(("2024-01-01", "2024-01-31"), values=("1000",))
    for language, label in (("en", "1 month to"), ("zh", "1 个月，截至")):
        table = statements.table_of(document, "income", False, language)
        assert isinstance(table, statements.Table)
        assert table.columns[1]["label"] == label


def test_a_period_of_no_whole_months_says_when_it_starts() -> None:
    document = quarterly(("2024-01-01", "2024-04-20"), values=("1000",))
    table = statements.table_of(document, "income", False, "en")
    assert isinstance(table, statements.Table)
    assert (table.columns[1]["label"], table.columns[1]["sub"]) == ("2024-01-01 –", "2024-04-20")


def test_every_amount_of_a_statement_has_as_many_decimals_as_the_page() -> None:
    periods = [("2023-01-01", "2023-12-31"), ("2022-01-01", "2022-12-31")]
    table = statements.table_of(quarterly(*periods, values=("2487000000", "77200000")), "income", False, "en")
    assert isinstance(table, statements.Table)
    assert [cell["text"] for cell in table.rows[0]["cells"][1:]] == ["77.2", "2,487.0"]


@pytest.mark.parametrize(
    ("text", "scale", "places", "shown"),
    [
        ("1234567000", 1000, 0, "1,234,567"),
        ("-1500000", 1_000_000, 0, "(1.5)"),
        ("2.5", 1, 2, "2.50"),
        ("0.125", 1, 2, "0.125"),
        ("0", 1000, 0, "0"),
        ("100", 1, 0, "100"),
    ],
)
def test_amounts_are_exact_decimals(text: str, scale: int, places: int, shown: str) -> None:
    assert printed(text, scale, places) == shown


def test_the_made_documents_fit_their_schemas(store: Store) -> None:
    import json
    from pathlib import Path

    schemas = Path(__file__).resolve().parents[2] / "docs" / "reference" / "schemas"
    for kind, reading in (("finance", made.report(store)), ("medical", made.study(store))):
        schema = json.loads((schemas / f"tandem.{kind}.reading-1.json").read_text())
        checker = jsonschema.validators.validator_for(schema)(schema)
        assert [error.message for error in checker.iter_errors(library.document(reading, kind))] == []
