"""Large reports that are read: each has much of one thing, as much as one may."""

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from apps.demo.report import make_example_report
from benchmarks import shared_data

WORDS = "The quick brown fox jumps over the lazy dog and runs. "
CHINESE = "本公司截至二零二三年十二月三十一日止年度之综合财务报表"
REAL = ("10-K/GE/", "10-K/KHC/", "10-K/KO/")
TIMES = 10
CELL = 'style="font-family:Times New Roman;font-size:10pt;padding-left:9pt;text-align:right"'


class Pages:
    """The example report with more in it.

    Args:
        folder: Where the files go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        make_example_report(folder / "example.html", 3)
        self._usual = (folder / "example.html").read_bytes()
        self.context = self._first(rb'<xbrli:context id="([^"]+)"')
        self._unit = self._first(rb'<xbrli:unit id="([^"]+)"')

    def _first(self, pattern: bytes) -> str:
        found = re.search(pattern, self._usual)
        assert found is not None
        return found[1].decode()

    def page(self, name: str, body: str, resources: str = "") -> Path:
        """The report with more at the end of its body and of its header's resources."""
        head, end = self._usual.index(b"</ix:resources>"), self._usual.rindex(b"</body>")
        path = self._folder / f"{name}.html"
        parts = self._usual[:head], resources.encode(), self._usual[head:end], body.encode(), self._usual[end:]
        path.write_bytes(b"".join(parts))
        return path

    def number(self, n: int, concept: str, context: str = "") -> str:
        """A tagged number."""
        given = f'id="n{n}" name="us-gaap:{concept}" contextRef="{context or self.context}" unitRef="{self._unit}"'
        return f'<ix:nonFraction {given} decimals="0" format="ixt:num-dot-decimal">{n + 1:,}</ix:nonFraction>'

    def text(self, n: str, content: str, more: str = 'escape="true"') -> str:
        """A tagged text."""
        given = f'id="t{n}" name="us-gaap:Policy{n}" contextRef="{self.context}"'
        return f"<ix:nonNumeric {given} {more}>{content}</ix:nonNumeric>"

    @staticmethod
    def context_of(n: int, segment: str = "") -> str:
        """A context of the same company and year."""
        entity = f'<xbrli:identifier scheme="http://www.sec.gov/CIK">0000000001</xbrli:identifier>{segment}'
        days = "<xbrli:startDate>2020-01-01</xbrli:startDate><xbrli:endDate>2020-12-31</xbrli:endDate>"
        period = f"<xbrli:period>{days}</xbrli:period>"
        return f'<xbrli:context id="x{n}"><xbrli:entity>{entity}</xbrli:entity>{period}</xbrli:context>'


def reports(folder: Path) -> Iterator[Path]:
    """Reports, each a file of the folder; it goes when the next one is asked for."""
    for path in _reports(folder):
        yield path
        path.unlink()


def _reports(folder: Path) -> Iterator[Path]:
    made = Pages(folder)
    page, number, text, context_of = made.page, made.number, made.text, made.context_of

    def row(n: int) -> str:
        return f"<tr><td {CELL}>Caption of the row {n}</td><td {CELL}>{number(n, f'Concept{n}')}</td></tr>"

    def facts(count: int, concepts: int, contexts: int) -> str:
        each = (number(n, f"Concept{n % concepts}", f"x{n % contexts}") for n in range(count))
        return "".join(f"<p>{WORDS * 3}{fact}</p>" for fact in each)

    segment = '<xbrli:segment xmlns:xbrldi="http://xbrl.org/2006/xbrldi">{}</xbrli:segment>'
    member = '<xbrldi:explicitMember dimension="us-gaap:Axis{}">us-gaap:Member{}_{}</xbrldi:explicitMember>'
    axes = [segment.format("".join(member.format(axis, n, axis) for axis in range(8))) for n in range(6000)]
    yield page("facts_70000", facts(70_000, 9_000, 3_000), "".join(map(context_of, range(3_000))))
    yield page("facts_of_one_concept", facts(60_000, 1, 10), "".join(map(context_of, range(10))))
    yield page("contexts_50000", facts(50_000, 1, 50_000), "".join(map(context_of, range(50_000))))
    yield page("dimensions_8_each", facts(12_000, 50, 6_000), "".join(map(context_of, range(6_000), axes)))
    yield page("rows_30000_in_one_table", f"<table>{''.join(map(row, range(30_000)))}</table>")
    tables = ("".join(map(row, range(500 * k, 500 * k + 500))) for k in range(100))
    yield page("tagged_tables", "".join(f"<table>{rows}</table>" for rows in tables))
    plain = "".join(f"<tr><td>Row of the table {n}</td><td>{n:,}</td><td>{7 * n:,}</td></tr>" for n in range(400))
    yield page("plain_tables", f"<table>{plain}</table>" * 600)
    wide = "".join(f"<td {CELL}>{7 * n:,}</td>" for n in range(200))
    yield page("wide_tables", f"<table>{f'<tr>{wide}</tr>' * 30}</table>" * 60)
    yield page("deep_tables", f"{'<table><tr><td>' * 40}{WORDS * 4}{'</td></tr></table>' * 40}" * 9_000)
    yield page("long_texts", f"<p>{WORDS * 150}</p>" * 12_000)
    yield page("texts_tagged", "".join(text(f"{n}", f"<div><p>{WORDS * 700}</p></div>") for n in range(1_500)))
    nested = WORDS * 400
    for level in range(6):
        nested = text(f"LEVEL_{level}", f"<p>’</p>{nested}")
    yield page("texts_in_texts", "".join(nested.replace("LEVEL", f"{n}") for n in range(1_500)))
    yield page("texts_of_9_mb", "".join(text(f"{n}", WORDS * 180_000, "") for n in range(8)))
    part = '<ix:continuation id="k{0}_{1}" continuedAt="k{0}_{2}">{3}</ix:continuation>'
    last = '<ix:continuation id="k{}_19">{}</ix:continuation>'
    chains = []
    for n in range(1_500):
        chains.append(text(f"{n}", WORDS, f'escape="true" continuedAt="k{n}_0"'))
        chains += [part.format(n, k, k + 1, WORDS * 20) for k in range(19)]
        chains.append(last.format(n, WORDS))
    yield page("continued_texts", "".join(chains))
    notes = "".join(f'{number(n, f"C{n}")}<ix:footnote id="f{n}">{WORDS * 5}</ix:footnote>' for n in range(20_000))
    links = "".join(f'<ix:relationship fromRefs="n{n}" toRefs="f{n}"/>' for n in range(20_000))
    yield page("footnotes_20000", notes, links)
    yield page("chinese", f"<p>{CHINESE * 60}</p>" * 12_000)
    yield page("markup_of_950000_elements", "<b>some words that stand</b>" * 950_000)
    yield page("images", f'<img src="data:image/png;base64,{"A" * 9_000_000}"/>' * 8)
    yield from _repeated(folder)


def _repeated(folder: Path) -> Iterator[Path]:
    """Real annual reports, their pages ``TIMES`` times over; none where they are not on this machine."""
    try:
        archive = shared_data.root() / "finance" / "us_filings_ixbrl.tar.xz"
    except shared_data.SharedDataAbsent:
        return
    with tarfile.open(archive) as filings:
        for member in filings:
            name = next((each for each in REAL if each in member.name), None)
            file = filings.extractfile(member) if name and member.isfile() else None
            if name is None or file is None:
                continue
            data = file.read()
            end = data.rindex(b"</body>")
            inner = data[data.index(b"</div>", data.index(b"</ix:header>")) + len(b"</div>") : end]
            again = b"".join(inner.replace(b' id="', b' id="r%d' % number) for number in range(TIMES - 1))
            path = folder / f"{name.split('/')[1]}_{TIMES}_times.html"
            path.write_bytes(data[:end] + again + data[end:])
            yield path
