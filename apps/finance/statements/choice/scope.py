"""Whether a concept is exactly a key line, or counts more or less than the line's definition."""

import re
from collections.abc import Collection
from typing import Literal

Scope = Literal["exact", "wider", "narrower"]
LEAVES_OUT = re.compile(r"exclu(?:ding|sive)|\bexcl\b|before depreciation|not including", re.IGNORECASE)
"""What captions of costs say that leave some of them out."""

_WIDER = frozenset(
    {
        "accounts_and_notes_receivable_net_current",
        "accounts_and_other_receivables_net_current",
        "cash_with_restricted_cash",
        "finance_costs",
        "interest_and_debt_expense",
        "long_term_debt_and_leases",
        "net_income_with_non_controlling_interests",
        "non_current_financial_liabilities",
        "property_with_finance_leases_net",
        "property_with_operating_leases_net",
        "property_with_right_of_use_assets",
        "purchases_of_productive_assets",
        "purchases_of_property_and_intangibles",
        "receivables_net_current",
        "revenue_and_other_operating_income",
        "trade_and_other_receivables_current",
    }
)
_NARROWER = frozenset(
    {
        "bonds_issued_non_current",
        "capital_improvements",
        "cash_and_due_from_banks",
        "change_in_cash_without_exchange",
        "cost_of_services",
        "cost_without_depreciation",
        "income_before_taxes_and_equity_method",
        "interest_expense_of_financing",
        "interest_expense_on_debt",
        "interest_expense_within_operations",
        "interest_income_less_interest_expense",
        "long_term_convertible_notes",
        "long_term_loans_payable",
        "long_term_notes_payable",
        "long_term_senior_notes",
        "merchandise",
        "net_cash_from_continuing_financing_activities",
        "net_cash_from_continuing_investing_activities",
        "net_cash_from_continuing_operating_activities",
        "net_income_available_to_common_shareholders",
        "net_sales_of_goods",
        "purchases_of_machinery_and_equipment",
        "purchases_of_other_property",
        "revenue_from_real_estate",
        "secured_long_term_debt",
        "unappropriated_retained_earnings",
        "unsecured_long_term_debt",
        "utility_plant_net",
    }
)


_APART = {"cash": "CashEquivalents"}
"""Meanings that are narrower where the statement prints what they leave out, by how the names of that begin."""


def scope_of(meaning: str, beside: Collection[str] = ()) -> Scope:
    """What the concept with a meaning counts beside the line that it stands for.

    Args:
        meaning: Its code.
        beside: Local names of the concepts of the statement.
    """
    if meaning in _WIDER:
        return "wider"
    left_out = _APART.get(meaning)
    apart = left_out is not None and any(name.startswith(left_out) for name in beside)
    return "narrower" if apart or meaning in _NARROWER else "exact"
