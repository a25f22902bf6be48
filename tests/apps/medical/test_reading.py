"""A reading of a CT as its own type: exactly to JSON and back, as its published schema says, its findings rounded."""

import json
from dataclasses import replace
from functools import cache

import jsonschema
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.documents import Missing, from_json, to_json
from apps.medical.ct.volume import Geometry
from apps.medical.findings import finding_ids, read_finding
from apps.medical.jobs import _each_once
from apps.medical.nodules.findings import Finding
from apps.medical.nodules.measure import Measurement
from apps.medical.reading import MedicalReading, Spread
from apps.notices import NOTICE
from core_model.errors import Caution, InputRejected, Message
from tests.apps.medical.readings import make_finding, make_reading, readings
from tests.apps.medical.small_chest import read_small_chest
from tests.apps.schemas import SCHEMAS, name_of

SERIES = "1.2.3"
SIZE = Measurement((3.25, 10.5, 20.0), (-84.0, -72.5, -42.0), 6.04, 5.51, 110.126, 38.26, 12.34, (-20.0, 71.5), 3)


@cache
def schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / name_of(MedicalReading)).read_text()))


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(readings)
def test_any_reading_comes_back_from_json_equal_and_fits_its_schema(reading: MedicalReading):
    document = to_json(reading)
    assert from_json(MedicalReading, document) == reading
    schema().validate(json.loads(document))


def test_equal_readings_have_equal_bytes_and_what_was_worked_out_of_them_is_not_written():
    geometry = Geometry((6, 24, 32), (2.5, 0.8, 0.8), (-100.0, -80.0, -50.0), ((0, 0, 1), (0, 1, 0), (1, 0, 0)))
    before = to_json(geometry)
    assert geometry.affine.shape == geometry.inverse.shape == (4, 4)
    assert to_json(geometry) == before
    assert set(json.loads(before)) == {"size", "spacing_mm", "origin_mm", "direction"}


def test_a_finding_is_rounded_as_it_may_be_read_and_keeps_what_the_schema_promises():
    (identifier,) = finding_ids(SERIES, [SIZE.centre_mm])
    found = Finding(1, 0.9123456, True, SIZE, np.ones((3, 5, 5), np.float32), (2, 8, 18))
    finding = read_finding(found, identifier, "left", "a" * 64)
    assert (finding.id, finding.rank, finding.probability, finding.shown) == (identifier, 1, 0.912346, True)
    assert (finding.centre_mm, finding.centre_voxel) == ((-84.0, -72.5, -42.0), (3.25, 10.5, 20.0))
    assert (finding.long_axis_mm, finding.short_axis_mm, finding.volume_mm3) == (6.04, 5.51, 110.13)
    assert (finding.attenuation, finding.attenuation_spread) == (38.3, Spread(12.3, -20.0, 71.5))
    assert (finding.side, finding.heatmap, finding.heatmap_start) == ("left", "a" * 64, (2, 8, 18))
    assert finding.tracking_uid.startswith("2.25.")


def test_a_finding_has_the_mean_of_its_axes_and_the_number_of_its_image():
    found = Finding(1, 0.9, True, replace(SIZE, centre_voxel=(2.6, 10.5, 20.0)), None, (2, 8, 18))
    numbered = read_finding(found, "finding-1", "left", None, (40, 39, 38, 37))
    assert (numbered.mean_diameter_mm, numbered.instance_number) == (5.78, 37)
    assert read_finding(found, "finding-1", "left", None, (40, 39, 38, None)).instance_number == Missing(
        Message("image_not_numbered")
    )


def test_the_small_chest_says_its_lungs_and_which_image_a_finding_is_in():
    reading = read_small_chest().reading
    ellipsoid_ml = 4 / 3 * np.pi * 31 * 48 * 56 / 1000
    assert reading.lungs.right_ml == pytest.approx(ellipsoid_ml, rel=0.08)
    assert reading.lungs.left_ml == pytest.approx(ellipsoid_ml, rel=0.08)
    assert reading.lungs.both_ml == pytest.approx(reading.lungs.right_ml + reading.lungs.left_ml, abs=0.2)
    first = reading.findings[0]
    assert first.instance_number == reading.series.num_slices - round(first.centre_voxel[0])
    assert first.mean_diameter_mm == pytest.approx((first.long_axis_mm + first.short_axis_mm) / 2, abs=0.011)
    assert reading.series.quality.contrast == Missing(Message("contrast_not_stated"))


def test_what_two_steps_say_in_the_same_words_is_said_once():
    low, high = Caution("lungs_cut", {"end": "lower"}), Caution("lungs_cut", {"end": "upper"})
    assert _each_once(low, Caution("lossy"), high, low) == (low, Caution("lossy"), high)


def test_a_document_made_before_a_value_was_kept_says_so():
    document = json.loads(to_json(make_reading(make_finding(1))))
    for name in ("lungs", "findings_at_most"):
        del document[name]
    del document["series"]["part"]
    for name in ("mean_diameter_mm", "instance_number"):
        del document["findings"][0][name]
    reading = from_json(MedicalReading, json.dumps(document).encode())
    assert reading.lungs == reading.findings[0].mean_diameter_mm == Missing(Message("not_kept_then"))
    assert (reading.findings_at_most, reading.series.name) == (None, "1.2.3")


def test_a_finding_below_the_operating_point_says_why_it_has_no_heatmap():
    found = Finding(2, 0.1, False, replace(SIZE, centre_mm=(40.0, -72.5, -42.0)), None, (2, 8, 18))
    finding = read_finding(found, "finding-2", "right", None)
    assert finding.heatmap == finding.heatmap_start == Missing(Message("finding_not_shown"))
    assert finding.lobe == Missing(Message("lobes_not_segmented"))


def test_a_document_of_an_older_form_is_refused_with_what_to_do():
    with pytest.raises(InputRejected, match="read the input again"):
        from_json(MedicalReading, json.dumps({"schema": "tandem.medical.reading/1", "notice": NOTICE}).encode())


centres = st.lists(st.tuples(*[st.floats(-3, 3).map(lambda mm: round(mm, 2))] * 3), max_size=8)


@given(centres, st.randoms(use_true_random=False))
def test_findings_close_to_each_other_all_keep_an_id_that_stays_in_whatever_order_they_come(found, order):
    ids = finding_ids(SERIES, found)
    assert len(set(ids)) == len(found)
    again = list(range(len(found)))
    order.shuffle(again)
    moved = finding_ids(SERIES, [found[index] for index in again])
    assert sorted(moved) == sorted(ids)
    assert {(found[i], ids[i]) for i in range(len(ids))} == {(found[i], moved[at]) for at, i in enumerate(again)}


def test_a_finding_alone_in_its_cell_keeps_its_id_when_its_centre_moves_a_little():
    (first,), (moved,) = finding_ids(SERIES, [(10.1, 4.2, -7.9)]), finding_ids(SERIES, [(9.8, 3.9, -8.2)])
    assert first == moved
    assert finding_ids("1.2.4", [(10.1, 4.2, -7.9)]) != [first]
