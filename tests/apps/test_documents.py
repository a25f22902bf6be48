"""The printed documents against their published schemas, and what they promise."""

import json
import re
from dataclasses import replace

import jsonschema
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from referencing import Registry, Resource

from apps.medical.ct.volume import Geometry
from apps.medical.dicom.records import Quality, SkippedSeries
from apps.medical.document import build_document, describe_finding, finding_ids, not_available
from apps.medical.nodules.findings import Finding
from apps.medical.nodules.measure import Measurement
from apps.notices import NOTICE
from core_model.errors import Caution, Message
from tests.apps.schemas import KINDS, SCHEMAS, name_of, text_of


def validator(name: str) -> jsonschema.Draft202012Validator:
    loaded = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    registry = Registry().with_resources((key, Resource.from_contents(value)) for key, value in loaded.items())
    registry = registry.with_resources((v["$id"], Resource.from_contents(v)) for v in loaded.values())
    return jsonschema.Draft202012Validator(loaded[name], registry=registry)


@pytest.mark.parametrize("name", sorted(path.name for path in SCHEMAS.glob("*.json")))
def test_a_schema_is_a_schema(name: str):
    schema = json.loads((SCHEMAS / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]


def test_every_document_that_a_command_prints_has_a_schema():
    sources = [path for folder in ("apps", "ui") for path in sorted((SCHEMAS.parents[2] / folder).rglob("*.py"))]
    said = {name for path in sources for name in re.findall(r'"(tandem\.[a-z.]+/\d+)"', path.read_text("utf8"))}
    published = {json.loads(path.read_text())["properties"]["schema"]["const"] for path in SCHEMAS.glob("*.json")}
    assert said == published
    assert {path.stem.replace("-", "/") for path in SCHEMAS.glob("*.json")} == published


@pytest.mark.parametrize(("kind", "printed_by"), KINDS)
def test_the_schema_of_a_type_is_the_published_one(kind: type, printed_by: str):
    published = (SCHEMAS / name_of(kind)).read_text(encoding="utf8")
    assert published == text_of(kind, printed_by), "the type has changed: run python -m tests.apps.schemas"


def test_one_job_and_a_job_of_the_list_are_described_alike():
    one, many = (json.loads((SCHEMAS / f"tandem.{name}-1.json").read_text()) for name in ("job", "jobs"))
    alone = {name: value for name, value in one["properties"].items() if name not in ("schema", "notice")}
    assert many["$defs"]["job"]["properties"] == alone
    assert ["schema", "notice", *many["$defs"]["job"]["required"]] == one["required"]


def test_a_reading_of_a_study_fits_its_schema_with_findings_above_and_below_the_operating_point():
    size, series = (
        Measurement((3.25, 10.5, 20.0), (-84.0, -72.5, -42.0), 6.04, 5.51, 110.126, 38.26, 12.34, (-20.0, 71.5), 3),
        "1.2.3",
    )
    findings = [
        Finding(1, 0.9123456, True, size, np.ones((3, 5, 5), np.float32), (2, 8, 18)),
        Finding(2, 0.1, False, replace(size, centre_mm=(40.0, -72.5, -42.0)), None, (2, 8, 18)),
    ]
    geometry = Geometry((6, 24, 32), (2.5, 0.8, 0.8), (-100.0, -80.0, -50.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
    quality = Quality("good", (), 2.5, None, 2.5, 0.0, "", "", False, False)
    imported = {
        "study": {"study_uid": "1.2", "date": not_available("the images carry no date")},
        "series": {"uid": series, **geometry.as_dict(), "quality": quality.as_dict()},
        "series_skipped": [SkippedSeries("1.2.4", 2, 2, "CT", None, Message("series_localizer")).as_dict()],
    }
    ids = finding_ids(series, [finding.measurement.centre_mm for finding in findings])
    document = build_document(
        imported,
        [
            describe_finding(findings[0], ids[0], "left", "a" * 64),
            describe_finding(findings[1], ids[1], "right", None),
        ],
        study_id="study-1",
        operating_point={"threshold": 0.5, "weights_hash": "b" * 64},
        warnings=[Caution("thick_slices", "Slices are thick.").as_dict()],
        reading_id="reading-1",
        provenance={"input_hash": "a" * 64, "code_version": "1", "weights_hash": "b" * 64, "settings": {}},
    )
    validator("tandem.medical.reading-1.json").validate(document)
    assert document["notice"] == NOTICE
    shown, hidden = document["findings"]
    assert (shown["shown"], shown["rank"], shown["centre_voxel"]) == (True, 1, [3.25, 10.5, 20.0])
    assert (shown["long_axis_mm"], shown["volume_mm3"], shown["heatmap_start"]) == (6.04, 110.13, [2, 8, 18])
    assert (hidden["shown"], hidden["side"], "not_available" in hidden["heatmap"]) == (False, "right", True)
    assert (shown["attenuation"], shown["attenuation_spread"]) == (38.3, {"sd": 12.3, "min": -20.0, "max": 71.5})
    assert [shown["id"], hidden["id"]] == ids


centres = st.lists(st.tuples(*[st.floats(-3, 3).map(lambda mm: round(mm, 2))] * 3), max_size=8)


@given(centres, st.randoms(use_true_random=False))
def test_findings_close_to_each_other_all_keep_an_id_that_stays_in_whatever_order_they_come(found, order):
    ids = finding_ids("1.2.3", found)
    assert len(set(ids)) == len(found)
    again = list(range(len(found)))
    order.shuffle(again)
    moved = finding_ids("1.2.3", [found[index] for index in again])
    assert sorted(moved) == sorted(ids)
    assert {(found[i], ids[i]) for i in range(len(ids))} == {(found[i], moved[at]) for at, i in enumerate(again)}


def test_a_finding_alone_in_its_cell_keeps_its_id_when_its_centre_moves_a_little():
    (first,), (moved,) = finding_ids("1.2.3", [(10.1, 4.2, -7.9)]), finding_ids("1.2.3", [(9.8, 3.9, -8.2)])
    assert first == moved
    assert finding_ids("1.2.4", [(10.1, 4.2, -7.9)]) != [first]
