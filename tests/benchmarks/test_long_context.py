"""The figures of the long-context benchmark follow from its cases."""

import pytest

from benchmarks.long_context import LENGTHS, cases, figures_of


def test_each_figure_is_that_of_the_worst_length() -> None:
    found = {}
    for number in range(10):
        for length, hits in ((4096, 10), (8192, 8)):
            found[f"{length}-{number}"] = {
                "company": f"company {number % 3}",
                "form": "note",
                "sparse": int(number < hits),
                "dense": int(number < 9),
                "windows": int(number < (1 if length == 4096 else 2)),
            }
    figures = figures_of(found)
    assert figures["trials"].value == 20
    assert figures["found_sparse"].value == pytest.approx(0.8)
    assert figures["gap_points"].value == pytest.approx(10)
    assert figures["windows_only_over_chance"].value == pytest.approx(0.2 - 1 / 8)
    interval = figures["found_sparse"].interval
    assert interval is not None
    assert interval[0] <= 0.8 <= interval[1]


def test_there_are_two_hundred_trials_of_three_lengths() -> None:
    assert len(set(cases())) == sum(LENGTHS.values()) == 200
    assert cases()[:3] == ["4096-0", "8192-0", "16384-0"]
