"""Amounts in several currencies: a translation for convenience is not compared with the statements."""

from dataclasses import replace

from apps.documents import or_none
from apps.finance.anomaly.evidence import Evidence
from tests.apps.finance.anomaly.books import Books, day, small_company, told, year

RATE = 7


def translated_before(books: Books) -> Books:
    """The same report in yuan, with every amount of 2024 in dollars before it, at seven yuan a dollar."""
    dollars, yuan = {}, {}
    for name, fact in books.facts.items():
        if not (fact.unit or "").startswith("USD"):
            yuan[name] = fact
            continue
        yuan[name] = replace(fact, unit=fact.unit.replace("USD", "CNY"))
        if fact.end == "2024-12-31":
            value = f"{float(fact.value) / RATE:.2f}"
            dollars[f"{name}|USD"] = replace(fact, fact_id=f"{name}|USD", value=value, decimals="2")
    facts = {**dollars, **yuan}
    for order, fact in enumerate(facts.values()):
        fact.order = order
    return replace(books, facts=facts, currency="CNY")


def test_statements_translated_for_convenience_change_no_verdict():
    plain = [(r.check_id, r.period, r.verdict) for r in small_company().check()[0] if r.period]
    books = translated_before(small_company())
    results, anomalies = books.check()
    assert anomalies == []
    assert [(r.check_id, r.period, r.verdict) for r in results if r.period] == plain
    assert not [r for r in results if or_none(r.difference) is not None and "USD" in r.unit]


def test_a_translation_does_not_stand_for_a_key_line():
    books = translated_before(small_company())
    evidence = Evidence(books.filing(), books.statements())
    for name, newest in (("revenue", 1_000_000_000), ("total_assets", 1_200_000_000)):
        period = day(2024) if name == "total_assets" else year(2024)
        amount = evidence.line(name, period)
        assert (amount.value, amount.unit) == (newest, "CNY")


def test_an_error_is_found_beside_a_translation():
    books = translated_before(small_company()).add("Assets||2024-12-31", 90_000_000)
    assert books.anomalies()[0].fact_ids[0] == "Assets||2024-12-31"


def test_amounts_that_are_stated_in_different_currencies_alone_are_not_compared():
    books = Books(currency="CNY")
    books.put("Assets", 100, day(2024), unit="USD")
    books.put("LiabilitiesAndStockholdersEquity", 725, day(2024), unit="CNY")
    results = [result for result in books.check()[0] if result.check_id == "balance_equality"]
    assert [result.verdict for result in results] == ["not_applicable"]
    assert results[0].reason.code == "units_not_compared"
    assert told(results[0]) == "Amounts in CNY and USD are not compared with each other."
    assert told(results[0], "zh") == "以人民币元和美元计量的金额不作相互比较。"


def test_a_choice_of_terms_in_one_currency_is_judged_before_one_in_two():
    books = Books()
    for concept, value in (("LiabilitiesAndStockholdersEquity", 110), ("Liabilities", 60), ("StockholdersEquity", 40)):
        books.put(concept, value, day(2024))
    books.put("Assets", 110, day(2024))
    books.put("RedeemableNoncontrollingInterestEquityCarryingAmount", 10, day(2024), unit="EUR")
    assert books.verdicts("liabilities_and_equity") == ["fails"]


def test_a_period_in_two_currencies_does_not_hide_that_an_identity_is_meant_otherwise():
    books = Books()
    for of, unit in ((2024, "USD"), (2023, "USD"), (2022, "EUR")):
        books.put("Assets", 100, day(of))
        books.put("LiabilitiesAndStockholdersEquity", 100, day(of))
        books.put("Liabilities", 60, day(of))
        books.put("StockholdersEquity", 30, day(of), unit=unit)
    assert books.verdicts("liabilities_and_equity") == ["not_applicable"] * 3


def test_earnings_per_share_are_held_against_income_in_their_own_currency():
    books = Books(currency="CNY")
    books.put("NetIncomeLoss", 100, year(2024), unit="CNY")
    books.put("WeightedAverageNumberOfSharesOutstandingBasic", 50, year(2024), unit="shares")
    eps = books.put("EarningsPerShareBasic", "0.28", year(2024), unit="USD/shares", decimals="2")
    assert books.verdicts("eps_basic") == ["not_applicable"]
    assert books.change(eps, value="2", unit="CNY/shares").verdicts("eps_basic") == ["holds"]
