"""Make an annual report of nobody: an inline XBRL document that foots, but for one planted inconsistency."""

from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from apps.demo.annual.company import draw_company
from apps.demo.annual.cover import CAUTION, cover_page, hidden_facts
from apps.demo.annual.facts import NAMESPACES, FactBook
from apps.demo.annual.ledger import Ledger, keep_books
from apps.demo.annual.narrative import business, discussion
from apps.demo.annual.notes import notes
from apps.demo.annual.plant import KINDS, choose_plant
from apps.demo.annual.statements import (
    BEFORE_TAX,
    CASH,
    SALES,
    balance_sheet,
    cash_flow_statement,
    comprehensive_income,
    income_statement,
    newest_first,
)
from apps.demo.annual.tables import FONT, heading, page_break, paragraph
from core_model.errors import InputRejected

_SHEET = f"max-width:860px;margin:0 auto;padding:24px;color:#000000;line-height:1.25;{FONT}"
_LINES = {
    "revenue": SALES,
    "cost_of_revenue": "CostOfRevenue",
    "gross_profit": "GrossProfit",
    "research_and_development": "ResearchAndDevelopmentExpense",
    "selling_general_administrative": "SellingGeneralAndAdministrativeExpense",
    "operating_income": "OperatingIncomeLoss",
    "interest_expense": "InterestExpenseNonoperating",
    "income_before_tax": BEFORE_TAX,
    "income_tax": "IncomeTaxExpenseBenefit",
    "net_income": "NetIncomeLoss",
    "cash": CASH,
    "receivables": "AccountsReceivableNetCurrent",
    "inventory": "InventoryNet",
    "current_assets": "AssetsCurrent",
    "property_plant_equipment": "PropertyPlantAndEquipmentNet",
    "goodwill": "Goodwill",
    "total_assets": "Assets",
    "current_liabilities": "LiabilitiesCurrent",
    "long_term_debt": "LongTermDebtNoncurrent",
    "total_liabilities": "Liabilities",
    "retained_earnings": "RetainedEarningsAccumulatedDeficit",
    "total_equity": "StockholdersEquity",
    "operating_cash_flow": "NetCashProvidedByUsedInOperatingActivities",
    "capital_expenditure": "PaymentsToAcquirePropertyPlantAndEquipment",
    "investing_cash_flow": "NetCashProvidedByUsedInInvestingActivities",
    "financing_cash_flow": "NetCashProvidedByUsedInFinancingActivities",
    "dividends_paid": "PaymentsOfDividends",
    "change_in_cash": "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
    "PeriodIncreaseDecreaseIncludingExchangeRateEffect",
}


@dataclass(frozen=True, slots=True)
class ReportTruth:
    """What is true of one example report.

    Attributes:
        seed: It was made from.
        company, ticker, cik: Of the invented registrant.
        form: 10-K.
        period_end: Last day of the fiscal year, ISO.
        fiscal_year: Of the report.
        kind: What is wrong, one of ``KINDS``.
        sentence: The same in words.
        concept: Concept of the wrong element.
        year: Fiscal year of the wrong value.
        element_ids: Elements that carry the wrong value.
        related_ids: Elements of the same fact that carry the right one.
        right_value, wrong_value: As exact decimal text, in dollars or dollars a share.
        facts: Number of tagged elements.
        lines: Standard line to fiscal year to right value, exact decimal text in dollars (flows as tagged: an outflow
            such as capital expenditure is positive).
    """

    seed: int
    company: str
    ticker: str
    cik: str
    form: str
    period_end: str
    fiscal_year: int
    kind: str
    sentence: str
    concept: str
    year: int
    element_ids: tuple[str, ...]
    related_ids: tuple[str, ...]
    right_value: str
    wrong_value: str
    facts: int
    lines: dict[str, dict[int, str]]

    def as_dict(self) -> dict:
        """Plain values for JSON."""
        return asdict(self)


def make_example_report(path: str | Path, seed: int = 0, *, kind: str | None = None) -> ReportTruth:
    """Write an annual report of an invented company as inline XBRL (XHTML).

    Args:
        path: File to write; its folder is made if it is absent. An existing file is replaced.
        seed: Not negative; another seed gives another company, other books and mostly another inconsistency.
        kind: Which inconsistency, one of ``KINDS``; chosen by the seed if it is left out.

    Returns:
        The truth. The same seed and kind give the same file, byte for byte.

    Raises:
        InputRejected: The kind is unknown or the seed negative.
    """
    if seed < 0 or (kind is not None and kind not in KINDS):
        raise InputRejected(
            "an example report of seed {seed} and kind '{kind}'",
            allowed="seed 0 or more, kind {kinds}",
            action="name one of these kinds, or none",
            code="report_kind",
            values={"seed": seed, "kind": kind or "any", "kinds": ", ".join(KINDS)},
        )
    company = draw_company(seed)
    books = keep_books(company, seed)
    plant = choose_plant(books, seed, kind)
    facts = FactBook(company, plant)
    document = _document(facts, books)
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document.encode("utf-8"))
    return ReportTruth(
        seed=seed,
        company=company.name,
        ticker=company.ticker,
        cik=company.cik,
        form="10-K",
        period_end=company.end(company.year).isoformat(),
        fiscal_year=company.year,
        kind=plant.kind,
        sentence=plant.sentence,
        concept=f"us-gaap:{plant.concept}",
        year=plant.year,
        element_ids=tuple(facts.planted),
        related_ids=tuple(facts.related),
        right_value=str(plant.right),
        wrong_value=str(plant.wrong),
        facts=facts.count,
        lines=_lines(books),
    )


def _lines(books: Ledger) -> dict[str, dict[int, str]]:
    lines: dict[str, dict[int, str]] = {}
    for name, concept in _LINES.items():
        flows = concept in books.flows
        source = books.flows if flows else books.balances
        years = newest_first(books, 3 if flows else 2)
        lines[name] = {year: str(source[concept][year] * 10**6) for year in years}
    for name, concept in (("eps_basic", "EarningsPerShareBasic"), ("eps_diluted", "EarningsPerShareDiluted")):
        lines[name] = {year: str(books.eps[concept][year]) for year in newest_first(books, 3)}
    return lines


def _document(facts: FactBook, books: Ledger) -> str:
    company = books.company
    hidden = hidden_facts(facts, books)
    auditor = heading("Report of Independent Registered Public Accounting Firm") + paragraph(
        f"To the shareholders and the board of directors of {company.short}. This page stands in for the report of an "
        f"auditor. The company is invented, and {escape(company.auditor)} does not exist; no opinion is given."
    )
    pages = [
        cover_page(facts, books),
        business(books),
        discussion(facts, books),
        heading("Item 8. Financial Statements and Supplementary Data") + auditor,
        income_statement(facts, books),
        comprehensive_income(facts, books),
        balance_sheet(facts, books),
        cash_flow_statement(facts, books),
        heading(f"{company.name} Notes to Consolidated Financial Statements", 0) + "".join(notes(facts, books)),
        heading("Signatures") + paragraph(f"{CAUTION} Nobody has signed it."),
    ]
    body = "".join(page + page_break(number, company.short) for number, page in enumerate(pages, 1))
    spaces = {**NAMESPACES, facts.prefix: f"http://example.invalid/{facts.prefix}/{company.year}"}
    declared = " ".join(f'xmlns{":" + key if key else ""}="{uri}"' for key, uri in spaces.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<html {declared} xml:lang="en-US"><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>'
        f"<title>{company.ticker.lower()}-{company.end(company.year):%Y%m%d}</title></head>"
        f'<body>{facts.header(hidden)}<div style="{_SHEET}">{body}</div></body></html>\n'
    )
