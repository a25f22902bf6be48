"""``read_report``: a report's bytes to all that Tandem says of it. Its markup is parsed once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from apps.documents import Missing
from apps.finance.anomaly import Anomaly, CheckResult, check_statements
from apps.finance.anomaly.printed.layout import read_layout
from apps.finance.filings import Filing
from apps.finance.filings.entity.consolidation import whole_company
from apps.finance.filings.entity.others import of_one_entity
from apps.finance.filings.reader import open_report
from apps.finance.reading import AboutReport, FactsFile, FinanceReading
from apps.finance.statements import STATEMENTS, ReportedLine, StatementName, Statements, build_statements
from apps.finance.statements.build import visible_facts
from apps.provenance import Provenance


@dataclass(frozen=True, slots=True)
class ReadReport:
    """A report, read.

    Attributes:
        filing: Its facts, and what it says about itself.
        statements: The three statements.
        checks: Every check, in the order of the registry.
        anomalies: What does not fit, the gravest first.
    """

    filing: Filing
    statements: Statements
    checks: tuple[CheckResult, ...]
    anomalies: tuple[Anomaly, ...]


def read_report(data: bytes, tick: Callable[[float], None] | None = None) -> ReadReport:
    """Read a report.

    Args:
        data: Its bytes.
        tick: Called with the share done, 0 to 1; what it raises stops the work.

    Raises:
        InputRejected: They are no readable inline XBRL document.
    """

    def part(start: float, end: float) -> Callable[[float], None] | None:
        return None if tick is None else lambda done: tick(start + (end - start) * done)

    root, filing = open_report(data)
    own, others = of_one_entity(filing)
    whole, whose = whole_company(own)
    visible = visible_facts(root, whole)
    statements = build_statements(root, whole, tick=part(0.4, 0.8), visible=visible)
    said = tuple(caution for caution in (others, whose) if caution is not None)
    statements = replace(statements, cautions=(*said, *statements.cautions))
    checks, anomalies = check_statements(whole, statements, read_layout(root, whole, visible), tick=part(0.8, 1.0))
    return ReadReport(filing, statements, tuple(checks), tuple(anomalies))


def make_reading(
    report: ReadReport,
    *,
    reading_id: str,
    facts_sha256: str,
    provenance: Provenance,
) -> FinanceReading:
    """Put a reading's parts together.

    Args:
        report: The report, read.
        reading_id: Id that the store gives the reading.
        facts_sha256: Hash of the Parquet file of facts.
        provenance: What the reading follows from.
    """
    filing, statements = report.filing, report.statements
    return FinanceReading(
        id=reading_id,
        document=about(filing),
        facts=FactsFile(len(filing.facts), facts_sha256),
        statements={name: tuple(line for line in statements.lines if line.statement == name) for name in STATEMENTS},
        reported={name: _reported(statements, name) for name in STATEMENTS},
        checks=report.checks,
        anomalies=report.anomalies,
        cautions=(*filing.cautions, *statements.cautions),
        provenance=provenance,
    )


def about(filing: Filing) -> AboutReport:
    """What a report says about itself, with the reason where it says nothing."""
    given = filing.document

    def known(name: str) -> Any:
        value = getattr(given, name)
        return Missing(given.missing[name]) if value is None else value

    return AboutReport(
        company=known("company"),
        form=known("form"),
        period_end=known("period_end"),
        fiscal_year=known("fiscal_year"),
        fiscal_period=known("fiscal_period"),
        language=known("language"),
        currency=known("currency"),
        identifier=known("entity"),
        basis=known("basis"),
        source_hash=given.source_hash,
    )


def _reported(statements: Statements, name: StatementName) -> tuple[ReportedLine, ...] | Missing:
    rows = statements.reported.get(name)
    return Missing(statements.not_available[name]) if rows is None else rows
