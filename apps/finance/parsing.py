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
    data = report_of(Path(given["path"]))
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
