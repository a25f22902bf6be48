"""Tiny readings for the screens' tests, stored through the store's own functions; facts are read, not made up."""

from datetime import date

import numpy as np

from apps.finance.facts_table import to_parquet
from apps.finance.filings import read_facts
from apps.finance.records import filings
from apps.medical.records.studies import Identity, SeriesEntry, add_study
from apps.medical.records.tables import StudyReadingRow
from apps.notices import NOTICE
from apps.provenance import Provenance
from apps.store import blobs, readings
from apps.store.ids import canonical
from apps.store.store import Store
from core_model.errors import Message

REPORT = b"""<?xml version="1.0"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:iso4217="http://www.xbrl.org/2003/iso4217"
 xmlns:dei="http://xbrl.sec.gov/dei/2023" xmlns:us-gaap="http://fasb.org/us-gaap/2023" xml:lang="en">
<head><title>Example</title><script>document.title = 'ran'</script></head>
<body onload="document.title='ran'">
<div style="display:none"><ix:header><ix:hidden>
<ix:nonNumeric id="h1" name="dei:EntityRegistrantName" contextRef="y24">Example Works</ix:nonNumeric>
<ix:nonNumeric id="h2" name="dei:DocumentType" contextRef="y24">10-K</ix:nonNumeric>
</ix:hidden><ix:resources>
<xbrli:context id="y24"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">1</xbrli:identifier>
</xbrli:entity><xbrli:period><xbrli:startDate>2024-01-01</xbrli:startDate><xbrli:endDate>2024-12-31</xbrli:endDate>
</xbrli:period></xbrli:context>
<xbrli:context id="y23"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">1</xbrli:identifier>
</xbrli:entity><xbrli:period><xbrli:startDate>2023-01-01</xbrli:startDate><xbrli:endDate>2023-12-31</xbrli:endDate>
</xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
</ix:resources></ix:header></div>
<h1>Example Works</h1>
<script src="http://tracker.example/x.js"></script>
<img src="http://tracker.example/pixel.png" onerror="document.title='ran'" alt="logo"/>
<table>
<tr><td>Net revenues</td>
<td><ix:nonFraction id="f1" name="us-gaap:Revenues" contextRef="y24" unitRef="usd"
 decimals="-6" scale="6">1,200</ix:nonFraction></td>
<td><ix:nonFraction id="f2" name="us-gaap:Revenues" contextRef="y23" unitRef="usd"
 decimals="-6" scale="6">1,100</ix:nonFraction></td></tr>
<tr><td>Net loss</td>
<td>(<ix:nonFraction name="us-gaap:NetIncomeLoss" contextRef="y24" unitRef="usd"
 decimals="-6" scale="6" sign="-">35</ix:nonFraction>)</td>
<td><ix:nonFraction id="f4" name="us-gaap:NetIncomeLoss" contextRef="y23" unitRef="usd"
 decimals="-6" scale="6">60</ix:nonFraction></td></tr>
</table></body></html>"""
UNNAMED = "/1/2/5/2/2/1"
"""Path of the fact that has no id: html > body > table > second row > second cell > fact."""

COMPANY = "Example Works"
NO = {"not_available": "the report does not say"}
_PROVENANCE = {"steps": {"document": "1"}, "settings": {}, "weights": {"core": "0" * 64}, "libraries": {}}


def report(store: Store) -> str:
    """Store the reading of ``REPORT`` with one failing check and two anomalies; its id."""
    filing = read_facts(REPORT)
    source = blobs.put(store, "job-made", "source", REPORT)
    facts = blobs.put(store, "job-made", "facts", to_parquet(filing.facts))
    provenance = Provenance(source, **_PROVENANCE)
    reading_id = readings.id_of("finance.read", provenance)
    document = {
        "schema": "tandem.finance.reading/1",
        "id": reading_id,
        "notice": NOTICE,
        "document": {"company": COMPANY, "form": "10-K", "period_end": "2024-12-31", "fiscal_year": 2024,
                     "language": "en", "currency": "USD", "source_hash": source},
        "facts": {"count": len(filing.facts), "file": facts, "sha256": facts},
        "statements": {"income": _income(), "balance": dict(NO), "cash_flow": dict(NO)},
        "statements_as_reported": {"income": _income_as_reported(), "balance": dict(NO), "cash_flow": dict(NO)},
        "checks": [
            {"id": "sign", "title": "A loss is negative", "verdict": "fails", "difference": "70000000",
             "tolerance": "500000", "unit": "USD", "period": "2024-12-31", "fact_ids": [UNNAMED],
             "reason": "The loss is printed as a profit."},
            {"id": "years", "title": "Two years are printed", "verdict": "holds", "difference": NO, "tolerance": NO,
             "unit": "", "period": "", "fact_ids": ["f1", "f2"], "reason": "Both years are there."},
        ],
        "anomalies": [
            {"id": "anomaly-1", "rank": 1, "kind": "sign", "severity": "high", "confidence": 0.9,
             "reason": "The net loss has the wrong sign.", "fact_ids": [UNNAMED, "f4"], "check_id": "sign"},
            {"id": "anomaly-2", "rank": 2, "kind": "hidden", "severity": "low", "confidence": 0.4,
             "reason": "The name stands in hidden data only.", "fact_ids": ["h1"], "check_id": NO},
        ],
        "warnings": [{"code": "unknown_format", "text": "A format is not known.", "source": "fact f2", "count": 2}],
        "provenance": provenance.as_dict(),
    }  # fmt: skip
    files = {"source": source, "facts": facts}
    rows = [filings.row_of(reading_id, document)]
    readings.save(store, "finance.read", canonical(document), provenance, rows=rows, files=files)
    blobs.release(store, "job-made")
    return reading_id


def _value(year: int, value: str | None, fact_ids: list[str]) -> dict:
    period = {"start": f"{year}-01-01", "end": f"{year}-12-31"}
    if value is None:
        return {**period, "not_available": "the statement prints no such line"}
    return {**period, "value": value, "unit": "USD", "fact_ids": fact_ids}


def _income() -> list[dict]:
    rows = [
        ("revenue", "Net revenues", "us-gaap:Revenues",
         [_value(2024, "1200000000", ["f1"]), _value(2023, "1100000000", ["f2"])]),
        ("goodwill", NO, NO, [_value(2024, None, []), _value(2023, None, [])]),
        ("net_income", "Net loss", "us-gaap:NetIncomeLoss",
         [_value(2024, "-35000000", [UNNAMED]), _value(2023, "60000000", ["f4"])]),
    ]  # fmt: skip
    return [
        {"line": line, "label": label, "concept": concept, "confidence": 0.97, "reason": "The usual concept.",
         "values": values}
        for line, label, concept, values in rows
    ]  # fmt: skip


def _income_as_reported() -> list[dict]:
    heading = {"label": "Operations", "concept": NO, "line": None, "depth": 0, "heading": True, "total": False,
               "values": []}  # fmt: skip
    rows = [
        {"label": line["label"], "concept": line["concept"], "line": line["line"], "depth": 1, "heading": False,
         "total": line["line"] == "net_income", "values": line["values"]}
        for line in _income() if isinstance(line["label"], str)
    ]  # fmt: skip
    return [heading, *rows]


SIZE = (6, 24, 32)
GEOMETRY = {
    "size": list(SIZE),
    "spacing_mm": [2.5, 0.8, 0.8],
    "origin_mm": [-100.0, -80.0, -50.0],
    "direction": [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]],
}


QUALITY = {"grade": "degraded", "reasons": ["thick_slices"]}


def hounsfield() -> np.ndarray:
    """A volume of air with one soft ball (40 HU) at slice 3, row 10, column 20."""
    z, y, x = np.mgrid[: SIZE[0], : SIZE[1], : SIZE[2]]
    ball = ((z - 3) * 2.5) ** 2 + ((y - 10) * 0.8) ** 2 + ((x - 20) * 0.8) ** 2 < 3.0**2
    return np.where(ball, 40, -900).astype(np.int16)


def study(store: Store, name: str = "DOE^JANE", input_id: str | None = None, patient_id: str = "P-17") -> str:
    """Store a study with one series, a finding above and one below the operating point; the reading's id."""
    volume = blobs.put_array(store, "job-made", "volume", hounsfield())
    heat = blobs.put_array(store, "job-made", "heat", np.full((3, 5, 5), 0.5, np.float32))
    entries = [
        SeriesEntry("1.2.3", "CT", SIZE[0], geometry={**GEOMETRY, "quality": QUALITY}, volume_sha256=volume),
        SeriesEntry("1.2.4", "CT", 2, reason=Message("as_written", {"text": "a localizer, not a volume"})),
    ]
    study_id = add_study(
        store, Identity(patient_id, name), "1.2", entries, study_date=date(2024, 5, 6)
    )  # fmt: skip
    provenance = Provenance("2" * 64, **_PROVENANCE)
    reading_id = readings.id_of("medical.read", provenance)
    document = {
        "schema": "tandem.medical.reading/1",
        "id": reading_id,
        "notice": NOTICE,
        "study": {"id": study_id, "study_uid": "1.2", "date": "2024-05-06"},
        "series": {"uid": "1.2.3", **GEOMETRY, "quality": QUALITY},
        "series_skipped": [{"uid": "1.2.4", "reason": "a localizer, not a volume", "images": 2}],
        "findings": [
            _finding(1, 0.91, True, [3, 10, 20], heat),
            _finding(2, 0.11, False, [1, 5, 6], dict(NO)),
        ],
        "operating_point": {"threshold": 0.5, "weights_hash": "0" * 64},
        "record": NO,
        "warnings": [{"code": "thick_slices", "text": "The slices are thick."}],
        "provenance": provenance.as_dict(),
    }
    files = {"heatmap-1": heat, "volume": volume}
    rows = [StudyReadingRow(reading_id=reading_id, study_id=study_id, num_shown=1)]
    readings.save(store, "medical.read", canonical(document), provenance, rows=rows, files=files, input_id=input_id)
    blobs.release(store, "job-made")
    return reading_id


def _finding(rank: int, probability: float, shown: bool, voxel: list[int], heatmap: str | dict) -> dict:
    return {
        "id": f"finding-{rank}", "tracking_uid": f"2.25.{rank}", "rank": rank, "probability": probability,
        "shown": shown, "centre_mm": [-84.0, -72.0, -42.5], "centre_voxel": voxel, "long_axis_mm": 6.0,
        "short_axis_mm": 5.5, "volume_mm3": 110.0, "attenuation": 38.0, "side": "left",
        "lobe": NO, "heatmap": heatmap, "heatmap_start": [2, 8, 18],
    }  # fmt: skip
