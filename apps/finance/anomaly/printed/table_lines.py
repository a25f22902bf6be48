"""The rows and columns of a printed table as lines of whole numbers, and which of them are totals by what they mean."""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from apps.finance.anomaly.printed.layout import Grid, GridCell
from apps.finance.anomaly.printed.roll_forwards import opened_and_closed
from apps.finance.anomaly.printed.sums import Line, Number
from apps.finance.filings import Fact
from apps.finance.money import PURE, is_ratio

RATES = "EffectiveIncomeTaxRate"
"""Numbers without a unit that are parts of a whole, as those are of which one is 100 per cent; others do not add up."""
LEAST_CELLS, MOST_CELLS = 3, 5000
"""Numbers of a table between which its sums are looked for."""
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s*\(\d\))?")
"""What stands in the head of a column, and is no amount."""
_NOTHING_BUT_TOTAL = re.compile(r"(?:totals?:?|合计|总计|总额|合計|總計|總額)?", re.IGNORECASE)
"""Captions of totals that say nothing of what they add up, so that it is what stands above them."""
_STEP = re.compile(
    r"Year(?:One|Two|Three|Four|Five)|Rolling|TwelveMonths|Thereafter|After\w*Five|RemainderOfFiscalYear"
    r"|(?:In|Within|After)(?:One|Two|Three|Four|Five|Ten)Year|(?:Second|Third|Fourth|Fifth)(?:Year|Anniversary)"
)
"""Names of amounts that fall due in one year of several."""
INCOMES = frozenset({"NetIncomeLoss", "ProfitLoss"})
"""What a statement of comprehensive income begins with."""
TOTALS = frozenset(
    {
        "OtherComprehensiveIncomeLossNetOfTax",
        "OtherComprehensiveIncomeLossNetOfTaxPortionAttributableToParent",
        "ComprehensiveIncomeNetOfTax",
        "ComprehensiveIncomeNetOfTaxIncludingPortionAttributableToNoncontrollingInterest",
        "DeferredTaxAssetsGross",
        "DeferredTaxAssetsNet",
        "DeferredIncomeTaxLiabilities",
        "DeferredTaxAssetsLiabilitiesNet",
        "EffectiveIncomeTaxRateContinuingOperations",
        "IncomeTaxExpenseBenefit",
        "LeaseCost",
        "DefinedBenefitPlanNetPeriodicBenefitCost",
        "PropertyPlantAndEquipmentGross",
        "PropertyPlantAndEquipmentNet",
        "LesseeOperatingLeaseLiabilityPaymentsDue",
        "FinanceLeaseLiabilityPaymentsDue",
        "OperatingLeaseLiability",
        "FinanceLeaseLiability",
        "NonoperatingIncomeExpense",
        "FiniteLivedIntangibleAssetsNet",
        "InventoryNet",
        "IntangibleAssetsNetExcludingGoodwill",
    }
)
"""Names of amounts of the notes that are totals wherever they stand below their parts."""
_OTHER = re.compile(r"Originat|BeforeCurrent|BeforeLatest")
"""Names of years in which something began: what follows them may be neither a year nor a total."""
STEPS = 3
"""Rows of years after which the next is their total."""
_DEDUCTED = re.compile(r"less\b|deduct", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableLines:
    """A table as lines of whole numbers.

    Attributes:
        grid: It.
        facts: By id.
        rounding_of: How far the true number may lie from a stated one.
        factor: The power of ten by which all its numbers are whole.
        rates: Whether its numbers without a unit are the parts of a whole.
    """

    grid: Grid
    facts: Mapping[str, Fact]
    rounding_of: Callable[[Fact], Decimal]
    factor: int
    rates: bool

    @classmethod
    def of(cls, grid: Grid, facts: Mapping[str, Fact], rounding_of: Callable[[Fact], Decimal]) -> "TableLines | None":
        """The table; None where it has fewer than three numbers, or more than a page can print."""
        held = [facts[i] for i in grid.fact_ids if i in facts]
        if not LEAST_CELLS <= len(held) <= MOST_CELLS:
            return None
        values = [Decimal(fact.value or 0) for fact in held]
        parts = sum(fact.local_name.startswith(RATES) for fact in held)
        wholes = sum(fact.unit == PURE and value == 1 for fact, value in zip(held, values, strict=True))
        exponent = max(0, *(-int(value.as_tuple().exponent) for value in values))
        return cls(grid, facts, rounding_of, exponent, parts >= LEAST_CELLS or wholes > 0)

    def rows(self) -> list[Line]:
        """Its rows, top to bottom; a row of nothing but years stands over columns and is a heading."""
        lines = []
        opens = False
        for row in self.grid.rows:
            if all(not cell.fact_id and _YEAR.fullmatch(cell.text.strip()) for cell in row.cells.values()):
                opens = True
                continue
            numbers = {column: self._number(cell) for column, cell in row.cells.items()}
            lines.append(Line(row.caption, numbers, row.total, opens, _DEDUCTED.match(row.caption) is not None))
            opens = False
        return self._with_meaning(lines)

    def _with_meaning(self, lines: list[Line]) -> list[Line]:
        """The rows, those marked that their captions or their concepts make totals."""
        lines = self.with_ladders(lines)
        for place, line in enumerate(lines):
            if self._is_named(line, INCOMES, whole=True) or self._is_named(line, TOTALS):
                lines[place] = replace(line, total=True)
            elif line.total and _NOTHING_BUT_TOTAL.fullmatch(line.caption.strip()):
                lines[place] = replace(line, strict=True)
        for opening, closing in opened_and_closed(lines, self.facts):
            lines[opening] = replace(lines[opening], opening=True)
            lines[closing] = replace(lines[closing], total=True)
        return lines

    def with_ladders(self, lines: Sequence[Line]) -> list[Line]:
        """The rows or columns, those marked that follow what falls due year by year: they are the totals of it."""
        marked = list(lines)
        steps = 0
        for place, line in enumerate(lines):
            if steps >= STEPS and self._ends_ladder(lines[place - 1], line):
                marked[place] = replace(line, total=True, strict=True)
                marked[place - steps] = replace(marked[place - steps], opens=True)
            steps = steps + 1 if self._is_step(line) else 0
        return marked

    def _ends_ladder(self, step: Line, line: Line) -> bool:
        """Whether a row is the total of the steps above it; securities without a single maturity may follow theirs."""
        if self._is_step(line) or not line.numbers or any(_OTHER.search(f.local_name) for f in self._facts_of(step)):
            return False
        return line.total or not any("Securities" in fact.local_name for fact in self._facts_of(step))

    def _facts_of(self, line: Line) -> list[Fact]:
        return [self.facts[number.fact_id] for number in line.numbers.values() if number is not None]

    def _is_named(self, line: Line, names: Container[str], *, whole: bool = False) -> bool:
        """Whether all facts of a row have one of some names, and are of the whole company where that is asked."""
        held = self._facts_of(line)
        return bool(held) and all(fact.local_name in names and not (whole and fact.dimensions) for fact in held)

    def _is_step(self, line: Line) -> bool:
        """Whether a row is a step of a ladder of years: what falls due in the second year, thereafter."""
        held = self._facts_of(line)
        return bool(held) and all(_STEP.search(fact.local_name) for fact in held)

    def columns(self, rows: Sequence[Line]) -> list[Line]:
        """Its columns, left to right, with the numbers of the rows by their place.

        Args:
            rows: What ``rows`` returns.
        """
        numbers: list[dict[int, Number | None]] = [{} for _ in range(self.grid.width)]
        for place, row in enumerate(rows):
            for column, number in row.numbers.items():
                numbers[column][place] = number and self._dated(number)
        return [Line("", of_column) for of_column in numbers]

    def _dated(self, number: Number) -> Number:
        """A number that adds up with numbers of its period alone."""
        fact = self.facts[number.fact_id]
        return replace(number, kind=(fact.unit, fact.start, fact.end))

    def _number(self, cell: GridCell) -> Number | None:
        fact = self.facts.get(cell.fact_id)
        if fact is None or fact.value is None or is_ratio(fact.unit):
            return None
        if fact.unit == PURE and not self.rates:
            return None
        value = abs(int(Decimal(fact.value).scaleb(self.factor)))
        rounding = int(2 * self.rounding_of(fact).scaleb(self.factor))
        return Number(cell.fact_id, -value if cell.negative else value, rounding, fact.unit)
