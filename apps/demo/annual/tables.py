"""HTML tables as filers write them: dollar signs, numbers and closing parentheses in cells of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from apps.demo.annual.facts import Shown

FONT = "font-family:'Times New Roman',Times,serif"
_TEXT = "font-size:9.5pt;font-weight:400"
_BOLD = "font-size:9.5pt;font-weight:700"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        caption: Plain text.
        cells: Numbers by column; empty for a heading.
        level: Steps of indentation.
        dollar: Show the currency sign.
        total: 0 none, 1 a rule above, 2 a rule above and a double rule below.
        bold: In bold type.
    """

    caption: str
    cells: Sequence[Shown | None] = ()
    level: int = 0
    dollar: bool = False
    total: int = 0
    bold: bool = False


def table(headings: Sequence[str], rows: Sequence[Row], over: str = "") -> str:
    """A table with a caption column and one column for each heading; ``over`` spans the headings."""
    columns = len(headings)
    widths = '<td style="width:1.0%"></td><td style="width:46.0%"></td><td style="width:0.1%"></td>'
    share = 52.0 / max(columns, 1)
    widths += (
        f'<td style="width:1.0%"></td><td style="width:{share - 2.2:.1f}%"></td><td style="width:0.7%"></td>'
        '<td style="width:0.5%"></td>'
    ) * columns
    lines = [f"<tr>{widths}</tr>"]
    if over:
        lines.append(
            f'<tr><td colspan="3" style="padding:0 1pt"></td><td colspan="{4 * columns - 1}" style="border-bottom:1pt '
            f'solid #000000;padding:2px 1pt;text-align:center;vertical-align:bottom">{span(over, True)}</td>'
            '<td style="padding:0 1pt"></td></tr>'
        )
    heads = "".join(
        '<td colspan="3" style="border-bottom:1pt solid #000000;padding:2px 1pt;text-align:center;'
        f'vertical-align:bottom">{span(name, True)}</td><td style="padding:0 1pt"></td>'
        for name in headings
    )
    lines.append(f'<tr><td colspan="3" style="padding:0 1pt"></td>{heads}</tr>')
    for number, row in enumerate(rows):
        lines.append(_line(row, columns, "#cceeff" if number % 2 == 0 else "#ffffff"))
    return (
        '<div style="margin-bottom:10pt;margin-top:6pt"><table style="border-collapse:collapse;display:inline-table;'
        f'margin-bottom:5pt;vertical-align:text-bottom;width:100%">{"".join(lines)}</table></div>'
    )


def _line(row: Row, columns: int, shade: str) -> str:
    indent = 2 + 9 * row.level
    text = span(row.caption, row.bold)
    cells = [
        f'<td colspan="3" style="padding:2px 1pt 2px {indent}pt;text-align:left;vertical-align:bottom">{text}</td>'
    ]
    rule = "border-top:1pt solid #000000;" if row.total else ""
    rule += "border-bottom:3pt double #000000;" if row.total == 2 else ""
    for column in range(columns):
        shown = row.cells[column] if column < len(row.cells) else None
        if shown is None:
            cells.append('<td colspan="3" style="padding:0 1pt"></td>')
        else:
            style = f"{rule}padding:2px 0;vertical-align:bottom"
            sign = span("$", row.bold) if row.dollar else ""
            after = span(shown.after, row.bold, raw=True) if shown.after else ""
            cells.append(
                f'<td style="{style};padding-left:1pt;text-align:left">{sign}</td>'
                f'<td style="{style};text-align:right">{span(shown.before + shown.element, row.bold, raw=True)}</td>'
                f'<td style="{style};padding-right:1pt;text-align:right">{after}</td>'
            )
        cells.append('<td style="padding:0 1pt"></td>')
    return f'<tr style="background-color:{shade}">{"".join(cells)}</tr>'


def span(text: str, bold: bool = False, raw: bool = False) -> str:
    """A run of text in the document's type."""
    return f'<span style="{_BOLD if bold else _TEXT}">{text if raw else escape(text)}</span>'


def paragraph(markup: str) -> str:
    """A paragraph; ``markup`` may hold tagged numbers."""
    return (
        f'<div style="margin-bottom:8pt;text-align:justify"><span style="font-size:10pt;'
        f'font-weight:400">{markup}</span></div>'
    )


def heading(text: str, level: int = 1) -> str:
    """A heading: 0 a title in the middle of the page, 1 an item, 2 a note, 3 a run-in title."""
    size = (14, 12, 11, 10)[level]
    where = "center" if level == 0 else "left"
    style = "font-style:italic" if level == 3 else "font-style:normal"
    return (
        f'<div style="margin-bottom:8pt;margin-top:{14 if level < 3 else 6}pt;text-align:{where}"><span style="'
        f'font-size:{size}pt;font-weight:700;{style}">{escape(text)}</span></div>'
    )


def page_break(number: int, name: str) -> str:
    """The foot of a page and the rule before the next."""
    return (
        f'<div style="margin-top:18pt;text-align:center"><span style="color:#444444;font-size:8pt">'
        f"{escape(name)} &#124; {number}</span></div>"
        '<hr style="page-break-after:always;border:none;border-top:1pt solid #bbbbbb;margin:8pt 0 18pt 0"/>'
    )
