"""Sums of every tagged table, and amounts in a currency that the page does not print."""

from apps.finance.anomaly import CheckResult
from apps.finance.report import read_report
from tests.apps.finance.anomaly.books import told
from tests.apps.finance.statements.reports import BALANCE, BEFORE, END, END_BEFORE, YEAR, Line, Maker, gaap

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


def years(total: str, *amounts: str) -> list[Line]:
    """What falls due year by year, with its total."""
    names = ("NextTwelveMonths", "YearTwo", "YearThree", "YearFour", "YearFive", "AfterYearFive")
    family = "LongTermDebtMaturitiesRepaymentsOfPrincipalIn"
    lines = [
        gaap(str(2024 + k), f"{family}{name}", amount)
        for k, (name, amount) in enumerate(zip(names, amounts, strict=True))
    ]
    return [*lines, gaap("Debt", "LongTermDebt", total)]


def test_a_ladder_of_years_in_one_column_is_the_sum_of_its_steps():
    amounts = ("850", "529", "315", "875", "225", "3,925")
    assert not failures(years("6,719", *amounts), "table_columns")
    assert [r.difference for r in failures(years("6,791", *amounts), "table_columns")] == [72_000_000]


def test_a_row_called_total_is_the_sum_of_all_rows_above_it_in_a_single_column():
    lines = [
        gaap("Severance", "SeveranceCosts1", "48"),
        gaap("Litigation", "LitigationSettlementExpense", "91"),
        gaap("Impairment", "AssetImpairmentCharges", "87"),
        gaap("Total", "RestructuringCharges", "226", rule=True),
    ]
    assert not failures(lines, "table_columns")
    lines[1] = gaap("Litigation", "LitigationSettlementExpense", "102")
    (failed,) = failures(lines, "table_columns")
    assert failed.difference == -11_000_000
    assert "in the other columns" not in told(failed)
    lines[3] = gaap("Total long-term debt", "RestructuringCharges", "226", rule=True)
    assert not failures(lines, "table_columns")


def test_a_report_whose_sums_are_all_exact_leaves_a_unit_to_rounding():
    amounts = (137, 811, 293, 577, 419, 163, 727, 349, 911)
    wide = [gaap(f"Part {k}", f"AcmePart{k}", f"{n}", f"{2 * n + k}") for k, n in enumerate(amounts, 1)]
    sums = [str(sum(amounts)), str(2 * sum(amounts) + 45)]
    right = [*wide, gaap("Total", "AcmeWhole", *sums, rule=True)]
    off = [*wide[:-1], gaap("Part 9", "AcmePart9", "914", "1831"), right[-1]]
    for count, verdicts in ((30, 1), (3, 0)):
        maker = Maker()
        body = maker.table([END, END_BEFORE], BALANCE[:9])
        for number in range(count):
            renamed = [
                Line(line.caption, f"{line.concept}In{number}", line.cells, rule=line.rule)
                for line in (off if number == 0 else right)
            ]
            body += maker.table([END, END_BEFORE], renamed)
        failed = [
            r
            for r in read_report(maker.document(body)).checks
            if r.check_id == "table_columns" and r.verdict == "fails"
        ]
        assert len(failed) == verdicts
        assert all("exact" in told(r) and r.tolerance == 1_000_000 for r in failed)


def test_a_single_amount_that_differs_from_its_total_is_wrong_where_the_others_do_not():
    def row(caption: str, concept: str, *cells: str) -> Line:
        return gaap(caption, concept, *cells)

    lines = [
        row("Issued", "StockIssuedDuringPeriodValueNewIssues", "412", "", "412"),
        row("Earned", "ProfitLoss", "", "833", "833"),
        row("Paid", "DividendsCash", "", "(219)", "(219)"),
        row("Bought", "StockRepurchasedDuringPeriodValue", "(120)", "(310)", "(430)"),
        row("Granted", "AdjustmentsToAdditionalPaidInCapitalOther", "77", "", "77"),
        row("Sold", "StockIssuedDuringPeriodValueOther", "1,405", "2,210", "3,615"),
    ]
    assert not failures(lines, "table_rows", columns=3)
    lines[4] = row("Granted", "AdjustmentsToAdditionalPaidInCapitalOther", "77", "", "86")
    assert [abs(r.difference) for r in failures(lines, "table_rows", columns=3)] == [9_000_000]


def test_a_total_that_holds_a_row_without_parts_is_not_called_wrong_along_its_row():
    def row(caption: str, concept: str, *cells: str) -> Line:
        return gaap(caption, concept, *cells)

    lines = [
        row("Cash", "Cash", "10,666", "", "10,666"),
        row("Shares held", "EquitySecuritiesFvNi", "", "", "3,709"),
        row("Bonds", "AvailableForSaleSecuritiesDebtSecurities", "23,111", "(484)", "22,627"),
        row("Notes", "OtherDebtSecurities", "2,721", "(149)", "2,572"),
        row("All of them", "CashCashEquivalentsAndMarketableSecurities", "36,498", "(633)", "39,574"),
    ]
    assert not failures(lines, "table_rows", columns=3)
    lines[3] = row("Notes", "OtherDebtSecurities", "2,721", "(149)", "2,752")
    assert failures(lines, "table_columns", columns=3) or failures(lines, "table_rows", columns=3)


def test_the_parts_of_an_effective_rate_add_up_though_some_are_tagged_by_the_company():
    def rates(other: str) -> list[Line]:
        of_rate = {"unit": "pure", "decimals": "3", "periods": (YEAR, BEFORE)}
        family = "EffectiveIncomeTaxRateReconciliation"
        return [
            gaap("Statutory rate", f"{family}AtFederalStatutoryIncomeTaxRate", "0.210", "0.210", **of_rate),
            gaap("States", f"{family}StateAndLocalIncomeTaxes", "0.018", "0.020", **of_rate),
            Line("Credits", "acme:CreditsOfTheYear", ("(0.027)", "(0.042)"), **of_rate),
            gaap("Other", f"{family}OtherAdjustments", other, "0.008", **of_rate),
            gaap("Rate", "EffectiveIncomeTaxRateContinuingOperations", "0.206", "0.196", rule=True, **of_rate),
        ]

    assert not failures(rates("0.005"), "table_columns")
    assert failures(rates("0.015"), "table_columns")


def failures(lines: list[Line], check_id: str, columns: int = 2) -> list[CheckResult]:
    """The failures of a check in a report with one table of the notes."""
    maker = Maker()
    periods = [END] * 3 if columns == 3 else [END, END_BEFORE]
    body = maker.table([END, END_BEFORE], BALANCE[:9]) + maker.table(periods, lines)
    pure = b'<xbrli:unit id="pure"><xbrli:measure>xbrli:pure</xbrli:measure></xbrli:unit><xbrli:unit '
    results = read_report(maker.document(body).replace(b"<xbrli:unit ", pure, 1)).checks
    return [r for r in results if r.check_id == check_id and r.verdict == "fails"]
