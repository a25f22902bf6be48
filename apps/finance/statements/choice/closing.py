"""What a statement ends with: the totals without which it was found in part."""

from collections.abc import Collection, Iterable

from apps.finance.statements.model import StatementName

_EQUITY = frozenset(
    {
        "StockholdersEquity",
        "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
        "PartnersCapital",
        "PartnersCapitalIncludingPortionAttributableToNoncontrollingInterest",
        "MembersEquity",
        "AssetsNet",
        "Equity",
        "EquityAttributableToOwnersOfParent",
        "NetAssetsLiabilities",
        "LiabilitiesAndStockholdersEquity",
        "EquityAndLiabilities",
        "LiabilitiesAndNetAssets",
    }
)
_NET_INCOME = frozenset(
    {
        "NetIncomeLoss",
        "ProfitLoss",
        "NetIncomeLossAvailableToCommonStockholdersBasic",
        "ProfitLossAttributableToOwnersOfParent",
        "IncomeLossFromContinuingOperations",
        "NetIncomeLossAttributableToParent",
        "ComprehensiveIncomeNetOfTax",
    }
)
_CASH = "CashFlowsFromUsedIn"
CLOSING: dict[StatementName, dict[str, frozenset[str]]] = {
    "income": {"net_income": _NET_INCOME},
    "balance": {
        "total_assets": frozenset({"Assets", "TotalAssetsLessCurrentLiabilities", "NetAssetsLiabilities", "AssetsNet"}),
        "total_equity": _EQUITY,
    },
    "cash_flow": {
        f"{kind.lower()}_cash_flow": frozenset(
            {
                f"NetCashProvidedByUsedIn{kind}Activities",
                f"NetCashProvidedByUsedIn{kind}ActivitiesContinuingOperations",
                f"{_CASH}{kind}Activities",
                f"{_CASH}{kind}ActivitiesContinuingOperations",
            }
        )
        for kind in ("Operating", "Investing", "Financing")
    },
}
"""Of each statement the key lines that it ends with, and the local names of concepts that stand for them."""


def open_ends(statement: StatementName, names: Collection[str]) -> list[str]:
    """The key lines that a statement should end with and does not hold.

    Args:
        statement: Which.
        names: Local names of its concepts without dimensions.
    """
    return [line for line, concepts in CLOSING[statement].items() if concepts.isdisjoint(names)]


def closes(statement: StatementName, names: Collection[str], further: Iterable[str]) -> bool:
    """Whether further concepts hold what a statement lacks to be whole."""
    held = set(further)
    return any(not CLOSING[statement][line].isdisjoint(held) for line in open_ends(statement, names))
