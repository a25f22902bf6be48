"""The readers that ``filing_facts`` compares, each run in a process of its own so that none slows another.

``python -m benchmarks._filing_readers READER`` takes a JSON list of paths on stdin and prints one JSON line for each:
CPU seconds of every reading from bytes to facts, and, of ours and Arelle's, the facts in one common form. Imports and
the set-up of a reader are left out of its time.
"""

import hashlib
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

OUR_READINGS = 5
NO_TRANSFORMATION = "unrecognized transformation namespace"
"""What Arelle logs where it lacks a transformation."""


def ours() -> tuple[Callable[[str], object], Callable[[object], list[dict]]]:
    """The product's ``read_facts``."""
    from apps.finance.filings import read_facts, transforms

    for registry in range(1, 6):
        transforms.table(registry)
    transforms.lookup(transforms.SEC_REGISTRY, "duryear")

    def facts(filing) -> list[dict]:
        rows = []
        for fact in filing.facts:
            unit = filing.units.get(fact.unit_id)
            rows.append(
                {
                    "id": fact.fact_id,
                    "number": fact.kind == "number",
                    "concept": [fact.namespace, fact.local_name],
                    "value": fact.value if fact.kind == "number" else None,
                    "nil": fact.nil,
                    "start": fact.start,
                    "end": fact.end,
                    "dimensions": [list(dimension) for dimension in fact.dimensions],
                    "unit": [list(unit.numerators), list(unit.denominators)] if unit else None,
                    "text": "",
                    "digest": "" if fact.kind == "number" else digest(fact.value, fact.escaped),
                }
            )
        return rows

    return read_facts, facts


def digest(value: str | None, markup: bool) -> str:
    """A short name of a text: equal for equal texts, and for markup that differs in spelling alone."""
    if value is None:
        return "nil"
    if markup:
        from lxml import etree

        fragment = etree.fromstring(f'<div xmlns="http://www.w3.org/1999/xhtml">{value}</div>')
        value = " ".join(etree.canonicalize(fragment).split())
    return hashlib.sha256(value.encode()).hexdigest()[:16]


def arelle() -> tuple[Callable[[str], object], Callable[[object], list[dict]]]:
    """Arelle, offline: it loads the document and validates its facts, without any taxonomy."""
    from arelle import Cntlr, FileSource

    controller = Cntlr.Cntlr(logFileName="logToBuffer")
    controller.webCache.workOffline = True
    handler = controller.logHandler

    def read(path: str):
        handler.clearLogBuffer()
        return controller.modelManager.load(FileSource.openFileSource(path, controller))

    def facts(model) -> list[dict]:
        lacking = set()
        for record in handler.logRecordBuffer:
            if NO_TRANSFORMATION in record.getMessage():
                lacking |= {reference["href"].partition("#")[2] for reference in record.refs}
        rows = [_arelle_fact(fact, lacking) for fact in model.facts]
        model.close()
        return rows

    return read, facts


def _arelle_fact(fact, lacking: set[str]) -> dict:
    from apps.finance.filings.names import usual_prefix
    from apps.finance.filings.paths import Paths

    def name(qname) -> str:
        return f"{usual_prefix(qname.prefix or '', qname.namespaceURI or '')}:{qname.localName}"

    context, unit = fact.context, fact.unit
    path = "" if fact.id else Paths(fact.getroottree().getroot()).of(fact)
    lacks = (fact.id or f"element({path})") in lacking
    number = fact.localName == "nonFraction"
    start = end = None
    dimensions = []
    if context is not None:
        if context.isStartEndPeriod:
            start = context.startDatetime.date().isoformat()
        if not context.isForeverPeriod:
            end = (context.endDatetime - timedelta(days=1)).date().isoformat()
        for axis, value in context.qnameDims.items():
            member = name(value.memberQname) if value.isExplicit else " ".join(value.typedMember.stringValue.split())
            dimensions.append([name(axis), member, not value.isExplicit])
    return {
        "id": fact.id or path,
        "number": number,
        "concept": [fact.qname.namespaceURI, fact.qname.localName],
        "value": fact.value if number and not fact.isNil else None,
        "nil": fact.isNil,
        "start": start,
        "end": end,
        "dimensions": sorted(dimensions),
        "unit": [sorted(name(m) for m in side) for side in unit.measures] if unit is not None else None,
        "lacks": lacks,
        "text": f"{fact.get('format')}: {''.join(fact.itertext()).strip()}" if lacks else "",
        "digest": "" if number or lacks else digest(None if fact.isNil else fact.value, fact.isEscaped),
    }


def edgartools() -> tuple[Callable[[str], object], None]:
    """edgartools' document parser."""
    from edgar.documents import HTMLParser

    parser = HTMLParser()
    return lambda path: parser.parse(Path(path).read_text(encoding="utf8", errors="replace")), None


def ixbrlparse() -> tuple[Callable[[str], object], None]:
    """ixbrlparse, with its errors collected instead of raised."""
    from ixbrlparse import IXBRL

    def read(path: str):
        with open(path, encoding="utf8", errors="replace") as stream:
            return IXBRL(stream, raise_on_error=False)

    return read, None


READERS = {"ours": ours, "arelle": arelle, "edgartools": edgartools, "ixbrlparse": ixbrlparse}


def measure(reader: str, paths: list[str]) -> Iterator[dict]:
    """Reads every path, ours ``OUR_READINGS`` times and the others once.

    Yields:
        ``{"cpu_s": [seconds of each reading], "facts": [...] or None}``
    """
    read, facts = READERS[reader]()
    if reader == "ours":
        read(paths[0])  # so that no first use is counted that a second report would not pay
    for path in paths:
        seconds = []
        for _ in range(OUR_READINGS if reader == "ours" else 1):
            started = time.process_time()
            result = read(path)
            seconds.append(time.process_time() - started)
        yield {"cpu_s": seconds, "facts": facts(result) if facts is not None else None}
        del result


def peak_memory_mb() -> float:
    """Peak resident memory of this process in MB (10^6 bytes).

    Linux keeps in ``ru_maxrss`` what the parent had when it forked; VmHWM is this process's own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def main() -> None:
    reader = sys.argv[1]
    if reader == "memory":
        from apps.finance.filings import read_facts

        filing = read_facts(sys.argv[2])
        print(json.dumps({"facts": len(filing.facts), "peak_mb": peak_memory_mb()}))
        return
    logging.disable(logging.INFO)
    out, sys.stdout = sys.stdout, sys.stderr  # what the libraries print must not mix with the answers
    for line in measure(reader, json.load(sys.stdin)):
        print(json.dumps(line), file=out, flush=True)


if __name__ == "__main__":
    main()
