"""Hand-made reports: facts and printed rows, written down one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from apps.finance.anomaly import check_statements
from apps.finance.anomaly.model import Anomaly, CheckResult
from apps.finance.filings import Dimension, Fact, Filing
from apps.finance.filings.duplicates import find_duplicates
from apps.finance.filings.model import DocumentInformation
from apps.finance.periods import Period
from apps.finance.statements.lines import LINES
from apps.finance.statements.model import (
    ReportedLine,
    StatementLine,
    StatementName,
    Statements,
    StatementValue,
)
from apps.messages import said

MILLION = Decimal(1_000_000)


def year(of: int) -> Period:
    """A calendar year."""
    return Period(f"{of}-12-31", f"{of}-01-01")


def day(of: int) -> Period:
    """The last day of a calendar year."""
    return Period(f"{of}-12-31")


@dataclass
class Row:
    """A printed row: label, the ids of its facts with the printed text, left to right."""

    label: str
    concept: str
    cells: list[tuple[str, str]]
    total: bool = False
    turned: tuple[bool, ...] = ()
    dimensions: tuple[str, ...] = ()


@dataclass
class Books:
    """A report in the making; its last year is 2024."""

    facts: dict[str, Fact] = field(default_factory=dict)
    rows: dict[StatementName, list[Row]] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    currency: str = "USD"

    def put(
        self,
        concept: str,
        value: Decimal | str | float,
        when: Period,
        *,
        unit: str = "USD",
        decimals: str = "-6",
        members: Mapping[str, str] | None = None,
        fact_id: str = "",
    ) -> str:
        """Add a number, in millions where it is in dollars or shares with decimals -6; its id is returned."""
        name = concept if ":" in concept else f"us-gaap:{concept}"
        amount = Decimal(str(value)) * (MILLION if decimals == "-6" else 1)
        dimensions = tuple(Dimension(axis, member) for axis, member in sorted((members or {}).items()))
        fact_id = fact_id or "|".join([name.partition(":")[2], when.start, when.end, *(members or {}).values()])
        while fact_id in self.facts:
            fact_id += "+"
        self.facts[fact_id] = Fact(
            fact_id, name, "", "number", text(amount), False, None, f"c{when}{dimensions}", "1", when.start or None,
            when.end, not when.start, dimensions, unit, unit, decimals, None, None, None, None, fact_id, False, False,
            (), len(self.facts),
        )  # fmt: skip
        return fact_id

    def both(self, concept: str, newest: float | str, before: float | str, *, instant: bool, **more) -> list[str]:
        """Add a number for 2024 and one for 2023."""
        of = day if instant else year
        return [self.put(concept, newest, of(2024), **more), self.put(concept, before, of(2023), **more)]

    def print_row(
        self, statement: StatementName, label: str, ids: Sequence[str], *, total: bool = False, deducted: bool = False
    ) -> None:
        """Print facts in a row, in parentheses where they are negative or deducted."""
        cells = []
        for fact_id in ids:
            value = Decimal(self.facts[fact_id].value or 0)
            shown = f"{abs(value) / MILLION:,f}"
            cells.append((fact_id, f"({shown})" if (value < 0) != deducted else shown))
        first = self.facts[ids[0]]
        members = tuple(f"{axis}={member}" for axis, member, _ in first.dimensions)
        self.rows.setdefault(statement, []).append(
            Row(label, first.concept, cells, total, (False,) * len(cells), members)
        )

    def change(self, fact_id: str, **what) -> "Books":
        """A copy in which one fact differs."""
        return replace(self, facts={**self.facts, fact_id: replace(self.facts[fact_id], **what)})

    def add(self, fact_id: str, step: Decimal | float | str) -> "Books":
        """A copy in which a fact's value is larger by a step, in whole units."""
        return self.change(fact_id, value=text(Decimal(self.facts[fact_id].value or 0) + Decimal(str(step))))

    def without(self, *concepts: str) -> "Books":
        """A copy without the facts of some concepts."""
        gone = {f"us-gaap:{concept}" for concept in concepts}
        left = {name: fact for name, fact in self.facts.items() if fact.concept not in gone}
        rows = {
            name: [row for row in of if all(fact_id in left for fact_id, _ in row.cells)]
            for name, of in self.rows.items()
        }
        return replace(self, facts=left, rows=rows)

    def scaled(self, factor: int) -> "Books":
        """A copy in another unit of account: every amount and its rounding times a power of ten."""
        facts = {}
        for name, fact in self.facts.items():
            per_share = fact.unit is not None and "/" in fact.unit
            if fact.unit != "USD" or per_share:
                facts[name] = fact
                continue
            decimals = str(int(fact.decimals or 0) - len(str(factor)) + 1)
            facts[name] = replace(fact, value=text(Decimal(fact.value or 0) * factor), decimals=decimals)
        return replace(self, facts=facts)

    def filing(self) -> Filing:
        """The facts as a filing."""
        facts = list(self.facts.values())
        document = DocumentInformation(
            company="Example", form="10-K", period_end="2024-12-31", fiscal_year=2024, currency=self.currency
        )
        return Filing(document, facts, {}, {}, {}, [], find_duplicates(facts), [])

    def statements(self) -> Statements:
        """The printed rows, and the key lines that were named."""
        reported = {name: tuple(self._reported(row) for row in rows) for name, rows in self.rows.items()}
        return Statements(tuple(self._line(line.name, line.statement) for line in LINES), reported)

    def check(self) -> tuple[list[CheckResult], list[Anomaly]]:
        """All verdicts and the anomalies."""
        return check_statements(self.filing(), self.statements())

    def verdicts(self, check_id: str) -> list[str]:
        """The verdicts of one check, in its order."""
        return [result.verdict for result in self.check()[0] if result.check_id == check_id]

    def anomalies(self) -> list[Anomaly]:
        """The anomalies by rank."""
        return self.check()[1]

    def _reported(self, row: Row) -> ReportedLine:
        values = []
        for (fact_id, printed), turned in zip(row.cells, row.turned, strict=True):
            fact = self.facts[fact_id]
            when = Period(fact.end or "", "" if fact.instant else fact.start or "")
            values.append(
                StatementValue(
                    when, Decimal(fact.value or 0), fact.unit or "", (fact_id,), printed=printed, turned=turned
                )
            )
        return ReportedLine(row.label, row.concept, "", 0, False, row.total, tuple(values), row.dimensions)

    def _line(self, name: str, statement: StatementName) -> StatementLine:
        concept = f"us-gaap:{self.lines[name]}" if name in self.lines else ""
        values = tuple(
            StatementValue(
                Period(fact.end or "", "" if fact.instant else fact.start or ""),
                Decimal(fact.value or 0),
                fact.unit or "",
                (fact.fact_id,),
            )
            for fact in self.facts.values()
            if fact.concept == concept and not fact.dimensions
        )
        return StatementLine(name, statement, concept, concept, 1.0, "", values)


def told(of: CheckResult | Anomaly, language: Literal["en", "zh"] = "en") -> str:
    """The reason of a verdict or an anomaly in words."""
    return said(of.reason, language)


def text(value: Decimal) -> str:
    """Exact decimal text."""
    shown = f"{value:f}"
    return (shown.rstrip("0").rstrip(".") if "." in shown else shown) or "0"


def small_company() -> Books:
    """Two years of a company whose statements foot, printed."""
    books = Books()
    income = {
        "Revenues": (1000, 900), "CostOfRevenue": (600, 550), "GrossProfit": (400, 350),
        "SellingGeneralAndAdministrativeExpense": (150, 140), "ResearchAndDevelopmentExpense": (90, 80),
        "OperatingIncomeLoss": (160, 130), "InterestExpense": (20, 18),
        "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest": (140, 112),
        "IncomeTaxExpenseBenefit": (35, 28), "NetIncomeLoss": (105, 84),
    }  # fmt: skip
    totals = {"GrossProfit", "OperatingIncomeLoss", "NetIncomeLoss"}
    for concept, (newest, before) in income.items():
        ids = books.both(concept, newest, before, instant=False)
        books.print_row("income", concept, ids, total=concept in totals or concept.startswith("IncomeLoss"))
    balance = {
        "CashAndCashEquivalentsAtCarryingValue": (120, 100), "AccountsReceivableNetCurrent": (180, 170),
        "InventoryNet": (150, 140), "AssetsCurrent": (450, 410), "PropertyPlantAndEquipmentNet": (500, 480),
        "Goodwill": (250, 250), "Assets": (1200, 1140), "AccountsPayableCurrent": (130, 125),
        "AccruedLiabilitiesCurrent": (70, 65), "LiabilitiesCurrent": (200, 190), "LongTermDebtNoncurrent": (400, 410),
        "Liabilities": (600, 600), "CommonStockValue": (100, 100), "RetainedEarningsAccumulatedDeficit": (500, 440),
        "StockholdersEquity": (600, 540), "LiabilitiesAndStockholdersEquity": (1200, 1140),
    }  # fmt: skip
    totals = {"AssetsCurrent", "Assets", "LiabilitiesCurrent", "Liabilities", "StockholdersEquity"}
    for concept, (newest, before) in balance.items():
        ids = books.both(concept, newest, before, instant=True)
        books.print_row("balance", concept, ids, total=concept in totals or concept.startswith("LiabilitiesAnd"))
    flows = {
        "NetCashProvidedByUsedInOperatingActivities": (180, 150),
        "NetCashProvidedByUsedInInvestingActivities": (-90, -80),
        "NetCashProvidedByUsedInFinancingActivities": (-70, -60),
        "CashAndCashEquivalentsPeriodIncreaseDecrease": (20, 10),
    }
    for concept, (newest, before) in flows.items():
        ids = books.both(concept, newest, before, instant=False)
        books.print_row("cash_flow", concept, ids, total=True)
    books.put("CashAndCashEquivalentsAtCarryingValue", 90, day(2022))
    for concept, values in (("EarningsPerShareBasic", (2.10, 1.68)), ("EarningsPerShareDiluted", (2.06, 1.65))):
        books.both(concept, *values, instant=False, unit="USD/shares", decimals="2")
    for concept, count in (
        ("WeightedAverageNumberOfSharesOutstandingBasic", 50),
        ("WeightedAverageNumberOfDilutedSharesOutstanding", 51),
    ):
        books.both(concept, count, count, instant=False, unit="shares")
    books.lines = {
        "revenue": "Revenues", "cost_of_revenue": "CostOfRevenue", "gross_profit": "GrossProfit",
        "net_income": "NetIncomeLoss", "total_assets": "Assets", "eps_basic": "EarningsPerShareBasic",
    }  # fmt: skip
    return books
