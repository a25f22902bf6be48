"""The consolidated statements of the example report."""

from collections.abc import Sequence
from decimal import Decimal

from apps.demo.annual.facts import FactBook, Shown
from apps.demo.annual.ledger import CHANGE, EXCHANGE, Ledger
from apps.demo.annual.tables import Row, heading, paragraph, table

SALES = "RevenueFromContractWithCustomerExcludingAssessedTax"
BEFORE_TAX = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
CASH = "CashAndCashEquivalentsAtCarryingValue"
ALL_CASH = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"


def newest_first(books: Ledger, count: int) -> list[int]:
    """The last ``count`` fiscal years, newest first, as columns run."""
    return books.years[::-1][:count]


def flow_row(
    facts: FactBook,
    books: Ledger,
    concept: str,
    caption: str,
    *,
    negated: bool = False,
    where: str = "statement",
    note: str = "",
    count: int = 3,
    **look,
) -> Row:
    """A line of amounts over the years."""
    cells = [
        facts.money(concept, books.flow(concept, y), y, instant=False, negated=negated, where=where, note=note)
        for y in newest_first(books, count)
    ]
    return Row(caption, cells, **look)


def balance_row(
    facts: FactBook,
    books: Ledger,
    concept: str,
    caption: str,
    *,
    negated: bool = False,
    where: str = "statement",
    **look,
) -> Row:
    """A line of amounts at the last two year ends."""
    cells = [
        facts.money(concept, books.balance(concept, y), y, instant=True, negated=negated, where=where)
        for y in newest_first(books, 2)
    ]
    return Row(caption, cells, **look)


def eps_rows(facts: FactBook, books: Ledger, where: str) -> list[Row]:
    """Basic and diluted earnings per share."""
    rows = []
    for concept, caption in (("EarningsPerShareBasic", "Basic"), ("EarningsPerShareDiluted", "Diluted")):
        cells = [_per_share(facts, concept, books, y, where) for y in newest_first(books, 3)]
        rows.append(Row(caption, cells, level=1, dollar=True))
    return rows


def share_row(facts: FactBook, books: Ledger, concept: str, caption: str, where: str, **look) -> Row:
    """Weighted shares, shown in millions with one digit."""
    cells = [
        facts.number(
            concept,
            Decimal(books.shares[concept][y] * 10**5),
            y,
            instant=False,
            unit="shares",
            decimals=-5,
            places=1,
            where=where,
        )
        for y in newest_first(books, 3)
    ]
    return Row(caption, cells, **look)


def _per_share(facts: FactBook, concept: str, books: Ledger, year: int, where: str) -> Shown:
    return facts.number(
        concept,
        books.eps[concept][year],
        year,
        instant=False,
        unit="usdPerShare",
        scale=0,
        decimals=2,
        places=2,
        where=where,
    )


def year_names(books: Ledger, count: int) -> Sequence[str]:
    """Column headings."""
    return [str(y) for y in newest_first(books, count)]


def long_date(books: Ledger, year: int) -> str:
    """The year's last day as it is written in a heading."""
    end = books.company.end(year)
    return f"{end:%B} {end.day}, {end.year}"


def income_statement(facts: FactBook, books: Ledger) -> str:
    """Consolidated statements of income."""

    def line(concept: str, caption: str, **how) -> Row:
        return flow_row(facts, books, concept, caption, **how)

    rows = [
        line(SALES, "Net sales", dollar=True),
        line("CostOfRevenue", "Cost of sales"),
        line("GrossProfit", "Gross profit", total=1, bold=True),
        Row("Operating expenses:"),
        line("SellingGeneralAndAdministrativeExpense", "Selling, general and administrative", level=1),
        line("ResearchAndDevelopmentExpense", "Research and development", level=1),
        line("AmortizationOfIntangibleAssets", "Amortization of intangible assets", level=1),
        line("OperatingExpenses", "Total operating expenses", total=1),
        line("OperatingIncomeLoss", "Operating income", total=1, bold=True),
        line("InterestExpenseNonoperating", "Interest expense", negated=True),
        line("OtherNonoperatingIncomeExpense", "Other income (expense), net"),
        line(BEFORE_TAX, "Income before income taxes", total=1),
        line("IncomeTaxExpenseBenefit", "Provision for income taxes"),
        line("NetIncomeLoss", "Net income", dollar=True, total=2, bold=True),
        Row("Earnings per share:"),
        *eps_rows(facts, books, "statement"),
        Row("Weighted average shares outstanding:"),
        share_row(facts, books, "WeightedAverageNumberOfSharesOutstandingBasic", "Basic", "statement", level=1),
        share_row(facts, books, "WeightedAverageNumberOfDilutedSharesOutstanding", "Diluted", "statement", level=1),
    ]
    return _page(
        books,
        "Consolidated Statements of Income",
        "(In millions, except per share amounts)",
        table(year_names(books, 3), rows, f"Year Ended {_day(books)},"),
    )


def comprehensive_income(facts: FactBook, books: Ledger) -> str:
    """Consolidated statements of comprehensive income."""
    rows = [
        flow_row(facts, books, "NetIncomeLoss", "Net income", dollar=True),
        flow_row(
            facts,
            books,
            "OtherComprehensiveIncomeLossNetOfTax",
            "Other comprehensive income (loss), net of tax: foreign currency translation",
        ),
        flow_row(facts, books, "ComprehensiveIncomeNetOfTax", "Comprehensive income", dollar=True, total=2, bold=True),
    ]
    return _page(
        books,
        "Consolidated Statements of Comprehensive Income",
        "(In millions)",
        table(year_names(books, 3), rows, f"Year Ended {_day(books)},"),
    )


def balance_sheet(facts: FactBook, books: Ledger) -> str:
    """Consolidated balance sheets."""

    def line(concept: str, caption: str, **how) -> Row:
        return balance_row(facts, books, concept, caption, **how)

    def zero(concept: str, caption: str) -> Row:
        cells = [facts.money(concept, 0, y, instant=True) for y in newest_first(books, 2)]
        return Row(caption, cells, level=1)

    par = (
        "Common stock, $0.01 par value; 1,000.0 shares authorized"
        if books.balance("CommonStockValue", books.years[-1]) < 10
        else "Common stock, $0.01 par value; 2,500.0 shares authorized"
    )
    rows = [
        Row("ASSETS", bold=True),
        Row("Current assets:"),
        line(CASH, "Cash and cash equivalents", level=1, dollar=True),
        line("ShortTermInvestments", "Short-term investments", level=1),
        line("AccountsReceivableNetCurrent", "Accounts receivable, net", level=1),
        line("InventoryNet", "Inventories", level=1),
        line("PrepaidExpenseAndOtherAssetsCurrent", "Prepaid expenses and other current assets", level=1),
        line("AssetsCurrent", "Total current assets", total=1, bold=True),
        line("PropertyPlantAndEquipmentNet", "Property, plant and equipment, net"),
        line("Goodwill", "Goodwill"),
        line("IntangibleAssetsNetExcludingGoodwill", "Intangible assets, net"),
        line("OtherAssetsNoncurrent", "Other assets"),
        line("Assets", "Total assets", dollar=True, total=2, bold=True),
        Row("LIABILITIES AND SHAREHOLDERS\u2019 EQUITY", bold=True),
        Row("Current liabilities:"),
        line("LongTermDebtCurrent", "Current maturities of long-term debt", level=1, dollar=True),
        line("AccountsPayableCurrent", "Accounts payable", level=1),
        line("AccruedLiabilitiesCurrent", "Accrued expenses and other current liabilities", level=1),
        line("LiabilitiesCurrent", "Total current liabilities", total=1, bold=True),
        line("LongTermDebtNoncurrent", "Long-term debt"),
        line("DeferredIncomeTaxLiabilitiesNet", "Deferred income taxes"),
        line("OtherLiabilitiesNoncurrent", "Other liabilities"),
        line("Liabilities", "Total liabilities", total=1, bold=True),
        Row("Commitments and contingencies (Note 9)"),
        Row("Shareholders\u2019 equity:"),
        zero("PreferredStockValue", "Preferred stock, $0.01 par value; 10.0 shares authorized; none issued"),
        line("CommonStockValue", par, level=1),
        line("AdditionalPaidInCapital", "Additional paid-in capital", level=1),
        line("RetainedEarningsAccumulatedDeficit", "Retained earnings", level=1),
        line("AccumulatedOtherComprehensiveIncomeLossNetOfTax", "Accumulated other comprehensive loss", level=1),
        line("TreasuryStockValue", "Treasury stock, at cost", level=1, negated=True),
        line("StockholdersEquity", "Total shareholders\u2019 equity", total=1, bold=True),
        line(
            "LiabilitiesAndStockholdersEquity",
            "Total liabilities and shareholders\u2019 equity",
            dollar=True,
            total=2,
            bold=True,
        ),
    ]
    return _page(
        books,
        "Consolidated Balance Sheets",
        "(In millions, except par value)",
        table([long_date(books, y) for y in newest_first(books, 2)], rows),
    )


def cash_flow_statement(facts: FactBook, books: Ledger) -> str:
    """Consolidated statements of cash flows."""

    def line(concept: str, caption: str, **how) -> Row:
        return flow_row(facts, books, concept, caption, **how)

    def cash(shift: int, caption: str, **look) -> Row:
        cells = [
            facts.money(ALL_CASH, books.balance(CASH, y - shift), y - shift, instant=True)
            for y in newest_first(books, 3)
        ]
        return Row(caption, cells, **look)

    changes = [
        ("IncreaseDecreaseInAccountsReceivable", "Accounts receivable", True),
        ("IncreaseDecreaseInInventories", "Inventories", True),
        ("IncreaseDecreaseInPrepaidDeferredExpenseAndOtherAssets", "Prepaid expenses and other assets", True),
        ("IncreaseDecreaseInAccountsPayable", "Accounts payable", False),
        ("IncreaseDecreaseInAccruedLiabilities", "Accrued expenses", False),
        ("IncreaseDecreaseInOtherNoncurrentLiabilities", "Other liabilities", False),
    ]
    rows = [
        Row("Cash flows from operating activities:", bold=True),
        line("NetIncomeLoss", "Net income", level=1, dollar=True),
        Row("Adjustments to reconcile net income to net cash provided by operating activities:", level=1),
        line("Depreciation", "Depreciation", level=2),
        line("AmortizationOfIntangibleAssets", "Amortization of intangible assets", level=2),
        line("ShareBasedCompensation", "Share-based compensation", level=2),
        line("DeferredIncomeTaxExpenseBenefit", "Deferred income taxes", level=2),
        Row("Changes in operating assets and liabilities:", level=1),
        *[line(concept, caption, negated=asset, level=2) for concept, caption, asset in changes],
        line(
            "NetCashProvidedByUsedInOperatingActivities",
            "Net cash provided by operating activities",
            total=1,
            bold=True,
        ),
        Row("Cash flows from investing activities:", bold=True),
        line("PaymentsToAcquirePropertyPlantAndEquipment", "Capital expenditures", negated=True, level=1),
        line(
            "PaymentsToAcquireBusinessesNetOfCashAcquired",
            "Acquisitions, net of cash acquired",
            negated=True,
            level=1,
            note="fn-1",
        ),
        line("PaymentsToAcquireShortTermInvestments", "Purchases of short-term investments", negated=True, level=1),
        line(
            "ProceedsFromMaturitiesPrepaymentsAndCallsOfShorttermInvestments",
            "Maturities of short-term investments",
            level=1,
        ),
        line("NetCashProvidedByUsedInInvestingActivities", "Net cash used in investing activities", total=1, bold=True),
        Row("Cash flows from financing activities:", bold=True),
        line("ProceedsFromIssuanceOfLongTermDebt", "Proceeds from issuance of long-term debt", level=1),
        line("RepaymentsOfLongTermDebt", "Repayments of long-term debt", negated=True, level=1),
        line("PaymentsOfDividends", "Dividends paid", negated=True, level=1),
        line("PaymentsForRepurchaseOfCommonStock", "Purchases of treasury stock", negated=True, level=1),
        line(
            "PaymentsRelatedToTaxWithholdingForShareBasedCompensation",
            "Taxes paid on vested share awards",
            negated=True,
            level=1,
        ),
        line("NetCashProvidedByUsedInFinancingActivities", "Net cash used in financing activities", total=1, bold=True),
        line(EXCHANGE, "Effect of exchange rate changes on cash and cash equivalents"),
        line(CHANGE, "Net increase (decrease) in cash and cash equivalents", total=1, bold=True),
        cash(1, "Cash and cash equivalents, beginning of year"),
        cash(0, "Cash and cash equivalents, end of year", dollar=True, total=2, bold=True),
    ]
    footnote = (
        '<ix:footnote id="fn-1" footnoteRole="http://www.xbrl.org/2003/role/footnote" xml:lang="en-US">Net of cash '
        "acquired; see Note 5 for the goodwill that the acquisitions added.</ix:footnote>"
    )
    return _page(
        books,
        "Consolidated Statements of Cash Flows",
        "(In millions)",
        table(year_names(books, 3), rows, f"Year Ended {_day(books)},") + paragraph(f"(1) {footnote}"),
    )


def _day(books: Ledger) -> str:
    end = books.company.end(books.years[-1])
    return f"{end:%B} {end.day}"


def _page(books: Ledger, title: str, unit: str, body: str) -> str:
    top = heading(books.company.name.upper(), 0) + heading(title, 0)
    foot = paragraph("See accompanying notes to consolidated financial statements.")
    middle = f'<div style="text-align:center;margin-bottom:6pt">{unit}</div>'
    return top + middle + body + foot
