"""HTML tables to rows: captions, footnote marks, indentation, totals, columns."""

import pytest
from lxml import etree

from apps.finance.filings import read_facts
from apps.finance.statements.tables import XHTML, read_table
from tests.apps.finance.statements.reports import BEFORE, YEAR, Line, Maker

IX = "{http://www.xbrl.org/2013/inlineXBRL}nonFraction"


def table_of(rows: str, maker: Maker | None = None):
    maker = maker or Maker()
    data = maker.document(f"<table>{rows}</table>" + maker.fact("9", "us-gaap:Revenues", YEAR))
    root = etree.fromstring(data)
    facts = {fact.element_id: fact for fact in read_facts(data).facts}
    by_element = {element: facts[element.get("id")] for element in root.iter(IX)}
    return read_table(root.find(f".//{XHTML}table"), by_element)


@pytest.mark.parametrize(
    ("markup", "caption"),
    [
        ("Net sales", "Net sales"),
        ("<p><span>Net</span> <b>sales</b></p>", "Net sales"),
        ("Net&#160;&#160;sales\n ", "Net sales"),
        ("Net sales (1)", "Net sales"),
        ("Net sales (a)(b)*", "Net sales"),
        ("Net sales<sup>1,2</sup>", "Net sales"),
        ('Net sales<span style="position:relative;top:-3pt;font-size:6pt">3</span>', "Net sales"),
        ('Net sales<span style="vertical-align:super">3</span>', "Net sales"),
        ("Net sales (Note 12)", "Net sales (Note 12)"),
        ("Income (loss)", "Income (loss)"),
        ("营业收入", "营业收入"),
    ],
)
def test_a_caption_is_read_without_footnote_marks(markup, caption):
    maker = Maker()
    table = table_of(f"<tr><td>{markup}</td><td>{maker.fact('9', 'us-gaap:Revenues', YEAR)}</td></tr>", maker)
    assert [row.caption for row in table.rows] == [caption]
    assert len(table.rows[0].cells) == 1


@pytest.mark.parametrize(
    "printed",
    ["1,234", "(1,234)", "$ 1,234", "US$1,234", "—", "–", "-", "12.5%", "1 234", "1’234.50", "(0.15)"],
)
def test_a_printed_number_is_no_caption(printed):
    table = table_of(f"<tr><td>Sales</td><td>{printed}</td></tr>")
    assert [row.caption for row in table.rows] == ["Sales"]
    assert [cell.text for cell in table.rows[0].cells] == [printed]


def test_facts_inside_a_caption_are_no_column():
    maker = Maker()
    caption = (
        f"Common stock, {maker.fact('5', 'us-gaap:CommonStockSharesIssued', YEAR, Line('', unit='shares'))} shares"
    )
    value = maker.fact("70", "us-gaap:CommonStockValue", YEAR)
    [row] = table_of(f"<tr><td>{caption}</td><td>{value}</td></tr>", maker).rows
    assert row.caption == "Common stock, 5 shares"
    assert [fact.local_name for fact in row.caption_facts] == ["CommonStockSharesIssued"]
    assert [fact.local_name for cell in row.cells for fact in cell.facts] == ["CommonStockValue"]


@pytest.mark.parametrize(
    ("style", "points"),
    [
        ("padding-left:12pt", 12),
        ("padding:2px 1pt 2px 19pt", 19),
        ("padding:0 1pt", 1),
        ("margin-left:1in", 72),
        ("padding-left:16px;text-indent:-8px", 6),
        ("padding-left:5%", 0),
    ],
)
def test_indentation_is_measured_in_points(style, points):
    [row] = table_of(f'<tr><td style="{style}">Sales</td><td>5</td></tr>').rows
    assert row.offset == pytest.approx(points)


def test_depth_is_the_rank_of_the_indentation():
    cells = "".join(
        f'<tr><td style="padding-left:{points}pt">row</td><td>5</td></tr>' for points in (1, 10, 19, 10.5, 1)
    )
    assert [row.depth for row in table_of(cells).rows] == [0, 1, 2, 1, 0]


def test_a_rule_above_or_the_caption_marks_a_total_but_the_rule_of_the_head_does_not():
    maker = Maker()

    def row(caption, style=""):
        return f'<tr><td>{caption}</td><td style="{style}">{maker.fact("9", "us-gaap:Revenues", YEAR)}</td></tr>'

    rows = [
        '<tr><td></td><td style="border-bottom:1pt solid">2023</td></tr>',
        row("Sales", "border-top:1pt solid #000"),
        row("Costs", "border-bottom:1pt solid"),
        row("Profit"),
        row("Tax", "border-top:0"),
        row("Net profit", "border-top:3pt double"),
        row("Total anything", "border-top:none"),
    ]
    totals = [entry.caption for entry in table_of("".join(rows), maker).rows if entry.total]
    assert totals == ["Profit", "Net profit", "Total anything"]


def test_columns_follow_the_facts_whatever_the_cells_around_them():
    maker = Maker()
    first = maker.fact("9", "us-gaap:Revenues", YEAR), maker.fact("(8)", "us-gaap:Revenues", BEFORE)
    second = maker.fact("7", "us-gaap:CostOfRevenue", YEAR), maker.fact("6", "us-gaap:CostOfRevenue", BEFORE)
    rows = (
        f"<tr><td>Sales</td><td>$</td><td>{first[0]}</td><td></td><td>$</td><td>{first[1]}</td><td>)</td></tr>"
        f'<tr><td>Costs</td><td colspan="2">{second[0]}</td><td/><td colspan="2">{second[1]}</td><td/></tr>'
        '<tr><td>Gains</td><td colspan="2">—</td><td/><td colspan="2"></td><td/></tr>'
    )
    table = table_of(rows, maker)
    assert [(column.start, column.end) for column in table.columns] == [(1, 3), (4, 6)]
    assert [column.duration.end for column in table.columns] == ["2023-12-31", "2022-12-31"]
    assert [cell.dash for cell in table.rows[2].cells] == [True]


def test_rows_of_a_nested_table_are_not_rows_of_the_outer_one():
    table = table_of("<tr><td>Outer<table><tr><td>Inner</td><td>5</td></tr></table></td><td>7</td></tr>")
    assert len(table.rows) == 1
