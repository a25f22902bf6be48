"""Studies with their patients, series and readings, as lists ask for them."""

from datetime import date

import pytest

from apps.medical.records.entries import read_studies, series_of, studies, study_of
from apps.medical.records.studies import Identity, SeriesEntry, add_study
from apps.store import blobs, readings
from apps.store.store import Store
from core_model.errors import NotFound
from tests.apps.medical.records.made import save_scan


def test_lists_find_studies_their_series_and_readings(store: Store) -> None:
    identity = Identity("4711", "DOE^JANE", birth_date="19500101", sex="F")
    volume = blobs.put(store, "job-1", "volume", b"voxels")
    entries = [SeriesEntry("1.2.3.2", volume, {"size": [133, 512, 512]})]
    study_id = add_study(store, identity, "1.2.3", entries, study_date=date(2000, 1, 2))
    assert add_study(store, identity, "1.2.3", entries, study_date=date(2000, 1, 2)) == study_id

    reading_id = save_scan(store, study_id, 4)
    (entry,) = studies(store)
    assert (entry.study.study_uid, entry.patient.name) == ("1.2.3", "DOE^JANE")
    assert [(made.reading.id, made.num_shown) for made in entry.readings] == [(reading_id, 4)]
    of = study_of(store, reading_id)
    assert (of.study.id, of.patient.id, [made.num_shown for made in of.readings]) == (study_id, entry.patient.id, [4])
    (read,) = series_of(store, study_id)
    assert (read.series_uid, read.volume_sha256, read.geometry) == ("1.2.3.2", volume, {"size": [133, 512, 512]})


def test_the_list_of_what_was_read_counts_the_findings_of_the_newest_reading_and_knows_its_series(
    store: Store,
) -> None:
    volume = blobs.put(store, "job-1", "volume", b"voxels")
    series = [SeriesEntry("1.2.3.2", volume)]
    study_id = add_study(store, Identity("4711", "DOE^JANE"), "1.2.3", series)
    add_study(store, Identity("4712", "ROE^RICHARD"), "1.2.4", [])
    assert read_studies(store) == []
    save_scan(store, study_id, 4, files={"volume": volume})
    newest = save_scan(store, study_id, 1, steps={"nodules": "2"}, files={"volume": volume})
    (line,) = read_studies(store)
    assert (line.study.id, line.patient.name, line.reading.id, line.num_shown) == (study_id, "DOE^JANE", newest, 1)
    assert line.series is not None
    assert line.series.series_uid == "1.2.3.2"
    longer = blobs.put(store, "job-1", "longer", b"more voxels")
    add_study(store, Identity("4711", "DOE^JANE"), "1.2.3", [SeriesEntry("1.2.3.2", longer)])
    (line,) = read_studies(store)
    assert line.series is None


def test_a_reading_that_is_of_no_study_is_not_found(store: Store) -> None:
    readings.save(store, "finance.read", b"{}", save_provenance := readings.Provenance("a" * 64, {}, {}, {}, {}))
    for identifier in ("reading-none", readings.id_of("finance.read", save_provenance)):
        with pytest.raises(NotFound, match="there is no reading '.*' of a study"):
            study_of(store, identifier)


def test_patients_with_the_same_number_and_other_names_are_two(store: Store) -> None:
    for name in ("DOE^JANE", "ROE^RICHARD"):
        add_study(store, Identity("4711", name), f"1.2.{len(name)}", [])
    assert len({entry.patient.id for entry in studies(store)}) == 2


@pytest.mark.parametrize(
    "identity",
    [
        Identity("", ""),
        Identity("ANONYMOUS", "ANONYMOUS"),
        Identity("000000", "Anonymized^Patient"),
        Identity("", "SMITH^JOHN"),
        Identity("N/A", "NO NAME", "19000101"),
    ],
)
def test_two_studies_of_which_nobody_says_whose_they_are_are_of_two_patients(store: Store, identity: Identity) -> None:
    first = add_study(store, identity, "1.2.3", [])
    assert add_study(store, identity, "1.2.3", []) == first
    add_study(store, identity, "1.2.4", [])
    assert len({entry.patient.id for entry in studies(store)}) == 2


@pytest.mark.parametrize(
    "identity",
    [
        Identity("4711", ""),
        Identity("ANON-0042", "ANONYMOUS"),
        Identity("LIDC-IDRI-0002", ""),
        Identity("", "SMITH^JOHN", "19600203"),
        Identity("", "王^芳", "19600203"),
    ],
)
def test_two_studies_of_a_patient_who_is_named_share_a_row(store: Store, identity: Identity) -> None:
    for study_uid in ("1.2.3", "1.2.4"):
        add_study(store, identity, study_uid, [])
    assert len({entry.patient.id for entry in studies(store)}) == 1


def test_equal_numbers_of_two_issuers_are_of_two_patients(store: Store) -> None:
    for issuer in ("NORTH", "SOUTH"):
        add_study(store, Identity("4711", "DOE^JANE", issuer=issuer), "1.2.3", [])
    assert {entry.patient.issuer for entry in studies(store)} == {"NORTH", "SOUTH"}
    assert len({entry.patient.id for entry in studies(store)}) == 2
