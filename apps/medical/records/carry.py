"""Documents ``tandem.medical.reading/1`` in the form ``/2``. The forms are those of that time: this is not changed when
the reading changes."""

from typing import Any

from apps.store.migrations.first_documents import as_written, caution, known, provenance

SCHEMA = "tandem.medical.reading/1"
PLACE = ("size", "spacing_mm", "origin_mm", "direction")


def carried(document: dict[str, Any]) -> dict[str, Any]:
    """The document ``tandem.medical.reading/2`` of a document ``/1``."""
    series = document["series"]
    return {
        "schema": "tandem.medical.reading/2",
        "id": document["id"],
        "notice": document["notice"],
        "study": {name: known(value) for name, value in document["study"].items()},
        "series": {
            "series_uid": series["uid"],
            "num_slices": series["size"][0],
            "geometry": {name: series[name] for name in PLACE},
            "quality": series["quality"],
        },
        "series_skipped": [_skipped(skipped) for skipped in document["series_skipped"]],
        "findings": [{name: known(value) for name, value in each.items()} for each in document["findings"]],
        "operating_point": document["operating_point"],
        "record": known(document["record"]),
        "cautions": [caution(warning) for warning in document["warnings"]],
        "provenance": provenance(document["provenance"]),
    }


def _skipped(series: dict[str, Any]) -> dict[str, Any]:
    return {
        "series_uid": series["uid"],
        "series_number": series["number"],
        "num_slices": series["images"],
        "modality": series["modality"],
        "spacing_mm": series["spacing_mm"],
        "reason": as_written(series["reason"], about=series["code"]),
    }
