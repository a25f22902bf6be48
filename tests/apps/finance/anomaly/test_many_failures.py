"""Reports with hundreds of slips: each is explained once, in time that grows with their number, and can be stopped."""

from itertools import pairwise
from timeit import repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.finance.anomaly import check_statements
from apps.finance.anomaly.checks.registry import CHECKS
from apps.finance.periods import Period
from tests.apps.finance.anomaly.books import Books, day, small_company


def contradicting(things: int, periods: int = 1) -> Books:
    """Each of some concepts in each of some years with two values."""
    books = Books()
    for thing in range(things):
        for of in range(periods):
            for value in (10, 20):
                books.put(f"Thing{thing}", value, Period(f"{2024 - of}-12-31"))
    return books


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(2, 4), min_size=1, max_size=12))
def test_every_contradiction_is_one_anomaly_with_its_own_facts(copies):
    books = Books()
    groups = [
        {books.put(f"Thing{thing}", 10 * (copy + 1), day(2024)) for copy in range(count)}
        for thing, count in enumerate(copies)
    ]
    anomalies = books.anomalies()
    assert sorted(map(sorted, (anomaly.fact_ids for anomaly in anomalies))) == sorted(map(sorted, groups))
    assert {anomaly.kind for anomaly in anomalies} == {"duplicate_facts"}


def test_a_fact_that_explains_most_failures_takes_them_before_the_facts_that_explain_what_is_left():
    books = small_company().add("AssetsCurrent||2024-12-31", 40_000_000).add("Goodwill||2023-12-31", 30_000_000)
    anomalies = books.anomalies()
    assert [anomaly.fact_ids[0] for anomaly in anomalies][:1] == ["AssetsCurrent||2024-12-31"]
    assert len(anomalies) == 2
    failed = [result for result in books.check()[0] if result.verdict == "fails"]
    assert {fact for result in failed for fact in result.fact_ids} == {f for a in anomalies for f in a.fact_ids}


@pytest.mark.parametrize("grown", [lambda n: contradicting(n), lambda n: contradicting(1, n)])
def test_four_times_as_many_contradictions_take_about_four_times_as_long(grown):
    def cost(count: int) -> float:
        books = grown(count)
        filing, statements = books.filing(), books.statements()
        return min(repeat(lambda: check_statements(filing, statements), number=1, repeat=3))

    assert cost(400) < 10 * cost(100)


def test_the_checks_tell_how_far_they_are():
    told: list[float] = []
    books = small_company()
    check_statements(books.filing(), books.statements(), tick=told.append)
    assert len(told) == len(CHECKS)
    assert told[0] == 0
    assert all(before < after < 1 for before, after in pairwise(told))


def test_a_cancelled_reading_stops_inside_the_checks():
    class Cancelled(Exception):
        """What a job raises when it is cancelled."""

    def tick(share: float) -> None:
        if share > 0.5:
            raise Cancelled

    books = small_company()
    with pytest.raises(Cancelled):
        check_statements(books.filing(), books.statements(), tick=tick)
