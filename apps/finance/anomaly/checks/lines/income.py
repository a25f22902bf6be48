"""Checks of the income statement: gross profit, income before and after tax, its attribution, comprehensive income."""

from collections.abc import Iterable, Sequence
from itertools import product

from apps.finance.anomaly.checks.lines.cash import durations
from apps.finance.anomaly.checks.registry import check, closest_of, compared
from apps.finance.anomaly.evidence import Amount, Evidence
from apps.finance.anomaly.model import CheckResult
from apps.finance.periods import Period
from core_model.errors import Message

PRETAX = (
    "us-gaap:IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
    "us-gaap:IncomeLossFromContinuingOperationsBeforeIncomeTaxesMinorityInterestAndIncomeLossFromEquityMethodInvestments",
    "ifrs-full:ProfitLossBeforeTax",
)
TAX = ("us-gaap:IncomeTaxExpenseBenefit", "ifrs-full:IncomeTaxExpenseContinuingOperations")
WHOLE = ("us-gaap:ProfitLoss", "ifrs-full:ProfitLoss", "us-gaap:NetIncomeLoss")
CONTINUING = (
    "us-gaap:IncomeLossFromContinuingOperationsIncludingPortionAttributableToNoncontrollingInterest",
    "us-gaap:IncomeLossFromContinuingOperations",
)
EQUITY_METHOD_PREFIX = "IncomeLossFromEquityMethodInvestments"
DISCONTINUED = (
    "us-gaap:IncomeLossFromDiscontinuedOperationsNetOfTaxAttributableToReportingEntity",
    "us-gaap:IncomeLossFromDiscontinuedOperationsNetOfTax",
)
PARENT = ("us-gaap:NetIncomeLoss", "ifrs-full:ProfitLossAttributableToOwnersOfParent")
MINORITY = (
    "us-gaap:NetIncomeLossAttributableToNoncontrollingInterest",
    "ifrs-full:ProfitLossAttributableToNoncontrollingInterests",
)
REDEEMABLE = (
    "us-gaap:NetIncomeLossAttributableToRedeemableNoncontrollingInterest",
    "us-gaap:TemporaryEquityNetIncome",
)
COMPREHENSIVE = (
    "us-gaap:ComprehensiveIncomeNetOfTaxIncludingPortionAttributableToNoncontrollingInterest",
    "us-gaap:ComprehensiveIncomeNetOfTax",
)
OTHER_COMPREHENSIVE = (
    "us-gaap:OtherComprehensiveIncomeLossNetOfTax",
    "us-gaap:OtherComprehensiveIncomeLossNetOfTaxPortionAttributableToParent",
)


def closest(
    check_id: str, stated: Amount, choices: Iterable[Sequence[Amount]], period: Period, what: Message
) -> CheckResult:
    """The verdict of the choice of terms that leaves least: optional terms may stand in the total or not."""
    slack = stated.rounding
    return closest_of(compared(check_id, stated, each, period, what=what, slack=slack) for each in choices)


def with_optional(terms: Sequence[Amount], optional: Sequence[Amount | None]) -> list[list[Amount]]:
    """The terms with every choice of the optional ones that are stated."""
    there = [amount for amount in optional if amount is not None and amount.value]
    return [
        [*terms, *(amount for amount, taken in zip(there, choice, strict=True) if taken)]
        for choice in product((False, True), repeat=len(there))
    ]


@check("gross_profit", lenient=True)
def gross_profit(evidence: Evidence) -> Iterable[CheckResult]:
    for period in evidence.common_periods(("gross_profit", "revenue", "cost_of_revenue")):
        profit, revenue = evidence.line("gross_profit", period), evidence.line("revenue", period)
        cost = evidence.line("cost_of_revenue", period)
        if profit is not None and revenue is not None and cost is not None:
            yield compared(
                "gross_profit",
                profit,
                [revenue, -cost],
                period,
                what=Message("what_revenue_less_cost"),
            )


@check("income_after_tax", lenient=True)
def income_after_tax(evidence: Evidence) -> Iterable[CheckResult]:
    for period in durations(evidence, PRETAX):
        pretax, tax = evidence.concept(PRETAX, period), evidence.concept(TAX, period)
        after = evidence.concept(CONTINUING, period) or evidence.concept(WHOLE, period)
        if pretax is None or tax is None or after is None:
            continue
        optional = [
            *evidence.starting(EQUITY_METHOD_PREFIX, period)[:3],
            *evidence.starting("PostTaxEarnings", period)[:1],
            evidence.concept(DISCONTINUED, period),
            _negated(evidence.concept(MINORITY, period)),
        ]
        yield closest(
            "income_after_tax",
            after,
            with_optional([pretax, -tax], optional),
            period,
            Message("what_pretax_less_tax"),
        )


@check("income_attribution", lenient=True)
def income_attribution(evidence: Evidence) -> Iterable[CheckResult]:
    shared = bool(durations(evidence, MINORITY))
    for period in durations(evidence, WHOLE[:2]):
        whole, parent = evidence.concept(WHOLE, period), evidence.concept(PARENT, period)
        minority = evidence.concept(MINORITY, period)
        if whole is None or parent is None or (minority is None and shared):
            continue
        terms = [parent] if minority is None else [parent, minority]
        yield closest(
            "income_attribution",
            whole,
            with_optional(terms, [evidence.concept(REDEEMABLE, period)]),
            period,
            Message("what_shares_of_owners"),
        )


@check("comprehensive_income", lenient=True)
def comprehensive_income(evidence: Evidence) -> Iterable[CheckResult]:
    for period in durations(evidence, COMPREHENSIVE):
        for whole, income, other in (
            (COMPREHENSIVE[0], ("us-gaap:ProfitLoss",), OTHER_COMPREHENSIVE[0]),
            (COMPREHENSIVE[1], ("us-gaap:NetIncomeLoss",), OTHER_COMPREHENSIVE[1]),
            (COMPREHENSIVE[1], ("us-gaap:NetIncomeLoss",), OTHER_COMPREHENSIVE[0]),
        ):
            stated, net = evidence.concept(whole, period), evidence.concept(income, period)
            beyond = evidence.concept(other, period)
            if stated is not None and net is not None and beyond is not None:
                yield closest(
                    "comprehensive_income",
                    stated,
                    [[net, beyond]],
                    period,
                    Message("what_net_and_other_income"),
                )
                break


def _negated(amount: Amount | None) -> Amount | None:
    return None if amount is None else -amount
