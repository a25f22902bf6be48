"""The device that the settings name is obeyed or refused, never passed over."""

from pathlib import Path

from apps.settings import load_settings
from tests.apps.medical.dicom.making import make_series
from tests.apps.reading import reader


def test_a_study_is_refused_at_once_where_the_settings_ask_for_a_device_that_is_not_there(tmp_path: Path):
    make_series().write(tmp_path / "ct")
    settings = load_settings(data_dir=tmp_path / "data", database_url="", device="cuda:99")
    with reader(tmp_path / "data", settings) as reads:
        end = reads.study(tmp_path / "ct")
    assert end.state == "failed"
    assert end.error is not None
    assert end.error.code == "device_missing"
    assert end.error.values["name"] == "cuda:99"
    assert end.step == "import"
