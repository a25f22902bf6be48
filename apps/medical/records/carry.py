"""Documents ``tandem.medical.reading/1`` in the form ``/2``. The forms are those of that time: this is not changed when
the reading changes. What was a sentence is a message that is said as it was written, in whatever language is asked for.
"""

from typing import Any

SCHEMA = "tandem.medical.reading/1"
PLACE = ("size", "spacing_mm", "origin_mm", "direction")


def carried(document: dict[str, Any]) -> dict[str, Any]:
    """The document ``tandem.medical.reading/2`` of a document ``/1``."""
    series = document["series"]
    return {
        "schema": "tandem.medical.reading/2",
        "id": document["id"],
        "notice": document["notice"],
        "study": {name: _known(value) for name, value in document["study"].items()},
        "series": {
            "series_uid": series["uid"],
            "num_slices": series["size"][0],
            "geometry": {name: series[name] for name in PLACE},
            "quality": series["quality"],
        },
        "series_skipped": [_skipped(skipped) for skipped in document["series_skipped"]],
        "findings": [{name: _known(value) for name, value in each.items()} for each in document["findings"]],
        "operating_point": document["operating_point"],
        "record": _known(document["record"]),
        "cautions": [_caution(warning) for warning in document["warnings"]],
        "provenance": _provenance(document["provenance"]),
    }


def _skipped(series: dict[str, Any]) -> dict[str, Any]:
    return {
        "series_uid": series["uid"],
        "series_number": series["number"],
        "num_slices": series["images"],
        "modality": series["modality"],
        "spacing_mm": series["spacing_mm"],
        "reason": _as_written(series["reason"], about=series["code"]),
    }


def _as_written(text: str, **more: Any) -> dict[str, Any]:
    """A sentence as the message that says it."""
    return {"code": "as_written", "values": {"text": text, **more}}


def _known(value: Any) -> Any:
    """A value as it is, or the reason why there is none as a message."""
    if isinstance(value, dict) and set(value) == {"not_available"}:
        return {"not_available": _as_written(value["not_available"])}
    return value


def _caution(warning: dict[str, Any]) -> dict[str, Any]:
    """A warning as a caution. Its code stays among the values: the sentence of that code would ask for others."""
    written = _as_written(warning["text"], about=warning["code"])
    source = _as_written(warning["source"]) if warning.get("source") else None
    return {**written, "source": source, "count": warning.get("count", 1)}


def _provenance(before: dict[str, Any]) -> dict[str, Any]:
    """What a reading follows from: one version of the code stood for all steps, one hash for all weights."""
    return {
        "input_hash": before["input_hash"],
        "steps": {"code": before["code_version"]},
        "settings": before["settings"],
        "weights": {"all": before["weights_hash"]},
        "libraries": {},
    }
