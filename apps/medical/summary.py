"""A reading for people at a terminal: the series that was read, and its findings by rank."""

from typing import Any

from rich.table import Table

from apps import console


def _known(value: Any, form: str = "{}") -> str:
    return "n/a" if isinstance(value, dict) else form.format(value)


def print_summary(document: dict[str, Any]) -> None:
    """Print a medical reading to stdout."""
    series = document["series"]
    size, spacing = series["size"], series["spacing_mm"]
    console.out.print(
        f"series of {size[0]} slices of {size[1]} x {size[2]}, {spacing[0]:g} x {spacing[1]:g} x {spacing[2]:g} mm",
        highlight=False,
    )
    for skipped in document["series_skipped"]:
        console.out.print(f"skipped series {skipped['uid']}: {skipped['reason']}", highlight=False)
    shown = [finding for finding in document["findings"] if finding["shown"]]
    table = Table("rank", "probability", "long x short (mm)", "volume (mm3)", "side", "slice, row, column", "LPS (mm)")
    for finding in shown:
        table.add_row(
            str(finding["rank"]),
            f"{finding['probability']:.2f}",
            f"{_known(finding['long_axis_mm'], '{:.1f}')} x {_known(finding['short_axis_mm'], '{:.1f}')}",
            _known(finding["volume_mm3"], "{:.0f}"),
            _known(finding["side"]),
            ", ".join(f"{part:.0f}" for part in finding["centre_voxel"]),
            ", ".join(f"{part:.1f}" for part in finding["centre_mm"]),
        )
    console.out.print(table)
    hidden = len(document["findings"]) - len(shown)
    console.out.print(
        f"{len(shown)} findings at or above the operating point "
        f"({document['operating_point']['threshold']:.3f}), {hidden} below it"
    )
    for warning in document["warnings"]:
        console.say(f"warning: {warning['text']}")
    console.out.print(f"reading {document['id']}; {document['notice']}", highlight=False)
