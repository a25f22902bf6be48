"""Notes to the statements: policies, revenue by segment and region, property, goodwill, debt, taxes, per-share sums."""

from decimal import Decimal

from apps.demo.annual.facts import FactBook, Shown
from apps.demo.annual.ledger import AXIS_REGION, AXIS_SEGMENT, REGIONS, Ledger
from apps.demo.annual.statements import (
    BEFORE_TAX,
    SALES,
    balance_row,
    eps_rows,
    flow_row,
    long_date,
    newest_first,
    share_row,
    year_names,
)
from apps.demo.annual.tables import Row, heading, paragraph, table


def notes(facts: FactBook, books: Ledger) -> list[str]:
    """Every note as markup, in order."""
    return [
        _policies(facts, books),
        _revenue(facts, books),
        _inventories(facts, books),
        _property(facts, books),
        _goodwill(facts, books),
        _debt(facts, books),
        _taxes(facts, books),
        _per_share(facts, books),
        _commitments(facts, books),
        _segments(facts, books),
    ]


def _policies(facts: FactBook, books: Ledger) -> str:
    company, year = books.company, books.years[-1]
    first = paragraph(
        f"{company.short} designs, makes and sells {company.trade.makes}. The consolidated financial statements "
        "include the accounts of the Company and of all subsidiaries that it controls. Balances and transactions "
        "between them are eliminated. The preparation of financial statements in conformity with U.S. GAAP "
        "requires estimates and assumptions that affect the amounts reported; actual results could differ from those estimates."
    )
    recognition = paragraph(
        "Revenue is recognized when control of a promised good or service passes to the customer, in the amount that "
        "the Company expects to receive. Goods are recognized at shipment or delivery according to the contract terms. "
        "Service contracts are recognized over the time in which the service is rendered."
    )
    rest = paragraph(
        "Variable consideration, such as rebates and rights of return, is estimated from experience and is included in "
        "the transaction price only where a significant reversal is not probable. Payment terms rarely exceed 60 days."
    )
    tagged = facts.text("us-gaap:RevenueRecognitionPolicyTextBlock", recognition, year, continued="pol-2", block=True)
    more = f'<ix:continuation id="pol-2">{rest}</ix:continuation>'
    life = facts.text("us-gaap:PropertyPlantAndEquipmentUsefulLife", "thirty years", year, form="ixt-sec:durwordsen")
    plant = paragraph(
        f"Property, plant and equipment is carried at cost and depreciated on a straight line. Buildings are "
        f"depreciated over as long as {life}, machinery over three to twelve years."
    )
    cash = paragraph(
        "Cash equivalents are highly liquid investments with an original maturity of three months or less. Inventories "
        "are stated at the lower of cost, first-in first-out, and net realizable value."
    )
    return (
        heading("Note 1. Basis of Presentation and Significant Accounting Policies", 2)
        + first
        + heading("Revenue recognition", 3)
        + tagged
        + heading("Cash equivalents and inventories", 3)
        + cash
        + more
        + heading("Property, plant and equipment", 3)
        + plant
    )


def _revenue(facts: FactBook, books: Ledger) -> str:
    rows = [
        Row(name, _by_member(facts, books, SALES, books.region_revenue, AXIS_REGION, member), dollar=number == 0)
        for number, (member, name) in enumerate(REGIONS)
    ]
    rows.append(flow_row(facts, books, SALES, "Net sales", where="note", dollar=True, total=2, bold=True))
    text = paragraph("Net sales by the region in which the customer is located were as follows (in millions):")
    return (
        heading("Note 2. Revenue", 2)
        + text
        + table(year_names(books, 3), rows, "Net Sales by Region")
        + paragraph(
            "No customer accounted for more than ten percent of net sales in any year presented. Remaining performance "
            "obligations with an original duration above one year are not material."
        )
    )


def _by_member(facts: FactBook, books: Ledger, concept: str, source, axis: str, member: str) -> list[Shown]:
    return [
        facts.money(concept, source[member][y], y, instant=False, where="note", dimensions=((axis, member),))
        for y in newest_first(books, 3)
    ]


def _parts(total: int, shares: tuple[float, ...]) -> list[int]:
    parts = [round(total * share) for share in shares]
    return [*parts, total - sum(parts)]


def _made_up_of(
    facts: FactBook, books: Ledger, total: str, lines: list[tuple[str, str]], shares: tuple[float, ...], caption: str
) -> list[Row]:
    split = {y: _parts(books.balance(total, y), shares) for y in newest_first(books, 2)}
    rows = [
        Row(
            name,
            [facts.money(concept, split[y][n], y, instant=True, where="note") for y in newest_first(books, 2)],
            dollar=n == 0,
        )
        for n, (concept, name) in enumerate(lines)
    ]
    return [*rows, balance_row(facts, books, total, caption, where="note", dollar=True, total=2, bold=True)]


def _inventories(facts: FactBook, books: Ledger) -> str:
    lines = [
        ("InventoryRawMaterialsNetOfReserves", "Raw materials"),
        ("InventoryWorkInProcessNetOfReserves", "Work in process"),
        ("InventoryFinishedGoodsNetOfReserves", "Finished goods"),
    ]
    rows = _made_up_of(facts, books, "InventoryNet", lines, (0.34, 0.17), "Inventories")
    accrued = [
        ("EmployeeRelatedLiabilitiesCurrent", "Compensation and benefits"),
        ("AccruedMarketingCostsCurrent", "Rebates and promotions"),
        ("AccruedIncomeTaxesCurrent", "Income taxes"),
        ("OtherAccruedLiabilitiesCurrent", "Other"),
    ]
    owed = _made_up_of(facts, books, "AccruedLiabilitiesCurrent", accrued, (0.41, 0.22, 0.13), "Accrued expenses")
    ends = [long_date(books, y) for y in newest_first(books, 2)]
    return (
        heading("Note 3. Inventories and Accrued Expenses", 2)
        + paragraph("Inventories consisted of the following (in millions):")
        + table(ends, rows)
        + paragraph("Accrued expenses and other current liabilities consisted of the following (in millions):")
        + table(ends, owed)
    )


def _property(facts: FactBook, books: Ledger) -> str:
    years = newest_first(books, 2)
    net = {y: books.balance("PropertyPlantAndEquipmentNet", y) for y in years}
    last = books.years[-1]
    worn = {last: round(net[last] * 1.18)}
    worn[last - 1] = worn[last] - books.flow("Depreciation", last)
    gross = {y: net[y] + worn[y] for y in years}
    names = ["Land and improvements", "Buildings", "Machinery and equipment", "Construction in progress"]
    tags = ["LandAndLandImprovements", "BuildingsAndImprovementsGross", "MachineryAndEquipmentGross"]
    tags.append("ConstructionInProgressGross")
    split = {y: _parts(gross[y], (0.05, 0.27, 0.6)) for y in years}
    rows = [
        Row(name, [facts.money(tag, split[y][n], y, instant=True, where="note") for y in years], dollar=n == 0)
        for n, (tag, name) in enumerate(zip(tags, names, strict=True))
    ]
    rows.append(
        Row(
            "Property, plant and equipment, gross",
            [facts.money("PropertyPlantAndEquipmentGross", gross[y], y, instant=True, where="note") for y in years],
            total=1,
        )
    )
    tag = "AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment"
    rows.append(
        Row(
            "Less: accumulated depreciation",
            [facts.money(tag, worn[y], y, instant=True, negated=True, where="note") for y in years],
        )
    )
    caption = "Property, plant and equipment, net"
    rows.append(
        balance_row(
            facts, books, "PropertyPlantAndEquipmentNet", caption, where="note", dollar=True, total=2, bold=True
        )
    )
    spoken = [
        _plain(facts.money("Depreciation", books.flow("Depreciation", y), y, instant=False, where="note"))
        for y in newest_first(books, 3)
    ]
    return (
        heading("Note 4. Property, Plant and Equipment", 2)
        + paragraph("Property, plant and equipment consisted of the following (in millions):")
        + table([long_date(books, y) for y in years], rows)
        + paragraph(
            f"Depreciation expense was ${spoken[0]} million, ${spoken[1]} million and ${spoken[2]} million in "
            f"{books.years[-1]}, {books.years[-2]} and {books.years[-3]}, respectively."
        )
    )


def _plain(shown: Shown) -> str:
    return shown.before + shown.element + shown.after


def _goodwill(facts: FactBook, books: Ledger) -> str:
    segments = [(f"{member}Member", name) for member, name, _ in books.company.trade.segments]

    def cell(concept: str, amount: int, year: int, instant: bool, member: str = "") -> Shown:
        dimensions = ((AXIS_SEGMENT, f"{facts.prefix}:{member}"),) if member else ()
        return facts.money(concept, amount, year, instant=instant, where="note", dimensions=dimensions)

    def held(year: int) -> list[Shown]:
        parts = [cell("Goodwill", books.segment_goodwill[m][year], year, True, m) for m, _ in segments]
        return [*parts, cell("Goodwill", books.balance("Goodwill", year), year, True)]

    rows = [Row(f"Balance at {long_date(books, books.years[0])}", held(books.years[0]), dollar=True)]
    for year in books.years[1:]:
        added = books.flow("GoodwillAcquiredDuringPeriod", year)
        parts = [
            cell("GoodwillAcquiredDuringPeriod", added if n == 0 else 0, year, False, m)
            for n, (m, _) in enumerate(segments)
        ]
        rows.append(Row("Acquisitions", [*parts, cell("GoodwillAcquiredDuringPeriod", added, year, False)]))
        rows.append(Row(f"Balance at {long_date(books, year)}", held(year), dollar=True, total=1, bold=True))
    last = books.years[-1]
    none = facts.nil("GoodwillImpairmentLoss", last, instant=False)
    return (
        heading("Note 5. Goodwill", 2)
        + paragraph("Changes in the carrying amount of goodwill by segment were as follows (in millions):")
        + table([*(name for _, name in segments), "Total"], rows)
        + paragraph(f"Goodwill is tested for impairment each year in the third quarter. There was no impairment.{none}")
    )


def _debt(facts: FactBook, books: Ledger) -> str:
    years = newest_first(books, 2)
    last = years[0]
    made, spoken = [], []
    for n, (name, rate, due, before, after) in enumerate(books.notes_due):
        dimensions = (("us-gaap:DebtInstrumentAxis", f"{facts.prefix}:{name}Member"),)
        stated = facts.number(
            "DebtInstrumentInterestRateStatedPercentage",
            Decimal(rate.rstrip("%")) / 100,
            last,
            instant=True,
            unit="number",
            scale=-2,
            decimals=5,
            places=3,
            where="note",
            dimensions=dimensions,
        )
        cells = [
            facts.money("LongTermDebt", amount, y, instant=True, where="note", dimensions=dimensions)
            for y, amount in zip(years, (after, before), strict=True)
        ]
        spoken.append(f"{_plain(stated)}% on the notes that end in {due}")
        made.append(Row(f"Amortizing senior notes, last installment {due}", cells, dollar=n == 0))
    totals = [books.balance("LongTermDebtCurrent", y) + books.balance("LongTermDebtNoncurrent", y) for y in years]
    made.append(
        Row(
            "Total debt",
            [facts.money("LongTermDebt", t, y, instant=True, where="note") for y, t in zip(years, totals, strict=True)],
            total=1,
        )
    )
    made.append(
        balance_row(facts, books, "LongTermDebtCurrent", "Less: current maturities", negated=True, where="note")
    )
    made.append(
        balance_row(
            facts, books, "LongTermDebtNoncurrent", "Long-term debt", where="note", dollar=True, total=2, bold=True
        )
    )
    tags = [f"LongTermDebtMaturitiesRepaymentsOfPrincipalInYear{w}" for w in ("Two", "Three", "Four", "Five")]
    tags = ["LongTermDebtMaturitiesRepaymentsOfPrincipalInNextTwelveMonths", *tags]
    tags.append("LongTermDebtMaturitiesRepaymentsOfPrincipalAfterYearFive")
    falling = [
        Row(
            "Thereafter" if key == "after" else key,
            [facts.money(tag, amount, last, instant=True, where="note")],
            dollar=key == str(last + 1),
        )
        for tag, (key, amount) in zip(tags, books.maturities.items(), strict=True)
    ]
    falling.append(
        Row(
            "Total",
            [facts.money("LongTermDebt", totals[0], last, instant=True, where="note")],
            total=2,
            dollar=True,
            bold=True,
        )
    )
    drawn = _plain(facts.money("LineOfCredit", 0, last, instant=True, where="note"))
    return (
        heading("Note 6. Debt", 2)
        + paragraph("Long-term debt consisted of the following (in millions):")
        + table([long_date(books, y) for y in years], made)
        + paragraph(f"The senior notes bear fixed interest: {', '.join(spoken)}. Interest is payable twice a year.")
        + paragraph(f"Amounts drawn under the revolving credit facility were ${drawn} million at the end of the year.")
        + paragraph("Maturities of long-term debt are as follows (in millions):")
        + table([long_date(books, last)], falling)
    )


def _taxes(facts: FactBook, books: Ledger) -> str:
    rows = [
        flow_row(facts, books, "CurrentIncomeTaxExpenseBenefit", "Current", where="note", dollar=True),
        flow_row(facts, books, "DeferredIncomeTaxExpenseBenefit", "Deferred", where="note"),
        flow_row(
            facts, books, "IncomeTaxExpenseBenefit", "Provision for income taxes", where="note", total=2, dollar=True
        ),
    ]
    rates = []
    for year in newest_first(books, 3):
        exact = Decimal(books.flow("IncomeTaxExpenseBenefit", year)) / books.flow(BEFORE_TAX, year)
        rates.append(
            facts.number(
                "EffectiveIncomeTaxRateContinuingOperations",
                exact.quantize(Decimal("0.001")),
                year,
                instant=False,
                unit="number",
                scale=-2,
                decimals=3,
                places=1,
                where="note",
            )
        )
    said = [_plain(r) for r in rates]
    return (
        heading("Note 7. Income Taxes", 2)
        + paragraph("The provision for income taxes consisted of the following (in millions):")
        + table(year_names(books, 3), rows, "Provision for Income Taxes")
        + paragraph(
            f"The effective income tax rate was {said[0]}%, {said[1]}% and {said[2]}% in {books.years[-1]}, "
            f"{books.years[-2]} and {books.years[-3]}, respectively. The statutory federal rate is 21%."
        )
    )


def _per_share(facts: FactBook, books: Ledger) -> str:
    rows = [
        flow_row(facts, books, "NetIncomeLoss", "Net income", where="note", dollar=True),
        share_row(
            facts, books, "WeightedAverageNumberOfSharesOutstandingBasic", "Weighted average shares, basic", "note"
        ),
        share_row(
            facts,
            books,
            "WeightedAverageNumberDilutedSharesOutstandingAdjustment",
            "Dilutive effect of share awards",
            "note",
        ),
        share_row(
            facts,
            books,
            "WeightedAverageNumberOfDilutedSharesOutstanding",
            "Weighted average shares, diluted",
            "note",
            total=1,
        ),
        Row("Earnings per share:"),
        *eps_rows(facts, books, "note"),
    ]
    return (
        heading("Note 8. Earnings per Share", 2)
        + paragraph("Earnings per share were computed as follows (in millions, except per share amounts):")
        + table(year_names(books, 3), rows, "Earnings per Share")
    )


def _commitments(facts: FactBook, books: Ledger) -> str:
    last = books.years[-1]
    left = round(books.flow("CostOfRevenue", last) * 0.04)
    promised = _plain(
        facts.money("UnrecordedUnconditionalPurchaseObligationBalanceSheetAmount", left, last, instant=True)
    )
    return heading("Note 9. Commitments and Contingencies", 2) + paragraph(
        f"The Company had unconditional purchase obligations of ${promised} million at the end of the year. It is "
        "party to legal proceedings that arise in the ordinary course of business. In the opinion of management none "
        "of them is likely to have a material effect on the financial statements."
    )


def _segments(facts: FactBook, books: Ledger) -> str:
    segments = books.company.trade.segments

    def member(name: str) -> str:
        return f"{facts.prefix}:{name}Member"

    def cells(concept: str, source, name: str) -> list[Shown]:
        return [
            facts.money(
                concept, source[f"{name}Member"][y], y, instant=False, where="note",
                dimensions=((AXIS_SEGMENT, member(name)),),
            )
            for y in newest_first(books, 3)
        ]  # fmt: skip

    sold = [
        Row(caption, cells(SALES, books.segment_revenue, name), dollar=n == 0)
        for n, (name, caption, _) in enumerate(segments)
    ]
    sold.append(flow_row(facts, books, SALES, "Net sales", where="note", dollar=True, total=2, bold=True))
    earned = [
        Row(caption, cells("OperatingIncomeLoss", books.segment_income, name), dollar=n == 0)
        for n, (name, caption, _) in enumerate(segments)
    ]
    common = [
        facts.money(
            "OperatingIncomeLoss",
            books.segment_income["Corporate"][y],
            y,
            instant=False,
            where="note",
            dimensions=(("srt:ConsolidationItemsAxis", "us-gaap:CorporateNonSegmentMember"),),
        )
        for y in newest_first(books, 3)
    ]
    earned.append(Row("Corporate", common))
    earned.append(
        flow_row(facts, books, "OperatingIncomeLoss", "Operating income", where="note", dollar=True, total=2, bold=True)
    )
    count = facts.words("NumberOfReportableSegments", "3", "three", books.years[-1])
    return (
        heading("Note 10. Segment Information", 2)
        + paragraph(f"The Company has {count} reportable segments. Net sales by segment were (in millions):")
        + table(year_names(books, 3), sold, "Net Sales by Segment")
        + paragraph("Operating income by segment was (in millions):")
        + table(year_names(books, 3), earned, "Operating Income by Segment")
    )
