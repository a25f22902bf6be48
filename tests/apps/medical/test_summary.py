"""What a person reads of a CT at a terminal of 80 columns: one whole line for each finding."""

import io

import pytest
from rich.console import Console

from apps import console
from apps.medical import summary
from apps.notices import NOTICE

UID = "1.3.6.1.4.1.14519.5.2.1.6279.6001.298806137288633453246975630178"


def finding(rank: int, **changed) -> dict:
    return {
        "rank": rank, "probability": 0.912, "centre_mm": [-112.53, 40.0, -1100.25], "centre_voxel": [1310, 200, 300],
        "long_axis_mm": 28.46, "short_axis_mm": 16.04, "volume_mm3": 12210.4, "side": "right", "shown": True, **changed,
    }  # fmt: skip


def document(*findings: dict, **changed) -> dict:
    return {
        "id": "reading-1",
        "notice": NOTICE,
        "series": {"size": [133, 512, 512], "spacing_mm": [2.5, 0.703125, 0.703125]},
        "series_skipped": [],
        "findings": list(findings),
        "operating_point": {"threshold": 0.5},
        "warnings": [],
        **changed,
    }


def printed(of: dict, monkeypatch: pytest.MonkeyPatch, width: int = 80) -> list[str]:
    out, err = io.StringIO(), io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=out, width=width))
    monkeypatch.setattr(console, "err", Console(file=err, width=width))
    summary.print_summary(of)
    return out.getvalue().splitlines()


def test_a_finding_is_one_line_with_whole_numbers_under_their_heads(monkeypatch):
    lines = printed(
        document(finding(1), finding(2, probability=0.5, volume_mm3=42.0, centre_voxel=[7, 2, 9])), monkeypatch
    )
    assert all(len(line) <= 80 for line in lines)
    first = next(line for line in lines if line.lstrip().startswith("1 "))
    assert first.split("  ")[-1].strip() == "-112.5, 40.0, -1100.2"
    for whole in ("0.91", "28.5 x 16.0", "12210", "right", "1310, 200, 300"):
        assert whole in first
    heads = lines[1]
    assert heads.index("side") + len("side") == first.index("right") + len("right")
    assert "2 findings at or above the operating point (0.500), 0 below it" in lines


def test_the_widest_finding_still_fits_eighty_columns(monkeypatch):
    widest = finding(
        104, long_axis_mm=100.0, short_axis_mm=99.9, volume_mm3=523598.0, centre_mm=[-1234.5, -1234.5, -1234.5]
    )
    lines = printed(document(widest), monkeypatch)
    assert all(len(line) <= 80 for line in lines)
    assert any("523598" in line and "-1234.5, -1234.5, -1234.5" in line for line in lines)


def test_what_could_not_be_measured_is_not_available(monkeypatch):
    nothing = {"not_available": "no edge was found"}
    lines = printed(document(finding(1, long_axis_mm=nothing, short_axis_mm=nothing, volume_mm3=nothing)), monkeypatch)
    assert any("n/a x n/a" in line for line in lines)


def test_without_findings_there_is_no_table(monkeypatch):
    lines = printed(document(finding(1, shown=False)), monkeypatch)
    assert lines[0] == "series of 133 slices of 512 x 512, 2.5 x 0.7031 x 0.7031 mm"
    assert lines[1] == "0 findings at or above the operating point (0.500), 1 below it"


def test_skipped_series_stand_under_their_reason_with_whole_uids(monkeypatch):
    series = [
        {"uid": "1.2.1", "reason": "a localizer"},
        {"uid": UID, "reason": "thicker slices"},
        {"uid": "1.2.2", "reason": "a localizer"},
    ]
    lines = printed(document(series_skipped=series), monkeypatch)
    assert lines[1:6] == [
        "2 series skipped: a localizer", "  1.2.1", "  1.2.2", "1 series skipped: thicker slices", f"  {UID}"
    ]  # fmt: skip
