"""What the benchmark of the checks changes, and that a change in a sum of a note is noticed."""

import random
from dataclasses import replace
from decimal import Decimal

from apps.finance.anomaly.printed.layout import read_layout
from apps.finance.filings.reader import open_report
from apps.finance.statements import build_statements
from benchmarks._plants import Report, moved, note_plants, unit_plants
from benchmarks.shared_data import FilingFile
from tests.apps.finance.anomaly.checks.test_tables import BALANCES
from tests.apps.finance.statements.reports import BALANCE, END, END_BEFORE, Maker


def report(tmp_path) -> Report:
    """A report with a balance sheet and a table of the notes."""
    maker = Maker()
    days = [END, END_BEFORE]
    data = maker.document(maker.table(days, BALANCE) + "<p>Note 5</p>" + maker.table(days, BALANCES[:4]))
    root, filing = open_report(data)
    file = FilingFile(tmp_path / "made.html", "MADE", "10-K", "train")
    return Report(file, root, filing, build_statements(root, filing), read_layout(root, filing))


def test_ten_tolerances_are_five_units_of_the_last_digit(tmp_path):
    fact = next(fact for fact in report(tmp_path).numbers if fact.decimals == "-6")
    assert Decimal(moved(fact).value or 0) - Decimal(fact.value or 0) == 5_000_000
    exact = replace(fact, decimals="INF", scale="3")
    assert Decimal(moved(exact).value or 0) - Decimal(fact.value or 0) == 5_000


def test_a_change_in_a_sum_of_a_note_is_noticed_and_none_is_where_nothing_changes(tmp_path):
    made = report(tmp_path)
    land = next(fact for fact in made.numbers if fact.local_name == "LandAndLandImprovements")
    assert made.place(land) == "notes"
    assert made.finds({land.fact_id: moved(land)})
    assert not made.finds({land.fact_id: land})


def test_plants_change_one_fact_each(tmp_path):
    made = report(tmp_path)
    rng = random.Random(1)  # noqa: S311 - reproducible choices
    for changes in (*note_plants(made, rng, 3), *unit_plants(made, rng, 3)):
        (new,) = changes.values()
        old = next(fact for fact in made.numbers if fact.fact_id == new.fact_id)
        assert (new.value, new.unit) != (old.value, old.unit)
