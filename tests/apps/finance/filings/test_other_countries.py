"""Reports of other taxonomies: who reports and for when, tuples, contexts that mean two things, addresses."""

import pytest

from apps.finance.filings import read_facts
from tests.apps.finance.filings.documents import document, number, text


@pytest.mark.parametrize(
    ("company", "end"),
    [
        ("jpdei_cor:FilerNameInJapaneseDEI", "jpdei_cor:CurrentPeriodEndDateDEI"),
        ("gsd:NameOfReportingEntity", "gsd:ReportingPeriodEndDate"),
        ("se-cd-base:ForetagetsNamn", "se-cd-base:RakenskapsarSistaDag"),
        ("kvk-i:LegalEntityName", "bus:EndDateForPeriodCoveredByReport"),
        ("tse-ed-t:CompanyName", "dei:DocumentPeriodEndDate"),
    ],
)
def test_the_company_and_its_period_are_known_by_their_national_names(company, end):
    filing = read_facts(document(number("5", "f-1"), hidden=text("Acme", "n", company) + text("2023-06-30", "e", end)))
    assert (filing.document.company, filing.document.period_end) == ("Acme", "2023-06-30")


def test_a_company_name_of_another_taxonomy_is_not_the_reporting_one():
    filing = read_facts(document(number("5", "f-1"), hidden=text("Acme", "n", "acme:CompanyName")))
    assert filing.document.company is None


def context(name: str, start: str, end: str, dimension: str = "") -> str:
    axis, _, member = dimension.partition("=")
    segment = f'<xbrldi:explicitMember dimension="{axis}">{member}</xbrldi:explicitMember>' if axis else ""
    segment = f"<xbrli:segment>{segment}</xbrli:segment>" if segment else ""
    return (
        f'<xbrli:context id="{name}"><xbrli:entity><xbrli:identifier scheme="s">1</xbrli:identifier>{segment}'
        f"</xbrli:entity><xbrli:period><xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate>"
        "</xbrli:period></xbrli:context>"
    )


NEXT = context("next", "2024-01-01", "2024-12-31")
PLANNED = context("planned", "2024-01-01", "2024-12-31", "tse:ResultForecastAxis=tse:ForecastMember")


def forecasts(count: int, name: str) -> str:
    return "".join(text("x", f"{name}-{n}", "tse:NoteToForecasts", contextRef=name) for n in range(count))


def test_the_period_of_a_forecast_is_not_the_report_s():
    hidden = text("Acme", "n", "tse:CompanyName") + forecasts(5, "next")
    planned = number("9", "p", "tse:NetSales", contextRef="planned")
    filing = read_facts(document(planned, hidden=hidden, resources=NEXT + PLANNED))
    assert filing.document.period_end == "2023-12-31"
    made_on = text("2024-02-14", "d", "tse:FilingDate")
    filing = read_facts(document(number("5", "f-1"), hidden=hidden + made_on, resources=NEXT))
    assert filing.document.period_end == "2023-12-31"


def test_facts_of_different_tuples_are_no_duplicates():
    refers = [number(amount, name, tupleRef=f"t{name}") for amount, name in (("1", "a"), ("2", "b"))]
    tuples = '<ix:tuple name="acme:Row" tupleID="ta"/><ix:tuple name="acme:Row" tupleID="tb"/>'
    filing = read_facts(document(tuples + "".join(refers)))
    assert [fact.tuple_id for fact in filing.facts] == ["ta", "tb"]
    assert [caution.code for caution in filing.cautions] == ["tuples"]
    holding = [
        f'<ix:tuple name="acme:Row">{number(amount, name)}</ix:tuple>' for amount, name in (("1", "a"), ("2", "b"))
    ]
    filing = read_facts(document("".join(holding)))
    assert len({fact.tuple_id for fact in filing.facts}) == 2
    assert not filing.duplicates
    filing = read_facts(document(tuples + number("1", "a", tupleRef="ta") + number("5", "b", tupleRef="ta")))
    assert [caution.code for caution in filing.cautions] == ["tuples", "contradicting_duplicates"]


def test_a_context_that_means_two_things_gives_no_values_and_one_caution():
    other = context("end", "2022-01-01", "2022-12-31")
    filing = read_facts(document("".join(number("5", f"f-{n}") for n in range(9)), resources=other))
    assert {fact.value for fact in filing.facts} == {None}
    assert {(fact.start, fact.end, fact.instant) for fact in filing.facts} == {(None, None, False)}
    assert [(caution.code, caution.count) for caution in filing.cautions] == [("context_twice", 1), ("bad_context", 9)]


def test_a_context_said_twice_alike_stands():
    filing = read_facts(document(number("5", contextRef="next"), resources=NEXT + NEXT))
    assert filing.facts[0].value == "5"
    assert [caution.code for caution in filing.cautions] == ["context_twice"]


@pytest.mark.parametrize(
    ("given", "resolved"),
    [
        ("a.htm#n", "https://example.com/x/a.htm#n"),
        ("../b.png", "https://example.com/b.png"),
        ("https://other.example/c", "https://other.example/c"),
        ("?a=1&amp;b=2", "https://example.com/x/?a=1&amp;b=2"),
        ("mailto:a@example.com", "mailto:a@example.com"),
        ("#n", "https://example.com/x/#n"),
    ],
)
def test_relative_addresses_of_escaped_text_follow_the_base_of_the_page(given, resolved):
    body = text(f'<a href="{given}">x</a>', "t", "acme:Policy", escape="true")
    page = document(body).replace(b"<title>", b'<base href="https://example.com/x/"/><title>')
    assert f'href="{resolved}"' in str(read_facts(page).facts[0].value)
    assert f'href="{given}"' in str(read_facts(document(body)).facts[0].value), "without a base they stay"
