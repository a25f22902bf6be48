"""What a person reads of a CT at a terminal of 80 columns: one whole line for each finding."""

import io

import pytest
from rich.console import Console

from apps import console
from apps.documents import missing
from apps.medical import summary
from apps.medical.reading import MedicalReading
from apps.medical.series import SkippedSeries
from core_model.errors import Caution, Message
from tests.apps.medical.readings import make_finding, make_reading

UID = "1.3.6.1.4.1.14519.5.2.1.6279.6001.298806137288633453246975630178"


def printed(of: MedicalReading, monkeypatch: pytest.MonkeyPatch, width: int = 80) -> list[str]:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=out, width=width))
    monkeypatch.setattr(console, "err", Console(file=err, width=width))
    summary.print_summary(of)
    return out.getvalue().splitlines()


def test_a_finding_is_one_line_with_whole_numbers_under_their_heads(monkeypatch):
    lines = printed(
        make_reading(make_finding(1), make_finding(2, probability=0.5, volume_mm3=42.0, centre_voxel=(7, 2, 9))),
        monkeypatch,
    )
    assert all(len(line) <= 80 for line in lines)
    first = next(line for line in lines if line.lstrip().startswith("1 "))
    assert first.split("  ")[-1].strip() == "-112.5, 40.0, -1100.2"
    for whole in ("0.91", "28.5 x 16.0", "12210", "right", "1311, 200, 300"):
        assert whole in first
    heads = lines[1]
    assert heads.index("side") + len("side") == first.index("right") + len("right")
    assert "2 findings at or above the operating point (0.500), 0 below it" in lines


def test_the_widest_finding_still_fits_eighty_columns(monkeypatch):
    widest = make_finding(
        104, long_axis_mm=100.0, short_axis_mm=99.9, volume_mm3=523598.0, centre_mm=(-1234.5, -1234.5, -1234.5)
    )
    lines = printed(make_reading(widest), monkeypatch)
    assert all(len(line) <= 80 for line in lines)
    assert any("523598" in line and "-1234.5, -1234.5, -1234.5" in line for line in lines)


def test_what_could_not_be_measured_is_not_available(monkeypatch):
    nothing = missing("as_written", text="no edge was found")
    lines = printed(
        make_reading(make_finding(1, long_axis_mm=nothing, short_axis_mm=nothing, volume_mm3=nothing)), monkeypatch
    )
    assert any("n/a x n/a" in line for line in lines)


def test_without_findings_there_is_no_table(monkeypatch):
    lines = printed(make_reading(make_finding(1, shown=False)), monkeypatch)
    assert lines[0] == "series of 133 slices of 512 x 512, 2.5 x 0.7031 x 0.7031 mm"
    assert lines[1] == "0 findings at or above the operating point (0.500), 1 below it"


def test_skipped_series_stand_under_their_reason_with_whole_uids(monkeypatch):
    localizer, thicker = Message("series_localizer"), Message("series_thicker", {"read_mm": 1.0})
    series = tuple(
        SkippedSeries(uid, None, 2, "CT", None, reason)
        for uid, reason in (("1.2.1", localizer), (UID, thicker), ("1.2.2", localizer))
    )
    lines = printed(make_reading(series_skipped=series), monkeypatch)
    assert lines[1:6] == [
        "2 series skipped: a localizer", "  1.2.1", "  1.2.2", "1 series skipped: a thinner series was read (1.00 mm)",
        f"  {UID}",
    ]  # fmt: skip


def test_cautions_stand_beside_the_reading_with_their_number(monkeypatch):
    cautions = (Caution("lossy"), Caution("links_skipped", {"count": 3}, count=3))
    printed(make_reading(cautions=cautions), monkeypatch)
    assert console.err.file.getvalue().splitlines() == [
        "warning: The images have undergone lossy compression.",
        "warning: 3 links were not followed. [3 times]",
    ]
