"""Repeated amounts: what two periods both state to the last digit, although such amounts change."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from apps.documents import or_none
from apps.finance.anomaly.checks.registry import check
from apps.finance.anomaly.evidence import Evidence, period_of
from apps.finance.anomaly.model import CheckResult
from apps.finance.anomaly.sentences import sentence
from apps.finance.filings import Fact
from apps.finance.money import amount, is_money
from apps.finance.periods import Period

SAME_DIGITS = 5
"""Significant digits to which two periods do not agree by chance."""
SEVERAL = 2
"""Amounts that have to repeat together where none of them is a line that never stays."""
NAMED = 4
"""Amounts that a reason names; the others are counted."""
NEVER_THE_SAME = frozenset(
    {
        "revenue",
        "cost_of_revenue",
        "gross_profit",
        "operating_income",
        "income_before_tax",
        "income_tax",
        "net_income",
        "operating_cash_flow",
        "investing_cash_flow",
        "financing_cash_flow",
        "change_in_cash",
    }
)
"""Key lines in which so much comes together that one alone does not repeat."""
_FIXED = re.compile(r"^(?:Amortization|Interest)|Dividend|Accretion|Lease|Rent(?![a-z])")
"""Amounts that a contract or a schedule fixes: they may well be the same every year."""


@check("repeated_periods")
def repeated_periods(evidence: Evidence) -> Iterable[CheckResult]:
    """A verdict for each two periods that repeat amounts: several together, or a key line that never stays."""
    by_value: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    read = 0
    for (concept, period, dimensions, unit), fact in evidence.best_by_aspects.items():
        digits = (fact.value or "").replace(".", "").strip("-0")
        usable = period.start and not dimensions and concept in evidence.captions and len(digits) >= SAME_DIGITS
        if usable and is_money(unit) and not _FIXED.search(fact.local_name):
            by_value[concept, fact.value or ""].append(fact)
            read += 1
    pairs: dict[tuple[Period, Period], list[tuple[Fact, Fact]]] = defaultdict(list)
    for facts in by_value.values():
        ordered = sorted(facts, key=lambda fact: fact.end or "", reverse=True)
        for later, earlier in zip(ordered, ordered[1:], strict=False):
            if (earlier.end or "") < (later.start or ""):
                pairs[period_of(later), period_of(earlier)].append((later, earlier))
    single = {or_none(line.concept) for line in evidence.statements.lines if line.line in NEVER_THE_SAME}
    bad = [
        _repeated(evidence, *periods, facts)
        for periods, facts in pairs.items()
        if len(facts) >= SEVERAL or facts[0][0].concept in single
    ]
    yield from bad
    if read and not bad:
        yield CheckResult("repeated_periods", "holds", sentence("amounts_differ", count=read))


def _repeated(evidence: Evidence, later: Period, earlier: Period, facts: Sequence[tuple[Fact, Fact]]) -> CheckResult:
    amounts = [(evidence.name_of(f.concept), amount(Decimal(f.value or 0), f.unit or "")) for f, _ in facts]
    periods = {"later": later.message, "earlier": earlier.message}
    if len(amounts) == 1:
        name, value = amounts[0]
        reason = sentence("amount_repeated", name=name, amount=value, **periods)
    else:
        named = [sentence("name_with_amount", name=name, amount=value) for name, value in amounts[:NAMED]]
        further = [sentence("further_amounts", count=len(amounts) - NAMED)] if len(amounts) > NAMED else []
        reason = sentence("amounts_repeated", amounts=[*named, *further], **periods)
    return CheckResult(
        "repeated_periods",
        "fails",
        reason,
        tuple(fact.fact_id for pair in facts for fact in reversed(pair)),
        period=earlier,
    )
