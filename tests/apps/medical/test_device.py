"""The device that the settings name is obeyed or refused, never passed over."""

from pathlib import Path

from apps.settings import load_settings
from tests.apps.medical.dicom.making import make_series
from tests.apps.reading import reader


def test_a_study_is_refused_at_once_where_the_settings_ask_for_another_device_than_the_cpu(tmp_path: Path):
    make_series().write(tmp_path / "ct")
    settings = load_settings(data_dir=tmp_path / "data", database_url="", device="cuda")
    with reader(tmp_path / "data", settings) as reads:
        end = reads.study(tmp_path / "ct")
    assert (end.state, end.error_code) == ("failed", "study_device")
    assert end.error_text == (
        "a chest CT is read on the CPU alone, and the device is cuda (allowed: cpu); set TANDEM_DEVICE to cpu for the "
        "workers that read studies."
    )
