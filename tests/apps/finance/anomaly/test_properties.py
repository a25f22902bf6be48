"""Properties of the checks: no unit of account matters, and rounding never flags."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.apps.finance.anomaly.books import small_company, told

BOOKS = small_company()
IN_DOLLARS = sorted(name for name, fact in BOOKS.facts.items() if fact.unit == "USD")
slow = settings(max_examples=20, deadline=None)


def verdicts(books):
    return [(r.check_id, r.period, r.verdict) for r in books.check()[0]]


@slow
@given(st.sampled_from(IN_DOLLARS), st.integers(-200, 200), st.sampled_from([1000, 1_000_000]))
def test_scaling_every_amount_leaves_every_verdict(fact, millions, factor):
    books = BOOKS.add(fact, millions * 1_000_000)
    per_share = ("eps", "dilution", "share_scale")  # amounts per share and counts are not scaled with them
    ours = [verdict for verdict in verdicts(books) if not verdict[0].startswith(per_share)]
    scaled = [verdict for verdict in verdicts(books.scaled(factor)) if not verdict[0].startswith(per_share)]
    assert ours == scaled


@slow
@given(st.sampled_from(IN_DOLLARS), st.integers(-500_000, 500_000))
def test_a_change_within_the_rounding_of_one_fact_never_flags(fact, dollars):
    assert BOOKS.add(fact, dollars).anomalies() == []


@slow
@given(st.sampled_from(sorted(BOOKS.facts)), st.integers(-300, 300))
def test_anomalies_are_ranked_from_one_have_unique_ids_and_point_at_facts_that_exist(fact, percent):
    value = BOOKS.facts[fact].value
    anomalies = BOOKS.add(fact, float(value) * percent / 100).anomalies()
    assert [anomaly.rank for anomaly in anomalies] == list(range(1, len(anomalies) + 1))
    assert len({anomaly.anomaly_id for anomaly in anomalies}) == len(anomalies)
    for anomaly in anomalies:
        assert anomaly.fact_ids
        assert set(anomaly.fact_ids) <= set(BOOKS.facts)
        assert 0 < anomaly.confidence <= 1


@slow
@given(
    st.sampled_from(sorted(BOOKS.facts)),
    st.sampled_from(["value", "end", "start", "decimals"]),
    st.sampled_from(["0", "-0.0001", "9" * 128, "1" + "0" * 127, "0." + "0" * 120 + "1"]),
    st.sampled_from(["0001-01-01", "9999-12-31", "2024-02-30", "2024-12-31T12:00:00"]),
    st.sampled_from(["INF", "-200", "200", "7x", None]),
)
def test_absurd_facts_are_judged_and_never_end_the_reading(fact, what, number, moment, decimals):
    absurd = {"value": number, "end": moment, "start": moment, "decimals": decimals}[what]
    if what == "start" and BOOKS.facts[fact].instant:
        return
    results, anomalies = BOOKS.change(fact, **{what: absurd}).check()
    assert results
    assert all(told(anomaly) and told(anomaly, "zh") for anomaly in anomalies)
