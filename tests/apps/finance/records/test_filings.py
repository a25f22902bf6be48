"""The list of reports: what it shows, and which of them are found."""

import unicodedata
from datetime import date

from apps.finance.records.filings import filings
from apps.store.store import Store
from tests.apps.finance.records.made import save_report


def test_a_report_stands_in_the_list_with_what_the_screens_show_of_it(store: Store) -> None:
    reading_id = save_report(store, "Größe & Co")
    (entry,) = filings(store)
    filing = entry.filing
    assert (filing.company, filing.form, filing.period_end, filing.fiscal_year, filing.currency) == (
        "Größe & Co",
        "10-K",
        date(2024, 12, 31),
        2024,
        "USD",
    )
    assert (filing.num_facts, filing.num_anomalies) == (3, 2)
    assert entry.reading.id == reading_id


def test_reports_are_found_by_a_part_of_the_companys_name_in_any_capitals_and_any_script(store: Store) -> None:
    names = ["SOCIÉTÉ GÉNÉRALE S.A.", "Größe & Co", "ΔΕΗ Α.Ε.", "50% Wool_ Ltd"]
    made = {save_report(store, name, input_hash=f"{number:064x}"): name for number, name in enumerate(names)}

    def found(company: str, limit: int = 100) -> set[str]:
        return {made[entry.reading.id] for entry in filings(store, company, limit)}

    for asked in ("SOCIÉTÉ", "Société", "GÉN", "gén", unicodedata.normalize("NFD", "société")):
        assert found(asked) == {"SOCIÉTÉ GÉNÉRALE S.A."}, asked
    assert found("GRÖSSE") == {"Größe & Co"}
    assert found("δεη") == {"ΔΕΗ Α.Ε."}
    assert found("%") == found("wool_") == {"50% Wool_ Ltd"}
    assert found("SOCIÉTÉ_") == found("nobody") == set()
    assert found("") == set(names)


def test_a_limit_counts_the_reports_that_were_asked_for_the_newest_first(store: Store) -> None:
    made = [
        save_report(store, name, input_hash=f"{number:064x}")
        for number, name in enumerate(["Été SA", "Été SA", "Other", "Other"])
    ]
    assert [entry.reading.id for entry in filings(store, "ÉTÉ", limit=1)] == [made[1]]
    assert [entry.reading.id for entry in filings(store, "ÉTÉ", limit=9)] == [made[1], made[0]]
    assert [entry.reading.id for entry in filings(store, limit=2)] == [made[3], made[2]]
