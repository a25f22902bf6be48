"""The 30 key lines: what each is, and the sign that its name gives it."""

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
        english: Label.
        chinese: Label.
        sign: What a positive value means, in words.
        definition: What counts as this line.
    """

    name: str
    statement: StatementName
    kind: Kind
    english: str
    chinese: str
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
    KeyLine("revenue", "income", "duration", "Revenue", "营业收入", _HELD, "Total revenue, net sales, total revenues."),
    KeyLine(
        "cost_of_revenue",
        "income",
        "duration",
        "Cost of revenue",
        "营业成本",
        _COST,
        "Cost of sales, cost of goods sold, total cost of revenue.",
    ),
    KeyLine(
        "gross_profit", "income", "duration", "Gross profit", "毛利", _OWN, "Gross profit, gross margin as an amount."
    ),
    KeyLine(
        "research_and_development",
        "income",
        "duration",
        "Research and development",
        "研发费用",
        _COST,
        "Research and development expense.",
    ),
    KeyLine(
        "selling_general_administrative",
        "income",
        "duration",
        "Selling, general and administrative",
        "销售及管理费用",
        _COST,
        "Selling, general and administrative expense, where it is printed as one line.",
    ),
    KeyLine(
        "operating_income",
        "income",
        "duration",
        "Operating income",
        "营业利润",
        _OWN,
        "Operating income, income (loss) from operations.",
    ),
    KeyLine(
        "interest_expense",
        "income",
        "duration",
        "Interest expense",
        "利息支出",
        _COST,
        "Interest expense, gross, or net where the line is called interest expense, net.",
    ),
    KeyLine(
        "income_before_tax",
        "income",
        "duration",
        "Income before tax",
        "利润总额",
        _OWN,
        "Income before income taxes; before the equity method's share only if that is the one printed.",
    ),
    KeyLine(
        "income_tax",
        "income",
        "duration",
        "Income tax",
        "所得税费用",
        "positive where it is an expense, negative for a benefit",
        "Provision for income taxes.",
    ),
    KeyLine(
        "net_income",
        "income",
        "duration",
        "Net income of the parent",
        "归属于母公司股东的净利润",
        _OWN,
        "Net income attributable to the parent's shareholders; net income where no other is printed.",
    ),
    KeyLine(
        "eps_basic",
        "income",
        "duration",
        "Basic earnings per share",
        "基本每股收益",
        _OWN,
        "Net earnings per share attributable to common shareholders, basic, total.",
    ),
    KeyLine(
        "eps_diluted",
        "income",
        "duration",
        "Diluted earnings per share",
        "稀释每股收益",
        _OWN,
        "Net earnings per share attributable to common shareholders, diluted, total.",
    ),
    KeyLine(
        "cash",
        "balance",
        "instant",
        "Cash and cash equivalents",
        "货币资金",
        _HELD,
        "Cash and cash equivalents, without restricted cash and short-term investments where separate.",
    ),
    KeyLine(
        "receivables",
        "balance",
        "instant",
        "Trade receivables",
        "应收账款",
        _HELD,
        "Trade accounts receivable, net, current.",
    ),
    KeyLine("inventory", "balance", "instant", "Inventories", "存货", _HELD, "Inventories."),
    KeyLine(
        "current_assets", "balance", "instant", "Total current assets", "流动资产合计", _HELD, "Total current assets."
    ),
    KeyLine(
        "property_plant_equipment",
        "balance",
        "instant",
        "Property, plant and equipment",
        "固定资产",
        _HELD,
        "Property, plant and equipment, net.",
    ),
    KeyLine("goodwill", "balance", "instant", "Goodwill", "商誉", _HELD, "Goodwill."),
    KeyLine("total_assets", "balance", "instant", "Total assets", "资产总计", _HELD, "Total assets."),
    KeyLine(
        "current_liabilities",
        "balance",
        "instant",
        "Total current liabilities",
        "流动负债合计",
        _HELD,
        "Total current liabilities.",
    ),
    KeyLine(
        "long_term_debt",
        "balance",
        "instant",
        "Long-term debt",
        "长期借款",
        _HELD,
        "Long-term debt without its current part.",
    ),
    KeyLine(
        "total_liabilities",
        "balance",
        "instant",
        "Total liabilities",
        "负债合计",
        _HELD,
        "Total liabilities, where printed.",
    ),
    KeyLine(
        "retained_earnings",
        "balance",
        "instant",
        "Retained earnings",
        "未分配利润",
        "its own sign; an accumulated deficit is negative",
        "Retained earnings, accumulated deficit, reinvested earnings.",
    ),
    KeyLine(
        "total_equity",
        "balance",
        "instant",
        "Total equity",
        "所有者权益合计",
        _OWN,
        "Total equity with non-controlling interests where that total is printed, else total shareholders' equity.",
    ),
    KeyLine(
        "operating_cash_flow",
        "cash_flow",
        "duration",
        "Net cash from operating activities",
        "经营活动产生的现金流量净额",
        _OWN,
        "Net cash from operating activities; the total with discontinued operations if that is printed.",
    ),
    KeyLine(
        "capital_expenditure",
        "cash_flow",
        "duration",
        "Capital expenditure",
        "购建固定资产支付的现金",
        _PAID,
        "Purchases of property, plant and equipment.",
    ),
    KeyLine(
        "investing_cash_flow",
        "cash_flow",
        "duration",
        "Net cash from investing activities",
        "投资活动产生的现金流量净额",
        _OWN,
        "Net cash from investing activities.",
    ),
    KeyLine(
        "financing_cash_flow",
        "cash_flow",
        "duration",
        "Net cash from financing activities",
        "筹资活动产生的现金流量净额",
        _OWN,
        "Net cash from financing activities.",
    ),
    KeyLine(
        "dividends_paid",
        "cash_flow",
        "duration",
        "Dividends paid",
        "分配股利支付的现金",
        _PAID,
        "Dividends paid to shareholders.",
    ),
    KeyLine(
        "change_in_cash",
        "cash_flow",
        "duration",
        "Net change in cash",
        "现金及现金等价物净增加额",
        _OWN,
        "Net change in cash, with restricted cash where so printed, after exchange effects.",
    ),
)
BY_NAME = {line.name: line for line in LINES}
