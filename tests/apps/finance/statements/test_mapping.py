"""Which row is which line: preferences, what the caption and the other rows say, and why a line is not available."""

from dataclasses import replace
from timeit import repeat

import numpy as np
import pytest

from apps.documents import Missing
from apps.finance.statements import build_statements
from apps.messages import said
from core_model.errors import Message
from tests.apps.finance.statements.reports import (
    BALANCE,
    CASH_FLOW,
    CHANGE,
    CHANGE_BEFORE,
    CLASS_A,
    CLASS_B,
    END,
    END_BEFORE,
    EQUITY,
    EXCHANGE,
    INCOME,
    PRODUCT,
    RESTRICTED,
    SERVICE,
    Line,
    annual,
    gaap,
    newest,
    read,
    replaced,
)

MILLION = "000000"


def statements_of(**parts):
    return read(annual(**parts))[1]


def derived(statements, line):
    return [f"{value.value:f}" for value in statements.line(line).values if value.derived]


def test_total_revenues_are_preferred_to_their_largest_part():
    lines = replaced(
        INCOME,
        "Net sales",
        gaap("Sales", "RevenueFromContractWithCustomerExcludingAssessedTax", "980", "880"),
        gaap("Total revenues and other income", "Revenues", "1,000", "900", rule=True),
    )
    assert newest(statements_of(income=lines), "revenue") == "1000" + MILLION


def test_net_income_is_the_parents_where_both_are_printed_and_the_only_one_elsewhere():
    assert newest(statements_of(), "net_income") == "130" + MILLION
    lines = replaced(replaced(INCOME, "Net income attributable to the company"), "Less: noncontrolling interests")
    statements = statements_of(income=lines)
    assert newest(statements, "net_income") == "135" + MILLION
    reason = statements.line("net_income").reason
    assert said(reason) == (
        "Row 'Net income' is tagged as net income with non-controlling interests, the only net income printed "
        "(us-gaap:ProfitLoss). Its caption says the same."
    )
    assert said(reason, "zh") == (
        "“Net income”一行标记为含少数股东损益的净利润（仅列示此净利润）（us-gaap:ProfitLoss）。名称亦相同。"
    )


@pytest.mark.parametrize(("available", "expected"), [("130", "130"), ("120", "135")])
def test_income_for_common_shareholders_is_the_parents_only_if_nothing_else_was_taken_off(available, expected):
    lines = replaced(
        INCOME,
        "Net income attributable to the company",
        gaap("Profit", "NetIncomeLossAvailableToCommonStockholdersBasic", available, "150"),
    )
    assert newest(statements_of(income=lines), "net_income") == expected + MILLION


def test_total_equity_without_a_total_with_minorities_is_shareholders_equity():
    statements = statements_of(balance=replaced(BALANCE, "Total equity"))
    assert newest(statements, "total_equity") == "510" + MILLION
    assert newest(statements_of(), "total_equity") == "520" + MILLION
    assert statements.line("total_equity").concept != f"us-gaap:{EQUITY}"


def test_costs_printed_in_parts_are_not_available_and_their_sum_is_derived():
    lines = replaced(
        replaced(INCOME, "Gross profit"),
        "Cost of sales",
        gaap("Cost of products", "CostOfGoodsAndServicesSold", "400", "360", dims=PRODUCT),
        gaap("Cost of services", "CostOfGoodsAndServicesSold", "200", "200", dims=SERVICE),
    )
    statements = statements_of(income=lines)
    line = statements.line("cost_of_revenue")
    assert newest(statements, "cost_of_revenue") is None
    assert said(line.reason) == (
        "The income statement prints cost of revenue only in parts ('Cost of products', 'Cost of services'); a sum is "
        "printed nowhere."
    )
    assert said(line.reason, "zh") == (
        "利润表仅分项列示营业成本（“Cost of products”、“Cost of services”），未列示合计。"
    )
    assert (line.concept, line.confidence) == (Missing(line.reason), 0.0)
    assert derived(statements, "cost_of_revenue") == ["600" + MILLION, "560" + MILLION]
    assert len(next(value for value in line.values if value.derived).fact_ids) == 2
    assert [row.dimensions for row in statements.reported["income"] if "products" in row.label] == [(PRODUCT,)]
    assert "part_rows" in {caution.code for caution in statements.cautions}


def test_two_lines_of_costs_without_a_total_are_no_cost_of_revenue():
    lines = replaced(
        replaced(INCOME, "Gross profit"),
        "Cost of sales",
        gaap("Cost of services", "CostOfServices", "400", "360"),
        gaap("Cost of equipment", "CostOfGoodsSold", "200", "200"),
    )
    statements = statements_of(income=lines)
    assert newest(statements, "cost_of_revenue") is None
    reason = statements.line("cost_of_revenue").reason
    assert [part["code"] for part in reason.values["reasons"]] == ["rows_are_parts", "rows_are_parts"]
    assert said(reason) == (
        "No row of the income statement is read as cost of revenue: "
        "rows 'Cost of equipment' and 'Cost of services' are parts, "
        "and their sum is printed nowhere; rows 'Cost of services' and 'Cost of equipment' are parts, and their sum is "
        "printed nowhere."
    )
    assert said(reason, "zh") == (
        "利润表中没有可认定为营业成本的行：“Cost of equipment”、“Cost of services”各行为分项，未列示合计；"
        "“Cost of services”、“Cost of equipment”各行为分项，未列示合计。"
    )


def test_a_concept_used_for_something_else_is_refused_by_its_caption():
    lines = replaced(
        replaced(INCOME, "Gross profit"), "Cost of sales", gaap("Occupancy", "CostOfGoodsAndServicesSold", "600", "560")
    )
    statements = statements_of(income=lines)
    assert newest(statements, "cost_of_revenue") is None
    reason = statements.line("cost_of_revenue").reason
    assert said(reason) == (
        "No row of the income statement is read as cost of revenue: "
        "Row 'Occupancy' is tagged as cost of goods and services sold "
        "(us-gaap:CostOfGoodsAndServicesSold), but does not print cost of what was sold."
    )
    assert said(reason, "zh") == (
        "利润表中没有可认定为营业成本的行：“Occupancy”一行标记为商品及服务销售成本（us-gaap:CostOfGoodsAndServicesSold），"
        "但列示的并非所售商品或服务的成本。"
    )


def test_what_lies_between_revenue_and_gross_profit_is_the_cost_whatever_its_caption():
    costs = gaap("Total costs and expenses", "CostOfRevenue", "600", "560")
    lines = replaced(INCOME, "Cost of sales", costs)
    assert newest(statements_of(income=lines), "cost_of_revenue") == "600" + MILLION
    assert newest(statements_of(income=replaced(lines, "Gross profit")), "cost_of_revenue") is None


def test_what_follows_from_other_lines_stands_beside_as_derived():
    statements = statements_of(income=replaced(INCOME, "Gross profit"), balance=replaced(BALANCE, "Total liabilities"))
    assert newest(statements, "gross_profit") is None
    assert derived(statements, "gross_profit") == ["400" + MILLION, "340" + MILLION]
    assert [value.derived for value in statements.line("gross_profit").values] == [False, True, False, True]
    assert newest(statements, "total_liabilities") is None
    assert derived(statements, "total_liabilities") == ["480" + MILLION, "460" + MILLION]


def test_redeemable_interests_are_not_counted_as_liabilities():
    redeemable = gaap("Redeemable interests", "RedeemableNoncontrollingInterestEquityCarryingAmount", "30", "30")
    lines = replaced(BALANCE, "Total liabilities", redeemable)
    assert derived(statements_of(balance=lines), "total_liabilities") == ["450" + MILLION, "430" + MILLION]


TEMPORARY = "TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests"
OF_OTHERS, OF_PARENT = (
    gaap("Redeemable noncontrolling interests", "RedeemableNoncontrollingInterestEquityCarryingAmount", "30", "20"),
    gaap("Redeemable preferred stock", "TemporaryEquityCarryingAmountAttributableToParent", "40", "20"),
)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([OF_OTHERS, OF_PARENT], ["410", "420"]),
        ([OF_OTHERS, OF_PARENT, gaap("Total mezzanine equity", TEMPORARY, "70", "40", rule=True)], ["410", "420"]),
        ([OF_OTHERS, OF_PARENT, gaap("Total mezzanine equity", TEMPORARY, "70", "", rule=True)], ["410", "420"]),
        ([OF_OTHERS, gaap("Shares", "TemporaryEquitySharesOutstanding", "7", "7", unit="shares")], ["450", "440"]),
        ([gaap("Redeemable units", TEMPORARY, "70", "40", unit="shares")], ["480", "460"]),
        (
            [
                gaap("Common units", "RedeemableNoncontrollingInterestEquityCommonCarryingAmount", "10", "5"),
                gaap("Preferred units", "RedeemableNoncontrollingInterestEquityPreferredCarryingAmount", "20", "15"),
                OF_OTHERS,
                OF_PARENT,
            ],
            ["410", "420"],
        ),
    ],
)
def test_redeemable_interests_are_taken_off_once_where_their_total_is_printed_too(rows, expected):
    lines = replaced(BALANCE, "Total liabilities", *rows)
    assert derived(statements_of(balance=lines), "total_liabilities") == [amount + MILLION for amount in expected]


def test_selling_and_administrative_expense_on_two_lines_is_derived():
    lines = replaced(
        INCOME,
        "Selling, general and administrative expenses",
        gaap("Sales and marketing", "SellingAndMarketingExpense", "70", "60"),
        gaap("General and administrative", "GeneralAndAdministrativeExpense", "40", "40"),
    )
    statements = statements_of(income=lines)
    assert newest(statements, "selling_general_administrative") is None
    assert derived(statements, "selling_general_administrative") == ["110" + MILLION, "100" + MILLION]


@pytest.mark.parametrize("concept", ["SellingGeneralAndAdministrativeExpense", "GeneralAndAdministrativeExpense"])
def test_general_and_administrative_expense_alone_is_not_the_line_whatever_its_concept(concept):
    row = gaap("General and administrative expenses", concept, "110", "100")
    lines = replaced(INCOME, "Selling, general and administrative expenses", row)
    assert newest(statements_of(income=lines), "selling_general_administrative") is None


@pytest.mark.parametrize(
    ("caption", "concept", "cells", "flip", "expected"),
    [
        ("Interest expense, net", "InterestIncomeExpenseNonoperatingNet", ("(20)", "(10)"), False, "20" + MILLION),
        ("Interest expense (income), net", "InterestIncomeExpenseNet", ("20", "10"), False, None),
        ("Interest (income) expense, net", "InterestIncomeExpenseNet", ("20", "10"), True, None),
        ("Interest, net", "InterestIncomeExpenseNet", ("(20)", "(10)"), False, "20" + MILLION),
        ("Interest, net", "InterestIncomeExpenseNet", ("(25)", "(15)"), False, None),
        ("Interest income (expense), net", "InterestIncomeExpenseNet", ("(20)", "(10)"), False, None),
        ("Interest and debt expense", "InterestAndDebtExpense", ("20", "10"), False, "20" + MILLION),
        ("Interest and other financial charges", "InterestAndDebtExpense", ("20", "10"), False, None),
        ("Debt", "InterestExpenseDebt", ("20", "10"), False, None),
    ],
)
def test_a_net_interest_income_or_another_charge_is_no_interest_expense(caption, concept, cells, flip, expected):
    lines = replaced(INCOME, "Interest expense", gaap(caption, concept, *cells, flip=flip))
    assert newest(statements_of(income=lines), "interest_expense") == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([gaap("Debt", "LongTermDebt", "250", "240")], None),
        ([gaap("Debt", "DebtCurrent", "30", "20"), gaap("Debt", "LongTermDebt", "250", "240")], "250" + MILLION),
        ([gaap("Long-term debt", "LongTermDebt", "250", "240")], "250" + MILLION),
        ([Line("Long-term liabilities:"), gaap("Debt", "LongTermDebt", "250", "240", indent=9)], "250" + MILLION),
        ([gaap("Current part of notes", "LongTermNotesPayable", "250", "240")], None),
        ([gaap("Notes, less current portion", "LongTermNotesPayable", "250", "240")], "250" + MILLION),
    ],
)
def test_long_term_debt_is_without_its_current_part(lines, expected):
    balance = replaced(replaced(BALANCE, "Long-term debt", *lines), "Current portion of long-term debt")
    assert newest(statements_of(balance=balance), "long_term_debt") == expected


def test_cash_with_restricted_cash_is_taken_only_where_they_are_not_printed_apart():
    combined = gaap("Cash, cash equivalents and restricted cash", RESTRICTED, "310", "255", indent=12)
    alone = statements_of(balance=replaced(BALANCE, "Cash and cash equivalents", combined))
    assert newest(alone, "cash") == "310" + MILLION
    assert alone.line("cash").confidence == 0.8
    including = gaap("Total cash and cash equivalents (includes restricted cash of $9)", RESTRICTED, "310", "255")
    parts = gaap("Cash and due from banks", "CashAndDueFromBanks", "200", "155")
    total = statements_of(balance=replaced(BALANCE, "Cash and cash equivalents", parts, including))
    assert newest(total, "cash") == "310" + MILLION
    both = statements_of(balance=[*BALANCE[:2], combined, *BALANCE[2:]])
    assert newest(both, "cash") == "300" + MILLION


def ending_in(concept: str, amount: str) -> list[Line]:
    """Cash from 250 to 300, with an exchange effect of -3."""
    cash = "CashAndCashEquivalentsAtCarryingValue"
    return [
        *CASH_FLOW[:-2],
        gaap("Change in cash", concept, amount, "96"),
        gaap("Cash at beginning of year", cash, "250", "154", periods=(END_BEFORE, "2021-12-31")),
        gaap("Cash at end of year", cash, "300", "250", periods=(END, END_BEFORE)),
    ]


@pytest.mark.parametrize("concept", [CHANGE, CHANGE_BEFORE])
@pytest.mark.parametrize(("amount", "expected"), [("53", None), ("50", "50" + MILLION)])
def test_the_change_in_cash_is_the_one_after_exchange_effects_whatever_its_concept(concept, amount, expected):
    assert newest(statements_of(cash_flow=ending_in(concept, amount)), "change_in_cash") == expected


def test_without_balances_the_concept_tells_whether_exchange_effects_are_in():
    alone = replaced(CASH_FLOW, "Cash at end of year")
    after, before = (
        replaced(alone, "Net change in cash", gaap("Change", c, "50", "96")) for c in (CHANGE, CHANGE_BEFORE)
    )
    assert newest(statements_of(cash_flow=after), "change_in_cash") == "50" + MILLION
    statements = statements_of(cash_flow=before)
    assert newest(statements, "change_in_cash") is None
    assert derived(statements, "change_in_cash") == ["47" + MILLION, "97" + MILLION]
    without_effect = [line for line in before if line.concept != f"us-gaap:{EXCHANGE}"]
    assert newest(statements_of(cash_flow=without_effect), "change_in_cash") == "50" + MILLION


@pytest.mark.parametrize(
    "concept",
    [
        "IncreaseDecreaseInCashAndCashEquivalentsBeforeEffectOfExchangeRateChanges",
        "ChangeInCashBeforeEffectsOfForeignExchangeRates",
        "ChangeInCashBeforeForeignCurrencyExchangeRateEffect",
        "ChangeInCashExcludingEffectOfExchangeRate",
    ],
)
def test_a_change_before_exchange_effects_is_known_by_its_name(concept):
    lines = replaced(CASH_FLOW, "Net change in cash", gaap("Change", concept, "50", "96"))
    assert derived(statements_of(cash_flow=lines), "change_in_cash") == ["47" + MILLION, "97" + MILLION]


def test_a_name_four_times_as_long_takes_at_most_about_four_times_as_long():
    def cost(name):
        data = annual(cash_flow=replaced(CASH_FLOW, "Net change in cash", gaap("Change", name, "50", "96")))
        filing, statements = read(data)
        assert derived(statements, "change_in_cash") == []
        return min(repeat(lambda: build_statements(data, filing), number=1, repeat=3))

    assert cost("Before" * 4000) < 8 * cost("Before" * 1000)


def test_exchange_effects_are_not_added_to_a_change_that_may_have_them_in():
    unknown = gaap("Change", "CashOfAllKindsPeriodIncreaseDecrease", "50", "96")
    statements = statements_of(cash_flow=replaced(CASH_FLOW, "Net change in cash", unknown))
    assert newest(statements, "change_in_cash") == "50" + MILLION, "the flows and the effects make it up"
    assert derived(statements, "change_in_cash") == []
    unknown = gaap("Change", "CashOfAllKindsPeriodIncreaseDecrease", "51", "96")
    statements = statements_of(cash_flow=replaced(CASH_FLOW, "Net change in cash", unknown))
    assert newest(statements, "change_in_cash") is None
    assert derived(statements, "change_in_cash") == []


def test_dividends_on_common_stock_alone_are_not_all_where_preferred_ones_are_printed_too():
    common = gaap("Dividends on common stock", "PaymentsOfDividendsCommonStock", "(40)", "(35)", flip=True)
    preferred = gaap("Dividends on preferred stock", "PaymentsOfDividendsPreferredStock", "(4)", "(4)", flip=True)
    minority = gaap("Dividends to others", "PaymentsOfDividendsMinorityInterest", "(9)", "(9)", flip=True)
    assert (
        newest(statements_of(cash_flow=replaced(CASH_FLOW, "Dividends paid", common)), "dividends_paid") == "40000000"
    )
    for more in (minority, preferred):
        lines = replaced(CASH_FLOW, "Dividends paid", common, more)
        expected = "40000000" if more is minority else None
        assert newest(statements_of(cash_flow=lines), "dividends_paid") == expected


def test_each_class_of_stock_with_its_own_earnings_gives_those_of_class_a():
    lines = replaced(
        INCOME,
        "Basic",
        gaap("Class B", "EarningsPerShareBasic", "2.60", "3.00", unit="perShare", dims=CLASS_B),
        gaap("Class A", "EarningsPerShareBasic", "1.30", "1.50", unit="perShare", dims=CLASS_A),
    )
    statements = statements_of(income=lines)
    assert newest(statements, "eps_basic") == "1.3"
    assert said(statements.line("eps_basic").reason) == (
        "Each class of stock has its own earnings per share; these are those of class A, in Row 'Class A' "
        "(us-gaap:EarningsPerShareBasic)."
    )


def test_one_row_of_basic_and_diluted_earnings_gives_both_lines():
    row = gaap("Basic and diluted loss per share", "EarningsPerShareBasic", "(1.30)", "(1.50)", unit="perShare")
    statements = statements_of(income=replaced(replaced(INCOME, "Diluted"), "Basic", row))
    assert (newest(statements, "eps_basic"), newest(statements, "eps_diluted")) == ("-1.3", "-1.3")


def test_earnings_of_continuing_operations_stand_only_where_no_other_are_printed():
    row = gaap("Basic", "IncomeLossFromContinuingOperationsPerBasicShare", "1.30", "1.50", unit="perShare")
    stopped = gaap(
        "Discontinued", "IncomeLossFromDiscontinuedOperationsNetOfTaxPerBasicShare", "0.2", "0.1", unit="perShare"
    )
    alone = replaced(INCOME, "Diluted")
    assert newest(statements_of(income=replaced(alone, "Basic", row)), "eps_basic") == "1.3"
    assert newest(statements_of(income=replaced(alone, "Basic", row, stopped)), "eps_basic") is None


OWN = Line("Purchases of plant and software", "acme:PlantAndSoftware", ("60", "50"))
WITH_OWN = replaced(CASH_FLOW, "Purchases of property, plant and equipment", OWN)


def toy_embedding(texts: list[str]) -> np.ndarray:
    """Words about capital expenditure in one direction, each other text in one of its own."""
    rows = np.zeros((len(texts), 64))
    for row, text in zip(rows, texts, strict=True):
        about = "plant" in text and "purchase" in text
        row[0 if about else 1 + sum(text.encode()) % 63] = 1.0
    return rows


def test_an_own_concept_is_not_mapped_without_an_embedding_and_says_so():
    statements = statements_of(cash_flow=WITH_OWN)
    assert newest(statements, "capital_expenditure") is None
    reason = statements.line("capital_expenditure").reason
    assert reason.values["reasons"] == [Message("captions_not_compared", {"rows": 1}).as_dict()]
    assert said(reason) == (
        "No row of the cash-flow statement is read as capital expenditure: "
        "no standard concept for it is there; 1 row carries "
        "the company's own concepts, and none is called as this line is."
    )


def test_an_own_concept_is_mapped_by_the_embedding_of_its_caption():
    _, statements = read(annual(cash_flow=WITH_OWN), toy_embedding)
    line = statements.line("capital_expenditure")
    assert newest(statements, "capital_expenditure") == "60" + MILLION
    assert line.concept == "acme:PlantAndSoftware"
    assert 0.5 < line.confidence <= 0.85
    assert said(line.reason) == (
        "Row 'Purchases of plant and software': the caption is nearest to 'purchases of property, plant and equipment' "
        "(similarity 1.000, 1.000 ahead of any other); its tag is the company's own concept (acme:PlantAndSoftware)."
    )
    assert said(line.reason, "zh") == (
        "“Purchases of plant and software”一行：其名称与“purchases of property, plant and equipment”最为接近"
        "（相似度 1.000，领先其他名称 1.000）；其标记为公司自定义概念（acme:PlantAndSoftware）。"
    )


def test_no_embedding_is_asked_where_no_caption_of_an_own_concept_can_be_the_line():
    def embed(captions):
        raise AssertionError(captions)

    cash_flow = [replace(line, caption="Deposits for mining machines") if line is OWN else line for line in WITH_OWN]
    _, statements = read(annual(cash_flow=cash_flow), embed)
    reason = said(statements.line("capital_expenditure").reason)
    assert reason == "No row of the cash-flow statement is tagged as capital expenditure."


def test_the_standard_captions_are_embedded_once_for_all_reports_of_a_worker():
    asked = []

    def embed(captions):
        asked.append(len(captions))
        return toy_embedding(captions)

    for _ in range(3):
        read(annual(cash_flow=WITH_OWN), embed)
    assert asked[1:] == [1, 1, 1]
    assert asked[0] > 50


def test_two_own_rows_that_are_called_alike_are_not_guessed_between():
    second = Line("Purchases of plant on lease", "acme:PlantOnLease", ("6", "5"))
    _, statements = read(annual(cash_flow=[*WITH_OWN, second]), toy_embedding)
    assert newest(statements, "capital_expenditure") is None
    assert said(statements.line("capital_expenditure").reason) == (
        "No row of the cash-flow statement is read as capital expenditure: "
        "2 rows of the company's own concepts have similar "
        "captions; none is the total."
    )


def test_an_own_cost_with_a_minus_is_not_mapped_since_its_direction_is_unknown():
    lines = replaced(
        CASH_FLOW, "Purchases of property, plant and equipment", Line(OWN.caption, OWN.concept, ("(60)", "(50)"))
    )
    _, statements = read(annual(cash_flow=lines), toy_embedding)
    assert newest(statements, "capital_expenditure") is None
    assert said(statements.line("capital_expenditure").reason) == (
        "No row of the cash-flow statement is read as capital expenditure: "
        "Row 'Purchases of plant and software' has a negative "
        "amount, and which way its concept counts (acme:PlantAndSoftware) cannot be told."
    )


def test_an_own_concept_called_exactly_as_the_line_needs_no_embedding():
    own = Line("Income (loss) before income taxes (Note 4)", "acme:Pretax", ("180", "150"))
    statements = statements_of(income=replaced(INCOME, "Income before income taxes", own))
    line = statements.line("income_before_tax")
    assert newest(statements, "income_before_tax") == "180" + MILLION
    assert (line.concept, line.confidence) == ("acme:Pretax", 0.88)
    assert said(line.reason) == (
        "Row 'Income (loss) before income taxes (Note 4)' has exactly this caption; its tag is the company's own "
        "concept (acme:Pretax)."
    )
