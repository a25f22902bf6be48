"""Notes on lines of the balance sheet: inventories, property, goodwill and debt."""

from decimal import Decimal

from apps.demo.annual.facts import FactBook, Shown, plain
from apps.demo.annual.ledger import AXIS_SEGMENT, Ledger
from apps.demo.annual.statements import balance_row, long_date, newest_first
from apps.demo.annual.tables import Row, heading, paragraph, table


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


def inventories_note(facts: FactBook, books: Ledger) -> str:
    """Note 3: what inventories and accrued expenses consist of."""
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


def property_note(facts: FactBook, books: Ledger) -> str:
    """Note 4: property, gross and net."""
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
        plain(facts.money("Depreciation", books.flow("Depreciation", y), y, instant=False, where="note"))
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


def goodwill_note(facts: FactBook, books: Ledger) -> str:
    """Note 5: goodwill by segment from year to year."""
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


def debt_note(facts: FactBook, books: Ledger) -> str:
    """Note 6: what is owed, at which rate, and when it falls due."""
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
        spoken.append(f"{plain(stated)}% on the notes that end in {due}")
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
    drawn = plain(facts.money("LineOfCredit", 0, last, instant=True, where="note"))
    return (
        heading("Note 6. Debt", 2)
        + paragraph("Long-term debt consisted of the following (in millions):")
        + table([long_date(books, y) for y in years], made)
        + paragraph(f"The senior notes bear fixed interest: {', '.join(spoken)}. Interest is payable twice a year.")
        + paragraph(f"Amounts drawn under the revolving credit facility were ${drawn} million at the end of the year.")
        + paragraph("Maturities of long-term debt are as follows (in millions):")
        + table([long_date(books, last)], falling)
    )
