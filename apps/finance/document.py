"""The document of a reading, ``tandem.finance.reading/1``: plain JSON from facts, statements, checks and anomalies."""

from collections.abc import Iterable, Sequence
from typing import Any

from apps.finance.anomaly.model import Anomaly, CheckResult
from apps.finance.filings import Filing
from apps.finance.statements.model import STATEMENTS, ReportedLine, StatementLine, Statements, StatementValue
from apps.messages import said
from apps.notices import NOTICE

SCHEMA = "tandem.finance.reading/1"


def not_available(reason: str) -> dict[str, str]:
    """The value of a key that has none, with the reason."""
    return {"not_available": reason}


def build_document(
    filing: Filing,
    statements: Statements,
    checks: Sequence[CheckResult],
    anomalies: Sequence[Anomaly],
    *,
    reading_id: str,
    facts_sha256: str,
    provenance: dict[str, Any],
) -> dict[str, Any]:
    """Put a reading's parts together.

    Args:
        filing: The facts and what the report says about itself.
        statements: The three statements.
        checks: Every check, in the order of the registry.
        anomalies: By rank.
        reading_id: Id that the store gives the reading.
        facts_sha256: Hash of the Parquet file of facts in the store.
        provenance: Input hash, code version, weights hash and settings.

    Returns:
        A JSON-able dictionary that fits ``docs/reference/schemas/tandem.finance.reading-1.json``.
    """
    cautions = [*filing.cautions, *statements.cautions]
    return {
        "schema": SCHEMA,
        "id": reading_id,
        "notice": NOTICE,
        "document": _information(filing),
        "facts": {"count": len(filing.facts), "file": facts_sha256, "sha256": facts_sha256},
        "statements": {name: _lines(statements, name) for name in STATEMENTS},
        "statements_as_reported": {name: _reported(statements, name) for name in STATEMENTS},
        "checks": [_check(check) for check in checks],
        "anomalies": [_anomaly(anomaly) for anomaly in anomalies],
        "warnings": [caution.as_dict() for caution in cautions],
        "provenance": provenance,
    }


def _information(filing: Filing) -> dict[str, Any]:
    about = filing.document

    def known(name: str) -> Any:
        value = getattr(about, name)
        return not_available(about.missing.get(name, "the report does not say")) if value is None else value

    return {
        "company": known("company"),
        "form": known("form"),
        "period_end": known("period_end"),
        "fiscal_year": known("fiscal_year"),
        "fiscal_period": known("fiscal_period"),
        "language": known("language"),
        "currency": known("currency"),
        "identifier": known("entity"),
        "source_hash": about.source_hash,
    }


def _lines(statements: Statements, name: str) -> list[dict[str, Any]]:
    return [_line(line) for line in statements.lines if line.statement == name]


def _line(line: StatementLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "label": line.label or not_available(line.reason),
        "concept": line.concept or not_available(line.reason),
        "confidence": round(line.confidence, 4),
        "reason": line.reason,
        "values": [_value(value) for value in line.values],
    }


def _reported(statements: Statements, name: str) -> list[dict[str, Any]] | dict[str, str]:
    rows: Iterable[ReportedLine] | None = statements.reported.get(name)  # type: ignore[call-overload]
    if rows is None:
        return not_available(statements.not_available.get(name, "the statement was not found"))  # type: ignore[call-overload]
    return [
        {
            "label": row.label,
            "concept": row.concept or not_available("a heading" if row.heading else "no tagged number in this row"),
            "line": row.line or None,
            "depth": row.depth,
            "heading": row.heading,
            "total": row.total,
            "values": [_reported_value(value) for value in row.values],
        }
        for row in rows
    ]


def _value(value: StatementValue) -> dict[str, Any]:
    entry: dict[str, Any] = {"start": value.period.start or None, "end": value.period.end}
    if value.value is None:
        return entry | {"not_available": value.not_available or "the report does not say"}
    entry |= {"value": f"{value.value:f}", "unit": value.unit, "fact_ids": list(value.fact_ids)}
    if value.derived:
        entry["derived"] = True
    return entry


def _reported_value(value: StatementValue) -> dict[str, Any]:
    """A value with the sign that the page prints; the tag's own value stands beside it where its sign is another."""
    entry = _value(value)
    if value.as_printed is not None and value.as_printed != value.value:
        entry |= {"value": f"{value.as_printed:f}", "tagged_value": entry["value"]}
    return entry


def _check(check: CheckResult) -> dict[str, Any]:
    nothing = not_available("there is nothing to compare")
    return {
        "id": check.check_id,
        "title": said(check.title),
        "verdict": check.verdict,
        "difference": nothing if check.difference is None else f"{check.difference:f}",
        "tolerance": nothing if check.tolerance is None else f"{check.tolerance:f}",
        "unit": check.unit,
        "period": check.period_text,
        "fact_ids": list(check.fact_ids),
        "reason": said(check.reason),
    }


def _anomaly(anomaly: Anomaly) -> dict[str, Any]:
    return {
        "id": anomaly.anomaly_id,
        "rank": anomaly.rank,
        "kind": anomaly.kind,
        "severity": anomaly.severity,
        "confidence": round(anomaly.confidence, 4),
        "reason": said(anomaly.reason),
        "fact_ids": list(anomaly.fact_ids),
        "check_id": anomaly.check_id or not_available("no single check found it"),
    }
