"""A reading for people at a terminal: the series that was read, its findings by rank, the series left aside."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from apps import console

_HEADS = ("rank", "prob.", "long x short\nmm", "volume\nmm3", "side", "slice, row, col", "L, P, S\nmm")
_GAPS = (3, 2, 1)


def print_summary(document: Mapping[str, Any]) -> None:
    """Print a medical reading to stdout, and its warnings to stderr."""
    series = document["series"]
    size, spacing = series["size"], series["spacing_mm"]
    apart = " x ".join(f"{step:.4g}" for step in spacing)
    console.out.print(f"series of {size[0]} slices of {size[1]} x {size[2]}, {apart} mm", highlight=False)
    for line in skipped(document["series_skipped"]):
        console.out.print(console.plain(line), soft_wrap=True)
    shown = [finding for finding in document["findings"] if finding["shown"]]
    for line in findings(shown, console.out.width):
        console.out.print(Text(line), no_wrap=True, crop=False, overflow="ignore")
    hidden = len(document["findings"]) - len(shown)
    console.out.print(
        f"{_counted(len(shown), 'finding')} at or above the operating point "
        f"({document['operating_point']['threshold']:.3f}), {hidden} below it",
        highlight=False,
    )
    for warning in document["warnings"]:
        times = f" [{warning['count']} times]" if warning.get("count", 1) > 1 else ""
        console.say(f"warning: {warning['text']}{times}")
    console.out.print(f"reading {document['id']}", highlight=False)
    console.out.print(Text(document["notice"]))


def findings(shown: Sequence[Mapping[str, Any]], width: int) -> Iterator[str]:
    """A table of findings, a line each, its columns as far apart as ``width`` characters allow; empty without any."""
    if not shown:
        return
    rows = [[head.partition("\n")[place] for head in _HEADS] for place in (0, 2)]
    rows += [_row(finding) for finding in shown]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    gap = next((gap for gap in _GAPS if sum(widths) + gap * (len(widths) - 1) <= width), _GAPS[-1])
    for row in rows:
        yield (" " * gap).join(f"{text:>{width}}" for text, width in zip(row, widths, strict=True))


def skipped(series: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The series that were not read, by their reason; each UID whole on a line, to be copied behind ``--series``."""
    by_reason: dict[str, list[str]] = {}
    for each in series:
        by_reason.setdefault(each["reason"], []).append(each["uid"])
    for reason, uids in by_reason.items():
        yield f"{len(uids)} series skipped: {reason}"
        yield from (f"  {uid}" for uid in uids)


def _row(finding: Mapping[str, Any]) -> list[str]:
    long_axis, short_axis = (_known(finding[name], "{:.1f}") for name in ("long_axis_mm", "short_axis_mm"))
    return [
        str(finding["rank"]),
        f"{finding['probability']:.2f}",
        f"{long_axis} x {short_axis}",
        _known(finding["volume_mm3"], "{:.0f}"),
        _known(finding["side"]),
        ", ".join(f"{part:.0f}" for part in finding["centre_voxel"]),
        ", ".join(f"{part:.1f}" for part in finding["centre_mm"]),
    ]


def _known(value: Any, form: str = "{}") -> str:
    return "n/a" if isinstance(value, Mapping) else form.format(value)


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
