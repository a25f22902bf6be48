"""A reading for people at a terminal: the series that was read, its findings by rank, the series left aside."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from apps import console
from apps.documents import Missing
from apps.medical.reading import LungVolumes, MedicalReading, ReadFinding
from apps.medical.series import SkippedSeries
from apps.messages import cautioned, said

_HEADS = ("rank", "prob.", "long x short\nmm", "volume\nmm3", "side", "slice, row, col", "L, P, S\nmm")
_GAPS = (3, 2, 1)


def print_summary(reading: MedicalReading) -> None:
    """Print a medical reading to stdout, and its cautions to stderr."""
    size, spacing = reading.series.geometry.size, reading.series.geometry.spacing_mm
    apart = " x ".join(f"{step:.4g}" for step in spacing)
    console.out.print(f"series of {size[0]} slices of {size[1]} x {size[2]}, {apart} mm", highlight=False)
    if isinstance(reading.lungs, LungVolumes):
        volumes = f"{reading.lungs.right_ml:.0f} ml right, {reading.lungs.left_ml:.0f} ml left"
        console.out.print(f"lungs of {volumes}", highlight=False)
    for line in skipped(reading.series_skipped):
        console.out.print(console.plain(line), soft_wrap=True)
    for line in findings(reading.shown, console.out.width):
        console.out.print(Text(line), no_wrap=True, crop=False, overflow="ignore")
    hidden = len(reading.findings) - len(reading.shown)
    console.out.print(
        f"{_counted(len(reading.shown), 'finding')} at or above the operating point "
        f"({reading.operating_point.threshold:.3f}), {hidden} below it{_cap(reading)}",
        highlight=False,
    )
    for caution in reading.cautions:
        times = f" [{caution.count} times]" if caution.count > 1 else ""
        console.say(f"warning: {cautioned(caution)}{times}")
    console.out.print(f"reading {reading.id}", highlight=False)
    console.out.print(Text(reading.notice))


def findings(shown: Sequence[ReadFinding], width: int) -> Iterator[str]:
    """A table of findings, a line each, its columns as far apart as ``width`` characters allow; empty without any."""
    if not shown:
        return
    rows = [[head.partition("\n")[place] for head in _HEADS] for place in (0, 2)]
    rows += [_row(finding) for finding in shown]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    gap = next((gap for gap in _GAPS if sum(widths) + gap * (len(widths) - 1) <= width), _GAPS[-1])
    for row in rows:
        yield (" " * gap).join(f"{text:>{width}}" for text, width in zip(row, widths, strict=True))


def skipped(series: Sequence[SkippedSeries]) -> Iterator[str]:
    """The series that were not read, by their reason; each UID whole on a line, to be copied behind ``--series``."""
    by_reason: dict[str, list[str]] = {}
    for each in series:
        by_reason.setdefault(said(each.reason), []).append(each.name)
    for reason, uids in by_reason.items():
        yield f"{len(uids)} series skipped: {reason}"
        yield from (f"  {uid}" for uid in uids)


def _row(finding: ReadFinding) -> list[str]:
    """The cells of a finding; slices count from 1, as on the screens."""
    k, row, column = finding.centre_voxel
    return [
        str(finding.rank),
        f"{finding.probability:.2f}",
        f"{_known(finding.long_axis_mm, '{:.1f}')} x {_known(finding.short_axis_mm, '{:.1f}')}",
        _known(finding.volume_mm3, "{:.0f}"),
        _known(finding.side),
        f"{round(k) + 1}, {row:.0f}, {column:.0f}",
        ", ".join(f"{part:.1f}" for part in finding.centre_mm),
    ]


def _cap(reading: MedicalReading) -> str:
    most = reading.findings_at_most
    return "" if most is None else f"; less likely ones beyond the first {most} candidates were left out"


def _known(value: float | str | Missing, form: str = "{}") -> str:
    return "n/a" if isinstance(value, Missing) else form.format(value)


def _counted(number: int, name: str) -> str:
    return f"{number} {name}" if number == 1 else f"{number} {name}s"
