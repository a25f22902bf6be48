"""Rows of losses and of uses of cash: pages print them with a sign, or leave the sign to the caption."""

import re

from apps.documents import or_none
from apps.finance.statements.model import ReportedLine, StatementValue
from apps.finance.statements.printing import printed_negative

OWN_SIGN = frozenset(
    {
        "us-gaap:GrossProfit",
        "us-gaap:OperatingIncomeLoss",
        "us-gaap:ProfitLoss",
        "us-gaap:NetIncomeLoss",
        "us-gaap:NetIncomeLossAvailableToCommonStockholdersBasic",
        "us-gaap:NetIncomeLossAvailableToCommonStockholdersDiluted",
        "us-gaap:ComprehensiveIncomeNetOfTax",
        "us-gaap:ComprehensiveIncomeNetOfTaxIncludingPortionAttributableToNoncontrollingInterest",
        "us-gaap:StockholdersEquity",
        "us-gaap:StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",
        "us-gaap:RetainedEarningsAccumulatedDeficit",
    }
)
OWN_SIGN_PREFIXES = (
    "us-gaap:EarningsPerShare",
    "us-gaap:IncomeLossFromContinuingOperationsBeforeIncomeTaxes",
    "us-gaap:NetCashProvidedByUsedIn",
    "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecrease",
    "us-gaap:CashAndCashEquivalentsPeriodIncreaseDecrease",
)
"""Concepts that statements print with the sign of the tag, unless the caption says it: income and its like."""
_LOSS = re.compile(r"\b(?:loss(?:es)?|used|deficit|deficiency|decrease|outflows?)\b", re.IGNORECASE)
_INCOME = re.compile(
    r"\b(?:income|earnings?|profits?|gains?|provided|generated|increase|change|inflows?|surplus|equity)\b",
    re.IGNORECASE,
)
_PARENTHESES = re.compile(r"\([^)]*\)|\[[^\]]*\]")


def has_own_sign(concept: str) -> bool:
    """Whether a concept's amounts are positive or negative as such, so that the page's sign is the tag's."""
    return concept in OWN_SIGN or concept.startswith(OWN_SIGN_PREFIXES)


def says_loss(row: ReportedLine) -> bool:
    """Whether a row is of losses, deficits or uses of cash alone: "Net loss", not "Net income (loss)".

    Its caption says so, else the nearest heading that speaks of either ("Net loss per share:", above "Basic").
    """
    said = (_is_loss(text) for text in (row.label, *reversed(row.headings)))
    return next((loss for loss in said if loss is not None), False)


def _is_loss(text: str) -> bool | None:
    """Whether a text speaks of a loss; None where of neither loss nor income.

    What stands in parentheses is said besides, unless there is nothing else. Of two words the first counts: the income
    in "Loss before income taxes" is not what the row states.
    """
    plain = _PARENTHESES.sub(" ", text)
    loss, income = _LOSS.search(plain), _INCOME.search(plain)
    if loss is None and income is None:
        return True if _LOSS.search(text) else None
    return loss is not None and (income is None or loss.start() < income.start())


def sign_is_in_caption(row: ReportedLine) -> bool:
    """Whether the tags of a row of losses have the opposite of the page's sign in every column.

    Such a page prints ``Net loss 520``, and a profit of another year in parentheses.
    """
    values = [value for value in row.values if value.value and value.printed]
    loss = bool(values) and has_own_sign(or_none(row.concept) or "") and says_loss(row)
    return loss and not _all_in_parentheses(values) and all(_opposed(value) for value in values)


def wrong_signs(row: ReportedLine, values: list[StatementValue]) -> list[StatementValue]:
    """Of the tagged and printed values of a row of its own sign those whose tag contradicts the page."""
    if not says_loss(row):
        return [value for value in values if _opposed(value)]
    if len({printed_negative(value.printed) for value in values}) > 1:
        return [value for value in values if value.turned]
    if _all_in_parentheses(values) or any(_negative(value) for value in values):
        return [value for value in values if not _negative(value)]
    return []


def _all_in_parentheses(values: list[StatementValue]) -> bool:
    return all(printed_negative(value.printed) for value in values)


def _opposed(value: StatementValue) -> bool:
    return printed_negative(value.printed) != _negative(value)


def _negative(value: StatementValue) -> bool:
    return value.value is not None and value.value < 0
