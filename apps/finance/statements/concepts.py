"""Which concepts can stand for a key line, in order of preference, and what their captions must or must not say.

US GAAP names follow the FASB taxonomy, IFRS names the IFRS Accounting Taxonomy; both are matched by local name with
their usual prefix. A caption rule is applied to reports in English alone.
"""

import re
from dataclasses import dataclass

from core_model.errors import Message


@dataclass(frozen=True, slots=True)
class ConceptChoice:
    """One concept for a line.

    Attributes:
        concept: With its usual prefix.
        confidence: That the concept alone is the line.
        meaning: Code of what the concept is; ``message`` has it in words that complete "is tagged as ...".
        sign: -1 where the concept counts the other way round than the line.
        needs: What the caption must say (a concept that is used for other things too).
    """

    concept: str
    confidence: float
    meaning: str
    sign: int = 1
    needs: re.Pattern[str] | None = None

    @property
    def message(self) -> Message:
        """What the concept is, in words."""
        return _meaning(self.meaning)


@dataclass(frozen=True, slots=True)
class CaptionRule:
    """What the caption of any candidate of a line must say, and what it must not say.

    Attributes:
        needs: What it must say.
        refuses: What it must not say.
        wanted: Code of what the row should print; ``message`` has it in words.
    """

    needs: re.Pattern[str] | None = None
    refuses: re.Pattern[str] | None = None
    wanted: str = ""

    @property
    def message(self) -> Message:
        """What the row should print, in words."""
        return _meaning(self.wanted)


def _meaning(code: str) -> Message:
    return Message(f"meaning_{code}")


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_CAPEX = _words(r"capital expend|propert|plant|equipment|fixed assets")
_COST = _words(r"costs? (?:of|applicable)|costs? and expenses? of sales")
_CASH = _words(r"^(?:total )?cash(?: and (?:cash )?equivalents)?\b(?![^(]*restricted)")
_RESTRICTED = _words(r"cash")
_TRADE = _words(r"accounts receivable|trade|^receivables")
_BOTH = _words(r"basic\b.*\bdiluted|diluted\b.*\bbasic")


def _gaap(
    name: str, confidence: float, meaning: str, sign: int = 1, needs: re.Pattern[str] | None = None
) -> ConceptChoice:
    return ConceptChoice(f"us-gaap:{name}", confidence, meaning, sign, needs)


def _ifrs(
    name: str, confidence: float, meaning: str, sign: int = 1, needs: re.Pattern[str] | None = None
) -> ConceptChoice:
    return ConceptChoice(f"ifrs-full:{name}", confidence, meaning, sign, needs)


CANDIDATES: dict[str, tuple[ConceptChoice, ...]] = {
    "revenue": (
        _gaap("Revenues", 0.98, "total_revenues"),
        _gaap("RevenuesNetOfInterestExpense", 0.95, "revenues_net_of_interest_expense"),
        _gaap("RevenueFromContractWithCustomerExcludingAssessedTax", 0.97, "revenue_from_contracts_with_customers"),
        _gaap("RevenueFromContractWithCustomerIncludingAssessedTax", 0.95, "revenue_from_contracts_with_sales_taxes"),
        _gaap("SalesRevenueNet", 0.95, "net_sales"),
        _gaap("SalesRevenueGoodsNet", 0.85, "net_sales_of_goods"),
        _gaap("RealEstateRevenueNet", 0.85, "revenue_from_real_estate"),
        _gaap("RegulatedAndUnregulatedOperatingRevenue", 0.97, "operating_revenue_of_a_utility"),
        _gaap("GrossInvestmentIncomeOperating", 0.93, "total_investment_income"),
        _ifrs("Revenue", 0.98, "revenue"),
        _ifrs("RevenueFromContractsWithCustomers", 0.95, "revenue_from_contracts_with_customers"),
        _ifrs("RevenueAndOperatingIncome", 0.85, "revenue_and_other_operating_income"),
    ),
    "cost_of_revenue": (
        _gaap("CostOfRevenue", 0.97, "cost_of_revenue"),
        _gaap("CostOfGoodsAndServicesSold", 0.96, "cost_of_goods_and_services_sold"),
        _gaap("CostOfGoodsSold", 0.95, "cost_of_goods_sold"),
        _gaap("CostOfServices", 0.85, "cost_of_services"),
        _gaap("CostOfGoodsAndServiceExcludingDepreciationDepletionAndAmortization", 0.85, "cost_without_depreciation"),
        _gaap("CostOfServicesExcludingDepreciationDepletionAndAmortization", 0.8, "cost_without_depreciation"),
        _ifrs("CostOfSales", 0.97, "cost_of_sales"),
    ),
    "gross_profit": (_gaap("GrossProfit", 0.98, "gross_profit"), _ifrs("GrossProfit", 0.98, "gross_profit")),
    "research_and_development": (
        _gaap("ResearchAndDevelopmentExpense", 0.98, "research_and_development"),
        _gaap("ResearchAndDevelopmentExpenseExcludingAcquiredInProcessCost", 0.95, "research_and_development"),
        _gaap("ResearchAndDevelopmentExpenseSoftwareExcludingAcquiredInProcessCost", 0.95, "software_development"),
        _ifrs("ResearchAndDevelopmentExpense", 0.98, "research_and_development"),
    ),
    "selling_general_administrative": (
        _gaap("SellingGeneralAndAdministrativeExpense", 0.98, "selling_general_administrative"),
        _ifrs("SellingGeneralAndAdministrativeExpense", 0.98, "selling_general_administrative"),
    ),
    "operating_income": (
        _gaap("OperatingIncomeLoss", 0.98, "operating_income"),
        _ifrs("ProfitLossFromOperatingActivities", 0.97, "profit_from_operating_activities"),
        _ifrs("OperatingProfitLoss", 0.97, "operating_profit"),
    ),
    "interest_expense": (
        _gaap("InterestExpense", 0.97, "interest_expense"),
        _gaap("InterestExpenseNonoperating", 0.96, "interest_expense_outside_operations"),
        _gaap("InterestExpenseOperating", 0.85, "interest_expense_within_operations"),
        _gaap("InterestExpenseDebt", 0.9, "interest_expense_on_debt"),
        _gaap("InterestAndDebtExpense", 0.9, "interest_and_debt_expense"),
        _gaap("FinancingInterestExpense", 0.8, "interest_expense_of_financing"),
        _gaap("InterestIncomeExpenseNonoperatingNet", 0.88, "interest_income_less_interest_expense", -1),
        _gaap("InterestIncomeExpenseNet", 0.88, "interest_income_less_interest_expense", -1),
        _ifrs("InterestExpense", 0.95, "interest_expense"),
        _ifrs("FinanceCosts", 0.75, "finance_costs"),
    ),
    "income_before_tax": (
        _gaap(
            "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
            0.98,
            "income_before_income_taxes",
        ),
        _gaap(
            "IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments",
            0.94,
            "income_before_taxes_and_equity_method",
        ),
        _ifrs("ProfitLossBeforeTax", 0.98, "profit_before_tax"),
    ),
    "income_tax": (
        _gaap("IncomeTaxExpenseBenefit", 0.98, "income_tax_expense"),
        _ifrs("IncomeTaxExpenseContinuingOperations", 0.98, "income_tax_expense"),
    ),
    "net_income": (
        _gaap("NetIncomeLoss", 0.98, "net_income_attributable_to_the_parent"),
        _gaap("NetIncomeLossAvailableToCommonStockholdersBasic", 0.93, "net_income_less_non_controlling_interests"),
        _gaap("ProfitLoss", 0.92, "net_income_with_non_controlling_interests"),
        _gaap("NetIncomeLossAvailableToCommonStockholdersBasic", 0.85, "net_income_available_to_common_shareholders"),
        _ifrs("ProfitLossAttributableToOwnersOfParent", 0.98, "profit_attributable_to_owners_of_the_parent"),
        _ifrs("ProfitLoss", 0.92, "profit_the_only_one"),
    ),
    "eps_basic": (
        _gaap("EarningsPerShareBasic", 0.98, "eps_basic"),
        _gaap("EarningsPerShareBasicAndDiluted", 0.95, "eps_basic_and_diluted"),
        _gaap("EarningsPerShareDiluted", 0.88, "eps_basic_alike", 1, _BOTH),
        _gaap("IncomeLossFromContinuingOperationsPerBasicShare", 0.9, "eps_basic_the_only_one"),
        _gaap("NetIncomeLossPerOutstandingLimitedPartnershipUnitBasicNetOfTax", 0.95, "income_per_partnership_unit"),
        _gaap("NetIncomeLossPerOutstandingLimitedPartnershipUnitNetOfTax", 0.9, "income_per_partnership_unit"),
        _gaap("NetIncomeLossPerOutstandingLimitedPartnershipUnit", 0.9, "income_per_partnership_unit"),
        _ifrs("BasicEarningsLossPerShare", 0.98, "eps_basic"),
        _ifrs("BasicAndDilutedEarningsLossPerShare", 0.95, "eps_basic_and_diluted"),
    ),
    "eps_diluted": (
        _gaap("EarningsPerShareDiluted", 0.98, "eps_diluted"),
        _gaap("EarningsPerShareBasicAndDiluted", 0.95, "eps_basic_and_diluted"),
        _gaap("EarningsPerShareBasic", 0.88, "eps_diluted_alike", 1, _BOTH),
        _gaap(
            "IncomeLossFromContinuingOperationsPerDilutedShare",
            0.9,
            "eps_diluted_the_only_one",
        ),
        _gaap("NetIncomeLossPerOutstandingLimitedPartnershipUnitDiluted", 0.95, "income_per_partnership_unit_diluted"),
        _gaap(
            "NetIncomeLossNetOfTaxPerOutstandingLimitedPartnershipUnitDiluted",
            0.95,
            "income_per_partnership_unit_diluted",
        ),
        _ifrs("DilutedEarningsLossPerShare", 0.98, "eps_diluted"),
        _ifrs("BasicAndDilutedEarningsLossPerShare", 0.95, "eps_basic_and_diluted"),
    ),
    "cash": (
        _gaap("CashAndCashEquivalentsAtCarryingValue", 0.98, "cash_and_cash_equivalents"),
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents", 0.93, "cash_and_cash_equivalents", 1, _CASH
        ),
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsIncludingDisposalGroupAndDiscontinuedOperations",
            0.9,
            "cash_and_cash_equivalents",
            1,
            _CASH,
        ),
        _gaap("Cash", 0.9, "cash"),
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
            0.8,
            "cash_with_restricted_cash",
            1,
            _RESTRICTED,
        ),
        _gaap("CashAndDueFromBanks", 0.85, "cash_and_due_from_banks"),
        _ifrs("CashAndCashEquivalents", 0.98, "cash_and_cash_equivalents"),
    ),
    "receivables": (
        _gaap("AccountsReceivableNetCurrent", 0.97, "accounts_receivable_net_current"),
        _gaap("ReceivablesNetCurrent", 0.93, "receivables_net_current"),
        _gaap("AccountsNotesAndLoansReceivableNetCurrent", 0.92, "accounts_and_notes_receivable_net_current"),
        _gaap("AccountsAndOtherReceivablesNetCurrent", 0.92, "accounts_and_other_receivables_net_current"),
        _gaap("AccountsReceivableNet", 0.85, "accounts_receivable_net", 1, _TRADE),
        _ifrs("CurrentTradeReceivables", 0.97, "trade_receivables_current"),
        _ifrs("TradeAndOtherCurrentReceivables", 0.92, "trade_and_other_receivables_current"),
        _ifrs("TradeReceivables", 0.9, "trade_receivables"),
    ),
    "inventory": (
        _gaap("InventoryNet", 0.98, "inventories"),
        _gaap("InventoryNetOfAllowancesCustomerAdvancesAndProgressBillings", 0.95, "inventories_net_of_advances"),
        _gaap("RetailRelatedInventoryMerchandise", 0.9, "merchandise"),
        _ifrs("Inventories", 0.98, "inventories"),
    ),
    "current_assets": (
        _gaap("AssetsCurrent", 0.99, "total_current_assets"),
        _ifrs("CurrentAssets", 0.99, "current_assets"),
    ),
    "property_plant_equipment": (
        _gaap("PublicUtilitiesPropertyPlantAndEquipmentNet", 0.95, "utility_plant_net"),
        _gaap("PropertyPlantAndEquipmentNet", 0.98, "property_plant_and_equipment_net"),
        _gaap(
            "PropertyPlantAndEquipmentAndFinanceLeaseRightOfUseAssetAfterAccumulatedDepreciationAndAmortization",
            0.95,
            "property_with_finance_leases_net",
        ),
        _gaap(
            "PropertyPlantAndEquipmentAndOperatingLeaseRightOfUseAssetAfterAccumulatedDepreciationAndAmortization",
            0.9,
            "property_with_operating_leases_net",
        ),
        _ifrs("PropertyPlantAndEquipment", 0.98, "property_plant_and_equipment"),
        _ifrs("PropertyPlantAndEquipmentIncludingRightofuseAssets", 0.9, "property_with_right_of_use_assets"),
    ),
    "goodwill": (_gaap("Goodwill", 0.99, "goodwill"), _ifrs("Goodwill", 0.99, "goodwill")),
    "total_assets": (_gaap("Assets", 0.99, "total_assets"), _ifrs("Assets", 0.99, "total_assets")),
    "current_liabilities": (
        _gaap("LiabilitiesCurrent", 0.99, "total_current_liabilities"),
        _ifrs("CurrentLiabilities", 0.99, "current_liabilities"),
    ),
    "long_term_debt": (
        _gaap("LongTermDebtNoncurrent", 0.98, "long_term_debt_without_current_part"),
        _gaap("LongTermDebtAndCapitalLeaseObligations", 0.95, "long_term_debt_and_leases"),
        _gaap("LongTermNotesPayable", 0.88, "long_term_notes_payable"),
        _gaap("LongTermNotesAndLoans", 0.88, "long_term_notes_and_loans"),
        _gaap("LongTermLoansPayable", 0.85, "long_term_loans_payable"),
        _gaap("ConvertibleLongTermNotesPayable", 0.8, "long_term_convertible_notes"),
        _gaap("UnsecuredLongTermDebt", 0.8, "unsecured_long_term_debt"),
        _gaap("SecuredLongTermDebt", 0.8, "secured_long_term_debt"),
        _gaap("SeniorLongTermNotes", 0.8, "long_term_senior_notes"),
        _gaap("LongTermDebt", 0.85, "long_term_debt_current_part_apart"),
        _ifrs("NoncurrentPortionOfNoncurrentBorrowings", 0.95, "borrowings_non_current"),
        _ifrs("LongtermBorrowings", 0.92, "long_term_borrowings"),
        _ifrs("NoncurrentPortionOfNoncurrentBondsIssued", 0.75, "bonds_issued_non_current"),
        _ifrs("NoncurrentFinancialLiabilities", 0.6, "non_current_financial_liabilities"),
    ),
    "total_liabilities": (
        _gaap("Liabilities", 0.99, "total_liabilities"),
        _ifrs("Liabilities", 0.99, "total_liabilities"),
    ),
    "retained_earnings": (
        _gaap("RetainedEarningsAccumulatedDeficit", 0.98, "retained_earnings"),
        _gaap("RetainedEarningsUnappropriated", 0.85, "unappropriated_retained_earnings"),
        _gaap("DevelopmentStageEnterpriseDeficitAccumulatedDuringDevelopmentStage", 0.8, "accumulated_deficit"),
        _ifrs("RetainedEarnings", 0.98, "retained_earnings"),
    ),
    "total_equity": (
        _gaap(
            "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
            0.98,
            "equity_with_non_controlling_interests",
        ),
        _gaap(
            "PartnersCapitalIncludingPortionAttributableToNoncontrollingInterest",
            0.97,
            "partners_capital_with_non_controlling_interests",
        ),
        _gaap("StockholdersEquity", 0.97, "shareholders_equity_the_only_total"),
        _gaap("PartnersCapital", 0.96, "partners_capital_the_only_total"),
        _gaap("MembersEquity", 0.95, "members_equity"),
        _gaap("AssetsNet", 0.95, "net_assets"),
        _ifrs("Equity", 0.98, "total_equity"),
        _ifrs("EquityAttributableToOwnersOfParent", 0.9, "owners_equity_the_only_total"),
    ),
    "operating_cash_flow": (
        _gaap("NetCashProvidedByUsedInOperatingActivities", 0.99, "net_cash_from_operating_activities"),
        _gaap(
            "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
            0.93,
            "net_cash_from_continuing_operating_activities",
        ),
        _ifrs("CashFlowsFromUsedInOperatingActivities", 0.99, "cash_flows_from_operating_activities"),
        _ifrs(
            "CashFlowsFromUsedInOperatingActivitiesContinuingOperations",
            0.93,
            "net_cash_from_continuing_operating_activities",
        ),
    ),
    "capital_expenditure": (
        _gaap("PaymentsToAcquirePropertyPlantAndEquipment", 0.98, "purchases_of_property_plant_and_equipment"),
        _gaap("PaymentsToAcquireProductiveAssets", 0.95, "purchases_of_productive_assets"),
        _gaap("PaymentsToAcquireOtherPropertyPlantAndEquipment", 0.85, "purchases_of_other_property", 1, _CAPEX),
        _gaap("PaymentsToAcquireOtherProductiveAssets", 0.88, "purchases_of_productive_assets", 1, _CAPEX),
        _gaap("PaymentsToAcquireMachineryAndEquipment", 0.88, "purchases_of_machinery_and_equipment", 1, _CAPEX),
        _gaap("PaymentsForCapitalImprovements", 0.85, "capital_improvements", 1, _CAPEX),
        _ifrs(
            "PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities",
            0.98,
            "purchases_of_property_plant_and_equipment",
        ),
        _ifrs(
            "PurchaseOfPropertyPlantAndEquipmentIntangibleAssetsOtherThanGoodwillInvestmentPropertyAndOther"
            "NoncurrentAssets",
            0.8,
            "purchases_of_property_and_intangibles",
        ),
    ),
    "investing_cash_flow": (
        _gaap("NetCashProvidedByUsedInInvestingActivities", 0.99, "net_cash_from_investing_activities"),
        _gaap(
            "NetCashProvidedByUsedInInvestingActivitiesContinuingOperations",
            0.93,
            "net_cash_from_continuing_investing_activities",
        ),
        _ifrs("CashFlowsFromUsedInInvestingActivities", 0.99, "cash_flows_from_investing_activities"),
        _ifrs(
            "CashFlowsFromUsedInInvestingActivitiesContinuingOperations",
            0.93,
            "net_cash_from_continuing_investing_activities",
        ),
    ),
    "financing_cash_flow": (
        _gaap("NetCashProvidedByUsedInFinancingActivities", 0.99, "net_cash_from_financing_activities"),
        _gaap(
            "NetCashProvidedByUsedInFinancingActivitiesContinuingOperations",
            0.93,
            "net_cash_from_continuing_financing_activities",
        ),
        _ifrs("CashFlowsFromUsedInFinancingActivities", 0.99, "cash_flows_from_financing_activities"),
        _ifrs(
            "CashFlowsFromUsedInFinancingActivitiesContinuingOperations",
            0.93,
            "net_cash_from_continuing_financing_activities",
        ),
    ),
    "dividends_paid": (
        _gaap("PaymentsOfDividends", 0.98, "dividends_paid"),
        _gaap("PaymentsOfOrdinaryDividends", 0.95, "ordinary_dividends_paid"),
        _gaap("PaymentsOfDividendsCommonStock", 0.96, "dividends_paid_on_common_stock"),
        _ifrs("DividendsPaidClassifiedAsFinancingActivities", 0.98, "dividends_paid"),
        _ifrs("DividendsPaidToEquityHoldersOfParentClassifiedAsFinancingActivities", 0.96, "dividends_paid"),
    ),
    "change_in_cash": (
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRate"
            "Effect",
            0.98,
            "change_in_cash_after_exchange",
        ),
        _gaap("CashAndCashEquivalentsPeriodIncreaseDecrease", 0.96, "change_in_cash_after_exchange"),
        _gaap("CashPeriodIncreaseDecrease", 0.9, "change_in_cash"),
        _gaap(
            "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseExcludingExchangeRate"
            "Effect",
            0.9,
            "change_in_cash_without_exchange",
        ),
        _gaap(
            "CashAndCashEquivalentsPeriodIncreaseDecreaseExcludingExchangeRateEffect",
            0.88,
            "change_in_cash_without_exchange",
        ),
        _ifrs("IncreaseDecreaseInCashAndCashEquivalents", 0.98, "change_in_cash_after_exchange"),
        _ifrs(
            "IncreaseDecreaseInCashAndCashEquivalentsBeforeEffectOfExchangeRateChanges",
            0.85,
            "change_in_cash_without_exchange",
        ),
    ),
}
"""Candidates of each line, the preferred one first."""

CAPTION_RULES: dict[str, CaptionRule] = {
    "cost_of_revenue": CaptionRule(_COST, _words(r"costs? and (?:operating )?expenses$"), "cost_of_what_was_sold"),
    "research_and_development": CaptionRule(
        _words(r"research|development|r&d"), _words(r"in-process|ipr&d"), "research_and_development"
    ),
    "selling_general_administrative": CaptionRule(
        _words(r"sell|sales|market|distribut|sg&a"), None, "selling_general_administrative_in_one"
    ),
    "interest_expense": CaptionRule(
        _words(r"interest[^,]*\bexpense|interest and debt|finance (?:costs?|expense)|interest (?:costs?|charges?)\b"),
        _words(r"interest income|other (?:income|expense|financ|charges)|interest and other|interest and dividend"),
        "interest_expense",
    ),
    "receivables": CaptionRule(
        None, _words(r"financ|settlement|premium|tax|long-term|non-?current|related part"), "trade_receivables"
    ),
    "property_plant_equipment": CaptionRule(
        None, _words(r"non-?utility|^other (?:property|plant)"), "property_in_full"
    ),
    "goodwill": CaptionRule(None, _words(r"intangible"), "goodwill_alone"),
    "long_term_debt": CaptionRule(
        None,
        _words(r"^\W*(?:less:? )?(?:current|short-term)|within one year"),
        "long_term_debt_without_current_part",
    ),
    "dividends_paid": CaptionRule(
        None, _words(r"non-?controlling|minority|^(?!.*common).*preferred"), "dividends_to_shareholders"
    ),
}
"""Caption rules that hold for every candidate of a line."""
