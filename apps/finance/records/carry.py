"""Documents ``tandem.finance.reading/1`` in the form ``/2``. The forms are those of that time: this is not changed when
the reading changes."""

from typing import Any

from apps.store.migrations.first_documents import as_written, caution, known, provenance

SCHEMA = "tandem.finance.reading/1"


def carried(document: dict[str, Any]) -> dict[str, Any]:
    """The document ``tandem.finance.reading/2`` of a document ``/1``."""
    return {
        "schema": "tandem.finance.reading/2",
        "id": document["id"],
        "notice": document["notice"],
        "document": {name: known(value) for name, value in document["document"].items()},
        "facts": {"count": document["facts"]["count"], "sha256": document["facts"]["sha256"], "file": ""},
        "statements": {name: [_line(name, line) for line in lines] for name, lines in document["statements"].items()},
        "reported": {
            name: [_row(row) for row in rows] if isinstance(rows, list) else known(rows)
            for name, rows in document["statements_as_reported"].items()
        },
        "checks": [_check(check) for check in document["checks"]],
        "anomalies": [_anomaly(anomaly) for anomaly in document["anomalies"]],
        "cautions": [caution(warning) for warning in document["warnings"]],
        "provenance": provenance(document["provenance"]),
    }


def _line(statement: str, line: dict[str, Any]) -> dict[str, Any]:
    return {
        "line": line["line"],
        "statement": statement,
        "label": _text(line["label"]),
        "concept": _text(line["concept"]),
        "confidence": line["confidence"],
        "reason": as_written(line["reason"]),
        "values": [_value(value) for value in line["values"]],
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": row["label"],
        "concept": _text(row["concept"]),
        "line": row["line"] or "",
        "depth": row["depth"],
        "heading": row["heading"],
        "total": row["total"],
        "values": [_value(value) for value in row["values"]],
        "dimensions": [],
        "headings": [],
    }


def _value(value: dict[str, Any]) -> dict[str, Any]:
    """A value, as tagged. Where the page printed it with another sign, ``printed`` says so: in parentheses or not."""
    reason = value.get("not_available")
    given = value.get("value")
    tagged, printed = value.get("tagged_value", given), ""
    if given is not None and tagged != given:
        printed = f"({given[1:]})" if given.startswith("-") else given
    return {
        "period": {"end": value["end"], "start": value["start"] or ""},
        "value": tagged,
        "unit": value.get("unit", ""),
        "fact_ids": value.get("fact_ids", []),
        "derived": value.get("derived", False),
        "not_available": None if reason is None else as_written(reason),
        "note": None,
        "printed": printed,
        "turned": False,
    }


def _check(check: dict[str, Any]) -> dict[str, Any]:
    start, _, end = check["period"].rpartition("/")
    return {
        "check_id": check["id"],
        "verdict": check["verdict"],
        "reason": as_written(check["reason"]),
        "fact_ids": check["fact_ids"],
        "difference": _text(check["difference"]) or None,
        "tolerance": _text(check["tolerance"]) or None,
        "unit": check["unit"],
        "period": {"end": end, "start": start} if end else None,
        "observed": None,
        "weights": [],
    }


def _anomaly(anomaly: dict[str, Any]) -> dict[str, Any]:
    return {
        "anomaly_id": anomaly["id"],
        "rank": anomaly["rank"],
        "kind": anomaly["kind"],
        "severity": anomaly["severity"],
        "confidence": anomaly["confidence"],
        "reason": as_written(anomaly["reason"]),
        "fact_ids": anomaly["fact_ids"],
        "check_id": _text(anomaly["check_id"]),
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
