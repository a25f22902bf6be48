"""The example report: the one planted element is the one anomaly."""

import pytest

from apps.demo.annual.plant import KINDS
from apps.demo.report import make_example_report
from apps.finance.anomaly import check_statements
from apps.finance.filings import read_facts
from apps.finance.statements import build_statements


@pytest.mark.parametrize(("seed", "kind"), [*((seed, None) for seed in range(6)), *((7, kind) for kind in KINDS)])
def test_the_planted_element_is_the_only_anomaly(seed, kind, tmp_path):
    truth = make_example_report(tmp_path / "report.html", seed, kind=kind)
    data = (tmp_path / "report.html").read_bytes()
    filing = read_facts(data)
    _, anomalies = check_statements(filing, build_statements(data, filing))
    assert len(anomalies) == 1
    assert set(truth.element_ids) & set(anomalies[0].fact_ids[:2])
