"""Small inline XBRL reports with statements, made in code: each number is typed once, as the page prints it."""

from dataclasses import dataclass, field

from apps.finance.filings import Filing, read_facts
from apps.finance.statements import Statements, build_statements
from tests.apps.finance.filings.documents import IX_11, REGISTRY_4, UNITS

YEAR, BEFORE = "2023-01-01/2023-12-31", "2022-01-01/2022-12-31"
END, END_BEFORE = "2023-12-31", "2022-12-31"
CLASS_A = "us-gaap:StatementClassOfStockAxis=us-gaap:CommonClassAMember"
CLASS_B = "us-gaap:StatementClassOfStockAxis=us-gaap:CommonClassBMember"
PRODUCT = "srt:ProductOrServiceAxis=us-gaap:ProductMember"
SERVICE = "srt:ProductOrServiceAxis=us-gaap:ServiceMember"


@dataclass(frozen=True)
class Line:
    """One row of a table.

    Attributes:
        caption: As printed; may hold markup.
        concept: Empty for a heading or a row without tags.
        cells: As printed: ``"1,234"``, ``"(56)"``, ``"—"``, ``""``. Parentheses become a minus in the tag.
        dims: ``axis=member`` that all its facts are limited to.
        unit: Id of the unit.
        indent: Points to the left of the caption.
        rule: Whether a rule stands above the numbers.
        flip: Whether parentheses stand for a positive number, as where costs are printed as deductions.
        decimals: Of its facts; what the table says where empty.
        periods: Of its facts, where they are not the columns' (balances in a statement of flows).
    """

    caption: str
    concept: str = ""
    cells: tuple[str, ...] = ()
    dims: str = ""
    unit: str = "usd"
    indent: int = 0
    rule: bool = False
    flip: bool = False
    decimals: str = ""
    periods: tuple[str, ...] = ()


@dataclass
class Maker:
    """Makes one report; ``table`` and ``text`` give markup, ``document`` the whole.

    Attributes:
        scale: Power of ten in which amounts of money are printed.
        language: Of the document.
        currency: ISO code behind the unit ``usd``.
    """

    scale: int = 6
    language: str = "en-US"
    currency: str = "USD"
    contexts: dict[tuple[str, str], str] = field(default_factory=dict)
    facts: int = 0

    def context(self, period: str, dims: str = "") -> str:
        """The id of the context, made where it is new."""
        return self.contexts.setdefault((period, dims), f"c-{len(self.contexts) + 1}")

    def fact(self, printed: str, concept: str, period: str, line: Line = Line("")) -> str:
        """A tagged number as printed."""
        self.facts += 1
        digits = printed.strip("()$ ")
        money = line.unit == "usd"
        scale = self.scale if money else 0
        decimals = line.decimals or (str(-self.scale) if money else "2")
        negative = printed.startswith("(") and not line.flip
        sign = ' sign="-"' if negative else ""
        element = (
            f'<ix:nonFraction id="f-{self.facts}" name="{concept}" contextRef="{self.context(period, line.dims)}" '
            f'unitRef="{line.unit}" decimals="{decimals}" scale="{scale}"{sign} format="ixt:num-dot-decimal">'
            f"{digits}</ix:nonFraction>"
        )
        return f"({element})" if printed.startswith("(") else element

    def table(self, periods: list[str], lines: list[Line], heading: str = "") -> str:
        """A table: one column a period, each of a currency cell, a number cell and a cell for the closing mark."""
        rows = [f"<tr><td>{heading}</td></tr>"] if heading else []
        heads = "".join(f'<td colspan="3">{period[-10:-6]}</td>' for period in periods)
        rows.append(f"<tr><td>(In millions)</td>{heads}</tr>")
        rows += [self._row(periods, line) for line in lines]
        return f"<table>{''.join(rows)}</table>"

    def _row(self, periods: list[str], line: Line) -> str:
        caption = f'<td style="padding-left:{line.indent}pt"><span>{line.caption}</span></td>'
        border = ' style="border-top:1pt solid #000"' if line.rule else ""
        cells = []
        for period, printed in zip(line.periods or periods, line.cells, strict=False):
            tagged = any(character.isdigit() for character in printed) and line.concept
            content = self.fact(printed, line.concept, period, line) if tagged else printed
            cells.append(
                f"<td{border}>$</td><td{border}>{content}</td><td{border}></td>" if printed else "<td></td>" * 3
            )
        return f"<tr>{caption}{''.join(cells)}</tr>"

    def document(self, body: str, cover: str = YEAR, hidden: str = "") -> bytes:
        """The report with its cover page in ``cover``."""
        self.context(cover)
        contexts = "".join(self._context(name, *key) for key, name in self.contexts.items())
        units = UNITS.replace("iso4217:USD", f"iso4217:{self.currency}")
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="{IX_11}" xmlns:ixt="{REGISTRY_4}"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
 xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:us-gaap="http://fasb.org/us-gaap/2023"
 xmlns:dei="http://xbrl.sec.gov/dei/2023" xmlns:srt="http://fasb.org/srt/2023"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
 xmlns:ifrs-full="https://xbrl.ifrs.org/taxonomy/2023-03-23/ifrs-full" xmlns:acme="http://acme.example/2023"
 xml:lang="{self.language}"><head><title>report</title></head><body>
<div style="display:none"><ix:header><ix:hidden>{hidden}
<ix:nonNumeric id="d-1" name="dei:DocumentType" contextRef="{self.context(cover)}">10-K</ix:nonNumeric></ix:hidden>
<ix:resources>{contexts}{units}</ix:resources></ix:header></div>
{body}
</body></html>""".encode()

    @staticmethod
    def _context(name: str, period: str, dims: str) -> str:
        start, _, end = period.rpartition("/")
        when = f"<xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate>"
        when = when if start else f"<xbrli:instant>{end}</xbrli:instant>"
        segment = ""
        if dims:
            axis, _, member = dims.partition("=")
            segment = (
                f'<xbrli:segment><xbrldi:explicitMember dimension="{axis}">{member}</xbrldi:explicitMember>'
                "</xbrli:segment>"
            )
        return (
            f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">0000012345'
            f"</xbrli:identifier>{segment}</xbrli:entity><xbrli:period>{when}</xbrli:period></xbrli:context>"
        )


def read(data: bytes, embed=None) -> tuple[Filing, Statements]:
    """The facts and the statements of a report."""
    filing = read_facts(data)
    return filing, build_statements(data, filing, embed)


def newest(statements: Statements, line: str):
    """The newest printed value of a line as text, None where it is not available."""
    value = next((value.value for value in statements.line(line).values if not value.derived), None)
    return None if value is None else f"{value:f}"


def gaap(caption: str, concept: str, *cells: str, **more) -> Line:
    """A row with a US GAAP concept."""
    return Line(caption, f"us-gaap:{concept}", cells, **more)


PRETAX = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
RESTRICTED = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
CHANGE = f"{RESTRICTED}PeriodIncreaseDecreaseIncludingExchangeRateEffect"
CHANGE_BEFORE = f"{RESTRICTED}PeriodIncreaseDecreaseExcludingExchangeRateEffect"
EXCHANGE = f"EffectOfExchangeRateOn{RESTRICTED}"
EQUITY = "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"

INCOME = [
    gaap("Net sales", "Revenues", "1,000", "900"),
    gaap("Cost of sales", "CostOfRevenue", "600", "560"),
    gaap("Gross profit", "GrossProfit", "400", "340", rule=True),
    gaap("Research and development", "ResearchAndDevelopmentExpense", "90", "80"),
    gaap("Selling, general and administrative expenses", "SellingGeneralAndAdministrativeExpense", "110", "100"),
    gaap("Operating income", "OperatingIncomeLoss", "200", "160", rule=True),
    gaap("Interest expense", "InterestExpense", "(20)", "(10)", flip=True),
    gaap("Income before income taxes", PRETAX, "180", "150", rule=True),
    gaap("Provision for income taxes", "IncomeTaxExpenseBenefit", "45", "(6)"),
    gaap("Net income", "ProfitLoss", "135", "156", rule=True),
    gaap("Less: noncontrolling interests", "NetIncomeLossAttributableToNoncontrollingInterest", "5", "6"),
    gaap("Net income attributable to the company", "NetIncomeLoss", "130", "150", rule=True),
    Line("Earnings per share:"),
    gaap("Basic", "EarningsPerShareBasic", "1.30", "1.50", unit="perShare", indent=12),
    gaap("Diluted", "EarningsPerShareDiluted", "1.28", "1.47", unit="perShare", indent=12),
]
BALANCE = [
    Line("Assets"),
    Line("Current assets:"),
    gaap("Cash and cash equivalents", "CashAndCashEquivalentsAtCarryingValue", "300", "250", indent=12),
    gaap("Accounts receivable, net", "AccountsReceivableNetCurrent", "120", "110", indent=12),
    gaap("Inventories", "InventoryNet", "80", "90", indent=12),
    gaap("Total current assets", "AssetsCurrent", "500", "450", rule=True),
    gaap("Property, plant and equipment, net", "PropertyPlantAndEquipmentNet", "400", "380"),
    gaap("Goodwill", "Goodwill", "100", "100"),
    gaap("Total assets", "Assets", "1,000", "930", rule=True),
    Line("Liabilities and equity"),
    gaap("Current portion of long-term debt", "LongTermDebtCurrent", "30", "20", indent=12),
    gaap("Total current liabilities", "LiabilitiesCurrent", "200", "190", rule=True),
    gaap("Long-term debt", "LongTermDebtNoncurrent", "250", "240"),
    gaap("Total liabilities", "Liabilities", "480", "460", rule=True),
    gaap("Accumulated deficit", "RetainedEarningsAccumulatedDeficit", "(50)", "(70)"),
    gaap("Total shareholders' equity", "StockholdersEquity", "510", "460", rule=True),
    gaap("Noncontrolling interests", "MinorityInterest", "10", "10"),
    gaap("Total equity", EQUITY, "520", "470", rule=True),
    gaap("Total liabilities and equity", "LiabilitiesAndStockholdersEquity", "1,000", "930", rule=True),
]
CASH_FLOW = [
    gaap("Net income", "ProfitLoss", "135", "156"),
    gaap("Net cash provided by operating activities", "NetCashProvidedByUsedInOperatingActivities", "190", "180"),
    gaap(
        "Purchases of property, plant and equipment",
        "PaymentsToAcquirePropertyPlantAndEquipment",
        "(60)",
        "(50)",
        flip=True,
    ),
    gaap("Net cash used in investing activities", "NetCashProvidedByUsedInInvestingActivities", "(65)", "(55)"),
    gaap("Dividends paid", "PaymentsOfDividends", "(40)", "(35)", flip=True),
    gaap("Net cash used in financing activities", "NetCashProvidedByUsedInFinancingActivities", "(72)", "(30)"),
    gaap("Effect of exchange rates", EXCHANGE, "(3)", "1"),
    gaap("Net change in cash", CHANGE, "50", "96"),
    gaap("Cash at end of year", RESTRICTED, "300", "250", periods=(END, END_BEFORE)),
]
EXPECTED = {
    "revenue": "1000000000",
    "cost_of_revenue": "600000000",
    "gross_profit": "400000000",
    "research_and_development": "90000000",
    "selling_general_administrative": "110000000",
    "operating_income": "200000000",
    "interest_expense": "20000000",
    "income_before_tax": "180000000",
    "income_tax": "45000000",
    "net_income": "130000000",
    "eps_basic": "1.3",
    "eps_diluted": "1.28",
    "cash": "300000000",
    "receivables": "120000000",
    "inventory": "80000000",
    "current_assets": "500000000",
    "property_plant_equipment": "400000000",
    "goodwill": "100000000",
    "total_assets": "1000000000",
    "current_liabilities": "200000000",
    "long_term_debt": "250000000",
    "total_liabilities": "480000000",
    "retained_earnings": "-50000000",
    "total_equity": "520000000",
    "operating_cash_flow": "190000000",
    "capital_expenditure": "60000000",
    "investing_cash_flow": "-65000000",
    "financing_cash_flow": "-72000000",
    "dividends_paid": "40000000",
    "change_in_cash": "50000000",
}


def annual(
    income: list[Line] = INCOME,
    balance: list[Line] = BALANCE,
    cash_flow: list[Line] = CASH_FLOW,
    before: str = "",
    maker: Maker | None = None,
) -> bytes:
    """An annual report with the three statements, each under its title."""
    maker = maker or Maker()
    parts = [
        before,
        "<p>Acme, Inc.</p><p>CONSOLIDATED STATEMENTS OF INCOME</p>" + maker.table([YEAR, BEFORE], income),
        "<p>Acme, Inc.</p><p>CONSOLIDATED BALANCE SHEETS</p>" + maker.table([END, END_BEFORE], balance),
        "<p>Acme, Inc.</p><p>CONSOLIDATED STATEMENTS OF CASH FLOWS</p>" + maker.table([YEAR, BEFORE], cash_flow),
    ]
    return maker.document("".join(parts))


def replaced(lines: list[Line], caption: str, *new: Line) -> list[Line]:
    """The lines with the one of that caption replaced by others."""
    at = next(index for index, line in enumerate(lines) if line.caption == caption)
    return [*lines[:at], *new, *lines[at + 1 :]]
