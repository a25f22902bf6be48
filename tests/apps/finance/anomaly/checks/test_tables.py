"""Sums of every tagged table, and amounts in a currency that the page does not print."""

from apps.finance.anomaly import CheckResult
from apps.finance.report import read_report
from tests.apps.finance.statements.reports import BALANCE, END, END_BEFORE, Line, Maker, gaap

BALANCES = [
    gaap("Land", "LandAndLandImprovements", "1,130", "1,082"),
    gaap("Buildings", "BuildingsAndImprovementsGross", "4,417", "4,206"),
    gaap("Equipment", "MachineryAndEquipmentGross", "6,058", "5,911"),
    gaap("Property, gross", "PropertyPlantAndEquipmentGross", "11,605", "11,199", rule=True),
    gaap("Less: accumulated depreciation", "AccumulatedDepreciationForPropertyPlant", "5,204", "4,977"),
    gaap("Property, net", "PropertyPlantAndEquipmentNet", "6,401", "6,222", rule=True),
]


def checked(lines: list[Line], text: str = "") -> list[CheckResult]:
    """The verdicts on a report with a table of the notes."""
    maker = Maker()
    tables = maker.table([END, END_BEFORE], BALANCE[:9]) + "<p>Note 5</p>" + maker.table([END, END_BEFORE], lines)
    return list(read_report(maker.document(tables + text.format(fact=maker.fact))).checks)


def changed(row: int, *cells: str) -> list[Line]:
    """The table with the cells of one row replaced."""
    before = BALANCES[row]
    return [*BALANCES[:row], gaap(before.caption, before.concept[8:], *cells, rule=before.rule), *BALANCES[row + 1 :]]


def verdicts(results: list[CheckResult], check_id: str) -> list[str]:
    return [result.verdict for result in results if result.check_id == check_id]


def test_a_table_of_the_notes_that_adds_up_holds_once():
    of_notes = [r for r in checked(BALANCES) if r.check_id == "table_columns" and len(r.fact_ids) == 12]
    assert [result.verdict for result in of_notes] == ["holds"]
    assert of_notes[0].reason.values["count"] == 4


def test_a_term_that_is_wrong_in_one_column_breaks_its_sum_alone():
    results = [r for r in checked(changed(1, "4,947", "4,206")) if r.check_id == "table_columns"]
    (result,) = [result for result in results if result.verdict == "fails"]
    assert (result.difference, result.tolerance, result.unit) == (-530_000_000, 2_000_000, "USD")
    assert result.period is not None
    assert result.period.end == END


def test_a_table_that_adds_up_in_no_column_is_no_sum():
    results = checked(changed(3, "11,905", "11,099"))
    assert not [r for r in results if r.check_id == "table_columns" and r.verdict == "fails"]


def test_columns_add_up_along_the_rows_from_either_end():
    def row(caption: str, *cells: str) -> Line:
        return gaap(caption, "AssetsFairValueDisclosure", *cells)

    periods = [END] * 4
    maker = Maker()
    lines = [
        row("Money market funds", "12,814", "6,223", "6,591"),
        row("Debt securities", "2,226", "", "2,226"),
        row("Equity securities", "1,111", "860", "251"),
        row("Contracts", "3,066", "1,004", "2,062"),
    ]
    grid = maker.table(periods[:3], lines)
    results = read_report(maker.document(maker.table([END, END_BEFORE], BALANCE[:9]) + grid)).checks
    assert verdicts(list(results), "table_rows") == ["holds"]
    lines[3] = row("Contracts", "3,606", "1,004", "2,062")
    maker = Maker()
    grid = maker.table(periods[:3], lines)
    results = read_report(maker.document(maker.table([END, END_BEFORE], BALANCE[:9]) + grid)).checks
    failed = [r for r in results if r.check_id == "table_rows" and r.verdict == "fails"]
    assert [result.difference for result in failed] == [540_000_000]


def test_an_amount_of_a_note_in_a_currency_that_the_page_does_not_print_is_named():
    foreign = Line("", "", (), unit="eur")
    for sentence, verdict in (("Costs were ${} million.", "fails"), ("Costs were €{} million.", "holds")):
        maker = Maker()
        body = maker.table([END, END_BEFORE], BALANCE)
        fact = maker.fact("85", "us-gaap:RestructuringReserve", END, foreign)
        page = maker.document(f"{body}<p>{sentence.format(fact)}</p>").replace(
            b"<xbrli:unit ",
            b'<xbrli:unit id="eur"><xbrli:measure>iso4217:EUR</xbrli:measure></xbrli:unit><xbrli:unit ',
            1,
        )
        assert verdicts(list(read_report(page).checks), "units") == [verdict]
