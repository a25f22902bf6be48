"""Documents of earlier versions in the present form.

The first form, ``tandem.finance.reading/1``, held its sentences in English. They stand in the new one as they were
put then, under the code ``as_written``, in whatever language the reading is shown.
"""

from typing import Any

SCHEMA = "tandem.finance.reading/1"
WRITTEN = "as_written"
ABOUT = (
    "company",
    "form",
    "period_end",
    "fiscal_year",
    "fiscal_period",
    "language",
    "currency",
    "identifier",
    "source_hash",
)
UNKNOWN = "the report does not say"


def carried(document: dict[str, Any]) -> dict[str, Any]:
    """The form ``tandem.finance.reading/2`` of a document ``tandem.finance.reading/1``."""
    about, facts = document["document"], document["facts"]
    reported = document["statements_as_reported"]
    return {
        "schema": "tandem.finance.reading/2",
        "id": document["id"],
        "notice": document["notice"],
        "document": {
            **{name: _known(about.get(name, {"not_available": UNKNOWN})) for name in ABOUT},
            "basis": {"not_available": {"code": "reading_not_said", "values": {}}},
        },
        "facts": {"count": facts["count"], "sha256": facts["sha256"], "file": ""},
        "statements": {name: [_line(line, name) for line in lines] for name, lines in document["statements"].items()},
        "reported": {
            name: _known(rows) if isinstance(rows, dict) else [_row(row) for row in rows]
            for name, rows in reported.items()
        },
        "checks": [_check(check) for check in document["checks"]],
        "anomalies": [_anomaly(anomaly) for anomaly in document["anomalies"]],
        "cautions": [_caution(warning) for warning in document["warnings"]],
        "provenance": provenance(document["provenance"]),
    }


def provenance(before: dict[str, Any]) -> dict[str, Any]:
    """What a reading of before follows from: the version of the code was one for all steps, the hash of the weights one
    for all of them."""
    if "steps" in before:
        return {name: before[name] for name in ("input_hash", "steps", "settings", "weights", "libraries")}
    return {
        "input_hash": before["input_hash"],
        "steps": {"code": before["code_version"]},
        "settings": before["settings"],
        "weights": {"all": before["weights_hash"]},
        "libraries": {},
    }


def _sentence(text: str) -> dict[str, Any]:
    return {"code": WRITTEN, "values": {"text": text}}


def _known(value: Any) -> Any:
    return {"not_available": _sentence(value["not_available"])} if isinstance(value, dict) else value


def _line(line: dict[str, Any], statement: str) -> dict[str, Any]:
    return {
        "line": line["line"],
        "statement": statement,
        "label": _known(line["label"]),
        "concept": _known(line["concept"]),
        "confidence": line["confidence"],
        "reason": _sentence(line["reason"]),
        "values": [_value(value) for value in line["values"]],
        "scope": "exact",
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "label": row["label"],
        "concept": _known(row["concept"]),
        "line": row["line"] or "",
        "depth": row["depth"],
        "heading": row["heading"],
        "total": row["total"],
        "values": [_value(value) for value in row["values"]],
        "dimensions": [],
        "headings": [],
    }


def _value(value: dict[str, Any]) -> dict[str, Any]:
    """A value; where the page's sign was not the tag's, the number as it stood there with the page's sign."""
    reason = value.get("not_available")
    return {
        "period": {"end": value["end"], "start": value["start"] or ""},
        "value": value.get("tagged_value", value.get("value")),
        "unit": value.get("unit", ""),
        "fact_ids": value.get("fact_ids", []),
        "derived": value.get("derived", False),
        "not_available": _sentence(reason) if reason else None,
        "note": None,
        "printed": value["value"] if "tagged_value" in value else "",
        "turned": False,
    }


def _check(check: dict[str, Any]) -> dict[str, Any]:
    start, _, end = check["period"].rpartition("/")
    return {
        "check_id": check["id"],
        "verdict": check["verdict"],
        "reason": _sentence(check["reason"]),
        "fact_ids": check["fact_ids"],
        "difference": _known(check["difference"]),
        "tolerance": _known(check["tolerance"]),
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
        "reason": _sentence(anomaly["reason"]),
        "fact_ids": anomaly["fact_ids"],
        "check_id": _known(anomaly["check_id"]),
    }


def _caution(warning: dict[str, Any]) -> dict[str, Any]:
    """A warning, with its code of before beside its words; a fact that it named is still found by it."""
    place = warning["source"]
    fact = place.removeprefix("fact ")
    named = {"code": "place_fact", "values": {"fact": fact}} if fact != place else _sentence(place)
    return {
        "code": WRITTEN,
        "values": {"text": warning["text"], "code": warning["code"]},
        "source": named if place else None,
        "count": warning["count"],
    }
