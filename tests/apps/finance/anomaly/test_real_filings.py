"""Checks on real filings of training and validation companies: proofs both ways, and known errors of real reports."""

from functools import cache

import pytest

from apps.finance.anomaly import check_statements
from benchmarks import shared_data as data
from benchmarks._alterations import read_report
from benchmarks._checks_proof import prove
from tests import needs
from tests.apps.finance.anomaly.books import told

pytestmark = pytest.mark.shared_data
FAST = (
    "balance_equality",
    "cash_roll_forward",
    "balance_subtotals",
    "income_subtotals",
    "cash_flow_subtotals",
    "eps_diluted",
    "duplicate_facts",
    "impossible_signs",
    "printed_signs",
    "units",
    "column_periods",
    "tax_parts",
)


@cache
def report(ticker: str, form: str = "10-K"):
    needs.shared_data()
    return read_report(next(file for file in data.filings(("train", "validation"), form) if file.ticker == ticker))


@cache
def checked(ticker: str, form: str = "10-K"):
    read = report(ticker, form)
    return check_statements(read.filing, read.statements, read.layout)


@pytest.mark.parametrize("check_id", FAST)
def test_a_check_holds_on_a_real_report_and_fails_when_one_fact_is_altered(check_id):
    needs.shared_data()
    results = [result for result in checked("ABBV")[0] if result.check_id == check_id]
    assert {result.verdict for result in results} == {"holds"}
    assert prove(report("ABBV"), check_id, results) is not None


def test_every_check_is_proved_on_a_real_report():
    from benchmarks._checks_proof import prove_checks

    needs.shared_data()
    proofs = prove_checks()
    assert len(proofs) >= 30
    assert [name for name, found in proofs.items() if not found] == []


@pytest.mark.parametrize(("ticker", "form"), [("ABBV", "10-K"), ("WBA", "10-K"), ("RTX", "10-Q"), ("HD", "10-K")])
def test_a_clean_report_has_no_anomaly(ticker, form):
    needs.shared_data()
    assert checked(ticker, form)[1] == []


def test_share_counts_tagged_in_millions_are_one_anomaly():
    needs.shared_data()
    anomalies = checked("MCD")[1]
    assert [anomaly.kind for anomaly in anomalies] == ["share_scale"]
    assert "727.9" in told(anomalies[0])


def test_cash_flows_tagged_with_the_wrong_sign_are_found_together():
    needs.shared_data()
    anomalies = checked("AMD")[1]
    assert any({"f-339", "f-360"} <= set(anomaly.fact_ids[:2]) and anomaly.severity == "high" for anomaly in anomalies)
