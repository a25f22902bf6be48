"""Whose figures a report holds: the group's, or the company's own."""

import re

import pytest

from apps.documents import Missing
from apps.finance.report import about, read_report
from apps.finance.statements import Statements
from core_model.errors import Message
from tests.apps.finance.statements.reports import (
    BALANCE,
    END,
    END_BEFORE,
    Line,
    Maker,
    annual,
    gaap,
    newest,
    read,
)


def codes(statements: Statements) -> list[str]:
    return [caution.code for caution in statements.cautions]


GROUP = "bus:GroupCompanyDataDimension=bus:Consolidated"


def of_group(lines: list[Line]) -> list[Line]:
    return [Line(**{**{f: getattr(line, f) for f in line.__dataclass_fields__}, "dims": GROUP}) for line in lines]


def test_the_group_s_figures_go_before_the_company_s_own():
    maker = Maker()
    own = [gaap(line.caption, line.concept.removeprefix("us-gaap:"), "7", "6") for line in BALANCE if line.concept]
    body = (
        "<p>Consolidated balance sheet</p>"
        + maker.table([END, END_BEFORE], of_group(BALANCE))
        + "<p>Company balance sheet</p>"
        + maker.table([END, END_BEFORE], own)
    )
    report = read_report(maker.document(body))
    assert newest(report.statements, "total_equity") == newest(read(annual())[1], "total_equity")
    assert "group_and_company" in codes(report.statements)
    alone = Maker()
    only = read_report(alone.document("<p>Balance sheet</p>" + alone.table([END, END_BEFORE], of_group(BALANCE))))
    assert newest(only.statements, "total_assets") == "1000000000"
    assert "group_and_company" not in codes(only.statements)


def basis_by(addition: str, where: str = "<ix:hidden>") -> str | None:
    """Whose figures a report holds that has something more in its header."""
    markup = annual().decode()
    assert where in markup
    return read_report(markup.replace(where, where + addition, 1).encode()).filing.document.basis


def told(name: str, text: str) -> str:
    context = re.search(r'contextRef="([^"]+)">10-K<', annual().decode())
    assert context is not None
    return f'<ix:nonNumeric id="told" name="acme:{name}" contextRef="{context[1]}">{text}</ix:nonNumeric>'


@pytest.mark.parametrize(
    ("name", "text", "basis"),
    [
        ("WhetherConsolidatedFinancialStatementsArePreparedDEI", "true", "group"),
        ("WhetherConsolidatedFinancialStatementsArePreparedDEI", "false", "company"),
        ("FinancialStatementsConsolidated", "true", "group"),
        ("DocumentName", "第２四半期決算短信〔日本基準〕（連結）", "group"),
        ("DocumentName", "決算短信〔日本基準〕（非連結）", "company"),
        ("DocumentTypeDEI", "通期第１号参考様式 [日本基準]（連結）", "group"),
        ("ReportTitle", "Directors' report and consolidated financial statements", "group"),
        ("ReportTitle", "Annual report (unconsolidated)", "company"),
        ("ReportTitle", "Annual report and financial statements", None),
    ],
)
def test_the_kind_of_document_tells_group_and_company_apart(name: str, text: str, basis: str | None) -> None:
    assert basis_by(told(name, text)) == basis


@pytest.mark.parametrize(
    ("schema", "basis"),
    [
        ("tse-qcedjpsm-30460-20140114084208.xsd", "group"),
        ("tse-snedjpsy-78490-20240808378490.xsd", "company"),
        ("http://xbrl.taxonomier.se/se/fr/gaap/k2/risbs/2021-10-31/se-k2-risbs-2021-10-31.xsd", "company"),
        ("http://xbrl.taxonomier.se/se/fr/gaap/k3k/risbs/2021-10-31/se-k3k-risbs-2021-10-31.xsd", "group"),
        ("acme-20231231.xsd", None),
    ],
)
def test_the_schema_that_a_report_refers_to_tells_group_and_company_apart(schema: str, basis: str | None) -> None:
    reference = (
        '<ix:references><link:schemaRef xmlns:link="http://www.xbrl.org/2003/linkbase" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:type="simple" xlink:href="{schema}"/></ix:references>'
    )
    assert basis_by(reference, "<ix:header>") == basis


def test_a_dimension_goes_before_the_kind_of_document() -> None:
    maker = Maker()
    body = "<p>Balance sheet</p>" + maker.table([END, END_BEFORE], of_group(BALANCE))
    data = maker.document(body).decode().replace("<ix:hidden>", "<ix:hidden>" + told("DocumentName", "（非連結）"), 1)
    document = about(read_report(data.encode()).filing)
    assert document.basis == "group"
    assert about(read(annual())[0]).basis == Missing(Message("basis_not_named"))
