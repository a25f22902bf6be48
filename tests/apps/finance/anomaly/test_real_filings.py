"""Checks on real filings of training and validation companies: proofs both ways, and known errors of real reports."""

from functools import cache

import pytest

from apps.finance.anomaly import check_statements
from apps.finance.anomaly.checking import all_checks
from benchmarks import shared_data as data
from benchmarks._alterations import read_report
from benchmarks._checks_proof import prove, prove_checks
from benchmarks.world_lines import british_reports
from tests import needs
from tests.apps.finance.anomaly.books import told

pytestmark = pytest.mark.shared_data

MOST = "HD/0000354950-23-000185"
"""The report on which all checks are proved but these."""
ELSEWHERE = {
    "duplicate_facts": "09847839",
    "named_subtotals": "09847839",
    "periods_add_up": "GME/0001326380-23-000047",
    "table_rows": "GME/0001326380-23-000047",
    "tax_rate": "GME/0001326380-23-000047",
    "pretax_parts": "GME/0001326380-24-000012",
    "tax_parts": "GME/0001326380-24-000012",
    "dividends_per_share": "PG/0000080424-23-000103",
    "income_attribution": "PG/0000080424-23-000103",
    "inventory_parts": "PG/0000080424-23-000103",
    "debt_parts": "TXN/0000097476-23-000035",
    "par_value": "TXN/0000097476-23-000035",
    "property_net": "TXN/0000097476-23-000035",
    "charter_figures": "RIOT/0001558370-23-014305",
    "current_and_noncurrent": "SJM/0000091419-23-000113",
    "lease_liabilities": "SJM/0000091419-23-000113",
    "terms_not_comparable": "AMZN/0001018724-23-000012",
    "eps_by_class": "GOOG/0001652044-23-000094",
    "price_of_shares_bought": "WMT/0000104169-24-000056",
}


@cache
def report(name: str):
    """A report, read, by its company and number; a British one by its company's alone."""
    needs.shared_data()
    if "/" in name:
        files = {f"{file.ticker}/{file.path.stem}": file for file in data.filings(("train", "validation"))}
    else:
        files = {file.ticker: file for file in british_reports()}
    return read_report(files[name])


@cache
def checked(name: str):
    read = report(name)
    return check_statements(read.filing, read.statements, read.layout)


@pytest.mark.parametrize("check_id", [check.check_id for check in all_checks()])
def test_a_check_holds_on_a_real_report_and_fails_when_one_fact_is_altered(check_id):
    needs.shared_data()
    name = ELSEWHERE.get(check_id, MOST)
    results = [result for result in checked(name)[0] if result.check_id == check_id]
    assert prove(report(name), check_id, results) is not None


def test_a_proof_is_looked_for_in_all_reports_until_one_is_found():
    needs.shared_data()
    ((name, ((ticker, fact_id),)),) = prove_checks(only=["balance_equality"]).items()
    assert name == "balance_equality"
    assert ticker
    assert fact_id


@pytest.mark.parametrize(
    "name",
    ["ABBV/0001551152-24-000011", "WBA/0001618921-24-000084", "RTX/0000101829-23-000032", "HD/0000354950-24-000062"],
)
def test_a_clean_report_has_no_anomaly(name):
    needs.shared_data()
    assert checked(name)[1] == []


def test_share_counts_tagged_in_millions_are_one_anomaly():
    needs.shared_data()
    anomalies = checked("MCD/0000063908-24-000072")[1]
    assert [anomaly.kind for anomaly in anomalies] == ["share_scale"]
    assert "727.9" in told(anomalies[0])


def test_cash_flows_tagged_with_the_wrong_sign_are_found_together():
    needs.shared_data()
    anomalies = checked("AMD/0000002488-24-000012")[1]
    assert any({"f-339", "f-360"} <= set(anomaly.fact_ids[:2]) and anomaly.severity == "high" for anomaly in anomalies)
