"""The text of training companies for the trunk's corpus: reports, tables with their text, Chinese statements.

``python -m apps.finance.corpus --out FILE --filings FOLDER --tatqa FILE --a-share FILE ...`` writes a corpus (see
``core_model.training.corpus``, which joins several) from annual and quarterly reports (``FORM/TICKER/ACCESSION.html``),
table-and-text contexts (TAT-QA) and Chinese statements (a table with one column a line item). Companies, tables and
stocks outside the training split are left out.
"""

import argparse
import html
import json
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from lxml import etree

from core_model.training.corpus import write
from core_model.training.splits import split_of, split_of_ticker

_BLOCKS = frozenset({"p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "body", "br", "hr"})
_SKIPPED = frozenset({"script", "style", "header", "hidden", "title"})
_SPACES = re.compile(r"\s+")
_HAN = re.compile(r"[\u4e00-\u9fff]")


def text_blocks(page: bytes) -> Iterator[str]:
    """Text of a page's paragraphs and table rows, in order, each on one line; cells of a row are joined by ``" | "``.

    Args:
        page: HTML or XHTML. Hidden inline-XBRL headers, scripts and styles are left out.
    """
    root = etree.fromstring(page, etree.HTMLParser(huge_tree=True, no_network=True))
    if root is None:
        return
    pending: list[str] = []

    def flush() -> str:
        line = _SPACES.sub(" ", "".join(pending)).strip(" |")
        pending.clear()
        return re.sub(r"(\| )+", "| ", line)

    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            if event == "end" and element.tail:
                pending.append(element.tail)
            continue
        tag = element.tag.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower()
        if event == "start":
            if tag in _BLOCKS and not _inside_row(element) and (line := flush()):
                yield line
            if element.text and not _hidden(element):
                pending.append(element.text)
        else:
            if tag in ("td", "th"):
                pending.append(" | ")
            if tag in _BLOCKS and not _inside_row(element) and (line := flush()):
                yield line
            if element.tail and (element.getparent() is None or not _hidden(element.getparent())):
                pending.append(element.tail)
    if line := flush():
        yield line


def _inside_row(element: etree._Element) -> bool:
    return next(element.iterancestors("tr"), None) is not None


def _hidden(element: etree._Element) -> bool:
    return any(
        isinstance(node.tag, str) and node.tag.rsplit(":", 1)[-1].lower() in _SKIPPED
        for node in (element, *element.iterancestors())
    )


def filing_documents(folder: Path) -> Iterator[list[str]]:
    """Lines of each report of a training company under ``folder/FORM/TICKER/ACCESSION.html``."""
    for path in sorted(folder.glob("*/*/*.html")):
        if split_of_ticker(path.parent.name) == "train":
            yield [line for line in text_blocks(path.read_bytes()) if re.search(r"\w", line)]


def tatqa_documents(file: Path) -> Iterator[list[str]]:
    """Paragraphs, table rows and questions of each context of the training split."""
    for context in json.loads(file.read_text(encoding="utf8")):
        if split_of(context["table"]["uid"]) != "train":
            continue
        rows = [" | ".join(cell for cell in row if cell) for row in context["table"]["table"]]
        paragraphs = [part["text"] for part in sorted(context["paragraphs"], key=lambda part: part["order"])]
        yield [html.unescape(_SPACES.sub(" ", line)) for line in paragraphs + rows if line.strip()]
        yield [question["question"] for question in context["questions"]]


def a_share_documents(files: Iterable[Path], rows: int = 400, seed: int = 0) -> Iterator[list[str]]:
    """The Chinese line names, and sentences about a sample of rows of training companies.

    Args:
        files: Parquet tables with ``证券代码`` (stock code), ``证券简称`` (short name), ``年份`` (year) and line items.
        rows: Rows drawn from each table.
        seed: Of the draw and of the wording.
    """
    import pandas

    rng = random.Random(seed)
    for file in files:
        table = pandas.read_parquet(file)
        items = [c for c in table.columns if _HAN.search(c) and table[c].dtype.kind == "f"]
        yield items
        train = table[[split_of(str(code)) == "train" for code in table["证券代码"]]]
        for _, row in train.sample(min(rows, len(train)), random_state=seed).iterrows():
            parts = []
            for item in rng.sample(items, min(6, len(items))):
                value = row[item]
                if value != value or value == -1.0:
                    continue
                parts.append(
                    rng.choice(
                        [
                            f"{item}为{value:,.2f}元",
                            f"{item}{value / 1e8:.2f}亿元",
                            f"{item}人民币{value / 1e4:,.2f}万元",
                        ]
                    )
                )
            if parts:
                yield [f"{row['证券简称']}{row['年份']}年年度报告：" + "，".join(parts) + "。"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--filings", type=Path, help="folder of reports: FORM/TICKER/ACCESSION.html")
    parser.add_argument("--tatqa", type=Path, help="JSON of TAT-QA")
    parser.add_argument("--a-share", type=Path, nargs="*", default=[], help="Parquet tables of statements")
    options = parser.parse_args()

    def documents() -> Iterator[list[str]]:
        if options.filings:
            yield from filing_documents(options.filings)
        if options.tatqa:
            yield from tatqa_documents(options.tatqa)
        yield from a_share_documents(options.a_share)

    print(f"{write(documents(), options.out)} lines")


if __name__ == "__main__":
    main()
