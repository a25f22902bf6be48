"""Concepts that stand on the face of a statement and tell which statement it is."""

from apps.finance.statements.model import StatementName

_BALANCE = (
    "Assets",
    "LiabilitiesAndStockholdersEquity",
    "AssetsCurrent",
    "LiabilitiesCurrent",
    "Liabilities",
    "StockholdersEquity",
    "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
    "RetainedEarningsAccumulatedDeficit",
    "CommonStockValue",
    "AdditionalPaidInCapital",
    "CashAndCashEquivalentsAtCarryingValue",
    # IFRS
    "EquityAndLiabilities",
    "Equity",
    "EquityAttributableToOwnersOfParent",
    "CurrentAssets",
    "NoncurrentAssets",
    "CurrentLiabilities",
    "NoncurrentLiabilities",
    "RetainedEarnings",
    "IssuedCapital",
)
_INCOME = (
    "Revenues",
    "RevenueFromContractWithCustomerExcludingAssessedTax",
    "RevenueFromContractWithCustomerIncludingAssessedTax",
    "RevenuesNetOfInterestExpense",
    "SalesRevenueNet",
    "CostOfRevenue",
    "CostOfGoodsAndServicesSold",
    "GrossProfit",
    "CostsAndExpenses",
    "OperatingExpenses",
    "OperatingIncomeLoss",
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments",
    "IncomeTaxExpenseBenefit",
    "NetIncomeLoss",
    "ProfitLoss",
    "NetIncomeLossAvailableToCommonStockholdersBasic",
    "EarningsPerShareBasic",
    "EarningsPerShareDiluted",
    "EarningsPerShareBasicAndDiluted",
    "BenefitsLossesAndExpenses",
    "NoninterestExpense",
    "InterestExpense",
    # IFRS
    "Revenue",
    "CostOfSales",
    "ProfitLossFromOperatingActivities",
    "ProfitLossBeforeTax",
    "IncomeTaxExpenseContinuingOperations",
    "ProfitLossAttributableToOwnersOfParent",
    "BasicEarningsLossPerShare",
    "DilutedEarningsLossPerShare",
    "FinanceCosts",
)
_CASH_FLOW = (
    "NetCashProvidedByUsedInOperatingActivities",
    "NetCashProvidedByUsedInInvestingActivities",
    "NetCashProvidedByUsedInFinancingActivities",
    "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
    "NetCashProvidedByUsedInInvestingActivitiesContinuingOperations",
    "NetCashProvidedByUsedInFinancingActivitiesContinuingOperations",
    "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect",
    "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseExcludingExchangeRateEffect",
    "CashAndCashEquivalentsPeriodIncreaseDecrease",
    "PaymentsToAcquirePropertyPlantAndEquipment",
    "PaymentsToAcquireProductiveAssets",
    "PaymentsForRepurchaseOfCommonStock",
    "PaymentsOfDividends",
    "PaymentsOfDividendsCommonStock",
    "IncreaseDecreaseInAccountsReceivable",
    "IncreaseDecreaseInInventories",
    "EffectOfExchangeRateOnCashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
    "RepaymentsOfLongTermDebt",
    "ProceedsFromIssuanceOfLongTermDebt",
    # IFRS
    "CashFlowsFromUsedInOperatingActivities",
    "CashFlowsFromUsedInInvestingActivities",
    "CashFlowsFromUsedInFinancingActivities",
    "PurchaseOfPropertyPlantAndEquipmentClassifiedAsInvestingActivities",
    "IncreaseDecreaseInCashAndCashEquivalents",
    "DividendsPaidClassifiedAsFinancingActivities",
)
_DECISIVE = {
    "Assets",
    "LiabilitiesAndStockholdersEquity",
    "EquityAndLiabilities",
    "EarningsPerShareBasic",
    "EarningsPerShareDiluted",
    "BasicEarningsLossPerShare",
    "IncomeTaxExpenseBenefit",
    "IncomeTaxExpenseContinuingOperations",
    *_CASH_FLOW[:9],
    "CashFlowsFromUsedInOperatingActivities",
    "CashFlowsFromUsedInInvestingActivities",
    "CashFlowsFromUsedInFinancingActivities",
}


def _weights(names: tuple[str, ...]) -> dict[str, float]:
    return {name: 2.0 if name in _DECISIVE else 1.0 for name in names}


ANCHORS: dict[StatementName, dict[str, float]] = {
    "income": _weights(_INCOME),
    "balance": _weights(_BALANCE),
    "cash_flow": _weights(_CASH_FLOW),
}
"""Weight of each concept's local name as evidence for a statement."""
