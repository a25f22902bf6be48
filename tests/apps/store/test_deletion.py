"""Deleting takes a thing's rows, paths and contents, keeps what others need, and stays in the audit chain."""

import hashlib
import random
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import inspect, text

from apps.medical.records import entries
from apps.medical.records.studies import Identity, SeriesEntry, add_study
from apps.settings import Settings, load_settings
from apps.store import audit, blobs, inputs, jobs, readings
from apps.store.deletion import delete_everything_of
from apps.store.ids import canonical
from apps.store.store import Store
from core_model.errors import NotAllowed, NotFound, Refusal
from tests.apps.finance.records.made import save_report
from tests.apps.medical.records.made import save_scan
from tests.apps.store.documents import provenance
from tests.conftest import put_empty_database


def rows(store: Store) -> dict[str, int]:
    """Tables that hold rows, and how many; the audit chain left out."""
    with store.read() as session:
        counts = {
            name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in inspect(store.engine).get_table_names()
        }
    return {name: count for name, count in counts.items() if count and name not in ("audit", "alembic_version")}


def files(store: Store) -> int:
    return len(list(store.blobs_dir.glob("??/*")))


def report(store: Store, path: Path, **changed: Any) -> tuple[str, str]:
    """A report that a job has read: ids of its input and reading."""
    input_id = inputs.add(store, path)
    job = jobs.create(store, "finance.read", input_id, {})
    facts = blobs.put(store, job.id, "facts", b"the same facts")
    reading_id = save_report(store, str(changed), input_id=input_id, files={"facts": facts}, **changed)
    jobs.end(store, job.id, 1, "done", reading_id=reading_id)
    blobs.release(store, job.id)
    return input_id, reading_id


def scan(store: Store, path: Path, uid: str, name: str = "DOE^JANE") -> tuple[str, str]:
    """A study that a job has read: ids of the study and its reading."""
    input_id = inputs.add(store, path)
    job = jobs.create(store, "medical.read", input_id, {})
    volume = blobs.put(store, job.id, "volume", uid.encode())
    series = [SeriesEntry(f"{uid}.1", volume)]
    study_id = add_study(store, Identity("4711", name), uid, series, input_id=input_id)
    reading_id = save_scan(store, study_id, input_id=input_id, input_hash=uid.ljust(64, "0"))
    jobs.end(store, job.id, 1, "done", reading_id=reading_id)
    blobs.release(store, job.id)
    return study_id, reading_id


def test_deleting_the_only_reading_leaves_nothing_but_the_audit(store: Store, tmp_path: Path) -> None:
    input_id, reading_id = report(store, tmp_path)
    sha256 = readings.get(store, reading_id).document_sha256
    deleted = delete_everything_of(store, reading_id)
    assert rows(store) == {}
    assert files(store) == 0
    assert deleted.rows["reading"] == [reading_id]
    assert deleted.rows["input"] == [input_id]
    assert sha256 in deleted.blobs
    last = audit.listing(store)[0]
    assert (last.action, last.subject, last.subject_hash) == ("reading.delete", reading_id, sha256)
    audit.verify(store)


def test_deleting_keeps_the_contents_and_the_path_that_another_reading_needs(store: Store, tmp_path: Path) -> None:
    input_id, first = report(store, tmp_path)
    _, second = report(store, tmp_path, steps={"facts": "2"})
    delete_everything_of(store, first)
    assert inputs.path_of(store, input_id) == tmp_path
    assert blobs.get(store, readings.files(store, second)["facts"]) == b"the same facts"
    assert readings.document(store, second) == canonical({"company": "{'steps': {'facts': '2'}}"})
    assert rows(store)["filing"] == 1


def upload(store: Store, name: str) -> Path:
    """A file in the inbox, as the dashboard writes it."""
    path = inputs.inbox(store) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"uploaded")
    return path


def below_the_inboxes(*paths: Path) -> list[str]:
    return [f"{path.parent.name}/{path.name}" for path in paths]


def test_an_uploaded_file_goes_with_the_last_reading_of_it(store: Store, tmp_path: Path) -> None:
    path = upload(store, "0a1b.html")
    _, first = report(store, path)
    _, second = report(store, path, steps={"facts": "2"})
    assert delete_everything_of(store, first).uploads == []
    assert path.exists()
    assert delete_everything_of(store, second).uploads == below_the_inboxes(path)
    assert not path.exists()
    assert rows(store) == {}


def test_the_upload_of_a_study_goes_with_its_patient_and_the_others_stay(store: Store) -> None:
    path, other = upload(store, "0a1b.zip"), upload(store, "2c3d.zip")
    scan(store, path, "1.2.3")
    scan(store, other, "1.2.4", "ROE^RICHARD")
    patient = entries.studies(store)[-1].patient.id
    assert delete_everything_of(store, patient).uploads == below_the_inboxes(path)
    assert not path.exists()
    assert other.read_bytes() == b"uploaded"


def test_the_upload_of_a_failed_job_goes_with_the_job(store: Store) -> None:
    path = upload(store, "0a1b.html")
    job = jobs.create(store, "finance.read", inputs.add(store, path), {})
    jobs.end(store, job.id, 1, "failed", error=Refusal("x"))
    assert delete_everything_of(store, job.id).uploads == below_the_inboxes(path)
    assert not path.exists()


def test_a_file_that_was_given_by_its_path_stays(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "inbox" / "report.html"
    path.parent.mkdir()
    path.write_bytes(b"mine")
    _, reading_id = report(store, path)
    assert delete_everything_of(store, reading_id).uploads == []
    assert path.read_bytes() == b"mine"


def test_the_same_content_uploaded_twice_leaves_neither_file_nor_path(store: Store) -> None:
    first, again = upload(store, "0a1b.html"), upload(store, "2c3d.html")
    _, reading_id = report(store, first)
    job = jobs.create(store, "finance.read", inputs.add(store, again), {})
    jobs.end(store, job.id, 1, "done", reading_id=reading_id)
    assert delete_everything_of(store, reading_id).uploads == below_the_inboxes(first, again)
    assert list(inputs.inbox(store).iterdir()) == []
    assert rows(store) == {}


def test_deleting_a_study_takes_its_readings_series_and_the_patient_it_leaves_without_one(
    store: Store, tmp_path: Path
) -> None:
    study_id, _ = scan(store, tmp_path, "1.2.3")
    deleted = delete_everything_of(store, study_id)
    assert rows(store) == {}
    assert files(store) == 0
    assert set(deleted.rows) == {"job", "reading", "series", "study", "input", "patient"}
    assert [row.action for row in audit.listing(store)][0] == "study.delete"


def test_deleting_a_study_keeps_the_patient_s_other_one(store: Store, tmp_path: Path) -> None:
    first, _ = scan(store, tmp_path, "1.2.3")
    second, reading_id = scan(store, tmp_path, "1.2.4")
    delete_everything_of(store, first)
    (entry,) = entries.studies(store)
    assert (entry.study.id, entry.patient.name) == (second, "DOE^JANE")
    assert [made.reading.id for made in entry.readings] == [reading_id]
    (series,) = entries.series_of(store, second)
    assert blobs.get(store, series.volume_sha256) == b"1.2.4"


def test_deleting_a_patient_takes_all_studies_and_no_other_patient(store: Store, tmp_path: Path) -> None:
    for uid in ("1.2.3", "1.2.4"):
        scan(store, tmp_path, uid)
    other, _ = scan(store, tmp_path, "1.2.5", "ROE^RICHARD")
    patient = next(entry.patient.id for entry in entries.studies(store) if entry.patient.name == "DOE^JANE")
    delete_everything_of(store, patient)
    assert [entry.study.id for entry in entries.studies(store)] == [other]


def test_a_deleted_name_and_path_are_gone_from_the_bytes_of_the_database(
    sqlite_settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "CANARY-7Q"
    folder.mkdir()
    with Store(sqlite_settings) as store:
        study_id, _ = scan(store, folder, "1.2.3", "CANARY-8R")
        held = b"".join(path.read_bytes() for path in sqlite_settings.data_dir.glob("tandem.db*"))
        assert b"CANARY-7Q" in held
        assert b"CANARY-8R" in held
        delete_everything_of(store, study_id)
        held = b"".join(path.read_bytes() for path in sqlite_settings.data_dir.glob("tandem.db*"))
        assert b"CANARY" not in held


def test_what_a_job_is_reading_is_not_deleted(store: Store, tmp_path: Path) -> None:
    input_id, reading_id = report(store, tmp_path)
    job = jobs.create(store, "finance.read", input_id, {})
    before = rows(store)
    with pytest.raises(NotAllowed, match=f"tandem jobs cancel {job.id}"):
        delete_everything_of(store, reading_id)
    with pytest.raises(NotAllowed, match="the job is queued"):
        delete_everything_of(store, job.id)
    assert rows(store) == before


def test_deleting_a_failed_job_takes_its_contents_and_path(store: Store, tmp_path: Path) -> None:
    job = jobs.create(store, "finance.read", inputs.add(store, tmp_path), {})
    blobs.put(store, job.id, "facts", b"half a result")
    jobs.end(store, job.id, 1, "failed", error=Refusal("defect"))
    delete_everything_of(store, job.id)
    assert rows(store) == {}
    assert files(store) == 0


def test_a_failed_job_takes_the_study_and_the_patient_that_it_had_begun(store: Store, tmp_path: Path) -> None:
    input_id = inputs.add(store, tmp_path)
    job = jobs.create(store, "medical.read", input_id, {})
    volume = blobs.put(store, job.id, "volume", b"volume")
    series = [SeriesEntry("1.2.3.1", volume)]
    add_study(store, Identity("4711", "DOE^JANE"), "1.2.3", series, input_id=input_id)
    jobs.end(store, job.id, 1, "failed", error=Refusal("no_lungs"))
    delete_everything_of(store, job.id)
    assert rows(store) == {}
    assert files(store) == 0


def test_a_failed_job_leaves_the_study_that_another_job_has_read(store: Store, tmp_path: Path) -> None:
    study_id, reading_id = scan(store, tmp_path, "1.2.3")
    job = jobs.create(store, "medical.read", inputs.add(store, tmp_path), {"again": True})
    jobs.end(store, job.id, 1, "failed", error=Refusal("defect"))
    delete_everything_of(store, job.id)
    assert entries.study_of(store, reading_id).study.id == study_id


def test_a_failed_job_s_contents_go_with_the_study_that_it_had_begun(store: Store, tmp_path: Path) -> None:
    study_id, _ = scan(store, tmp_path, "1.2.3")
    failed = jobs.create(store, "medical.read", inputs.add(store, tmp_path), {})
    blobs.put(store, failed.id, "volume", b"1.2.3")
    blobs.put(store, failed.id, "masks", b"masks of the failed job")
    jobs.end(store, failed.id, 1, "failed", error=Refusal("defect"))
    delete_everything_of(store, study_id)
    assert rows(store) == {}
    assert files(store) == 0


@pytest.mark.parametrize("identifier", ["reading-none", "study-none", "patient-none", "job-none", "nonsense", ""])
def test_what_is_not_there_is_not_found(store: Store, identifier: str) -> None:
    with pytest.raises(NotFound):
        delete_everything_of(store, identifier)


def test_an_input_is_not_deleted_by_itself(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed, match="allowed: ids of job, patient, reading and study"):
        delete_everything_of(store, inputs.add(store, tmp_path))


@given(
    contents=st.lists(st.sets(st.sampled_from("xyz"), min_size=1), min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
)
@hypothesis_settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_a_content_stays_as_long_as_a_reading_needs_it_and_no_longer(
    tmp_path: Path, contents: list[set[str]], order: random.Random
) -> None:
    folder = tmp_path / uuid.uuid4().hex
    put_empty_database(folder)
    with Store(load_settings(data_dir=folder, database_url=f"sqlite:///{folder}/tandem.db")) as store:
        needs: dict[str, set[str]] = {}
        for number, names in enumerate(contents):
            files_of = {name: blobs.put(store, "job-1", name, name.encode()) for name in names}
            reading_id = readings.save(
                store, "test", b"%d" % number, provenance(steps={"facts": str(number)}), files=files_of
            )
            needs[reading_id] = names
        blobs.release(store, "job-1")
        for reading_id in order.sample(sorted(needs), len(needs)):
            delete_everything_of(store, reading_id)
            del needs[reading_id]
            needed = set().union(*needs.values()) if needs else set()
            assert files(store) == len(needed) + len(needs)
            for name in needed:
                assert blobs.get(store, hashlib.sha256(name.encode()).hexdigest()) == name.encode()
        assert rows(store) == {}
