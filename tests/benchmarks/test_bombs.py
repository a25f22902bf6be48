"""Hostile inputs through the readers, as jobs use them: refused for what they are, and at little memory."""

import sys

import pytest

from benchmarks.trust.bombs import LARGE_MB, measured

REFUSED_FOR_WHAT_THEY_ARE = {
    "empty_elements_30mb.html": "too_much_markup",
    "document_type_100000.html": "document_type",
    "billion_laughs.html": "document_type",
    "zip_of_3_gb.zip": "report_zip_too_large",
    "member_of_900_mb.zip": "zip_swells",
    "member_of_900_mb_little_packed.zip": "zip_member_unending",
    "overlapping_4000.zip": "zip_overlaps",
    "items_4_million.dcm": "dicom_too_many_items",
    "deflated_300_mb.dcm": "deflate_bomb",
}
READ = {"asterisks.html", "brackets.html", "digits.html", "columns.html", "continuations_3000.html"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is told by Linux")
def test_no_bomb_takes_much_memory_or_runs_into_its_budget():
    costs = {cost.name: cost for cost in measured()}
    assert len(costs) >= 30
    assert {name: costs[name].code for name in REFUSED_FOR_WHAT_THEY_ARE} == REFUSED_FOR_WHAT_THEY_ARE
    assert not [name for name in READ if costs[name].code]
    assert not [name for name, cost in costs.items() if cost.code.startswith("parse_")]
    assert max(cost.memory_mb for cost in costs.values() if cost.code) <= 300
    assert max(cost.memory_mb for cost in costs.values()) <= 1000
    large = [cost for cost in costs.values() if not cost.code and cost.size_mb >= LARGE_MB]
    assert len(large) >= 12
    assert max(cost.grown_mb / cost.size_mb for cost in large if cost.size_mb >= 5) <= 25
