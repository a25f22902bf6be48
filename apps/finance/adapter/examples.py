"""``python -m apps.finance.adapter.examples --data FOLDER --out DIR``: the finance sources of the joint run.

``FOLDER`` holds some of these; what is not there is left out, with a line that says so:

- ``filings/FORM/TICKER/ACCESSION.html``: inline XBRL reports.
- ``cn_a_share_*.parquet``: Chinese annual statements, a column a line.
- ``tatqa_*.json``: questions about tables with text.
- ``financial_tweets_*.csv``: messages with a mood (``text``, ``label``: 0 bearish, 1 bullish, 2 neutral).

Archives (``*.tar.xz``) with ``filings/`` in them are read without unpacking them into the folder.
"""

import argparse
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from apps.finance.adapter.filing_examples import FilingExamples, examples_of
from apps.finance.adapter.message_examples import message_rows
from apps.finance.adapter.question_examples import question_rows
from apps.finance.adapter.share_examples import fact_rows, sentence_rows, years_of
from core_model.errors import InputRejected
from core_model.training.command import command_line, run_on_cpu
from core_model.training.mixture.cards import Kind
from core_model.training.mixture.files import About, write_lines
from core_model.training.splits import split_of_ticker

MODULE = "apps.finance.adapter.examples"
FEWEST_COMPANIES = 3
"""Training companies in which a concept must stand to be a label."""
FILING_KINDS: dict[str, Kind] = {
    "text": "text",
    "captions": "pairs",
    "concepts": "labelled",
    "notes": "pairs",
    "sentences": "pairs",
    "mentions": "facts",
    "facts": "facts",
}
"""Parts of ``FilingExamples``, each a source ``filings_PART``, and their kinds."""
_FILINGS = "public filings"


def reports_in(data: Path) -> Iterator[tuple[str, bytes]]:
    """Ticker and bytes of each report of a train or validation company, from folders, then from archives."""
    for path in sorted(data.glob("filings/*/*/*.html")):
        if split_of_ticker(path.parent.name) != "test":
            yield path.parent.name, path.read_bytes()
    for archive in sorted(data.glob("*.tar.xz")):
        with tarfile.open(archive) as packed:
            for member in packed:
                parts = Path(member.name).parts
                if not member.isfile() or len(parts) < 4 or parts[-4] != "filings" or parts[-1][-5:] != ".html":
                    continue
                stream = packed.extractfile(member) if split_of_ticker(parts[-2]) != "test" else None
                if stream is not None:
                    yield parts[-2], stream.read()


def filing_rows(found: Iterable[tuple[str, FilingExamples]]) -> dict[str, list[dict[str, Any]]]:
    """Rows by part of all reports, with their company; what a company says twice is there once."""
    rows: dict[str, list[dict[str, Any]]] = {part: [] for part in FILING_KINDS}
    seen: set[tuple] = set()
    for ticker, examples in found:
        for part in FILING_KINDS:
            for row in getattr(examples, part):
                key = (
                    part,
                    ticker,
                    str(row.get("query") or row.get("text")),
                    str(row.get("passage") or row.get("label")),
                )
                if part in ("facts", "mentions") or key not in seen:
                    seen.add(key)
                    rows[part].append({**row, "identity": ticker})
    companies: dict[str, set[str]] = defaultdict(set)
    for row in rows["concepts"]:
        if split_of_ticker(row["identity"]) == "train":
            companies[row["label"]].add(row["identity"])
    rows["concepts"] = [row for row in rows["concepts"] if len(companies[row["label"]]) >= FEWEST_COMPANIES]
    return rows


def build(data: Path, out: Path) -> None:
    """Write all sources that the data allows.

    Raises:
        InputRejected: The folder holds nothing that is known.
    """
    written = 0

    def write(name: str, kind: Kind, rows: Iterable[dict[str, Any]], licence: str, source: str) -> None:
        nonlocal written
        about = About(licence=licence, source=source, command=command_line(MODULE), domain="finance")
        _, card = write_lines(out, name, kind, rows, about)
        written += 1
        print(f"{name}: {dict(card.count)} examples, {dict(card.size)} bytes")

    reports = filing_rows((ticker, examples_of(page)) for ticker, page in reports_in(data))
    for part, kind in FILING_KINDS.items():
        if reports[part]:
            write(f"filings_{part}", kind, reports[part], _FILINGS, f"inline XBRL reports: {part}")
    if not any(reports.values()):
        print("no reports: filings/FORM/TICKER/ACCESSION.html, or an archive of them")
    if shares := sorted(data.glob("cn_a_share_*.parquet")):
        years = years_of(shares)
        source = "annual statements of Chinese listed companies"
        write("a_share_facts", "facts", fact_rows(years), _FILINGS, source)
        write("a_share_text", "text", sentence_rows(years), _FILINGS, f"sentences made of {source}")
    else:
        print("no Chinese statements: cn_a_share_*.parquet")
    if questions := sorted(data.glob("tatqa_*.json")):
        rows = (row for file in questions for row in question_rows(file))
        write("tatqa_questions", "pairs", rows, "CC BY 4.0", "TAT-QA: questions and contexts")
    else:
        print("no questions: tatqa_*.json")
    if tweets := sorted(data.glob("financial_tweets_*.csv")):
        rows = (row for file in tweets for row in message_rows(file))
        write("tweets", "labelled", rows, "MIT", "financial messages with a mood, near-duplicates dropped")
    else:
        print("no messages: financial_tweets_*.csv")
    if not written:
        raise InputRejected(
            "a folder without reports, statements, questions or messages",
            allowed="what python -m apps.finance.adapter.examples --help names",
            action="give the folder that holds them",
            code="no_finance_examples",
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data")
    parser.add_argument("--out", type=Path, required=True, help="folder of the sources")
    options = parser.parse_args()
    return run_on_cpu(lambda: build(options.data, options.out))


if __name__ == "__main__":
    raise SystemExit(main())
