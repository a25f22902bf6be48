"""A medical reading names the weights that found its nodules, the kind of device, and what decoded its voxels."""

from types import SimpleNamespace
from typing import Any

import pytest

from apps.doctor import PACKAGES
from apps.medical import jobs
from apps.medical.nodules import detector_weights
from apps.provenance import Provenance
from apps.settings import load_settings
from tests.apps.medical.small_chest import read_small_chest


def test_weights_that_were_replaced_are_loaded_anew_by_a_living_worker(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(detector_weights, "load_detector", lambda device: SimpleNamespace(device=device))
    before = jobs.shipped_detector("cpu", {"nodule_detector": "a", "core": "b"})
    assert jobs.shipped_detector("cpu", {"core": "b", "nodule_detector": "a"}) is before
    assert jobs.shipped_detector("cpu", {"nodule_detector": "c", "core": "b"}) is not before
    loaded: Any = jobs.shipped_detector("cuda", {"nodule_detector": "c", "core": "b"})
    assert loaded.device == "cuda"
    jobs._loaded.cache_clear()


def test_a_document_names_the_weights_and_the_device_that_found_its_nodules(monkeypatch: pytest.MonkeyPatch):
    class Stop(Exception):
        pass

    def give_back(step, provenance, make):
        raise Stop(provenance)

    monkeypatch.setattr(jobs, "save_reading", give_back)
    monkeypatch.setattr(jobs, "weights_in", lambda *_: {"nodule_detector": "replaced since"})
    step = SimpleNamespace(settings={}, store=SimpleNamespace(settings=load_settings(device="cpu")))
    used = Provenance("1", {"nodules": "1"}, {"device": "cuda"}, {"nodule_detector": "used"}, {"torch": "0"})
    with pytest.raises(Stop) as stopped:
        jobs._document(step, {"input_hash": "1"}, {}, {"provenance": used.as_dict()})
    assert stopped.value.args == (used,)


@pytest.mark.parametrize(("device", "kind"), [("cpu", "cpu"), ("cuda", "cuda"), ("cuda:3", "cuda")])
def test_the_kind_of_device_is_among_the_settings(device: str, kind: str):
    step = SimpleNamespace(settings={}, store=SimpleNamespace(settings=load_settings(device=device)))
    assert jobs._settings(step) == {"series_uid": None, "device": kind}


def test_what_decodes_the_voxels_is_among_the_libraries():
    provenance = read_small_chest().reading.provenance
    assert {"imagecodecs", "pydicom"} < set(provenance.libraries)
    assert set(provenance.weights) == {"nodule_detector", "core"}
    assert provenance.settings["device"] == "cpu"
    assert set(provenance.libraries) < set(PACKAGES)
