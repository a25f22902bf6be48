"""One cause, one anomaly: the altered fact first, ids that stay, the gravest on top."""

import pytest

from tests.apps.finance.anomaly.books import day, small_company, told, year

ASSETS_CURRENT = "AssetsCurrent||2024-12-31"
NET_INCOME = "NetIncomeLoss|2024-01-01|2024-12-31"


@pytest.mark.parametrize(
    ("fact", "step"),
    [
        (ASSETS_CURRENT, 40_000_000),
        (NET_INCOME, -30_000_000),
        ("Assets||2024-12-31", 90_000_000),
        ("GrossProfit|2024-01-01|2024-12-31", 25_000_000),
        ("CashAndCashEquivalentsPeriodIncreaseDecrease|2024-01-01|2024-12-31", 9_000_000),
        ("EarningsPerShareDiluted|2024-01-01|2024-12-31", 1),
        ("StockholdersEquity||2023-12-31", 60_000_000),
    ],
)
def test_one_wrong_fact_is_one_anomaly_that_names_it_first(fact, step):
    anomalies = small_company().add(fact, step).anomalies()
    assert len(anomalies) == 1
    assert anomalies[0].fact_ids[0] == fact


@pytest.mark.parametrize(
    "fact", ["InventoryNet||2024-12-31", "NetCashProvidedByUsedInOperatingActivities|2023-01-01|2023-12-31"]
)
def test_a_wrong_term_of_one_sum_is_among_the_first_three(fact):
    anomalies = small_company().add(fact, 45_000_000).anomalies()
    assert len(anomalies) == 1
    assert fact in anomalies[0].fact_ids[:3]


def test_two_causes_are_two_anomalies_and_the_larger_comes_first():
    books = small_company().add("Goodwill||2023-12-31", 3_000_000).add("LiabilitiesCurrent||2024-12-31", 90_000_000)
    anomalies = books.anomalies()
    assert [anomaly.rank for anomaly in anomalies] == [1, 2]
    assert anomalies[0].fact_ids[0] == "LiabilitiesCurrent||2024-12-31"
    assert [anomaly.severity for anomaly in anomalies] == ["high", "medium"]


def test_the_same_error_in_two_years_is_one_anomaly():
    books = small_company()
    for of in (2024, 2023):
        books = books.change(f"NetCashProvidedByUsedInFinancingActivities|{of}-01-01|{of}-12-31", value="65000000")
    anomalies = books.anomalies()
    assert len(anomalies) == 1
    assert "The same check fails in 1 other period." in told(anomalies[0])
    assert "另有 1 个期间未通过同一核对。" in told(anomalies[0], "zh")


@pytest.mark.parametrize(("step", "severity"), [(1_100_000, "low"), (2_000_000, "medium"), (12_000_000, "high")])
def test_severity_is_the_difference_against_total_assets(step, severity):
    books = small_company()
    again = books.put("Goodwill", 250, day(2024))
    anomalies = books.add(again, step).anomalies()
    assert [anomaly.severity for anomaly in anomalies] == [severity]


def more_issued_than_authorised(books):
    books.put("CommonStockSharesIssued", 4000, day(2024), unit="shares")
    books.put("CommonStockSharesAuthorized", 3000, day(2024), unit="shares")
    return books


def another_tax_rate(books):
    books.both("EffectiveIncomeTaxRateContinuingOperations", "0.35", "0.25", instant=False, unit="pure", decimals="3")
    return books


def another_euro_amount(books):
    for value in (900, 100):
        books.put("AdvertisingExpense", value, year(2024), unit="EUR")
    return books


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (more_issued_than_authorised, "shares_within_authorised"),
        (another_tax_rate, "tax_rate"),
        (another_euro_amount, "duplicate_facts"),
    ],
)
def test_a_difference_that_is_not_in_the_currency_of_the_assets_is_medium(spoil, kind):
    anomalies = spoil(small_company()).anomalies()
    assert [(anomaly.kind, anomaly.severity) for anomaly in anomalies] == [(kind, "medium")]


def test_ids_stay_when_the_report_is_read_again():
    books = small_company().add(ASSETS_CURRENT, 40_000_000)
    first, second = books.anomalies(), books.anomalies()
    assert [a.anomaly_id for a in first] == [a.anomaly_id for a in second]


def test_an_id_stays_when_an_unrelated_part_changes_and_facts_get_other_ids():
    books = small_company().add(ASSETS_CURRENT, 40_000_000)
    before = books.anomalies()[0].anomaly_id
    more = small_company().add(ASSETS_CURRENT, 40_000_000)
    more.put("OperatingLeaseLiability", 5, day(2024))
    more = more.add("GrossProfit|2023-01-01|2023-12-31", 30_000_000)
    renamed = {f"new-{name}": fact for name, fact in more.facts.items()}
    for name, fact in renamed.items():
        fact.fact_id = name
    more.facts = renamed
    for rows in more.rows.values():
        for row in rows:
            row.cells = [(f"new-{name}", shown) for name, shown in row.cells]
    assert before in {anomaly.anomaly_id for anomaly in more.anomalies()}
    assert len(more.anomalies()) == 2


def test_ids_are_unique():
    books = small_company()
    for concept in ("Goodwill", "Assets", "InventoryNet"):
        books.put(concept, 7, day(2024))
    ids = [anomaly.anomaly_id for anomaly in books.anomalies()]
    assert len(ids) == 3
    assert len(set(ids)) == 3


def test_reasons_use_the_captions_of_the_page():
    books = small_company()
    for row in books.rows["balance"]:
        if row.concept == "us-gaap:AssetsCurrent":
            row.label = "Total of what turns over"
    reason = told(books.add(ASSETS_CURRENT, 40_000_000).anomalies()[0])
    assert "Total of what turns over" in reason
    assert "AssetsCurrent" not in reason
