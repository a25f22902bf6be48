"""A report's parse, as it runs in a process of its own (see ``apps.isolation``)."""

import hashlib
from pathlib import Path
from typing import Any

from apps.documents import to_json
from apps.finance.facts_table import to_parquet
from apps.finance.report import make_reading, read_report
from apps.finance.sources import report_of
from apps.isolation import Port
from apps.provenance import Provenance

_SMALL = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:ix="http://www.xbrl.org/2013/inlineXBRL"
 xmlns:ixt="http://www.xbrl.org/inlineXBRL/transformation/2020-02-12" xmlns:xbrli="http://www.xbrl.org/2003/instance"
 xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:dei="http://xbrl.sec.gov/dei/2023"
 xmlns:us-gaap="http://fasb.org/us-gaap/2023" xml:lang="en"><head><title>report</title></head><body>
<ix:header><ix:resources>
<xbrli:context id="c"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">1</xbrli:identifier></xbrli:entity>
<xbrli:period><xbrli:instant>2023-12-31</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:unit id="u"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit></ix:resources></ix:header>
<p><ix:nonNumeric name="dei:DocumentPeriodEndDate" contextRef="c" format="ixt:date-monthname-day-year-en">December 31,
2023</ix:nonNumeric></p><p>CONSOLIDATED BALANCE SHEETS</p><table>ROWS</table></body></html>"""
_ROW = """<tr><td>{name}</td><td><ix:nonFraction name="us-gaap:{name}" contextRef="c" unitRef="u" decimals="0"
 format="ixt:num-dot-decimal">1,000</ix:nonFraction></td></tr>"""


def warm_up() -> None:
    """Read a small report, so that every call finds made what all of them need: patterns, tables, serializers."""
    names = ("Assets", "AssetsCurrent", "Liabilities", "StockholdersEquity", "LiabilitiesAndStockholdersEquity")
    report = read_report(_SMALL.replace("ROWS", "".join(_ROW.format(name=name) for name in names)).encode())
    nothing = Provenance("", {}, {}, {}, {})
    to_json(make_reading(report, reading_id="", facts_sha256="", provenance=nothing))


def parse(given: dict[str, Any], port: Port) -> dict[str, str]:
    """Read a report into the call's folder.

    Args:
        given: ``path`` of the report.
        port: Asked for the ``identity`` of what follows from these bytes: the reading's id and provenance.

    Returns:
        The files with their hashes: ``source`` (the report as it was read), ``facts``, ``reading``.

    Raises:
        NotFound, InputRejected: As ``report_of`` and ``read_report`` do.
    """
    data = report_of(Path(given["path"]), among_others=True)  # whether it may be was asked when it was queued
    port.tick(0.05)
    report = read_report(data, lambda done: port.tick(0.05 + 0.85 * done))
    source = hashlib.sha256(data).hexdigest()
    facts = to_parquet(report.filing.facts)
    identity = port.ask("identity", source)
    reading = make_reading(
        report,
        reading_id=identity["id"],
        facts_sha256=hashlib.sha256(facts).hexdigest(),
        provenance=Provenance.from_dict(identity["provenance"]),
    )
    made = {"source": data, "facts": facts, "reading": to_json(reading)}
    for name, content in made.items():
        (port.folder / name).write_bytes(content)
    return {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
