"""What would repair a failed sum: said only where it does, by the sign with which the fact stands in the sum."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from apps.finance.anomaly.blame.repair import repair
from apps.finance.anomaly.model import CheckResult
from tests.apps.finance.anomaly.books import Books, day, small_company, told

GROSS, NET = "PropertyPlantAndEquipmentGross", "PropertyPlantAndEquipmentNet"
ACCUMULATED = "AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment"


def property_books() -> Books:
    """Property, net, of 500 and 480: 800 less 300, and 770 less 290."""
    books = Books()
    for concept, values in ((NET, (500, 480)), (GROSS, (800, 770)), (ACCUMULATED, (300, 290))):
        books.both(concept, *values, instant=True)
    return books


def failed(books: Books) -> list[CheckResult]:
    return [result for result in books.check()[0] if result.verdict == "fails"]


PROPERTY = property_books()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([NET, GROSS, ACCUMULATED]), st.integers(-2000, 2000))
def test_what_is_said_to_repair_a_sum_is_what_the_fact_was(concept, millions):
    fact = f"{concept}||2024-12-31"
    was = Decimal(PROPERTY.facts[fact].value)
    altered = PROPERTY.change(fact, value=str(millions * 1_000_000))
    results = failed(altered)
    assume(results and millions)
    found = repair(altered.facts[fact], results)
    assert found is not None
    assert abs(found.value - was) <= results[0].tolerance
    assert (found.slip == "sign") == (abs(Decimal(millions) * 1_000_000 + was) <= results[0].tolerance)
    assert "fails" not in altered.change(fact, value=str(found.value)).verdicts("property_net")


@pytest.mark.parametrize("factor", [-1, 1000, 1_000_000, "0.001", "0.000001"])
@pytest.mark.parametrize("concept", [NET, GROSS, ACCUMULATED])
def test_a_slip_of_any_term_is_recognised(concept, factor):
    fact = f"{concept}||2024-12-31"
    was = Decimal(PROPERTY.facts[fact].value)
    altered = PROPERTY.change(fact, value=f"{was * Decimal(factor):f}")
    found = repair(altered.facts[fact], failed(altered))
    assert found is not None
    assert found.value == was
    assert found.slip == ("sign" if factor == -1 else "scale")


def test_half_of_what_is_missing_is_no_opposite_sign():
    anomaly = PROPERTY.change(f"{ACCUMULATED}||2024-12-31", value="100000000").anomalies()[0]
    assert anomaly.reason.code == "identity_fails"
    assert "opposite sign" not in told(anomaly)
    total = small_company().change("AssetsCurrent||2024-12-31", value="150000000").anomalies()[0]
    assert total.fact_ids[0] == "AssetsCurrent||2024-12-31"
    assert "opposite sign" not in told(total)
    assert told(total).endswith("would be right if AssetsCurrent on 2024-12-31 were 450 million USD.")


def test_a_row_that_is_counted_besides_is_no_thousand_times_too_large():
    books = Books()
    for concept, values in (
        ("InventoryNet", (60, 50)),
        ("InventoryRawMaterialsNetOfReserves", (30, 20)),
        ("InventoryFinishedGoodsNetOfReserves", (30, 30)),
    ):
        books.both(concept, *values, instant=True)
    besides = books.put("OtherInventorySupplies", 12, day(2024))
    found = repair(books.facts[besides], failed(books))
    assert (found.value, found.slip) == (0, "")
    assert "times too large" not in told(books.anomalies()[0])


def test_a_bound_says_nothing_of_what_a_fact_should_be():
    books = small_company().add("Liabilities||2024-12-31", 700_000_000)
    bounds = [result for result in failed(books) if result.check_id == "parts_within_whole"]
    assert bounds
    assert repair(books.facts["Liabilities||2024-12-31"], bounds) is None
