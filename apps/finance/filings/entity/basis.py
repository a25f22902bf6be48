"""Whose figures a report holds: the group's or the company's own, by a dimension, else by the kind of document."""

import re
from collections.abc import Iterable
from typing import Literal

from apps.finance.filings.entity.consolidation import read_as, unknown_members
from apps.finance.filings.model import Fact

Basis = Literal["group", "company"]

_SAYS_CONSOLIDATED = ("WhetherConsolidatedFinancialStatementsArePreparedDEI", "FinancialStatementsConsolidated")
"""Names of facts that say whether consolidated statements are made: Japan, the Netherlands."""
_TITLES = ("DocumentName", "DocumentTypeDEI", "DocumentTitleCoverPage", "ReportTitle")
_OWN = re.compile(
    r"非連結|单体|單體|母公司财务|\b(?:un|non-?)consolidated\b|\bseparate financial statements\b", re.IGNORECASE
)
_GROUPS = re.compile(r"連結|合并|合併|\bconsolidated\b", re.IGNORECASE)
_SCHEMAS: tuple[tuple[re.Pattern[str], Basis], ...] = (
    (
        re.compile(r"\btse-[aqs]c[a-z]{6}-"),
        "group",
    ),  # Tokyo's earnings releases: annual, quarterly, half-yearly; c or n
    (re.compile(r"\btse-[aqs]n[a-z]{6}-"), "company"),
    (re.compile(r"/gaap/k3k/|\bse-k3k-"), "group"),  # Sweden
    (re.compile(r"/gaap/k[23]/|\bse-k[23]-"), "company"),
)
"""Schemas that a document refers to, by what their names say of the kind of document."""


def basis_of(facts: list[Fact], schemas: Iterable[str]) -> Basis | None:
    """Whose figures the facts of the whole reporting entity are; None where neither dimension nor document tells.

    Where a dimension tells, but its member is not known, the document does not tell either: it may hold both.

    Args:
        facts: All facts.
        schemas: Addresses of the schemas that the report refers to.
    """
    by_dimension = read_as(facts)
    if by_dimension is not None:
        return by_dimension
    if unknown_members(facts):
        return None
    texts = [fact for fact in facts if fact.kind == "text" and fact.value is not None]
    for fact in texts:
        if fact.local_name in _SAYS_CONSOLIDATED and fact.text.strip().lower() in ("true", "false"):
            return "group" if fact.text.strip().lower() == "true" else "company"
    for fact in texts:
        if fact.local_name in _TITLES:
            if _OWN.search(fact.text):
                return "company"
            if _GROUPS.search(fact.text):
                return "group"
    for schema in schemas:
        for pattern, basis in _SCHEMAS:
            if pattern.search(schema):
                return basis
    return None
