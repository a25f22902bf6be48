"""Whose figures a report holds and when its period ends, where it does not say so by a name that is known."""

from dataclasses import replace

import pytest

from apps.documents import Missing
from apps.finance.filings import read_facts
from apps.finance.report import about, make_reading, read_report
from apps.finance.summary import heading
from apps.messages import said
from apps.provenance import Provenance
from tests.apps.finance.filings.documents import CONTEXTS, document, number, text
from tests.apps.finance.statements.reports import BALANCE, END, END_BEFORE, Maker

NOTHING = Provenance("", {}, {}, {}, {})
AXIS = "bus:GroupCompanyDataDimension"


def both(member: str) -> bytes:
    """A balance sheet in which every row is printed for a member of the axis, and one without a dimension."""
    maker = Maker()
    marked = [replace(line, dims=f"{AXIS}={member}") for line in BALANCE]
    plain = [replace(line, cells=("7", "6")) for line in BALANCE if line.concept]
    tables = (maker.table([END, END_BEFORE], rows) for rows in (marked, plain))
    return maker.document("<p>Consolidated balance sheet</p>{}<p>Company balance sheet</p>{}".format(*tables))


@pytest.mark.parametrize("member", ["bus:GroupConsolidated", "bus:Combined", "acme:GroupAndBranchesMember"])
def test_a_member_that_is_not_known_is_neither_the_group_s_nor_the_company_s(member: str):
    report = read_report(both(member))
    basis = about(report.filing).basis
    assert isinstance(basis, Missing)
    assert said(basis.not_available) == (
        f"group and company are told apart by {member}, of which it is not known whose figures it marks"
    )
    (warning,) = [caution for caution in report.statements.cautions if caution.code == "basis_unknown"]
    assert warning.values == {"members": [member]}
    assert not {"group_and_company", "company_alone"} & {caution.code for caution in report.statements.cautions}
    printed = " ".join(map(str, heading(make_reading(report, reading_id="", facts_sha256="", provenance=NOTHING))))
    assert "whose figures they are is not known" in printed
    assert "the group's figures" not in printed


@pytest.mark.parametrize(
    ("member", "basis"),
    [
        ("bus:Consolidated", "group"),
        ("cmn:ConsolidatedMember", "group"),
        ("cmn:SoloMember", "group"),
        ("ifrs-full:SeparateMember", "group"),
        ("tse:NonConsolidatedMember", "group"),
    ],
)
def test_members_that_are_known_tell_whose_figures_the_rest_are(member: str, basis: str):
    assert about(read_report(both(member)).filing).basis == basis


def context(name: str, start: str, end: str) -> str:
    year = CONTEXTS.partition('<xbrli:context id="end">')[0].replace('id="year"', f'id="{name}"')
    return year.replace("2023-01-01", start).replace("2023-12-31", end)


NEXT = context("next", "2024-01-01", "2024-12-31")
WORDS = "".join(text("x", f"w-{n}", "tse:Note", contextRef="next") for n in range(5))


def amounts(count: int, name: str) -> str:
    return "".join(number(f"{n + 1}", f"{name}-{n}", "tse:Sales", contextRef=name) for n in range(count))


def end_of(body: str, hidden: str = WORDS) -> str | None:
    return read_facts(document(body, hidden=hidden, resources=NEXT)).document.period_end


def test_texts_about_a_coming_year_are_no_figures_of_it():
    assert end_of(amounts(1, "year")) == "2023-12-31"


@pytest.mark.parametrize(
    "layout",
    [
        "<table><tr><td>Sales</td><td>{}</td></tr><tr><td>次期予想</td><td>{}</td></tr></table>",
        "<table><tr><td></td><td>Actual</td><td>Forecast</td></tr><tr><td>Sales</td><td>{}</td><td>{}</td></tr></table>",
        "<p>Results</p><table><tr><td>{}</td></tr></table><p>Outlook</p><table><tr><td>{}</td></tr></table>",
        "<table><tr><td>{}</td></tr><tr><td colspan='2'>業績予想</td></tr><tr><td>売上高</td><td>{}</td></tr></table>",
        "<p>Sales were {}.</p><p>Our guidance is {}.</p>",
    ],
)
def test_figures_that_the_page_calls_forecasts_do_not_end_the_period(layout: str):
    assert end_of(layout.format(amounts(1, "year"), amounts(3, "next"))) == "2023-12-31"


@pytest.mark.parametrize(
    "title",
    [
        "Annual report for the year ended 31 December 2023",
        "For the fiscal year ended December 31, 2023",
        "Jahresabschluss zum 31.12.2023",
        "2023年12月期 決算短信",
    ],
)
def test_the_title_s_period_is_the_report_s(title: str):
    body = f"<h1>{title}</h1><table><tr><td>{amounts(1, 'year')}</td><td>{amounts(3, 'next')}</td></tr></table>"
    assert end_of(body) == "2023-12-31"
    assert end_of(body.replace(title, "Report")) == "2024-12-31"


def test_a_quarter_of_the_year_in_the_title_is_not_its_end():
    table = f"<table><tr><td>{amounts(3, 'year')}{amounts(1, 'next')}</td></tr></table>"
    assert end_of(f"<h1>2024年12月期 第2四半期決算短信</h1>{table}") == "2023-12-31"


def test_a_period_after_all_balance_sheets_is_none_of_the_report():
    table = f"<table><tr><td>{amounts(1, 'year')}</td><td>{amounts(3, 'next')}</td></tr></table>"
    assert end_of(table + number("5", "total")) == "2023-12-31"


def test_a_report_of_forecasts_alone_says_that_its_period_is_not_known():
    body = f"<p>Forecast</p><table><tr><td>{amounts(2, 'next')}</td></tr></table>"
    document_ = read_facts(document(body, resources=NEXT)).document
    assert document_.period_end is None
    assert said(document_.missing["period_end"]).endswith("all periods are those of forecasts")
