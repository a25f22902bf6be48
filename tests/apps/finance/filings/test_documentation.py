"""The pages about facts say what the code does."""

import re

from apps.finance import filings
from benchmarks.shared_data import REPOSITORY
from tests.apps.finance.filings.documents import document, number, text

CODE = "\n".join(
    path.read_text(encoding="utf8") for path in sorted((REPOSITORY / "apps/finance/filings").rglob("*.py"))
)


def test_the_examples_of_the_how_to_run(tmp_path, monkeypatch, capsys):
    page = (REPOSITORY / "docs/how-to/read-facts.md").read_text(encoding="utf8")
    (tmp_path / "report.htm").write_bytes(
        document(
            number("97,703", "f-1", scale="6", decimals="-6", format="ixt:num-dot-decimal"),
            hidden=text("Acme", "n", "dei:EntityRegistrantName") + text("10-K", "d"),
        )
    )
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, names)
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["Acme 10-K 2023-12-31", "2023-12-31 97703000000 USD f-1"]
    assert printed[2].startswith("True f-1 /1/2/")
    assert printed[3].startswith("another_kind - this is a PDF (allowed: one inline XBRL report")
    assert filings.read_facts is names["read_facts"]


def test_every_code_is_in_the_reference_and_no_other():
    page = (REPOSITORY / "docs/reference/facts.md").read_text(encoding="utf8")
    refusals, cautions = page.split("## Refusals")[1].split("## Cautions")
    refused = set(re.findall(r'\bcode="([a-z_]+)"', CODE)) - {"no_such_report", "no_such_element"}
    assert set(re.findall(r"`([a-z_]+)`(?=[, ]+[|`])", refusals)) == refused
    warned = set(re.findall(r'\bCaution\(\s*"([a-z_]+)"', CODE)) | set(re.findall(r'\bcode, \w+ = "([a-z_]+)"', CODE))
    assert set(re.findall(r"`([a-z_]+)`(?=[, |])", cautions)) == warned
    assert len(warned) == 23
