"""Readings: stored once for an equal provenance, whole as documents and in rows for pages."""

import threading
import unicodedata
from datetime import date
from decimal import Decimal

import pytest

from apps.store import audit, blobs, finance, medical, readings
from apps.store.ids import canonical
from apps.store.medical import Identity, SeriesEntry
from apps.store.store import Store
from core_model.errors import NotFound
from tests.apps.store import documents
from tests.apps.store.documents import provenance


def test_a_document_comes_back_as_it_was_saved(store: Store) -> None:
    reading_id = readings.save(store, "finance.read", documents.finance(), provenance())
    assert readings.document(store, reading_id) == documents.finance()
    row = readings.get(store, reading_id)
    assert (row.kind, row.input_hash) == ("finance.read", "a" * 64)
    assert blobs.get(store, row.document_sha256) == canonical(documents.finance())
    assert audit.listing(store, reading_id)[0].subject_hash == row.document_sha256


def test_an_equal_provenance_keeps_the_first_reading(store: Store) -> None:
    first = readings.save(store, "finance.read", documents.finance("First"), provenance())
    assert readings.save(store, "finance.read", documents.finance("Second"), provenance()) == first
    assert readings.document(store, first)["document"]["company"] == "First"
    assert [row.id for row in readings.listing(store)] == [first]
    assert len([entry for entry in audit.listing(store) if entry.action == "reading.save"]) == 1
    assert len(list(store.blobs_dir.glob("??/*"))) == 1


@pytest.mark.parametrize(
    ("part", "other_one", "another"),
    [
        ("input_hash", "d" * 64, "e" * 64),
        ("steps", {"facts": "2"}, {"facts": "1", "statements": "1"}),
        ("settings", {}, {"reader": "pdf"}),
        ("weights", {"core": "d" * 64}, {}),
        ("libraries", {"lxml": "6.0"}, {"lxml": "5.4.0", "numpy": "2.1"}),
    ],
)
def test_another_part_of_the_provenance_is_another_reading(
    store: Store, part: str, other_one: object, another: object
) -> None:
    first = readings.save(store, "finance.read", documents.finance(), provenance())
    other = readings.save(store, "finance.read", documents.finance(), provenance(**{part: other_one}))
    assert other != first
    found = readings.find(store, "finance.read", provenance(**{part: other_one}))
    assert found is not None
    assert found.id == other
    assert readings.find(store, "finance.read", provenance(**{part: another})) is None
    assert readings.find(store, "medical.read", provenance()) is None


def test_a_second_run_that_was_asked_for_is_kept_beside_the_first_and_found(store: Store) -> None:
    first = readings.save(store, "finance.read", documents.finance("First"), provenance())
    second = readings.save(store, "finance.read", documents.finance("Second"), provenance(), again="job-2")
    assert readings.save(store, "finance.read", documents.finance("Second"), provenance(), again="job-2") == second
    assert second != first
    found = readings.find(store, "finance.read", provenance())
    assert found is not None
    assert found.id == second


def test_two_workers_that_save_an_equal_provenance_at_once_make_one_reading(store: Store) -> None:
    made: list[str] = []

    def save(number: int) -> None:
        made.append(readings.save(store, "finance.read", documents.finance(f"Company {number}"), provenance()))

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4
    assert len(set(made)) == 1
    assert readings.document(store, made[0])["document"]["company"].startswith("Company ")
    assert list(readings.files(store, made[0])) == ["document"]
    assert len(list(store.blobs_dir.glob("??/*"))) == 1


def test_a_reading_with_a_file_that_is_not_stored_is_not_kept(store: Store) -> None:
    with pytest.raises(NotFound, match="'facts' of the reading is not stored"):
        readings.save(store, "finance.read", documents.finance(), provenance(), files={"facts": "0" * 64})
    assert readings.listing(store) == []


def test_the_files_of_a_reading_outlive_the_job_that_made_them(store: Store) -> None:
    facts = blobs.put(store, "job-1", "facts", b"parquet")
    reading_id = readings.save(store, "finance.read", documents.finance(), provenance(), files={"facts": facts})
    blobs.release(store, "job-1")
    assert blobs.get(store, readings.files(store, reading_id)["facts"]) == b"parquet"


def test_pages_find_the_report_its_lines_checks_and_anomalies(store: Store) -> None:
    reading_id = readings.save(store, "finance.read", documents.finance("Größe & Co"), provenance())
    (entry,) = finance.filings(store)
    assert (entry.filing.company, entry.filing.period_end, entry.filing.num_facts) == (
        "Größe & Co",
        date(2024, 12, 31),
        3,
    )
    assert entry.reading.id == reading_id
    assert len(finance.filings(store, company="& co")) == 1
    assert finance.filings(store, company="%") == []

    first, second = finance.statement(store, reading_id, "income")
    assert Decimal(str(first.value)) == Decimal("1234567890.10")
    assert (first.line, first.start, first.fact_ids, first.not_available) == (
        "revenue",
        date(2024, 1, 1),
        ["f-1"],
        None,
    )
    assert (second.value, second.not_available) == (None, "not printed for the year before")
    assert finance.statement(store, reading_id, "cash_flow") == []

    (check,) = finance.checks(store, reading_id)
    assert (check.check_id, check.verdict, check.difference) == ("balance", "fails", "5")
    assert [row.anomaly_id for row in finance.anomalies(store, reading_id)] == ["an-1", "an-2"]


def test_reports_are_found_by_a_part_of_the_companys_name_in_any_capitals_and_any_script(store: Store) -> None:
    names = ["SOCIÉTÉ GÉNÉRALE S.A.", "Größe & Co", "ΔΕΗ Α.Ε.", "50% Wool_ Ltd"]
    made = {
        readings.save(store, "finance.read", documents.finance(name), provenance(input_hash=f"{number:064x}")): name
        for number, name in enumerate(names)
    }

    def found(company: str, limit: int = 100) -> set[str]:
        return {made[entry.reading.id] for entry in finance.filings(store, company, limit)}

    for asked in ("SOCIÉTÉ", "Société", "GÉN", "gén", unicodedata.normalize("NFD", "société")):
        assert found(asked) == {"SOCIÉTÉ GÉNÉRALE S.A."}, asked
    assert found("GRÖSSE") == {"Größe & Co"}
    assert found("δεη") == {"ΔΕΗ Α.Ε."}
    assert found("%") == found("wool_") == {"50% Wool_ Ltd"}
    assert found("SOCIÉTÉ_") == found("nobody") == set()
    assert found("") == set(names)


def test_a_limit_counts_the_reports_that_were_asked_for_the_newest_first(store: Store) -> None:
    made = [
        readings.save(store, "finance.read", documents.finance(name), provenance(input_hash=f"{number:064x}"))
        for number, name in enumerate(["Été SA", "Été SA", "Other", "Other"])
    ]
    assert [entry.reading.id for entry in finance.filings(store, "ÉTÉ", limit=1)] == [made[1]]
    assert [entry.reading.id for entry in finance.filings(store, "ÉTÉ", limit=9)] == [made[1], made[0]]
    assert [entry.reading.id for entry in finance.filings(store, limit=2)] == [made[3], made[2]]


def test_pages_find_studies_their_series_and_findings(store: Store) -> None:
    identity = Identity("4711", "DOE^JANE", birth_date="19500101", sex="F")
    volume = blobs.put(store, "job-1", "volume", b"voxels")
    entries = [
        SeriesEntry("1.2.3.1", "CT", 2, number=1, skipped_because="a localizer"),
        SeriesEntry("1.2.3.2", "CT", 133, number=2, geometry={"size": [133, 512, 512]}, volume_sha256=volume),
    ]
    study_id = medical.add_study(store, identity, "1.2.3", entries, study_date=date(2000, 1, 2))
    assert medical.add_study(store, identity, "1.2.3", entries, study_date=date(2000, 1, 2)) == study_id

    document = documents.medical([documents.finding(1, 0.9, volume), documents.finding(2, 0.2)])
    reading_id = readings.save(store, "medical.read", document, provenance(), study_id=study_id)
    (entry,) = medical.studies(store)
    assert (entry.study.uid, entry.patient.name, [row.id for row in entry.readings]) == (
        "1.2.3",
        "DOE^JANE",
        [reading_id],
    )
    assert medical.study(store, study_id).patient.id == entry.patient.id
    read, skipped = medical.series_of(store, study_id)
    assert (read.volume_sha256, read.geometry["size"]) == (volume, [133, 512, 512])
    assert skipped.skipped_because == "a localizer"
    found = medical.findings(store, reading_id)
    assert [(row.finding_id, row.shown, row.side) for row in found] == [("fi-1", True, "left"), ("fi-2", False, "left")]
    assert [row.finding_id for row in medical.findings(store, reading_id, shown_only=True)] == ["fi-1"]
    assert found[0].heatmap_sha256 == volume


def test_patients_with_the_same_number_and_other_names_are_two(store: Store) -> None:
    for name in ("DOE^JANE", "ROE^RICHARD"):
        medical.add_study(store, Identity("4711", name), f"1.2.{len(name)}", [])
    assert len({entry.patient.id for entry in medical.studies(store)}) == 2
