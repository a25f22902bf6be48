"""What training and judging tell the core of a candidate's place: within a window, too, that in the whole lungs."""

from dataclasses import replace

import numpy as np
import pytest

from apps.medical.ct.volume import Geometry, Volume
from apps.medical.nodules.linking import sigmoid
from apps.medical.nodules.place import lung_box
from apps.medical.nodules.training.heads import candidate_cache
from apps.medical.nodules.training.out_of_fold import judge, marks_of, plantings_of
from apps.medical.nodules.training.sources import prepare
from core_model.errors import InputRejected
from tests.apps.medical.nodules.test_findings import fold
from tests.apps.medical.nodules.training.sources.test_plant import field
from tests.apps.medical.nodules.training.sources.test_plantings import background


def lungs_with_a_spot():
    """The made-up lungs with a bright spot of their own, searched within their walls."""
    held = background()
    image = held.image_ZYX.copy()
    image[11:14, 40:44, 30:34] = 1.0
    return replace(held, image_ZYX=image, zone_ZYX=held.lung_ZYX)


def test_candidates_for_training_carry_the_place_in_the_whole_lungs_and_fields_none(monkeypatch):
    held, made = lungs_with_a_spot(), []
    plant_in = candidate_cache.plant_in

    def planting(*given, **named):
        made.append(plant_in(*given, **named))
        return made[-1]

    monkeypatch.setattr(candidate_cache, "plant_in", planting)
    part = candidate_cache.gather(
        fold(), held, [field()], 3, plantings=1, windows_of_fields=1, share_of_shams=0.0, log=lambda text: None
    )
    (planted,) = made
    lungs = lung_box(held.zone_ZYX, held.spacing_mm)
    expected = {
        "planting": lungs.place_of((planted.centre + planted.start)[None])[0],
        "background": lungs.place_of(np.array([[12.0, 41.5, 31.5]]))[0],
    }
    assert planted.start.max() > 10
    for source, place in expected.items():
        found = part["place_mm_N3"][part["source_N"] == source]
        assert np.linalg.norm(found - place, axis=1).min() < 2.5
    assert np.isnan(part["place_mm_N3"][part["source_N"] == "field"]).all()
    assert not np.isnan(part["place_mm_N3"][part["source_N"] != "field"]).any()


def test_judging_tells_the_same_of_plantings_and_of_the_background():
    held, asked = lungs_with_a_spot(), []

    def rescorer(description):
        asked.append(description)
        return sigmoid(description.score_N)

    ((one, planted),) = plantings_of(held, [field()], seed=5)
    result = judge(fold(), one, planted, held.name, held.lungs, rescorer)
    assert result.probability > 0
    place = held.lungs.place_of((planted.centre + planted.start)[None])[0]
    assert np.linalg.norm(asked[-1].place_mm_N3 - place, axis=1).min() < 2.5
    assert marks_of(fold(), held, rescorer)
    spot = held.lungs.place_of(np.array([[12.0, 41.5, 31.5]]))[0]
    assert np.linalg.norm(asked[-1].place_mm_N3 - spot, axis=1).min() < 2.5


def test_a_ct_whose_axes_run_another_way_is_no_background(monkeypatch):
    prone = ((0.0, 0.0, 1.0), (0.0, -1.0, 0.0), (-1.0, 0.0, 0.0))
    volume = Volume(np.zeros((4, 5, 6), np.int16), Geometry((4, 5, 6), (2.5, 1.0, 1.0), (0.0, 0.0, 0.0), prone))
    monkeypatch.setattr(prepare, "read_volume", lambda path: volume)
    with pytest.raises(InputRejected, match="do not run upwards, backwards and to the left"):
        prepare.read_background(None, prepare.Listed("mine", "A", False, ()))


def test_the_ends_of_lungs_of_known_place_are_told_in_millimetres():
    held = lungs_with_a_spot()
    # 48 slices of 2.5 mm, lungs from slice 4 on, row 15 on and column 10 on; half a percent lies beyond each end.
    assert held.lungs.place_of(np.array([[12.0, 41.5, 31.5]]))[0] == pytest.approx((20.0, 26.5, 21.5), abs=1.0)
