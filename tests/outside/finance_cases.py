"""Reports of kinds that outside trials found: what each is expected to say, in its own words, and what asserts it.

``check`` takes the folder of the cases, ``../shared/cases/finance`` beside the shared data, and reads the report in it
as the job does: what is asserted stands in the document, in its file of facts or on the terminal. Where a case is about
an error that was none, a true error of that kind is asserted to be found still.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from apps.documents import Missing
from apps.finance.filings import read_facts
from apps.finance.jobs import reports_in
from apps.messages import said
from core_model.errors import InputRejected
from tests.outside import Case
from tests.outside.commands import command
from tests.outside.reports import Given, read, read_markup

Values = Mapping[str, Mapping[str, str]]
"""Amounts of key lines by the year or day that their period ends in, in whole units."""


def _markup(folder: Path, name: str) -> str:
    return (folder / f"{name}.html").read_text(encoding="utf8")


def _refusal(path: Path) -> str:
    """The code by which a file is refused; empty where it is read."""
    try:
        read(path)
    except InputRejected as refused:
        return refused.code
    return ""


def _holds(given: Given, lines: Values) -> None:
    """The lines have these amounts, in the document and on the terminal, in the report's currency."""
    for line, by_end in lines.items():
        for end, amount in by_end.items():
            there, shown = given.amounts(line, end), given.shown(line)
            assert there == [Decimal(amount)], f"{line} of {end} is {there}, not {amount}: {_why(given, line)}"
            on_terminal = [number for day, number in shown.items() if day.startswith(end)]
            assert on_terminal == [Decimal(amount)], f"{line} of {end} is printed as {on_terminal}, not {amount}"
            unit = f"{given.reading.document.currency}{'/shares' if line.startswith('eps') else ''}"
            assert [value.unit for value in given.values(line, end)] == [unit], f"{line} is not in {unit}"


def _why(given: Given, line: str) -> str:
    return said(given.reading.line(line).reason)


def _no_anomalies(given: Given) -> None:
    assert not given.anomalies, given.anomalies
    assert "anomalies: none" in given.printed


def _checks_hold(given: Given, *names: str) -> None:
    """The checks hold somewhere and fail nowhere: one that is not judged is none."""
    for name in names:
        of_it = [check for check in given.reading.checks if check.check_id == name]
        failed = [said(check.reason) for check in of_it if check.verdict == "fails"]
        assert not failed, failed
        assert any(check.verdict == "holds" for check in of_it), f"{name} judges nothing"


def _found(folder: Path, name: str, printed: str, instead: str, count: int = 1) -> None:
    """With another amount in place of one, the report has an anomaly.

    Args:
        folder: Of the cases.
        name: Of the case.
        printed: Markup of it, the first ``count`` times.
        instead: What stands there instead.
        count: How many times.
    """
    markup = _markup(folder, name)
    assert markup.count(printed) >= count, f"{name} does not print {printed}"
    assert read_markup(markup.replace(printed, instead, count)).anomalies, f"{instead} for {printed} is not found"


def _each_is_found(folder: Path, name: str) -> None:
    """Each amount of the case that is printed once, made larger by a tenth, is an anomaly of its own day alone."""
    markup = _markup(folder, name)
    for printed in sorted(set(re.findall(r">([\d,]{6,})</ix:nonFraction>", markup))):
        if markup.count(f">{printed}<") > 1:
            continue
        amount = int(printed.replace(",", ""))
        anomalies = read_markup(markup.replace(f">{printed}<", f">{amount + amount // 10:,}<")).anomalies
        assert len(anomalies) == 1, (printed, anomalies)


def _lines(name: str, lines: Values) -> Callable[[Path], None]:
    """A check that the report of that name has these amounts."""
    return lambda folder: _holds(read(folder / name), lines)


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
    given = read(folder / "bdc_net_assets.html")
    _holds(
        given,
        {
            "revenue": {"2024": "42000000"},
            "total_equity": {"2024-12-31": "200000000"},
            "net_income": {"2024": "21000000"},
            "eps_basic": {"2024": "2.1"},
        },
    )
    assert given.reading.line("revenue").concept == "us-gaap:GrossInvestmentIncomeOperating"
    equity = given.reading.line("total_equity")
    assert (equity.concept, equity.label) == ("us-gaap:AssetsNet", "Total net assets")


def _partnership(folder: Path) -> None:
    given = read(folder / "partnership_units.html")
    _holds(
        given,
        {
            "eps_basic": {"2024": "1.6"},
            "eps_diluted": {"2024": "1.59"},
            "total_equity": {"2024-12-31": "5100000"},
        },
    )
    assert given.reading.line("total_equity").label == "Total capital"


def _co_registrants(folder: Path) -> None:
    given = read(folder / "co_registrants.html")
    _holds(given, {"revenue": {"2024": "9000000"}})
    _no_anomalies(given)


def _context_twice(folder: Path) -> None:
    given = read(folder / "context_defined_twice.html")
    assert len(given.anomalies) <= 1
    assert all("'P'" in anomaly for anomaly in given.anomalies)
    named = [caution for caution in given.reading.cautions if caution.code == "context_twice"]
    assert [said(caution.source) for caution in named if caution.source] == ["P"]
    assert given.printed.count("(P)") == 1
    _holds(given, {"revenue": {"2024": "2000000"}, "net_income": {"2024": "240000"}})
    prior = [row for row in given.facts if row["fact_id"] in ("f227", "f229", "f231", "f233", "f235")]
    assert len(prior) == 5
    for row in prior:
        assert row["value"] is None or (row["start"], row["end"]) == ("2023-01-01", "2023-12-31"), row
    for line in given.reading.statements["income"]:
        for value in line.values:
            assert value.value is None or value.period.start, f"{line.line} is given for a day"


def _document_set(folder: Path) -> None:
    assert reports_in(folder / "docset") == [folder / "docset"]
    given = read(folder / "docset")
    _holds(given, {"revenue": {"2024": "2000000"}, "total_assets": {"2024-12-31": "1200000"}})
    assert given.reading.document.company == "Saltmarsh Devices Inc"
    assert not [row for row in given.facts if row["not_available"]]
    part = command("finance", "read", folder / "docset" / "part2.html")
    assert (part.returncode, part.stdout) == (1, "")
    assert "this is a part of a set of documents: its contexts are in another file" in part.stderr
    assert len(part.stderr.splitlines()) == 1


def _national_names(folder: Path) -> None:
    """Each name is known by its tag: the contexts end on another day than the tagged one."""
    given = read(folder / "entity_names_national.html")
    assert (given.reading.document.company, given.reading.document.period_end) == ("緑機工株式会社", "2024-12-31")
    assert given.printed.startswith("緑機工株式会社\n")
    assert "period to 2024-12-31" in given.printed
    markup = _markup(folder, "entity_names_national")
    other_day = markup.replace("<xbrli:endDate>2024-12-31<", "<xbrli:endDate>2024-11-30<")
    assert other_day.count("2024-11-30") == 1
    for company, end in (
        ("jpdei_cor:FilerNameInJapaneseDEI", "jpdei_cor:CurrentPeriodEndDateDEI"),
        ("gsd:NameOfReportingEntity", "gsd:ReportingPeriodEndDate"),
        ("se-cd-base:ForetagetsNamn", "se-cd-base:RakenskapsarSistaDag"),
        ("bw2-i:LegalEntityName", ""),
        ("kvk-i:LegalEntityName", ""),
        ("tse-ed-t:CompanyName", ""),
    ):
        other = other_day.replace("jpdei_cor:FilerNameInJapaneseDEI", company)
        other = other.replace("jpdei_cor:CurrentPeriodEndDateDEI", end or "example:Nothing")
        document = read_markup(other.replace("<html ", '<html xmlns:kvk-i="https://kvk.example/i" ')).reading.document
        assert document.company == "緑機工株式会社", company
        assert document.period_end == ("2024-12-31" if end else "2024-11-30"), (company, document.period_end)


def _addresses(folder: Path) -> None:
    facts = read_facts(folder / "escaped_relative_urls.html").facts
    value = next(fact.value for fact in facts if fact.concept == "us-gaap:DebtDisclosureTextBlock")
    assert value is not None
    assert 'href="https://www.example.com/reports/2024/ex.htm#n1"' in value, value
    assert 'src="https://www.example.com/reports/2024/img/a.png"' in value, value
    assert (value.count("href="), value.count("src=")) == (1, 1), value
    given = read(folder / "escaped_relative_urls.html")
    (row,) = [row for row in given.facts if row["concept"] == "us-gaap:DebtDisclosureTextBlock"]
    assert row["markup"] == value, row


def _tuples(folder: Path) -> None:
    given = read(folder / "facts_in_tuples.html")
    assert "contradicting_duplicates" not in given.codes
    _no_anomalies(given)
    numbers = [row for row in given.facts if row["kind"] == "number"]
    held = [(row["concept"], row["value"], row["tuple_id"]) for row in numbers]
    assert held == [("se-gen-base:Avskrivning", "120000", "t1"), ("se-gen-base:Avskrivning", "45000", "t2")]
    assert [(row["tuple_concept"], row["tuple_order"]) for row in numbers] == 2 * [("se-gaap-ext:RowTuple", "2.0")]
    facts = [fact for fact in read_facts(folder / "facts_in_tuples.html").facts if fact.kind == "number"]
    assert [(fact.value, fact.tuple_id) for fact in facts] == [("120000", "t1"), ("45000", "t2")]
    alike = _markup(folder, "facts_in_tuples").replace('tupleRef="t2"', 'tupleRef="t1"')
    assert "contradicting_duplicates" in read_markup(alike).codes, "two amounts in one tuple contradict each other"


def _forecast(folder: Path) -> None:
    given = read(folder / "forecast_is_not_the_period.html")
    document = given.reading.document
    assert document.period_end == "2025-03-31" or isinstance(document.period_end, Missing)
    assert document.company == "緑機工株式会社"
    assert "2026-03-31" not in given.printed
    markup = _markup(folder, "forecast_is_not_the_period").replace("tse:FilingDate", "tse:Day")
    untold = markup.replace("tse:ForecastMember", "tse:ResultMember")
    for other in (markup.replace(">12,500<", "><"), untold):
        ends = read_markup(other).reading.document.period_end
        assert ends == "2025-03-31" or isinstance(ends, Missing), ends


def _group(folder: Path) -> None:
    given = read(folder / "group_is_a_dimension.html")
    _holds(given, {"total_equity": {"2024-12-31": "6120400"}})
    assert given.reading.document.basis == "group"
    assert "the lines are the group's" in given.printed
    assert "3,984,500" not in given.printed
    rows = given.reading.reported["balance"]
    assert not isinstance(rows, Missing)
    own = [row.label for row in rows for value in row.values if value.value == 3984500 and not row.dimensions]
    assert not own, "a row of the company's own balance sheet without a word that it is"
    invented = _markup(folder, "group_is_a_dimension").replace("bus:Consolidated<", "bus:GroupConsolidated<")
    assert "n/a: No income statement is printed." in given.printed
    unknown = read_markup(invented)
    assert isinstance(unknown.reading.document.basis, Missing)
    assert "basis_unknown" in unknown.codes
    assert "bus:GroupConsolidated, of which it is not known whose figures it marks" in unknown.printed


def _negative_payments(folder: Path) -> None:
    given = read(folder / "negative_payments.html")
    (tagged,) = [
        row["fact_id"]
        for row in given.facts
        if row["concept"] == "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment" and row["end"] == "2023-12-31"
    ]
    (value,) = given.values("capital_expenditure", "2023-12-31")
    if value.value != 412000:
        assert value.note is not None
        assert f"Capital expenditure 2023-12-31: {said(value.note)}" in given.printed
    (flagged,) = given.reading.anomalies
    assert flagged.check_id in ("impossible_signs", "printed_signs")
    assert flagged.fact_ids[0] == tagged
    assert "2023-12-31" in said(flagged.reason)
    assert said(flagged.reason) in given.printed


def _nested_subtotals(folder: Path) -> None:
    given = read(folder / "nested_subtotals.html")
    _no_anomalies(given)
    _checks_hold(given, "balance_subtotals")
    for printed, wrong in (("469,600", "489,600"), ("238,200", "248,200"), ("231,400", "241,400")):
        _found(folder, "nested_subtotals", f">{printed}<", f">{wrong}<")


def _note_mark(folder: Path) -> None:
    given = read(folder / "note_mark_before_sign.html")
    _no_anomalies(given)
    _checks_hold(given, "printed_signs")
    assert "※" in _markup(folder, "note_mark_before_sign")
    _found(folder, "note_mark_before_sign", ' sign="-"', "")


def _truncated(folder: Path) -> None:
    given = read(folder / "truncated_amounts.html")
    _no_anomalies(given)
    _checks_hold(given, "balance_subtotals")
    markup = _markup(folder, "truncated_amounts")
    eleven_short = read_markup(markup.replace(">8,712<", ">8,708<"))
    assert not eleven_short.anomalies, "eleven rows may lose eleven units"
    _found(folder, "truncated_amounts", ">8,712<", ">8,707<")


def _inner_and_outer(folder: Path) -> None:
    given = read(folder / "uk_inner_outer_columns.html")
    _no_anomalies(given)
    _checks_hold(given, "balance_subtotals")
    _checks_hold(given, "named_subtotals")
    _found(folder, "uk_inner_outer_columns", ">1,915,000<", ">1,815,000<")
    _each_is_found(folder, "uk_inner_outer_columns")
    markup = _markup(folder, "uk_inner_outer_columns").replace(">2,230,000<", ">2,330,000<", 2)
    named = [check for check in read_markup(markup).reading.checks if check.check_id == "named_subtotals"]
    verdicts = {(check.period.end, check.verdict) for check in named if check.period is not None}
    assert {("2024-12-31", "fails"), ("2023-12-31", "holds")} <= verdicts, "the other year is judged still"
    assert ("2023-12-31", "fails") not in verdicts


def _changes_in_equity(folder: Path) -> None:
    given = read(folder / "soce_read_as_income.html")
    assert not given.amounts("net_income")
    rows = given.reading.reported["income"]
    assert isinstance(rows, Missing)
    assert said(rows.not_available) == "No income statement is printed."
    assert "n/a: No income statement is printed." in given.printed
    for lines in given.reading.statements.values():
        assert not [line.line for line in lines for value in line.values if value.value == 31907]
    assert "31,907" not in given.printed
    _no_anomalies(given)
    _checks_hold(given, "report_period")


def _net_current_liabilities(folder: Path) -> None:
    given = read(folder / "uk_net_current_liabilities.html")
    for end, amount in (("2024-12-31", 2100000), ("2023-12-31", 316000)):
        assert given.amounts("current_liabilities", end) in ([], [Decimal(amount)])
    assert not {-2048000, -37000} & set(given.amounts("current_liabilities"))
    shown = given.shown("current_liabilities")
    assert set(shown.items()) <= {("2024-12-31", Decimal(2100000)), ("2023-12-31", Decimal(316000))}, shown
    _no_anomalies(given)
    _checks_hold(given, "balance_subtotals")
    _checks_hold(given, "named_subtotals")
    _found(folder, "uk_net_current_liabilities", ">2,048,000<", ">2,148,000<")
    _each_is_found(folder, "uk_net_current_liabilities")


def _utility(folder: Path) -> None:
    given = read(folder / "utility_revenue_and_plant.html")
    _holds(given, {"revenue": {"2024": "9000000"}})
    revenue = given.reading.line("revenue")
    assert revenue.concept == "us-gaap:RegulatedAndUnregulatedOperatingRevenue"
    assert revenue.label == "Operating Revenues"
    plant = given.amounts("property_plant_equipment", "2024-12-31")
    assert plant in ([], [Decimal(21000000)], [Decimal(21900000)]), plant
    assert list(given.shown("property_plant_equipment").values())[: len(plant)] == plant


def _waits(name: str) -> Callable[[Path], None]:
    """A layout without tables says once that it waits, and its values are shown by concept."""

    def check(folder: Path) -> None:
        given = read(folder / name)
        assert given.codes.count("layout_without_tables") == 1
        assert not [code for code in given.codes if code.endswith("_not_found")]
        assert (
            given.printed.count("warning: Printed without tables: income statement, balance sheet and cash-flow") == 1
        )
        _holds(given, _OSTERMARK)
        _no_anomalies(given)
        numbered = [line.line for lines in given.reading.statements.values() for line in lines if line.values]
        assert len(numbered) >= 20, "what is tagged is shown"

    return check


CASES: dict[str, Case] = {
    "bdc_net_assets": Case(
        "fund/BDC: total investment income and net assets unknown … 42000000 (us-gaap:GrossInvestmentIncomeOperating) "
        "… 200000000 (us-gaap:AssetsNet, 'Total net assets')",
        _net_assets,
    ),
    "co_registrants": Case(
        "false anomaly: a combined filing prints statements of the parent and of two of its subsidiaries; "
        "dei:LegalEntityAxis members need not add up to the group (other income 2023: 45 + 30 = 75 by chance, 2024: 81 "
        "+ 9 against 206)",
        _co_registrants,
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
        "entity and period unknown although tagged … bw2-i:LegalEntityName (and its kvk successors)",
        _national_names,
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
    "group_is_a_dimension": Case("6120400 (group), or both labelled group and company … 3984500 unlabelled", _group),
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
    "negative_payments": Case(
        "flagged; the line is 412000 or marked … impossible_signs or printed_signs on the capital expenditure of 2023",
        _negative_payments,
    ),
    "nested_subtotals": Case(
        "false anomaly: total assets are current plus non-current assets; the subtotals above belong to the "
        "non-current ones (231,400 + 238,200 = 469,600; 140,300 + 38,200 + 59,700 = 238,200)",
        _nested_subtotals,
    ),
    "note_mark_before_sign": Case(
        "false anomaly: '※８ △2,417' is a note mark and a negative amount, tagged -2,417",
        _note_mark,
    ),
    "partnership_units": Case(
        "partnership: earnings per unit and partners' capital unknown … 5100000 (total capital with non-controlling "
        "interests)",
        _partnership,
    ),
    "sgml_wrapped": Case(
        "the .htm as EDGAR serves it to programs, in its <DOCUMENT>...<TEXT><XBRL> wrapper",
        _lines("sgml_wrapped.html", _SALTMARSH),
    ),
    "soce_read_as_income": Case(
        "n/a: no income statement is printed; never 31907 of 2023 as the newest … report_period must not fail",
        _changes_in_equity,
    ),
    "truncated_amounts": Case(
        "the tolerance of a sum of n truncated amounts is n units, not n/2",
        _truncated,
    ),
    "uk_inner_outer_columns": Case(
        "balance_subtotals must not fail: current assets 2,230,000 = debtors 2,230,000 + cash 0; fixed assets stand in "
        "another column",
        _inner_and_outer,
    ),
    "uk_net_current_liabilities": Case(
        "wrong value: net current liabilities taken for current liabilities … 2100000 (creditors within one year, "
        "printed as (2,100,000)) or n/a … 316000 or n/a",
        _net_current_liabilities,
    ),
    "utility_revenue_and_plant": Case(
        "utility: revenue missing, plant wrong … 9000000 (us-gaap:RegulatedAndUnregulatedOperatingRevenue, 'Operating "
        "Revenues') … 21000000 (net utility plant), or with the non-utility property 21900000, or n/a",
        _utility,
    ),
}
"""Every case by its name."""
