"""Facts of a real filing against what its printed page says."""

import pytest

from apps.finance.filings import read_facts
from benchmarks import shared_data
from tests import needs

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def coca_cola():
    needs.shared_data()
    [file] = [file for file in shared_data.filings(form="10-K") if file.ticker == "KO"]
    return read_facts(file.path)


def value(filing, concept, end):
    values = {
        fact.value
        for fact in filing.facts
        if fact.concept == concept and fact.end == end and not fact.dimensions and fact.value is not None
    }
    assert len(values) == 1, values
    return values.pop()


def test_the_balance_sheet_of_coca_cola_balances_at_the_printed_total(coca_cola):
    # Printed in the report: total assets and total liabilities and equity of 97,703 (2023) and 92,763 (2022), in
    # millions of dollars.
    for year, total in (("2023", "97703000000"), ("2022", "92763000000")):
        assert value(coca_cola, "us-gaap:Assets", f"{year}-12-31") == total
        assert value(coca_cola, "us-gaap:LiabilitiesAndStockholdersEquity", f"{year}-12-31") == total


def test_the_document_information_is_that_of_the_cover_page(coca_cola):
    document = coca_cola.document
    assert document.company == "COCA COLA CO"
    assert document.form == "10-K"
    assert document.period_end == "2023-12-31"
    assert document.fiscal_year == 2023
    assert document.currency == "USD"
    assert document.entity == "0000021344"
    assert set(document.missing) == {"basis"}, "an American report does not say whose figures they are"
