"""``FinanceReading``: all that Tandem reads in a company report. The job writes it, the command line prints it, the
screens draw it; its parts are what the statements and the checks are made of, not copies of them.

    document = to_json(reading)                        # apps.documents: the bytes that the store keeps
    reading == from_json(FinanceReading, document)

Its JSON Schema follows from the types: ``python -m tests.apps.schemas`` writes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from apps.documents import Missing
from apps.finance.anomaly.model import Anomaly, CheckResult
from apps.finance.statements.model import ReportedLine, StatementLine, StatementName
from apps.notices import NOTICE
from apps.provenance import Provenance
from core_model.errors import Caution, Message, Refusal

NOT_SAID = Message("reading_not_said")
"""Why there is no value, where nothing more is known."""
SCHEMA: Final = "tandem.finance.reading/2"
BATCH_SCHEMA: Final = "tandem.finance.batch/2"


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutReport:
    """What a report says about itself.

    Attributes:
        company: Registered name of the reporting entity.
        form: Form type, ``10-K``.
        period_end: Last day of the reporting period, ISO date.
        fiscal_year: The fiscal year in the company's own count.
        fiscal_period: ``FY``, ``Q1`` ...
        language: BCP 47 tag of the document.
        currency: ISO 4217 code that most amounts of money are in.
        identifier: Of the reporting entity, as its contexts give it (CIK, LEI ...).
        basis: ``group`` or ``company``: whose figures the lines are, where a dimension or the kind of document tells.
        source_hash: SHA-256 of the report's bytes.
    """

    company: str | Missing
    form: str | Missing
    period_end: str | Missing
    fiscal_year: int | Missing
    fiscal_period: str | Missing
    language: str | Missing
    currency: str | Missing
    identifier: str | Missing
    basis: str | Missing = Missing(NOT_SAID)
    source_hash: str


@dataclass(frozen=True, slots=True)
class FactsFile:
    """All facts of the report, which lie in a Parquet file of their own.

    Attributes:
        count: How many.
        sha256: Hash of the file, by which the store keeps it.
        file: Its path, where the command line prints the reading; empty in the store.
    """

    count: int
    sha256: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceReading:
    """A company report, read.

    Attributes:
        schema: Name and version of this form.
        id: The reading's id in the store.
        notice: What it may be used for.
        document: What the report says about itself.
        facts: Its facts.
        statements: The 30 key lines by statement, in a fixed order.
        reported: The rows of each statement as the company printed them, or why it was not found.
        checks: Every check, in a fixed order.
        anomalies: What does not fit, the gravest first.
        cautions: What was skipped or is uncertain.
        provenance: What the reading follows from: input, versions of the steps, settings, weights, libraries.
    """

    schema: Literal["tandem.finance.reading/2"] = SCHEMA
    id: str
    notice: str = NOTICE
    document: AboutReport
    facts: FactsFile
    statements: Mapping[StatementName, tuple[StatementLine, ...]]
    reported: Mapping[StatementName, tuple[ReportedLine, ...] | Missing]
    checks: tuple[CheckResult, ...]
    anomalies: tuple[Anomaly, ...]
    cautions: tuple[Caution, ...]
    provenance: Provenance

    def line(self, name: str) -> StatementLine:
        """The key line of that standard name."""
        return next(line for lines in self.statements.values() for line in lines if line.line == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinanceBatch:
    """The reports of a folder.

    Attributes:
        schema: Name and version of this form.
        notice: What it may be used for.
        readings: Of the reports that were read, in the order of their paths.
        failures: Why the others were not, each with the place of its file in that order.
        sources: Of each reading the file within the folder that it was read from, or the folder of its documents
            (``.`` where that is the whole).
        failed_sources: The same of each failure.
    """

    schema: Literal["tandem.finance.batch/2"] = BATCH_SCHEMA
    notice: str = NOTICE
    readings: tuple[FinanceReading, ...]
    failures: tuple[Refusal, ...]
    sources: tuple[str, ...] = ()
    failed_sources: tuple[str, ...] = ()


def fact_of(caution: Caution) -> str:
    """The id of the fact that a caution concerns; empty where it concerns another place, or the whole report."""
    source = caution.source
    return str(source.values["fact"]) if source is not None and source.code == "place_fact" else ""
