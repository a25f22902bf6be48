"""What the lines are called on the page: captions in plain form, and the nearest standard caption by embedding."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from apps.finance.statements.model import StatementName

Embed = Callable[[list[str]], np.ndarray]
"""From N texts to an array [N, D] of embeddings."""

_ASIDE = re.compile(
    r"\((?:loss|losses|deficit|income|expense|gain|used in|used for|decrease|increase|benefit|note|see)[^)]*\)"
)
_LETTER = re.compile(r"[^\w\u4e00-\u9fff]+")
_SMALL = re.compile(r"\b(?:the|of|for|and|in|to|from|by)\b")

STANDARD: dict[str, tuple[str, ...]] = {
    "revenue": ("revenue", "revenues", "total revenues", "net sales", "total net sales", "net revenues", "sales",
                "total net revenue", "营业收入", "营业总收入"),
    "cost_of_revenue": ("cost of sales", "cost of goods sold", "cost of revenue", "total cost of revenues",
                        "cost of products sold", "total cost of sales", "营业成本"),
    "gross_profit": ("gross profit", "gross margin", "毛利"),
    "research_and_development": ("research and development", "research and development expenses", "研发费用",
                                 "research, development and related expenses"),
    "selling_general_administrative": ("selling, general and administrative expenses",
                                       "marketing, general and administrative", "selling and administrative expenses",
                                       "selling, informational and administrative expenses", "销售及管理费用"),
    "operating_income": ("operating income", "operating profit", "income from operations", "earnings from operations",
                         "operating earnings", "loss from operations", "operating loss", "营业利润"),
    "interest_expense": ("interest expense", "interest expense, net", "interest and debt expense", "利息支出",
                         "利息费用"),
    "income_before_tax": ("income before income taxes", "income before provision for income taxes",
                          "earnings before income taxes", "profit before tax", "net income before taxes",
                          "loss before income taxes", "income from continuing operations before income taxes",
                          "earnings before income tax provision", "利润总额", "税前利润"),
    "income_tax": ("provision for income taxes", "income tax expense", "income taxes", "income tax provision",
                   "taxes on earnings", "income tax benefit", "所得税费用"),
    "net_income": ("net income", "net earnings", "net loss", "net income attributable to the company",
                   "net income attributable to shareholders", "profit for the year", "净利润",
                   "归属于母公司股东的净利润"),
    "eps_basic": ("basic earnings per share", "net income per share, basic", "基本每股收益"),
    "eps_diluted": ("diluted earnings per share", "net income per share, diluted", "稀释每股收益"),
    "cash": ("cash and cash equivalents", "cash and equivalents", "cash", "货币资金", "现金及现金等价物"),
    "receivables": ("accounts receivable, net", "trade accounts receivable", "receivables, net", "trade receivables",
                    "accounts and notes receivable, net", "应收账款"),
    "inventory": ("inventories", "inventories, net", "inventory", "total inventories", "merchandise inventories",
                  "存货"),
    "current_assets": ("total current assets", "流动资产合计"),
    "property_plant_equipment": ("property, plant and equipment, net", "property and equipment, net", "固定资产",
                                 "property, net", "properties, net", "net property and equipment",
                                 "properties and equipment, net", "property, plant and equipment",
                                 "property and equipment",
                                 "net property, plant and equipment", "premises and equipment, net"),
    "goodwill": ("goodwill", "商誉"),
    "total_assets": ("total assets", "资产总计", "资产合计"),
    "current_liabilities": ("total current liabilities", "流动负债合计"),
    "long_term_debt": ("long-term debt", "long-term debt, net of current portion", "long-term borrowings",
                       "long-term debt, less current maturities", "long-term notes payable",
                       "long-term debt and finance leases, net of current portion", "长期借款"),
    "total_liabilities": ("total liabilities", "负债合计"),
    "retained_earnings": ("retained earnings", "accumulated deficit", "reinvested earnings",
                          "earnings reinvested in the business", "未分配利润"),
    "total_equity": ("total equity", "total shareholders' equity", "total stockholders' equity", "所有者权益合计",
                     "股东权益合计"),
    "operating_cash_flow": ("net cash provided by operating activities", "net cash from operating activities",
                            "cash flows from operating activities", "经营活动产生的现金流量净额"),
    "capital_expenditure": ("purchases of property, plant and equipment", "capital expenditures",
                            "additions to property, plant and equipment", "purchases of property and equipment",
                            "purchases related to property and equipment", "购建固定资产支付的现金"),
    "investing_cash_flow": ("net cash used in investing activities", "net cash provided by investing activities",
                            "cash flows from investing activities", "投资活动产生的现金流量净额"),
    "financing_cash_flow": ("net cash used in financing activities", "net cash provided by financing activities",
                            "cash flows from financing activities", "筹资活动产生的现金流量净额"),
    "dividends_paid": ("dividends paid", "cash dividends paid", "payment of dividends",
                       "dividends paid to shareholders", "分配股利支付的现金"),
    "change_in_cash": ("net increase in cash and cash equivalents", "net change in cash and cash equivalents",
                       "increase in cash, cash equivalents and restricted cash", "net increase in cash",
                       "net change in cash", "increase in cash", "change in cash",
                       "change in cash and cash equivalents", "increase in cash and cash equivalents",
                       "net increase in cash, cash equivalents and restricted cash", "现金及现金等价物净增加额"),
}  # fmt: skip
"""Captions under which each line is usually printed."""

OTHER: dict[StatementName, tuple[str, ...]] = {
    "income": (
        "other income, net", "other expenses", "total operating expenses", "total costs and expenses",
        "depreciation and amortization", "amortization of intangible assets", "restructuring charges",
        "general and administrative", "sales and marketing", "advertising", "interest income", "investment income",
        "equity in earnings of affiliates", "net income attributable to noncontrolling interests",
        "income from continuing operations", "income from discontinued operations, net of tax",
        "weighted average shares outstanding", "dividends declared per share", "salaries and benefits",
        "technology and content", "product revenue", "service revenue", "subscription revenue", "franchise revenues",
        "cost of products", "cost of services", "impairment of goodwill", "loss on extinguishment of debt",
        "comprehensive income", "interest income, net", "rent and occupancy", "insurance losses and benefits",
        "exploration expenses", "production and manufacturing expenses", "fuel", "purchased transportation",
        "crude oil and product purchases", "gain on sale of assets", "change in fair value of derivatives",
        "acquired in-process research and development", "litigation charges", "penalties", "financing costs",
    ),
    "balance": (
        "short-term investments", "marketable securities", "restricted cash", "prepaid expenses",
        "other current assets", "other assets", "deferred income taxes", "operating lease right-of-use assets",
        "intangible assets, net", "investments", "equity method investments", "accounts payable",
        "accrued liabilities", "accrued compensation", "income taxes payable", "deferred revenue",
        "current portion of long-term debt", "short-term borrowings", "commercial paper", "notes payable, current",
        "operating lease liabilities", "pension obligations", "other liabilities", "commitments and contingencies",
        "common stock", "preferred stock", "additional paid-in capital", "treasury stock",
        "accumulated other comprehensive loss", "noncontrolling interests", "redeemable noncontrolling interest",
        "total liabilities and equity", "assets held for sale", "liabilities held for sale",
        "finance receivables", "notes receivable", "unbilled receivables", "trademarks", "digital assets",
        "derivative liability", "other receivables", "accumulated depreciation", "land and buildings",
        "operating lease liabilities, net of current portion", "deferred revenue, less current portion",
        "long-term lease liabilities", "other long-term liabilities", "contingent consideration, less current portion",
        "operating lease vehicles", "deposits", "dividends payable", "customer deposits", "related party payables",
    ),
    "cash_flow": (
        "depreciation and amortization", "stock-based compensation", "deferred income taxes",
        "change in accounts receivable", "change in inventories", "change in accounts payable",
        "acquisitions of businesses, net of cash acquired", "purchases of investments",
        "proceeds from sales of investments", "proceeds from sale of property", "issuance of long-term debt",
        "repayment of long-term debt", "repurchase of common stock", "proceeds from stock options exercised",
        "net change in short-term borrowings", "effect of exchange rate changes on cash", "cash at end of period",
        "cash at beginning of period", "cash paid for interest", "cash paid for income taxes", "other, net",
        "distributions to noncontrolling interests", "net income", "purchases of intangible assets",
        "purchases of marketable securities", "dividends received", "debt issuance costs", "taxes paid on shares",
        "cash flows of discontinued operations", "purchase of leased equipment", "proceeds from government grants",
    ),
}  # fmt: skip
"""Captions of rows that are none of the lines: what a caption may be nearer to."""


_WORDS = {
    "revenue": r"revenue|sales|turnover",
    "cost_of_revenue": r"cost",
    "gross_profit": r"gross",
    "research_and_development": r"research|development|r&d",
    "selling_general_administrative": r"sell|sales|market|admin",
    "operating_income": r"operat",
    "interest_expense": r"interest|finance",
    "income_before_tax": r"before\b.*tax",
    "income_tax": r"tax",
    "net_income": r"net |profit",
    "eps_basic": r"basic|per share",
    "eps_diluted": r"dilut",
    "cash": r"cash",
    "receivables": r"receivable|debtors",
    "inventory": r"inventor|stocks|merchandise",
    "current_assets": r"current assets",
    "property_plant_equipment": r"propert|plant|equipment|fixed assets|premises",
    "goodwill": r"goodwill",
    "total_assets": r"total assets",
    "current_liabilities": r"current liabilities",
    "long_term_debt": r"debt|borrowing|notes|loans|bonds|debentures",
    "total_liabilities": r"total liabilities",
    "retained_earnings": r"earnings|deficit|profit|income|loss",
    "total_equity": r"equity|investment|deficit",
    "operating_cash_flow": r"operat",
    "capital_expenditure": r"capital|propert|plant|equipment|fixed assets",
    "investing_cash_flow": r"invest",
    "financing_cash_flow": r"financ",
    "dividends_paid": r"dividend",
    "change_in_cash": r"(?:increase|decrease|change)\b.*cash|cash\b.*(?:increase|decrease|change)",
}
_PATTERNS = {line: re.compile(pattern, re.IGNORECASE) for line, pattern in _WORDS.items()}


def names_it(line: str, caption: str) -> bool:
    """Whether an English caption holds a word without which it cannot be the line, however near it is."""
    return _PATTERNS[line].search(caption) is not None


def simple(caption: str) -> str:
    """A caption in the form in which captions are compared: lower case, without asides, marks and small words."""
    text = caption.lower().replace("’", "'").replace("&", " and ")
    text = _ASIDE.sub(" ", text)
    text = _LETTER.sub(" ", text.replace("'", ""))
    return " ".join(_SMALL.sub(" ", text).split())


_EXACT: dict[str, str] = {simple(caption): line for line, captions in STANDARD.items() for caption in captions}


def line_called(caption: str) -> str:
    """The line that is called exactly so, else empty."""
    return _EXACT.get(simple(caption), "")


@dataclass(frozen=True, slots=True)
class Nearest:
    """Where a caption stands among the standard captions.

    Attributes:
        line: The line of the nearest one, empty where that is none of the lines.
        caption: The nearest standard caption.
        similarity: Cosine to it.
        margin: How much nearer it is than the nearest caption of anything else.
    """

    line: str
    caption: str
    similarity: float
    margin: float


class CaptionIndex:
    """The standard captions of the statements, embedded once.

    Args:
        embed: From texts to embeddings.
    """

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._texts: dict[StatementName, list[tuple[str, str]]] = {}
        self._vectors: dict[StatementName, np.ndarray] = {}

    def nearest(self, statement: StatementName, lines: Sequence[str], captions: list[str]) -> list[Nearest]:
        """The nearest standard caption of each of the captions.

        Args:
            statement: Where they are printed.
            lines: The statement's lines.
            captions: As printed.
        """
        if not captions:
            return []
        if statement not in self._texts:
            entries = [(line, caption) for line in lines for caption in STANDARD[line]]
            entries += [("", caption) for caption in OTHER[statement]]
            self._texts[statement] = entries
            self._vectors[statement] = _unit(self._embed([caption for _, caption in entries]))
        entries, known_KD = self._texts[statement], self._vectors[statement]
        cosine_NK = _unit(self._embed([caption.lower() for caption in captions])) @ known_KD.T
        found = []
        for row_K in cosine_NK:
            best = int(row_K.argmax())
            line = entries[best][0]
            others = [float(row_K[k]) for k, (other, _) in enumerate(entries) if other != line or not line]
            others = others if line else [float(row_K[k]) for k in range(len(entries)) if k != best]
            found.append(Nearest(line, entries[best][1], float(row_K[best]), float(row_K[best]) - max(others)))
        return found


@lru_cache(maxsize=2)
def caption_index(embed: Embed) -> CaptionIndex:
    """The index of an embedding function, made once: the standard captions are the same for every report."""
    return CaptionIndex(embed)


def _unit(vectors_ND: np.ndarray) -> np.ndarray:
    vectors_ND = np.asarray(vectors_ND, dtype=np.float64)
    return vectors_ND / np.maximum(np.linalg.norm(vectors_ND, axis=1, keepdims=True), 1e-12)
