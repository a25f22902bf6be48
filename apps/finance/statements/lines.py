"""The 30 key lines: what each is, and the sign that its name gives it. Catalogues have what they are called."""

from dataclasses import dataclass
from typing import Literal

from apps.finance.statements.model import StatementName
from core_model.errors import Message

Kind = Literal["instant", "duration"]


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One standardised line.

    Attributes:
        name: Standard name.
        statement: The statement that it stands in.
        kind: Whether it is measured at a day or over a period.
        sign: What a positive value means, in words.
        definition: What counts as this line.
    """

    name: str
    statement: StatementName
    kind: Kind
    sign: str
    definition: str

    @property
    def message(self) -> Message:
        """What the line is called in full."""
        return Message(f"key_line_{self.name}")


_COST = "positive where it is a cost"
_OWN = "its own sign"
_PAID = "positive where cash is paid"
_HELD = "positive"

LINES: tuple[KeyLine, ...] = (
    KeyLine("revenue", "income", "duration", _HELD, "Total revenue, net sales, total revenues."),
    KeyLine(
        "cost_of_revenue",
        "income",
        "duration",
        _COST,
        "Cost of sales, cost of goods sold, total cost of revenue.",
    ),
    KeyLine("gross_profit", "income", "duration", _OWN, "Gross profit, gross margin as an amount."),
    KeyLine(
        "research_and_development",
        "income",
        "duration",
        _COST,
        "Research and development expense.",
    ),
    KeyLine(
        "selling_general_administrative",
        "income",
        "duration",
        _COST,
        "Selling, general and administrative expense, where it is printed as one line.",
    ),
    KeyLine(
        "operating_income",
        "income",
        "duration",
        _OWN,
        "Operating income, income (loss) from operations.",
    ),
    KeyLine(
        "interest_expense",
        "income",
        "duration",
        _COST,
        "Interest expense, gross, or net where the line is called interest expense, net.",
    ),
    KeyLine(
        "income_before_tax",
        "income",
        "duration",
        _OWN,
        "Income before income taxes; before the equity method's share only if that is the one printed.",
    ),
    KeyLine(
        "income_tax",
        "income",
        "duration",
        "positive where it is an expense, negative for a benefit",
        "Provision for income taxes.",
    ),
    KeyLine(
        "net_income",
        "income",
        "duration",
        _OWN,
        "Net income attributable to the parent's shareholders; net income where no other is printed.",
    ),
    KeyLine(
        "eps_basic",
        "income",
        "duration",
        _OWN,
        "Net earnings per share attributable to common shareholders, basic, total.",
    ),
    KeyLine(
        "eps_diluted",
        "income",
        "duration",
        _OWN,
        "Net earnings per share attributable to common shareholders, diluted, total.",
    ),
    KeyLine(
        "cash",
        "balance",
        "instant",
        _HELD,
        "Cash and cash equivalents, without restricted cash and short-term investments where separate.",
    ),
    KeyLine(
        "receivables",
        "balance",
        "instant",
        _HELD,
        "Trade accounts receivable, net, current.",
    ),
    KeyLine("inventory", "balance", "instant", _HELD, "Inventories."),
    KeyLine("current_assets", "balance", "instant", _HELD, "Total current assets."),
    KeyLine(
        "property_plant_equipment",
        "balance",
        "instant",
        _HELD,
        "Property, plant and equipment, net.",
    ),
    KeyLine("goodwill", "balance", "instant", _HELD, "Goodwill."),
    KeyLine("total_assets", "balance", "instant", _HELD, "Total assets."),
    KeyLine(
        "current_liabilities",
        "balance",
        "instant",
        _HELD,
        "Total current liabilities.",
    ),
    KeyLine(
        "long_term_debt",
        "balance",
        "instant",
        _HELD,
        "Long-term debt without its current part.",
    ),
    KeyLine(
        "total_liabilities",
        "balance",
        "instant",
        _HELD,
        "Total liabilities, where printed.",
    ),
    KeyLine(
        "retained_earnings",
        "balance",
        "instant",
        "its own sign; an accumulated deficit is negative",
        "Retained earnings, accumulated deficit, reinvested earnings.",
    ),
    KeyLine(
        "total_equity",
        "balance",
        "instant",
        _OWN,
        "Total equity with non-controlling interests where that total is printed, else total shareholders' equity.",
    ),
    KeyLine(
        "operating_cash_flow",
        "cash_flow",
        "duration",
        _OWN,
        "Net cash from operating activities; the total with discontinued operations if that is printed.",
    ),
    KeyLine(
        "capital_expenditure",
        "cash_flow",
        "duration",
        _PAID,
        "Purchases of property, plant and equipment.",
    ),
    KeyLine(
        "investing_cash_flow",
        "cash_flow",
        "duration",
        _OWN,
        "Net cash from investing activities.",
    ),
    KeyLine(
        "financing_cash_flow",
        "cash_flow",
        "duration",
        _OWN,
        "Net cash from financing activities.",
    ),
    KeyLine(
        "dividends_paid",
        "cash_flow",
        "duration",
        _PAID,
        "Dividends paid to shareholders.",
    ),
    KeyLine(
        "change_in_cash",
        "cash_flow",
        "duration",
        _OWN,
        "Net change in cash, with restricted cash where so printed, after exchange effects.",
    ),
)
BY_NAME = {line.name: line for line in LINES}
