"""Tiny readings for the screens' tests, stored through the store's own functions; facts are read, not made up."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from apps.documents import Missing, to_json
from apps.finance.anomaly.model import Anomaly, CheckResult
from apps.finance.facts_table import to_parquet
from apps.finance.filings import read_facts
from apps.finance.periods import Period
from apps.finance.reading import AboutReport, FactsFile, FinanceReading
from apps.finance.records import filings
from apps.finance.statements.model import ReportedLine, StatementLine, StatementValue
from apps.medical.ct.volume import Geometry
from apps.medical.reading import AboutStudy, ReadFinding, ReadSeries
from apps.medical.records import studies
from apps.medical.series import Quality, SkippedSeries
from apps.provenance import Provenance
from apps.store import blobs, readings
from apps.store.store import Store
from core_model.errors import Caution, Message
from tests.apps.finance.readings import sentence
from tests.apps.medical.readings import make_finding, make_reading

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
NOT_SAID = Missing(Message("reading_not_said"))
_PROVENANCE = {"steps": {"document": "1"}, "settings": {}, "weights": {"core": "0" * 64}, "libraries": {}}
Y24, Y23 = Period("2024-12-31", "2024-01-01"), Period("2023-12-31", "2023-01-01")


def report(store: Store, **changed: Any) -> str:
    """Store the reading of ``REPORT`` with one failing check and two anomalies, or with the parts given; its id."""
    filing = read_facts(REPORT)
    source = blobs.put(store, "job-made", "source", REPORT)
    facts = blobs.put(store, "job-made", "facts", to_parquet(filing.facts))
    provenance = Provenance(source, **{**_PROVENANCE, "settings": {"changed": sorted(changed)}})
    reading = finance_reading(
        id=readings.id_of("finance.read", provenance),
        facts=FactsFile(len(filing.facts), facts),
        document=about(source),
        provenance=provenance,
        **changed,
    )
    files = {"source": source, "facts": facts}
    readings.save(store, "finance.read", to_json(reading), provenance, rows=[filings.row_of(reading)], files=files)
    blobs.release(store, "job-made")
    return reading.id


def about(source_hash: str) -> AboutReport:
    return AboutReport(
        company=COMPANY, form="10-K", period_end="2024-12-31", fiscal_year=2024, fiscal_period="FY", language="en",
        currency="USD", identifier=NOT_SAID, source_hash=source_hash,
    )  # fmt: skip


def finance_reading(**changed: Any) -> FinanceReading:
    """The reading of ``REPORT``, as it would be of the values given."""
    parts: dict[str, Any] = {
        "id": "reading-1",
        "document": about("a" * 64),
        "facts": FactsFile(6, "b" * 64),
        "statements": {"income": _income(), "balance": (), "cash_flow": ()},
        "reported": {"income": _income_as_reported(), "balance": NOT_SAID, "cash_flow": NOT_SAID},
        "checks": (
            CheckResult("printed_signs", "fails", sentence("The loss is printed as a profit."), (UNNAMED,),
                        Decimal(70_000_000), Decimal(500_000), "USD", Period("2024-12-31")),
            CheckResult("column_periods", "holds", sentence("Both years are there."), ("f1", "f2")),
        ),
        "anomalies": (
            Anomaly("anomaly-1", 1, "sign", "high", 0.9,
                    sentence("The net loss has the wrong sign."), (UNNAMED, "f4"), "printed_signs"),
            Anomaly("anomaly-2", 2, "hidden", "low", 0.4,
                    sentence("The name stands in hidden data only."), ("h1",),
                    Missing(sentence("no single check found it"))),
        ),
        "cautions": (
            Caution("as_written", {"text": "A format is not known."}, Message("place_fact", {"fact": "f2"}), 2),
        ),
        "provenance": Provenance("a" * 64, **_PROVENANCE),
    }  # fmt: skip
    return FinanceReading(**(parts | changed))


def value(period: Period, amount: str | None, *fact_ids: str, unit: str = "USD") -> StatementValue:
    """A number of a statement, or the reason why there is none."""
    if amount is None:
        return StatementValue(period, None, not_available=sentence("no such line is printed"))
    return StatementValue(period, Decimal(amount), unit, fact_ids)


def _income() -> tuple[StatementLine, ...]:
    absent = Missing(sentence("no such line is printed"))
    rows = (
        ("revenue", "Net revenues", "us-gaap:Revenues",
         (value(Y24, "1200000000", "f1"), value(Y23, "1100000000", "f2"))),
        ("goodwill", absent, absent, (value(Y24, None), value(Y23, None))),
        ("net_income", "Net loss", "us-gaap:NetIncomeLoss",
         (value(Y24, "-35000000", UNNAMED), value(Y23, "60000000", "f4"))),
    )  # fmt: skip
    reason = sentence("The usual concept.")
    return tuple(
        StatementLine(line, "income", label, concept, 0.97, reason, values) for line, label, concept, values in rows
    )


def _income_as_reported() -> tuple[ReportedLine, ...]:
    heading = ReportedLine("Operations", Missing(sentence("a heading")), "", 0, True, False, ())
    rows = (
        ReportedLine(line.label, line.concept, line.line, 1, False, line.line == "net_income", line.values)
        for line in _income()
        if isinstance(line.label, str)
    )
    return (heading, *rows)


SIZE = (6, 24, 32)
GEOMETRY = Geometry(SIZE, (2.5, 0.8, 0.8), (-100.0, -80.0, -50.0), ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)))
QUALITY = Quality("degraded", ("thick_slices",), 5.0, 5.0, 2.5, 0.0, "", "", False, False)


def hounsfield() -> np.ndarray:
    """A volume of air with one soft ball (40 HU) at slice 3, row 10, column 20."""
    z, y, x = np.mgrid[: SIZE[0], : SIZE[1], : SIZE[2]]
    ball = ((z - 3) * 2.5) ** 2 + ((y - 10) * 0.8) ** 2 + ((x - 20) * 0.8) ** 2 < 3.0**2
    return np.where(ball, 40, -900).astype(np.int16)


def study(
    store: Store,
    name: str = "DOE^JANE",
    input_id: str | None = None,
    patient_id: str = "P-17",
    birth_date: str = "19500102",
    sex: str = "F",
    geometry: Geometry | None = None,
    hu: np.ndarray | None = None,
    finding: ReadFinding | None = None,
) -> str:
    """Store a study with one series, a finding above and one below the operating point; the reading's id.

    With a volume of its own, its geometry, and the one finding in it, that is what is stored.
    """
    geometry = geometry or GEOMETRY
    volume = blobs.put_array(store, "job-made", "volume", hounsfield() if hu is None else hu)
    heat = blobs.put_array(store, "job-made", "heat", np.full((3, 5, 5), 0.5, np.float32))
    kept = {**json.loads(to_json(geometry)), "quality": json.loads(to_json(QUALITY))}
    skipped = SkippedSeries("1.2.4", None, 2, "CT", None, Message("series_localizer"))
    entries = [studies.SeriesEntry("1.2.3", volume, kept)]
    patient = studies.Identity(patient_id, name, birth_date=birth_date, sex=sex)
    study_id = studies.add_study(store, patient, "1.2", entries, study_date=date(2024, 5, 6))
    provenance = Provenance("2" * 64 if hu is None else volume, **_PROVENANCE)
    findings = (finding,) if finding else (
        _finding(1, 0.91, centre_voxel=(3.0, 10.0, 20.0), heatmap=heat, heatmap_start=(2, 8, 18)),
        _finding(2, 0.11, centre_voxel=(1.0, 5.0, 6.0), shown=False),
    )  # fmt: skip
    reading = make_reading(
        *findings,
        id=readings.id_of("medical.read", provenance),
        study=AboutStudy(study_id, "1.2", "2024-05-06"),
        series=ReadSeries("1.2.3", geometry.size[0], geometry, QUALITY),
        series_skipped=(skipped,),
        cautions=(Caution("thick_slices", {"thickness_mm": 5.0, "smallest_mm": 10}),),
        provenance=provenance,
    )
    files = {"heatmap-1": heat, "volume": volume}
    rows = [studies.row_of(reading)]
    readings.save(store, "medical.read", to_json(reading), provenance, rows=rows, files=files, input_id=input_id)
    blobs.release(store, "job-made")
    return reading.id


def _finding(rank: int, probability: float, **changed: Any) -> ReadFinding:
    """A finding of 6 mm in the left lung."""
    size = {"long_axis_mm": 6.0, "short_axis_mm": 5.5, "volume_mm3": 110.0}
    place = {"centre_mm": (-84.0, -72.0, -42.5), "side": "left"}
    return make_finding(rank, probability=probability, **size, **place, **changed)
