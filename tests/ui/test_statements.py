"""Statements as analysts expect them: newest right, exact round units, negatives in parentheses, reasons for gaps."""

from dataclasses import replace

import pytest

from apps.finance.money import printed
from apps.finance.periods import Period
from apps.finance.reading import NOT_SAID, FinanceReading
from apps.finance.statements.model import ReportedLine, StatementLine, StatementValue
from core_model.errors import Message
from tests.ui import made
from ui.widgets import statements

READING = made.finance_reading()


def test_periods_run_left_to_right_and_amounts_are_in_the_largest_exact_unit() -> None:
    table = statements.table_of(READING, "income", False, "en")
    assert isinstance(table, statements.Table)
    assert [column["label"] for column in table.columns[1:]] == ["2023-12-31", "2024-12-31"]
    assert (table.scale, table.currency) == (1_000_000, "USD")
    assert [cell["text"] for cell in table.rows[0]["cells"][1:]] == ["1,100", "1,200"]


def test_a_negative_amount_stands_in_parentheses_beside_the_failing_verdict() -> None:
    table = statements.table_of(READING, "income", False, "en")
    assert isinstance(table, statements.Table)
    drawn = table.rows[2]["cells"][2]
    assert drawn["text"] == "(35)"
    assert drawn["mark"] == "fails"
    assert table.rows[2]["kind"] == "total"
    assert table.rows[0]["cells"][1]["mark"] == "holds"
    assert table.cells["net_income", 2].value.fact_ids == (made.UNNAMED,)


def test_what_is_not_available_says_why() -> None:
    table = statements.table_of(READING, "income", False, "en")
    assert isinstance(table, statements.Table)
    drawn = table.rows[1]["cells"][1]
    assert drawn["text"] == "n/a"
    assert drawn["hint"] == "n/a, because no such line is printed"
    assert statements.table_of(READING, "balance", True, "en") == NOT_SAID
    assert statements.table_of(READING, "balance", False, "en") == statements.NO_LINES


def test_a_line_that_counts_more_or_less_than_its_definition_says_so() -> None:
    revenue, *others = READING.statements["income"]
    reading = made.finance_reading(
        statements={**READING.statements, "income": (replace(revenue, scope="wider"), *others)}
    )
    for language, mark, words in (("en", "wider", "wider than its definition"), ("zh", "范围较宽", "范围大于其定义")):
        table = statements.table_of(reading, "income", False, language)
        assert isinstance(table, statements.Table)
        caption, *rest = (row["cells"][0] for row in table.rows)
        assert (caption["sub"], caption["scope"]) == ("Net revenues", mark)
        assert caption["hint"].startswith(f"{words}\n")
        assert not any(each["scope"] for each in rest)


def test_what_is_to_be_known_of_a_number_stands_in_its_hint() -> None:
    revenue, *others = READING.statements["income"]
    newest, before = revenue.values
    noted = replace(newest, note=Message("payment_tagged_negative"))
    line = replace(revenue, values=(noted, before))
    reading = made.finance_reading(statements={**READING.statements, "income": (line, *others)})
    table = statements.table_of(reading, "income", False, "en")
    assert isinstance(table, statements.Table)
    assert table.rows[0]["cells"][2]["hint"].startswith("the page prints it as cash paid, but its tag is negative")


def test_the_reported_view_keeps_the_companys_captions() -> None:
    table = statements.table_of(READING, "income", True, "zh")
    assert isinstance(table, statements.Table)
    assert [row["cells"][0]["text"] for row in table.rows] == ["Operations", "Net revenues", "Net loss"]
    assert [row["kind"] for row in table.rows] == ["heading", "line", "total"]


def cash_flow(*lines: tuple[str, list[StatementValue]]) -> FinanceReading:
    """A reading of a cash-flow statement with these rows."""
    rows = tuple(ReportedLine(label, "c", "", 0, False, False, tuple(values)) for label, values in lines)
    return made.finance_reading(reported={**READING.reported, "cash_flow": rows})


def test_cash_in_hand_stands_in_the_year_that_it_opens_or_closes() -> None:
    def instants(*ends: str) -> list[StatementValue]:
        return [made.value(Period(end), end.replace("-", "")) for end in ends]

    years = [Period("2023-12-31", "2023-01-01"), Period("2022-12-31", "2022-01-01")]
    reading = cash_flow(
        ("Change", [made.value(years[0], "5"), made.value(years[1], "7")]),
        ("Opening", instants("2022-12-31", "2021-12-31")),
        ("Closing", instants("2023-12-31", "2022-12-31")),
    )
    table = statements.table_of(reading, "cash_flow", True, "en")
    assert isinstance(table, statements.Table)
    assert [column["label"] for column in table.columns[1:]] == ["2022-12-31", "2023-12-31"]
    shown = [[cell["text"] for cell in row["cells"][1:]] for row in table.rows]
    assert shown == [["7", "5"], ["20,211,231", "20,221,231"], ["20,221,231", "20,231,231"]]


def test_a_statement_from_the_first_day_of_the_calendar_has_no_opening_balance_and_is_still_drawn() -> None:
    span = made.value(Period("2023-12-31", "0001-01-01"), "5")
    reading = cash_flow(("Change", [span]), ("Opening", [made.value(Period("2022-12-31"), "3")]))
    table = statements.table_of(reading, "cash_flow", True, "en")
    assert isinstance(table, statements.Table)
    assert [row["cells"][1].get("text") for row in table.rows] == ["5", ""]


def test_a_row_has_the_sign_of_the_page_and_says_how_its_tag_counts() -> None:
    cost = replace(made.value(made.Y24, "12"), printed="(12)")
    table = statements.table_of(cash_flow(("Costs", [cost])), "cash_flow", True, "en")
    assert isinstance(table, statements.Table)
    assert table.rows[0]["cells"][1]["text"] == "(12)"
    assert (table.cells["row-0", 1].amount, table.cells["row-0", 1].value.value) == (-12, 12)


def quarterly(*ends_and_starts: tuple[str, str], values: tuple[str, ...]) -> FinanceReading:
    entries = tuple(
        made.value(Period(end, start), value) for (start, end), value in zip(ends_and_starts, values, strict=True)
    )
    line = StatementLine("revenue", "income", "Sales", "c", 1.0, made.sentence(""), entries)
    return made.finance_reading(statements={**READING.statements, "income": (line,)})


def test_a_quarter_stands_right_of_the_half_year_and_each_column_says_how_long_it_is() -> None:
    periods = [("2023-04-02", "2023-07-01"), ("2022-03-27", "2022-06-25"), ("2023-01-01", "2023-07-01"),
               ("2021-12-26", "2022-06-25")]  # fmt: skip
    reading = quarterly(*periods, values=("5000000", "6000000", "10000000", "12000000"))
    table = statements.table_of(reading, "income", False, "en")
    assert isinstance(table, statements.Table)
    assert [(column["label"], column["sub"]) for column in table.columns[1:]] == [
        ("6 months to", "2022-06-25"), ("6 months to", "2023-07-01"),
        ("3 months to", "2022-06-25"), ("3 months to", "2023-07-01"),
    ]  # fmt: skip
    assert [cell["text"] for cell in table.rows[0]["cells"][1:]] == ["12", "10", "6", "5"]
    assert table.columns[0]["width"] == "36%"


def test_a_month_is_one_month_in_both_languages() -> None:
    reading = quarterly(("2024-01-01", "2024-01-31"), values=("1000",))
    for language, label in (("en", "1 month to"), ("zh", "1 个月，截至")):
        table = statements.table_of(reading, "income", False, language)
        assert isinstance(table, statements.Table)
        assert table.columns[1]["label"] == label


def test_a_period_of_no_whole_months_says_when_it_starts() -> None:
    reading = quarterly(("2024-01-01", "2024-04-20"), values=("1000",))
    table = statements.table_of(reading, "income", False, "en")
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


def test_shares_and_amounts_per_share_say_their_unit_on_the_row() -> None:
    lines = (
        ("Sales", [made.value(made.Y24, "5000000")]),
        ("Earnings per share", [made.value(made.Y24, "1.25", unit="USD/shares")]),
        ("Shares", [made.value(made.Y24, "4000000", unit="shares")]),
        ("In francs", [made.value(made.Y24, "7000000", unit="CHF")]),
    )
    for language, units in (
        ("en", [None, "USD/shares", "shares", "CHF, millions"]),
        ("zh", [None, "美元/股", "股", "CHF，百万"]),
    ):
        table = statements.table_of(cash_flow(*lines), "cash_flow", True, language)
        assert isinstance(table, statements.Table)
        assert (table.currency, table.scale) == ("USD", 1_000_000)
        assert [row["cells"][0]["unit"] for row in table.rows] == units
    assert [row["cells"][1]["text"] for row in table.rows] == ["5", "1.25", "4,000,000", "7"]


@pytest.mark.parametrize("dash", ["—", "–", "-", "$—", "—%"])
def test_a_printed_dash_stays_a_dash_and_a_printed_zero_a_zero(dash: str) -> None:
    lines = [("A", [replace(made.value(made.Y24, "0"), printed=text)]) for text in (dash, "0", "", "nil")]
    table = statements.table_of(cash_flow(*lines), "cash_flow", True, "en")
    assert isinstance(table, statements.Table)
    assert [row["cells"][1]["text"] for row in table.rows] == [dash, "0", "0", "0"]


@pytest.mark.parametrize("reported", [True, False])
def test_both_views_have_the_pages_signs_and_count_what_the_tags_turn(reported: bool) -> None:
    cost = replace(made.value(made.Y24, "12", "f1"), printed="(12)")
    loss = replace(made.value(made.Y23, "-3", "f2"), printed="(3)")
    line = StatementLine("cost_of_revenue", "income", "Costs", "c", 1.0, made.sentence(""), (loss, cost))
    row = ReportedLine("Costs", "c", "", 0, False, False, (loss, cost))
    reading = made.finance_reading(
        statements={**READING.statements, "income": (line,)}, reported={**READING.reported, "income": (row,)}
    )
    table = statements.table_of(reading, "income", reported, "en")
    assert isinstance(table, statements.Table)
    assert [cell["text"] for cell in table.rows[0]["cells"][1:]] == ["(3)", "(12)"]
    assert table.num_turned == 1


def test_a_number_tagged_a_day_off_stands_in_its_column() -> None:
    revenue, *others = READING.statements["income"]
    newest, before = revenue.values
    off = replace(before, period=Period("2023-12-30", "2023-01-01"))
    line = replace(revenue, values=(newest, off))
    reading = made.finance_reading(statements={**READING.statements, "income": (line, *others)})
    table = statements.table_of(reading, "income", False, "en")
    assert isinstance(table, statements.Table)
    assert [column["label"] for column in table.columns[1:]] == ["2023-12-31", "2024-12-31"]
    assert [cell["text"] for cell in table.rows[0]["cells"][1:]] == ["1,100", "1,200"]
