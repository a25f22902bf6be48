"""Repeated amounts: which are probably of a wrong period, and which may well stay the same."""

import pytest

from apps.finance.periods import Period
from tests.apps.finance.anomaly.books import Books, day, told, year
from tests.apps.finance.anomaly.checks.test_single_facts import SHARES, failures, one


@pytest.mark.parametrize(("value", "count"), [("12345000", 1), ("12340000", 0)])
def test_an_amount_that_stands_for_two_years_to_five_digits_is_named(value, count):
    books = Books(lines={"revenue": "Revenues"})
    ids = [books.put("Revenues", value, year(of), decimals="-3") for of in (2024, 2023)]
    books.print_row("income", "Revenue", ids)
    failed = failures(books, "repeated_periods")
    assert [set(result.fact_ids) for result in failed] == [set(ids)] * count
    assert [anomaly.confidence for anomaly in books.anomalies()] == [0.7] * count


STAYS = {
    "DividendsPreferredStock": "USD",
    "AmortizationOfIntangibleAssets": "USD",
    "InterestExpense": "USD",
    "OperatingLeaseCost": "USD",
    SHARES: "shares",
}


def repeating(*concepts: str) -> Books:
    books = Books()
    for number, concept in enumerate(concepts):
        value = f"{10_245 + number}000"
        unit = STAYS.get(concept, "USD")
        ids = [books.put(concept, value, year(of), unit=unit, decimals="-3") for of in (2024, 2023)]
        books.print_row("income", concept, ids)
    return books


@pytest.mark.parametrize("concept", [*STAYS, "RestructuringCharges"])
def test_an_amount_that_may_stay_the_same_is_no_wrong_period(concept):
    assert repeating(concept).anomalies() == []


def test_no_number_of_amounts_that_a_contract_fixes_makes_a_wrong_period():
    assert repeating(*STAYS).anomalies() == []


def test_amounts_that_repeat_together_are_one_anomaly_that_names_them():
    books = repeating("RestructuringCharges", "OtherExpenses", *STAYS)
    anomaly = one(books.anomalies())
    assert told(anomaly, "zh") == (
        "“RestructuringCharges”（10,245 千美元）和“OtherExpenses”（10,246 千美元）在截至 2024-12-31 的年度和截至 "
        "2023-12-31 的年度完全相同：其中一个期间很可能标记有误。"
    )
    assert told(anomaly) == (
        "RestructuringCharges (10,245 thousand USD) and OtherExpenses (10,246 thousand USD) are the same both for the "
        "year to 2024-12-31 and for the year to 2023-12-31: one of the periods is probably tagged where the other is "
        "meant."
    )
    assert set(anomaly.fact_ids) == {
        f"{concept}|{of}-01-01|{of}-12-31"
        for concept in ("RestructuringCharges", "OtherExpenses")
        for of in (2024, 2023)
    }


def test_a_quarter_that_is_the_whole_year_to_date_is_no_repetition():
    books = Books()
    first = books.put("Revenues", "12345000", Period("2024-03-31", "2024-01-01"), decimals="-3")
    again = books.put("Revenues", "12345000", Period("2024-06-30", "2024-01-01"), decimals="-3")
    books.print_row("income", "Revenue", [first, again])
    assert failures(books, "repeated_periods") == []


def test_balances_may_stay_the_same():
    books = Books()
    ids = [books.put("Goodwill", "12345000", day(of), decimals="-3") for of in (2024, 2023)]
    books.print_row("balance", "Goodwill", ids)
    assert failures(books, "repeated_periods") == []
