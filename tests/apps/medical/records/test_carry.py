"""What a document of the first version says, its carried form says in the same words and figures."""

import json
from typing import Any

from apps.documents import Missing, from_json, to_json
from apps.medical.reading import MedicalReading
from apps.medical.records.carry import carried
from apps.messages import cautioned, said
from tests.apps.store import foundation


def same(new: Any, old: Any) -> None:
    """A value of both forms is the same; what is not available says the same reason."""
    if isinstance(new, Missing):
        assert {"not_available": said(new.not_available)} == old
    else:
        assert json.loads(to_json(new)) == old


def test_a_document_says_the_same_after_it_was_carried() -> None:
    (old,) = (foundation.document(row["id"]) for row in foundation.rows("reading") if row["kind"] == "medical.read")
    assert (len(old["findings"]), len(old["series_skipped"]), len(old["warnings"]) > 0) == (48, 1, True)
    new = from_json(MedicalReading, json.dumps(carried(old)).encode())
    assert from_json(MedicalReading, to_json(new)) == new
    assert (new.study.id, new.study.study_uid) == (old["study"]["id"], old["study"]["study_uid"])
    same(new.study.date, old["study"]["date"])
    assert (new.series.series_uid, new.series.num_slices) == (old["series"]["uid"], old["series"]["size"][0])
    for part in ("size", "spacing_mm", "origin_mm", "direction"):
        same(getattr(new.series.geometry, part), old["series"][part])
    same(new.series.quality, old["series"]["quality"])
    assert [
        (each.series_uid, each.series_number, each.num_slices, each.modality, each.spacing_mm, said(each.reason))
        for each in new.series_skipped
    ] == [
        tuple(each[key] for key in ("uid", "number", "images", "modality", "spacing_mm", "reason"))
        for each in old["series_skipped"]
    ]
    for finding, was in zip(new.findings, old["findings"], strict=True):
        assert set(finding.__slots__) == set(was)
        for key, value in was.items():
            same(getattr(finding, key), value)
    same(new.operating_point, old["operating_point"])
    same(new.record, old["record"])
    assert [cautioned(caution) for caution in new.cautions] == [each["text"] for each in old["warnings"]]
    assert [said(each.source) if each.source else "" for each in new.cautions] == [
        each["source"] for each in old["warnings"]
    ]
    assert [each.count for each in new.cautions] == [each["count"] for each in old["warnings"]]
