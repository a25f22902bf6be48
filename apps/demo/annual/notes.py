"""Notes to the statements: policies, revenue by region and segment, taxes, per-share sums, commitments."""

from decimal import Decimal

from apps.demo.annual.balance_notes import debt_note, goodwill_note, inventories_note, property_note
from apps.demo.annual.facts import FactBook, Shown, plain
from apps.demo.annual.ledger import AXIS_REGION, AXIS_SEGMENT, REGIONS, Ledger
from apps.demo.annual.statements import (
    BEFORE_TAX,
    SALES,
    eps_rows,
    flow_row,
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
        inventories_note(facts, books),
        property_note(facts, books),
        goodwill_note(facts, books),
        debt_note(facts, books),
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
        "requires estimates and assumptions that affect the amounts reported; actual results could differ from "
        "them."
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
    said = [plain(r) for r in rates]
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
    promised = plain(
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
