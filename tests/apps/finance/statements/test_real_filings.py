"""Statements of real filings: typed gold, identities of accounting, and another library's table of concepts."""

import json
from importlib.resources import files

import pytest

from apps.documents import or_none
from apps.finance.filings.reader import open_report
from apps.finance.statements import LINES, STATEMENTS, build_statements
from benchmarks import shared_data
from benchmarks.statements_first import compare, gold
from tests import needs

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module", params=["gold", pytest.param("all", marks=pytest.mark.slow)])
def filings(request):
    """Statements of all filings of training and validation companies, or of those with a gold filing, by (ticker, form,
    accession number)."""
    needs.shared_data()
    files = shared_data.filings(split=("train", "validation"))
    typed = {file.ticker for file in files if file.path.stem in gold()}
    built = {}
    for file in files:
        if request.param == "all" or file.ticker in typed:
            root, filing = open_report(file.path.read_bytes())
            built[file.ticker, file.form, file.path.stem] = (build_statements(root, filing), filing.document)
    return built


def printed(statements, line):
    return {
        value.period: value.value
        for value in statements.line(line).values
        if value.value is not None and not value.derived
    }


def test_the_lines_of_the_gold_filings_are_those_typed_from_the_page(filings):
    typed = gold()
    compared = {key: value for key, value in filings.items() if key[2] in typed}
    assert sorted(key[0] for key in compared) == ["ADBE", "CSCO", "HD", "KO", "RTX", "VZ"]
    right = 0
    differences = []
    for (ticker, _, accession), (statements, _) in compared.items():
        number, different = compare(ticker, statements, typed[accession])
        right += number
        differences += different
    assert right / (right + len(differences)) >= 0.95, differences
    assert sum(difference.built is not None for difference in differences) <= 0.01 * 30 * len(compared), differences


def test_all_three_statements_are_found_in_every_filing(filings):
    for key, (statements, _) in filings.items():
        assert set(statements.reported) == set(STATEMENTS), key
        assert statements.not_available == {}, key


def test_lines_that_every_company_prints_are_available_for_the_reports_own_period(filings):
    for key, (statements, document) in filings.items():
        for name in ("revenue", "income_before_tax", "income_tax", "net_income", "total_assets", "total_equity"):
            value = statements.line(name).values[0]
            assert value.value is not None, (key, name)
            assert value.period.end == document.period_end, (key, name)


def test_revenue_less_cost_is_the_printed_gross_profit(filings):
    compared = 0
    for key, (statements, _) in filings.items():
        revenue, cost, gross = (printed(statements, n) for n in ("revenue", "cost_of_revenue", "gross_profit"))
        for period in revenue.keys() & cost.keys() & gross.keys():
            assert revenue[period] - cost[period] == pytest.approx(gross[period], abs=10**6), (key, period)
            compared += 1
    assert compared >= 1.3 * len(filings)


def test_liabilities_and_equity_make_up_the_assets_but_for_interests_between_them(filings):
    even = uneven = 0
    for key, (statements, _) in filings.items():
        assets, debts, equity = (printed(statements, n) for n in ("total_assets", "total_liabilities", "total_equity"))
        for period in assets.keys() & debts.keys() & equity.keys():
            between = assets[period] - debts[period] - equity[period]
            assert 0 <= between <= assets[period] / 50, (key, period)
            even, uneven = even + (between == 0), uneven + (between != 0)
    assert even >= (4 if len(filings) > 60 else 3) * uneven > 0


def test_no_cost_and_no_payment_is_negative(filings):
    for key, (statements, _) in filings.items():
        for line in LINES:
            if line.sign.startswith("positive where") and line.name != "income_tax":
                assert all(value >= 0 for value in printed(statements, line.name).values()), (key, line.name)


EXPECTED_TAGS = {
    "revenue": {"Revenue"},
    "cost_of_revenue": {"CostOfGoodsAndServicesSold"},
    "gross_profit": {"GrossProfit"},
    "research_and_development": {"ResearchAndDevelopmentExpenses"},
    "selling_general_administrative": {"SellingGeneralAndAdminExpenses"},
    "operating_income": {"OperatingIncomeLoss"},
    "interest_expense": {"InterestExpense", "NetInterestIncome"},
    "income_before_tax": {"PretaxIncomeLoss"},
    "income_tax": {"IncomeTaxes"},
    "net_income": {"NetIncome", "ProfitLoss", "NetIncomeToCommonShareholders"},
    "cash": {"CashAndMarketableSecurities", "CashAndCashEquivalents"},
    "receivables": {"TradeReceivables"},
    "inventory": {"Inventories"},
    "current_assets": {"CurrentAssetsTotal"},
    "property_plant_equipment": {"PlantPropertyEquipmentNet"},
    "goodwill": {"Goodwill"},
    "total_assets": {"Assets"},
    "current_liabilities": {"CurrentLiabilitiesTotal"},
    "long_term_debt": {"LongTermDebt"},
    "total_liabilities": {"Liabilities"},
    "retained_earnings": {"RetainedEarnings"},
    "total_equity": {"AllEquityBalanceIncludingMinorityInterest", "AllEquityBalance"},
    "operating_cash_flow": {"NetCashFromOperatingActivities"},
    "investing_cash_flow": {"NetCashFromInvestingActivities"},
    "financing_cash_flow": {"NetCashFromFinancingActivities"},
    "change_in_cash": {"NetChangeInCash"},
}
"""What edgartools calls each line; earnings per share and payments have no tags of their own there."""


@pytest.mark.oracle
def test_the_concepts_chosen_are_those_that_edgartools_standardises_to_the_same_line(filings):
    needs.oracle("edgar")
    known = json.loads((files("edgar.xbrl.standardization") / "gaap_mappings.json").read_text(encoding="utf8"))
    agree = differ = 0
    for key, (statements, _) in filings.items():
        for name, tags in EXPECTED_TAGS.items():
            concept = or_none(statements.line(name).concept) or ""
            entry = known.get(concept.removeprefix("us-gaap:")) if concept.startswith("us-gaap:") else None
            if entry is not None:
                same = bool(tags & set(entry["standard_tags"]))
                agree, differ = agree + same, differ + (not same)
                assert same, (key, name, concept, entry["standard_tags"])
    assert agree > 20 * len(filings)
    assert differ == 0
