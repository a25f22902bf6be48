"""Which concepts can stand for a key line, in order of preference, and what their captions must or must not say.

US GAAP names follow the FASB taxonomy, IFRS names the IFRS Accounting Taxonomy; both are matched by local name with
their usual prefix. A caption rule is applied to reports in English alone.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One concept for a line.

    Attributes:
        concept: With its usual prefix.
        confidence: That the concept alone is the line.
        meaning: What the concept is, in words that complete "the concept for ...".
        sign: -1 where the concept counts the other way round than the line.
        needs: What the caption must say (a concept that is used for other things too).
    """

    concept: str
    confidence: float
    meaning: str
    sign: int = 1
    needs: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class CaptionRule:
    """What the caption of any candidate of a line must say, and what it must not say, with the words for a refusal."""

    needs: re.Pattern[str] | None = None
    refuses: re.Pattern[str] | None = None
    why: str = ""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_CAPEX = _words(r"capital expend|propert|plant|equipment|fixed assets")
_COST = _words(r"costs? (?:of|applicable)|costs? and expenses? of sales")
_CASH = _words(r"^(?:total )?cash(?: and (?:cash )?equivalents)?\b(?![^(]*restricted)")
_RESTRICTED = _words(r"cash")
_TRADE = _words(r"accounts receivable|trade|^receivables")
_BOTH = _words(r"basic\b.*\bdiluted|diluted\b.*\bbasic")


def _gaap(name: str, confidence: float, meaning: str, sign: int = 1, needs: re.Pattern[str] | None = None) -> Candidate:
    return Candidate(f"us-gaap:{name}", confidence, meaning, sign, needs)


def _ifrs(name: str, confidence: float, meaning: str, sign: int = 1, needs: re.Pattern[str] | None = None) -> Candidate:
    return Candidate(f"ifrs-full:{name}", confidence, meaning, sign, needs)


CANDIDATES: dict[str, tuple[Candidate, ...]] = {
    "revenue": (
        _gaap("Revenues", 0.98, "total revenues"),
        _gaap("RevenuesNetOfInterestExpense", 0.95, "revenues net of interest expense"),
        _gaap("RevenueFromContractWithCustomerExcludingAssessedTax", 0.97, "revenue from contracts with customers"),
        _gaap("RevenueFromContractWithCustomerIncludingAssessedTax", 0.95, "revenue from contracts, with sales taxes"),
        _gaap("SalesRevenueNet", 0.95, "net sales"),
        _gaap("SalesRevenueGoodsNet", 0.85, "net sales of goods"),
        _gaap("RealEstateRevenueNet", 0.85, "revenue from real estate"),
        _ifrs("Revenue", 0.98, "revenue"),
        _ifrs("RevenueFromContractsWithCustomers", 0.95, "revenue from contracts with customers"),
        _ifrs("RevenueAndOperatingIncome", 0.85, "revenue and other operating income"),
    ),
    "cost_of_revenue": (
        _gaap("CostOfRevenue", 0.97, "cost of revenue"),
        _gaap("CostOfGoodsAndServicesSold", 0.96, "cost of goods and services sold"),
        _gaap("CostOfGoodsSold", 0.95, "cost of goods sold"),
        _gaap("CostOfServices", 0.85, "cost of services"),
        _gaap("CostOfGoodsAndServiceExcludingDepreciationDepletionAndAmortization", 0.85, "cost without depreciation"),
        _gaap("CostOfServicesExcludingDepreciationDepletionAndAmortization", 0.8, "cost without depreciation"),
        _ifrs("CostOfSales", 0.97, "cost of sales"),
    ),
    "gross_profit": (_gaap("GrossProfit", 0.98, "gross profit"), _ifrs("GrossProfit", 0.98, "gross profit")),
    "research_and_development": (
        _gaap("ResearchAndDevelopmentExpense", 0.98, "research and development"),
        _gaap("ResearchAndDevelopmentExpenseExcludingAcquiredInProcessCost", 0.95, "research and development"),
        _gaap("ResearchAndDevelopmentExpenseSoftwareExcludingAcquiredInProcessCost", 0.95, "software development"),
        _ifrs("ResearchAndDevelopmentExpense", 0.98, "research and development"),
    ),
    "selling_general_administrative": (
        _gaap("SellingGeneralAndAdministrativeExpense", 0.98, "selling, general and administrative expense"),
        _ifrs("SellingGeneralAndAdministrativeExpense", 0.98, "selling, general and administrative expense"),
    ),
    "operating_income": (
        _gaap("OperatingIncomeLoss", 0.98, "operating income"),
        _ifrs("ProfitLossFromOperatingActivities", 0.97, "profit from operating activities"),
        _ifrs("OperatingProfitLoss", 0.97, "operating profit"),
    ),
    "interest_expense": (
        _gaap("InterestExpense", 0.97, "interest expense"),
        _gaap("InterestExpenseNonoperating", 0.96, "interest expense outside operations"),
        _gaap("InterestExpenseOperating", 0.85, "interest expense within operations"),
        _gaap("InterestExpenseDebt", 0.9, "interest expense on debt"),
        _gaap("InterestAndDebtExpense", 0.9, "interest and debt expense"),
        _gaap("FinancingInterestExpense", 0.8, "interest expense of financing"),
        _gaap("InterestIncomeExpenseNonoperatingNet", 0.88, "interest income less interest expense", -1),
        _gaap("InterestIncomeExpenseNet", 0.88, "interest income less interest expense", -1),
        _ifrs("InterestExpense", 0.95, "interest expense"),
        _ifrs("FinanceCosts", 0.75, "finance costs, which are mostly interest"),
    ),
    "income_before_tax": (
        _gaap(
            "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
            0.98,
            "income before income taxes",
        ),
        _gaap(
            "IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments",
            0.94,
            "income before income taxes and before the share in equity-method investments",
        ),
        _ifrs("ProfitLossBeforeTax", 0.98, "profit before tax"),
    ),
    "income_tax": (
        _gaap("IncomeTaxExpenseBenefit", 0.98, "income tax expense"),
        _ifrs("IncomeTaxExpenseContinuingOperations", 0.98, "income tax expense"),
    ),
    "net_income": (
        _gaap("NetIncomeLoss", 0.98, "net income attributable to the parent"),
        _gaap("NetIncomeLossAvailableToCommonStockholdersBasic", 0.93, "net income less non-controlling interests"),
        _gaap("ProfitLoss", 0.92, "net income with non-controlling interests, the only net income printed"),
        _gaap("NetIncomeLossAvailableToCommonStockholdersBasic", 0.85, "net income available to common shareholders"),
        _ifrs("ProfitLossAttributableToOwnersOfParent", 0.98, "profit attributable to owners of the parent"),
        _ifrs("ProfitLoss", 0.92, "profit, the only one printed"),
    ),
    "eps_basic": (
        _gaap("EarningsPerShareBasic", 0.98, "basic earnings per share"),
        _gaap("EarningsPerShareBasicAndDiluted", 0.95, "earnings per share, basic and diluted in one"),
        _gaap("EarningsPerShareDiluted", 0.88, "earnings per share, basic alike by the caption", 1, _BOTH),
        _gaap("IncomeLossFromContinuingOperationsPerBasicShare", 0.9, "basic earnings per share, no other is printed"),
        _ifrs("BasicEarningsLossPerShare", 0.98, "basic earnings per share"),
        _ifrs("BasicAndDilutedEarningsLossPerShare", 0.95, "earnings per share, basic and diluted in one"),
    ),
    "eps_diluted": (
        _gaap("EarningsPerShareDiluted", 0.98, "diluted earnings per share"),
        _gaap("EarningsPerShareBasicAndDiluted", 0.95, "earnings per share, basic and diluted in one"),
        _gaap("EarningsPerShareBasic", 0.88, "earnings per share, diluted alike by the caption", 1, _BOTH),
        _gaap(
            "IncomeLossFromContinuingOperationsPerDilutedShare",
            0.9,
            "diluted earnings per share, no other is printed",
        ),
        _ifrs("DilutedEarningsLossPerShare", 0.98, "diluted earnings per share"),
        _ifrs("BasicAndDilutedEarningsLossPerShare", 0.95, "earnings per share, basic and diluted in one"),
    ),
    "cash": (
        _gaap("CashAndCashEquivalentsAtCarryingValue", 0.98, "cash and cash equivalents"),
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents", 0.93, "cash and cash equivalents", 1, _CASH
        ),
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsIncludingDisposalGroupAndDiscontinuedOperations",
            0.9,
            "cash and cash equivalents",
            1,
            _CASH,
        ),
        _gaap("Cash", 0.9, "cash"),
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
            0.8,
            "cash with restricted cash, which is not printed apart",
            1,
            _RESTRICTED,
        ),
        _gaap("CashAndDueFromBanks", 0.85, "cash and due from banks"),
        _ifrs("CashAndCashEquivalents", 0.98, "cash and cash equivalents"),
    ),
    "receivables": (
        _gaap("AccountsReceivableNetCurrent", 0.97, "accounts receivable, net, current"),
        _gaap("ReceivablesNetCurrent", 0.93, "receivables, net, current"),
        _gaap("AccountsNotesAndLoansReceivableNetCurrent", 0.92, "accounts and notes receivable, net, current"),
        _gaap("AccountsAndOtherReceivablesNetCurrent", 0.92, "accounts and other receivables, net, current"),
        _gaap("AccountsReceivableNet", 0.85, "accounts receivable, net", 1, _TRADE),
        _ifrs("CurrentTradeReceivables", 0.97, "trade receivables, current"),
        _ifrs("TradeAndOtherCurrentReceivables", 0.92, "trade and other receivables, current"),
        _ifrs("TradeReceivables", 0.9, "trade receivables"),
    ),
    "inventory": (
        _gaap("InventoryNet", 0.98, "inventories"),
        _gaap("InventoryNetOfAllowancesCustomerAdvancesAndProgressBillings", 0.95, "inventories net of advances"),
        _gaap("RetailRelatedInventoryMerchandise", 0.9, "merchandise"),
        _ifrs("Inventories", 0.98, "inventories"),
    ),
    "current_assets": (
        _gaap("AssetsCurrent", 0.99, "total current assets"),
        _ifrs("CurrentAssets", 0.99, "current assets"),
    ),
    "property_plant_equipment": (
        _gaap("PropertyPlantAndEquipmentNet", 0.98, "property, plant and equipment, net"),
        _gaap(
            "PropertyPlantAndEquipmentAndFinanceLeaseRightOfUseAssetAfterAccumulatedDepreciationAndAmortization",
            0.95,
            "property, plant and equipment with finance-lease assets, net",
        ),
        _gaap(
            "PropertyPlantAndEquipmentAndOperatingLeaseRightOfUseAssetAfterAccumulatedDepreciationAndAmortization",
            0.9,
            "property, plant and equipment with operating-lease assets, net",
        ),
        _ifrs("PropertyPlantAndEquipment", 0.98, "property, plant and equipment"),
        _ifrs("PropertyPlantAndEquipmentIncludingRightofuseAssets", 0.9, "property with right-of-use assets"),
    ),
    "goodwill": (_gaap("Goodwill", 0.99, "goodwill"), _ifrs("Goodwill", 0.99, "goodwill")),
    "total_assets": (_gaap("Assets", 0.99, "total assets"), _ifrs("Assets", 0.99, "total assets")),
    "current_liabilities": (
        _gaap("LiabilitiesCurrent", 0.99, "total current liabilities"),
        _ifrs("CurrentLiabilities", 0.99, "current liabilities"),
    ),
    "long_term_debt": (
        _gaap("LongTermDebtNoncurrent", 0.98, "long-term debt without its current part"),
        _gaap("LongTermDebtAndCapitalLeaseObligations", 0.95, "long-term debt and leases without their current part"),
        _gaap("LongTermNotesPayable", 0.88, "long-term notes payable"),
        _gaap("LongTermNotesAndLoans", 0.88, "long-term notes and loans"),
        _gaap("LongTermLoansPayable", 0.85, "long-term loans payable"),
        _gaap("ConvertibleLongTermNotesPayable", 0.8, "long-term convertible notes"),
        _gaap("UnsecuredLongTermDebt", 0.8, "unsecured long-term debt"),
        _gaap("SecuredLongTermDebt", 0.8, "secured long-term debt"),
        _gaap("SeniorLongTermNotes", 0.8, "long-term senior notes"),
        _gaap("LongTermDebt", 0.85, "long-term debt, its current part printed apart"),
        _ifrs("NoncurrentPortionOfNoncurrentBorrowings", 0.95, "borrowings, non-current"),
        _ifrs("LongtermBorrowings", 0.92, "long-term borrowings"),
        _ifrs("NoncurrentPortionOfNoncurrentBondsIssued", 0.75, "bonds issued, non-current"),
        _ifrs("NoncurrentFinancialLiabilities", 0.6, "non-current financial liabilities"),
    ),
    "total_liabilities": (
        _gaap("Liabilities", 0.99, "total liabilities"),
        _ifrs("Liabilities", 0.99, "total liabilities"),
    ),
    "retained_earnings": (
        _gaap("RetainedEarningsAccumulatedDeficit", 0.98, "retained earnings"),
        _gaap("RetainedEarningsUnappropriated", 0.85, "unappropriated retained earnings"),
        _gaap("DevelopmentStageEnterpriseDeficitAccumulatedDuringDevelopmentStage", 0.8, "accumulated deficit"),
        _ifrs("RetainedEarnings", 0.98, "retained earnings"),
    ),
    "total_equity": (
        _gaap(
            "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
            0.98,
            "total equity with non-controlling interests",
        ),
        _gaap("StockholdersEquity", 0.97, "shareholders' equity, no total with non-controlling interests is printed"),
        _ifrs("Equity", 0.98, "total equity"),
        _ifrs("EquityAttributableToOwnersOfParent", 0.9, "equity of the parent's owners, no other total is printed"),
    ),
    "operating_cash_flow": (
        _gaap("NetCashProvidedByUsedInOperatingActivities", 0.99, "net cash from operating activities"),
        _gaap(
            "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
            0.93,
            "net cash from continuing operating activities, no total with discontinued ones is printed",
        ),
        _ifrs("CashFlowsFromUsedInOperatingActivities", 0.99, "cash flows from operating activities"),
    ),
    "capital_expenditure": (
        _gaap("PaymentsToAcquirePropertyPlantAndEquipment", 0.98, "purchases of property, plant and equipment"),
        _gaap("PaymentsToAcquireProductiveAssets", 0.95, "purchases of productive assets"),
        _gaap("PaymentsToAcquireOtherPropertyPlantAndEquipment", 0.85, "purchases of other property", 1, _CAPEX),
        _gaap("PaymentsToAcquireOtherProductiveAssets", 0.88, "purchases of productive assets", 1, _CAPEX),
        _gaap("PaymentsToAcquireMachineryAndEquipment", 0.88, "purchases of machinery and equipment", 1, _CAPEX),
        _gaap("PaymentsForCapitalImprovements", 0.85, "capital improvements", 1, _CAPEX),
        _ifrs(
            "PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities",
            0.98,
            "purchases of property, plant and equipment",
        ),
        _ifrs(
            "PurchaseOfPropertyPlantAndEquipmentIntangibleAssetsOtherThanGoodwillInvestmentPropertyAndOther"
            "NoncurrentAssets",
            0.8,
            "purchases of property, intangible and other non-current assets",
        ),
    ),
    "investing_cash_flow": (
        _gaap("NetCashProvidedByUsedInInvestingActivities", 0.99, "net cash from investing activities"),
        _gaap(
            "NetCashProvidedByUsedInInvestingActivitiesContinuingOperations",
            0.93,
            "net cash from continuing investing activities, no total with discontinued ones is printed",
        ),
        _ifrs("CashFlowsFromUsedInInvestingActivities", 0.99, "cash flows from investing activities"),
    ),
    "financing_cash_flow": (
        _gaap("NetCashProvidedByUsedInFinancingActivities", 0.99, "net cash from financing activities"),
        _gaap(
            "NetCashProvidedByUsedInFinancingActivitiesContinuingOperations",
            0.93,
            "net cash from continuing financing activities, no total with discontinued ones is printed",
        ),
        _ifrs("CashFlowsFromUsedInFinancingActivities", 0.99, "cash flows from financing activities"),
    ),
    "dividends_paid": (
        _gaap("PaymentsOfDividends", 0.98, "dividends paid"),
        _gaap("PaymentsOfOrdinaryDividends", 0.95, "ordinary dividends paid"),
        _gaap("PaymentsOfDividendsCommonStock", 0.96, "dividends paid on common stock"),
        _ifrs("DividendsPaidClassifiedAsFinancingActivities", 0.98, "dividends paid"),
        _ifrs("DividendsPaidToEquityHoldersOfParentClassifiedAsFinancingActivities", 0.96, "dividends paid"),
    ),
    "change_in_cash": (
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRate"
            "Effect",
            0.98,
            "the change in cash after exchange effects",
        ),
        _gaap("CashAndCashEquivalentsPeriodIncreaseDecrease", 0.96, "the change in cash after exchange effects"),
        _gaap("CashPeriodIncreaseDecrease", 0.9, "the change in cash"),
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseExcludingExchangeRate"
            "Effect",
            0.9,
            "the change in cash without exchange effects",
        ),
        _gaap("CashAndCashEquivalentsPeriodIncreaseDecreaseExcludingExchangeRateEffect", 0.88, "the change in cash"),
        _ifrs("IncreaseDecreaseInCashAndCashEquivalents", 0.98, "the change in cash after exchange effects"),
        _ifrs("IncreaseDecreaseInCashAndCashEquivalentsBeforeEffectOfExchangeRateChanges", 0.85, "the change in cash"),
    ),
}
"""Candidates of each line, the preferred one first."""

CAPTION_RULES: dict[str, CaptionRule] = {
    "cost_of_revenue": CaptionRule(_COST, _words(r"costs? and (?:operating )?expenses$"), "cost of what was sold"),
    "research_and_development": CaptionRule(
        _words(r"research|development|r&d"), _words(r"in-process|ipr&d"), "research and development"
    ),
    "selling_general_administrative": CaptionRule(
        _words(r"sell|sales|market|distribut|sg&a"), None, "selling, general and administrative expense in one"
    ),
    "interest_expense": CaptionRule(
        _words(r"interest[^,]*\bexpense|interest and debt|finance (?:costs?|expense)|interest (?:costs?|charges?)\b"),
        _words(r"interest income|other (?:income|expense|financ|charges)|interest and other|interest and dividend"),
        "interest expense",
    ),
    "receivables": CaptionRule(
        None, _words(r"financ|settlement|premium|tax|long-term|non-?current|related part"), "trade receivables"
    ),
    "goodwill": CaptionRule(None, _words(r"intangible"), "goodwill alone"),
    "long_term_debt": CaptionRule(
        None,
        _words(r"^\W*(?:less:? )?(?:current|short-term)|within one year"),
        "long-term debt without its current part",
    ),
    "dividends_paid": CaptionRule(
        None, _words(r"non-?controlling|minority|^(?!.*common).*preferred"), "dividends to shareholders"
    ),
}
"""Caption rules that hold for every candidate of a line."""
