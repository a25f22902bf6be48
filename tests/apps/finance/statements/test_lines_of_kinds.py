"""Lines that some kinds of reports call otherwise: continuing operations, a utility's revenue, a partnership's capital,
net current liabilities."""

import pytest

from tests.apps.finance.statements.reports import (
    BALANCE,
    CASH_FLOW,
    END,
    END_BEFORE,
    INCOME,
    Line,
    Maker,
    annual,
    gaap,
    newest,
    read,
    replaced,
)

CONTINUING = "ifrs-full:CashFlowsFromUsedIn{}ActivitiesContinuingOperations"


def test_ifrs_cash_flows_of_continuing_operations_stand_where_no_total_is_printed():
    rows = [
        Line("Profit for the year", "ifrs-full:ProfitLoss", ("410", "390")),
        Line("Operating activities, continuing", CONTINUING.format("Operating"), ("730", "690")),
        Line("Investing activities, continuing", CONTINUING.format("Investing"), ("(260)", "(240)")),
        Line("Financing activities, continuing", CONTINUING.format("Financing"), ("(390)", "(370)")),
        Line("Increase in cash", "ifrs-full:IncreaseDecreaseInCashAndCashEquivalents", ("80", "80")),
    ]
    _, statements = read(annual(cash_flow=rows))
    cash_flows = {name: newest(statements, f"{name}_cash_flow") for name in ("operating", "investing", "financing")}
    assert cash_flows == {"operating": "730000000", "investing": "-260000000", "financing": "-390000000"}
    assert {statements.line(f"{name}_cash_flow").scope for name in cash_flows} == {"narrower"}
    whole = Line("Operating activities", "ifrs-full:CashFlowsFromUsedInOperatingActivities", ("760", "700"))
    _, statements = read(annual(cash_flow=[*rows[:2], whole, *rows[2:]]))
    assert newest(statements, "operating_cash_flow") == "760000000"
    assert statements.line("operating_cash_flow").scope == "exact"


def test_the_revenue_of_a_utility_is_what_it_earns_regulated_or_not():
    row = gaap("Operating revenues", "RegulatedAndUnregulatedOperatingRevenue", "7,300", "7,100", rule=True)
    _, statements = read(annual(income=replaced(INCOME, "Net sales", row)))
    line = statements.line("revenue")
    assert (line.concept, newest(statements, "revenue")) == (row.concept, "7300000000")
    assert line.scope == "exact"


@pytest.mark.parametrize("whole", [True, False])
def test_the_equity_of_a_partnership_is_its_total_capital(whole):
    capital = [
        gaap("Common unitholders", "LimitedPartnersCapitalAccount", "430", "400"),
        gaap("General partner", "GeneralPartnersCapitalAccount", "20", "15"),
        gaap("Total partners' capital", "PartnersCapital", "450", "415", rule=True),
        gaap("Noncontrolling interests", "PartnersCapitalAttributableToNoncontrollingInterest", "70", "55"),
        gaap("Total capital", "PartnersCapitalIncludingPortionAttributableToNoncontrollingInterest", "520", "470"),
    ]
    first = next(number for number, line in enumerate(BALANCE) if "Accumulated deficit" in line.caption)
    balance = [*BALANCE[:first], *(capital if whole else capital[:3]), BALANCE[-1]]
    _, statements = read(annual(balance=balance))
    assert newest(statements, "total_equity") == ("520000000" if whole else "450000000")


@pytest.mark.parametrize("caption", ["Net current liabilities", "Net current assets/(liabilities)"])
def test_net_current_liabilities_are_no_current_liabilities(caption):
    maker = Maker(scale=0, currency="GBP")
    rows = [
        Line("Fixed assets", "core:FixedAssets", ("740", "790")),
        Line("Debtors", "core:Debtors", ("31", "52")),
        Line("Cash at bank and in hand", "core:CashBankOnHand", ("12", "18")),
        Line("", "core:CurrentAssets", ("43", "70")),
        Line("Creditors: amounts falling due within one year", "core:Creditors", ("(612)", "(99)"), flip=True),
        Line(caption, "core:NetCurrentAssetsLiabilities", ("(569)", "(29)")),
        Line("Total assets less current liabilities", "core:TotalAssetsLessCurrentLiabilities", ("171", "761")),
        Line("Called up share capital", "core:Equity", ("171", "761")),
    ]
    data = maker.document("<p>Balance sheet</p>" + maker.table([END, END_BEFORE], rows))
    data = data.replace(b"<html ", b'<html xmlns:core="http://xbrl.frc.org.uk/fr/2023-01-01/core" ')
    _, statements = read(data)
    held = [value.value for value in statements.line("current_liabilities").values if value.value is not None]
    assert held in ([], [612, 99])


def test_a_cash_flow_statement_that_says_nothing_of_continuing_operations_is_exact():
    _, statements = read(annual(cash_flow=CASH_FLOW))
    assert {statements.line(f"{name}_cash_flow").scope for name in ("operating", "investing", "financing")} == {"exact"}
