"""Reports of kinds that outside trials found: what each is expected to say, in its own words, and what asserts it.

``check`` takes the folder of the cases, ``../shared/cases/finance`` beside the shared data, and reads the report in it.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from apps.documents import Missing
from apps.finance.filings import read_facts
from apps.finance.reading import AboutReport
from apps.finance.report import ReadReport, about, read_report
from apps.finance.sources import report_of
from apps.finance.statements import StatementValue
from apps.messages import said
from core_model.errors import InputRejected
from tests.outside import Case

Values = Mapping[str, Mapping[str, str]]
"""Amounts of key lines by the year or day that their period ends in, in whole units."""


def _read(path: Path) -> ReadReport:
    return read_report(report_of(path))


def _refusal(path: Path) -> str:
    """The code by which a file is refused; empty where it is read."""
    try:
        _read(path)
    except InputRejected as refused:
        return refused.code
    return ""


def _values(report: ReadReport, line: str, end: str) -> list[StatementValue]:
    """What the line has in the periods that end in a year, or on a day."""
    return [value for value in report.statements.line(line).values if value.period.end.startswith(end)]


def _holds(report: ReadReport, lines: Values) -> None:
    for line, by_end in lines.items():
        for end, amount in by_end.items():
            there = [value.value for value in _values(report, line, end) if value.value is not None]
            assert there == [Decimal(amount)], f"{line} of {end} is {there}, not {amount}: {_why(report, line)}"


def _why(report: ReadReport, line: str) -> str:
    return said(report.statements.line(line).reason)


def _no_anomalies(report: ReadReport) -> None:
    assert not report.anomalies, [said(anomaly.reason) for anomaly in report.anomalies]


def _checks_hold(report: ReadReport, *names: str) -> None:
    failed = [said(check.reason) for check in report.checks if check.check_id in names and check.verdict == "fails"]
    assert not failed, failed


def _codes(report: ReadReport) -> list[str]:
    return [caution.code for caution in (*report.filing.cautions, *report.statements.cautions)]


def _lines(name: str, lines: Values, anomalies: bool = True) -> Callable[[Path], None]:
    """A check that the report of that name has these amounts."""

    def check(folder: Path) -> None:
        report = _read(folder / name)
        _holds(report, lines)
        if not anomalies:
            _no_anomalies(report)

    return check


_SALTMARSH = {
    "revenue": {"2024": "2000000"},
    "total_assets": {"2024-12-31": "1200000"},
    "net_income": {"2024": "240000"},
}
_OSTERMARK = {
    "revenue": {"2024": "5000000"},
    "income_before_tax": {"2024": "600000"},
    "net_income": {"2024": "450000"},
    "total_assets": {"2024-12-31": "4500000"},
    "total_equity": {"2024-12-31": "2500000"},
    "cash": {"2024-12-31": "600000"},
    "operating_cash_flow": {"2024": "800000"},
    "change_in_cash": {"2024": "100000"},
}


def _net_assets(folder: Path) -> None:
    report = _read(folder / "bdc_net_assets.html")
    _holds(
        report,
        {
            "revenue": {"2024": "42000000"},
            "total_equity": {"2024-12-31": "200000000"},
            "net_income": {"2024": "21000000"},
            "eps_basic": {"2024": "2.1"},
        },
    )
    assert report.statements.line("revenue").concept == "us-gaap:GrossInvestmentIncomeOperating"
    equity = report.statements.line("total_equity")
    assert (equity.concept, equity.label) == ("us-gaap:AssetsNet", "Total net assets")


def _context_twice(folder: Path) -> None:
    report = _read(folder / "context_defined_twice.html")
    naming = [anomaly for anomaly in report.anomalies if "'P'" in said(anomaly.reason)]
    assert len(report.anomalies) <= 1
    assert len(naming) == len(report.anomalies)
    assert any(caution.code == "context_twice" and caution.source is not None for caution in report.filing.cautions)
    prior = [fact for fact in report.filing.facts if fact.kind == "number" and fact.context_id == "P"]
    assert len(prior) == 5
    for fact in prior:
        assert fact.value is None or (fact.start, fact.end) == ("2023-01-01", "2023-12-31")
    for line in report.statements.lines:
        for value in line.values:
            assert value.value is None or value.period.start, f"{line.line} is given for a day"


def _document_set(folder: Path) -> None:
    report = _read(folder / "docset")
    _holds(report, {"revenue": {"2024": "2000000"}, "total_assets": {"2024-12-31": "1200000"}})
    assert about(report.filing).company == "Saltmarsh Devices Inc"
    assert _refusal(folder / "docset" / "part2.html") == "part_of_a_set"


def _about(folder: Path, name: str) -> AboutReport:
    return about(read_facts(report_of(folder / name)))


def _national_names(folder: Path) -> None:
    document = _about(folder, "entity_names_national.html")
    assert (document.company, document.period_end) == ("緑機工株式会社", "2024-12-31")


def _national_names_likewise(folder: Path) -> None:
    markup = (folder / "entity_names_national.html").read_text(encoding="utf8")
    for company, end in (
        ("gsd:NameOfReportingEntity", "gsd:ReportingPeriodEndDate"),
        ("se-cd-base:ForetagetsNamn", "se-cd-base:RakenskapsarSistaDag"),
        ("bw2-i:LegalEntityName", ""),
        ("tse-ed-t:CompanyName", ""),
    ):
        other = markup.replace("jpdei_cor:FilerNameInJapaneseDEI", company)
        other = other.replace("jpdei_cor:CurrentPeriodEndDateDEI", end or "example:Nothing")
        document = about(read_facts(other.encode()))
        assert document.company == "緑機工株式会社", company
        assert document.period_end == "2024-12-31", end


def _addresses(folder: Path) -> None:
    facts = read_facts(folder / "escaped_relative_urls.html").facts
    value = next(fact.value for fact in facts if fact.concept == "us-gaap:DebtDisclosureTextBlock")
    assert value is not None
    assert 'href="https://www.example.com/reports/2024/ex.htm#n1"' in value, value
    assert 'src="https://www.example.com/reports/2024/img/a.png"' in value, value


def _tuples(folder: Path) -> None:
    report = _read(folder / "facts_in_tuples.html")
    assert "contradicting_duplicates" not in _codes(report)
    _no_anomalies(report)
    held = [
        (fact.concept, fact.value, fact.tuple_id)
        for fact in report.filing.facts
        if fact.concept == "se-gen-base:Avskrivning"
    ]
    assert held == [("se-gen-base:Avskrivning", "120000", "t1"), ("se-gen-base:Avskrivning", "45000", "t2")]


def _forecast(folder: Path) -> None:
    document = _about(folder, "forecast_is_not_the_period.html")
    assert document.period_end == "2025-03-31" or isinstance(document.period_end, Missing)
    assert document.company == "緑機工株式会社"


def _group(folder: Path) -> None:
    report = _read(folder / "group_is_a_dimension.html")
    _holds(report, {"total_equity": {"2024-12-31": "6120400"}})


def _negative_payments(folder: Path) -> None:
    report = _read(folder / "negative_payments.html")
    value = next(iter(_values(report, "capital_expenditure", "2023-12-31")))
    assert value.value == Decimal(412000) or value.note is not None
    named = [
        result
        for result in report.checks
        if result.check_id in ("impossible_signs", "printed_signs") and result.verdict == "fails"
    ]
    assert any("f268" in result.fact_ids for result in named), "the payment is not flagged"
    assert any("f268" in anomaly.fact_ids for anomaly in report.anomalies)


def _anomalies_empty(name: str, *checks: str) -> Callable[[Path], None]:
    def check(folder: Path) -> None:
        report = _read(folder / name)
        _no_anomalies(report)
        _checks_hold(report, *checks)

    return check


def _changes_in_equity(folder: Path) -> None:
    report = _read(folder / "soce_read_as_income.html")
    assert not [value for value in report.statements.line("net_income").values if value.value is not None]
    assert "income" in report.statements.not_available
    _no_anomalies(report)
    _checks_hold(report, "report_period")


def _net_current_liabilities(folder: Path) -> None:
    report = _read(folder / "uk_net_current_liabilities.html")
    for end, amount in (("2024-12-31", "2100000"), ("2023-12-31", "316000")):
        there = [value.value for value in _values(report, "current_liabilities", end) if value.value is not None]
        assert there in ([], [Decimal(amount)]), there
    _no_anomalies(report)


def _utility(folder: Path) -> None:
    report = _read(folder / "utility_revenue_and_plant.html")
    _holds(report, {"revenue": {"2024": "9000000"}})
    revenue = report.statements.line("revenue")
    assert revenue.concept == "us-gaap:RegulatedAndUnregulatedOperatingRevenue"
    assert revenue.label == "Operating Revenues"
    plant = _values(report, "property_plant_equipment", "2024-12-31")
    there = [value.value for value in plant if value.value is not None]
    assert there in ([], [Decimal(21000000)], [Decimal(21900000)]), there


def _waits(name: str) -> Callable[[Path], None]:
    """A layout without tables says once that it waits, and its values are shown by concept."""

    def check(folder: Path) -> None:
        report = _read(folder / name)
        assert _codes(report).count("layout_without_tables") == 1
        assert not [code for code in _codes(report) if code.endswith("_not_found")]
        _holds(report, _OSTERMARK)
        _no_anomalies(report)

    return check


CASES: dict[str, Case] = {
    "bdc_net_assets": Case("fund/BDC: total investment income and net assets unknown", _net_assets),
    "co_registrants": Case(
        "false anomaly: a combined filing prints statements of the parent and of two of its subsidiaries; "
        "dei:LegalEntityAxis members need not add up to the group (other income 2023: 45 + 30 = 75 by chance, 2024: 81 "
        "+ 9 against 206)",
        _lines("co_registrants.html", {"revenue": {"2024": "9000000"}}, anomalies=False),
    ),
    "context_defined_twice": Case(
        "at most one that names the context; prior-year amounts n/a or of 2023-01-01..2023-12-31, not of the day "
        "2023-12-31",
        _context_twice,
    ),
    "docset": Case(
        "refused, or one warning that says: this is a part of a set, its contexts are in another file; exit status 1; "
        "never 18 facts 'not available' under exit status 0",
        _document_set,
    ),
    "entity_names_national": Case(
        "entity and period unknown although tagged",
        lambda folder: (_national_names(folder), _national_names_likewise(folder))[0],
    ),
    "escaped_relative_urls": Case(
        "escaped text: relative addresses are to be resolved against the base of the page (Inline XBRL 1.1, 'escape')",
        _addresses,
    ),
    "facts_in_tuples": Case(
        "facts of different tuples are no duplicates of each other (XBRL 2.1, 4.10)",
        _tuples,
    ),
    "forecast_is_not_the_period": Case("2025-03-31, or n/a; never 2026-03-31", _forecast),
    "full_submission": Case(
        "complete submission text file (what sec-edgar-downloader saves)",
        _lines("full_submission.txt", _SALTMARSH),
    ),
    "group_is_a_dimension": Case("6120400 (group), or both labelled group and company", _group),
    "ifrs_cash_flow_continuing": Case(
        "IFRS cash flows of continuing operations unknown",
        _lines(
            "ifrs_cash_flow_continuing.html",
            {
                "operating_cash_flow": {"2024": "800000"},
                "investing_cash_flow": {"2024": "-300000"},
                "financing_cash_flow": {"2024": "-400000"},
            },
        ),
    ),
    "layout_positioned_divs": Case(
        "statements printed with positioned div elements (as PDF converters write nearly all ESEF reports): no table "
        "element",
        _waits("layout_positioned_divs.html"),
    ),
    "layout_table_per_row": Case(
        "statements printed as one table element a row (as several UK accounts packages do)",
        _waits("layout_table_per_row.html"),
    ),
    "lowercase_elements": Case(
        "saved by an HTML tool: ix:nonfraction, contextref in lower case",
        _lines("lowercase_elements.html", _SALTMARSH),
    ),
    "negative_payments": Case("flagged; the line is 412000 or marked", _negative_payments),
    "nested_subtotals": Case(
        "false anomaly: total assets are current plus non-current assets; the subtotals above belong to the "
        "non-current ones (231,400 + 238,200 = 469,600; 140,300 + 38,200 + 59,700 = 238,200)",
        _anomalies_empty("nested_subtotals.html", "balance_subtotals"),
    ),
    "note_mark_before_sign": Case(
        "false anomaly: '※８ △2,417' is a note mark and a negative amount, tagged -2,417",
        _anomalies_empty("note_mark_before_sign.html", "printed_signs"),
    ),
    "partnership_units": Case(
        "partnership: earnings per unit and partners' capital unknown",
        _lines(
            "partnership_units.html",
            {
                "eps_basic": {"2024": "1.6"},
                "eps_diluted": {"2024": "1.59"},
                "total_equity": {"2024-12-31": "5100000"},
            },
        ),
    ),
    "sgml_wrapped": Case(
        "the .htm as EDGAR serves it to programs, in its <DOCUMENT>...<TEXT><XBRL> wrapper",
        _lines("sgml_wrapped.html", _SALTMARSH),
    ),
    "soce_read_as_income": Case(
        "n/a: no income statement is printed; never 31907 of 2023 as the newest", _changes_in_equity
    ),
    "truncated_amounts": Case(
        "the tolerance of a sum of n truncated amounts is n units, not n/2",
        _anomalies_empty("truncated_amounts.html", "balance_subtotals"),
    ),
    "uk_inner_outer_columns": Case(
        "balance_subtotals must not fail: current assets 2,230,000 = debtors 2,230,000 + cash 0; fixed assets stand in "
        "another column",
        _anomalies_empty("uk_inner_outer_columns.html", "balance_subtotals"),
    ),
    "uk_net_current_liabilities": Case(
        "wrong value: net current liabilities taken for current liabilities", _net_current_liabilities
    ),
    "utility_revenue_and_plant": Case("utility: revenue missing, plant wrong", _utility),
}
"""Every case by its name."""
