"""A reading in the form of the foundation's documents, ``tandem.finance.reading/1``, its sentences in English."""

from decimal import Decimal
from typing import Any

from apps.documents import Missing
from apps.finance.anomaly.model import Anomaly, CheckResult
from apps.finance.reading import NOT_SAID, FinanceReading
from apps.finance.statements.model import ReportedLine, StatementLine, StatementValue
from apps.messages import cautioned, said
from core_model.errors import Caution


def as_before(reading: FinanceReading) -> dict[str, Any]:
    """The document that the foundation would have made, but for what names the code and the store."""
    about = reading.document
    return {
        "notice": reading.notice,
        "document": {
            name: _or_why(getattr(about, name))
            for name in ("company", "form", "period_end", "fiscal_year", "fiscal_period", "language", "currency",
                         "identifier", "source_hash")
        },
        "facts": {"count": reading.facts.count, "sha256": reading.facts.sha256},
        "statements": {name: [_line(line) for line in lines] for name, lines in reading.statements.items()},
        "statements_as_reported": {
            name: _or_why(rows) if isinstance(rows, Missing) else [_row(row) for row in rows]
            for name, rows in reading.reported.items()
        },
        "checks": [_check(check) for check in reading.checks],
        "anomalies": [_anomaly(anomaly) for anomaly in reading.anomalies],
        "warnings": [_warning(caution) for caution in reading.cautions],
    }  # fmt: skip


def _or_why(value: Any) -> Any:
    """A value as it was written: a decimal in full, for one that is missing the reason."""
    if isinstance(value, Missing):
        return _not_available(said(value.not_available))
    return f"{value:f}" if isinstance(value, Decimal) else value


def _not_available(reason: str) -> dict[str, str]:
    return {"not_available": reason}


def _line(line: StatementLine) -> dict[str, Any]:
    return {
        "line": line.line,
        "label": _or_why(line.label),
        "concept": _or_why(line.concept),
        "confidence": round(line.confidence, 4),
        "reason": said(line.reason),
        "values": [_value(value) for value in line.values],
    }


def _row(row: ReportedLine) -> dict[str, Any]:
    return {
        "label": row.label,
        "concept": _or_why(row.concept),
        "line": row.line or None,
        "depth": row.depth,
        "heading": row.heading,
        "total": row.total,
        "values": [_reported_value(value) for value in row.values],
    }


def _value(value: StatementValue) -> dict[str, Any]:
    entry: dict[str, Any] = {"start": value.period.start or None, "end": value.period.end}
    if value.value is None:
        return entry | _not_available(said(value.not_available or NOT_SAID))
    entry |= {"value": f"{value.value:f}", "unit": value.unit, "fact_ids": list(value.fact_ids)}
    if value.derived:
        entry["derived"] = True
    return entry


def _reported_value(value: StatementValue) -> dict[str, Any]:
    entry = _value(value)
    if value.as_printed is not None and value.as_printed != value.value:
        entry |= {"value": f"{value.as_printed:f}", "tagged_value": entry["value"]}
    return entry


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "id": check.check_id,
        "title": said(check.title),
        "verdict": check.verdict,
        "difference": _or_why(check.difference),
        "tolerance": _or_why(check.tolerance),
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
        "check_id": _or_why(anomaly.check_id),
    }


def _warning(caution: Caution) -> dict[str, Any]:
    return {
        "code": caution.code,
        "text": cautioned(caution),
        "source": said(caution.source) if caution.source else "",
        "count": caution.count,
    }
