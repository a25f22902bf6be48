"""Examples of Chinese listed companies' annual statements: the lines of a company and year together, and sentences."""

import math
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from core_model.training.splits import split_of

CODE, NAME, YEAR = "证券代码", "证券简称", "年份"
MISSING = -1.0
"""What stands for a missing amount in these tables."""
_NO_LINES = frozenset({CODE, NAME, YEAR, "报告年份", "股票代码", "股票简称", "信息来源"})
_PER_SHARE = "每股收益"
_REVENUE = ("营业总收入", "营业收入")
_BALANCE = ("流动资产合计", "非流动资产合计")
_OF_BALANCE = frozenset({*_BALANCE, "流动负债合计", "非流动负债合计"})
LEAST = 5
"""Lines with an amount that a year must have to be an example."""

Amounts = dict[str, float | None]


def years_of(files: Iterable[Path]) -> dict[tuple[str, int], tuple[str, Amounts]]:
    """The short name and the amounts of each company and year that is not of the test split, all tables together.

    Args:
        files: Parquet tables with the stock's code, its short name, the year, and a column a line.

    Returns:
        By code and year; None where an amount is missing. Of rows that stand twice, the first amount that is there.
    """
    found: dict[tuple[str, int], tuple[str, Amounts]] = {}
    for file in files:
        table = pq.read_table(file)
        lines = [name for name in table.column_names if name not in _NO_LINES]
        columns = {name: table.column(name).to_pylist() for name in (CODE, NAME, YEAR, *lines)}
        for number, code in enumerate(columns[CODE]):
            code = str(code)
            if split_of(code) == "test":
                continue
            key = code, int(columns[YEAR][number])
            _, amounts = found.setdefault(key, (str(columns[NAME][number]), {}))
            for line in lines:
                value = columns[line][number]
                there = value is not None and math.isfinite(value) and value != MISSING
                if amounts.get(line) is None:
                    amounts[line] = float(value) if there else None
    return found


def fact_rows(years: Mapping[tuple[str, int], tuple[str, Amounts]]) -> Iterator[dict[str, Any]]:
    """The lines of each company and year, with the company's total and the year before."""
    for (code, year), (_, amounts) in sorted(years.items()):
        if sum(value is not None for value in amounts.values()) < LEAST:
            continue
        before = years.get((code, year - 1), ("", {}))[1]
        revenue = next((amounts[line] for line in _REVENUE if amounts.get(line)), None)
        parts = [amounts.get(line) for line in _BALANCE]
        assets = sum(part for part in parts if part is not None) if None not in parts else None
        facts = []
        for line, value in amounts.items():
            per_share = line.endswith(_PER_SHARE)
            total = None if per_share else assets if line in _OF_BALANCE else revenue
            facts.append(
                {
                    "name": line,
                    "value": value,
                    "unit": "per_share" if per_share else "money",
                    "year": 0.0,
                    "total": total,
                    "prior": before.get(line),
                }
            )
        yield {"facts": facts, "identity": code, "targets": {"fiscal_year": year}}


def sentence_rows(years: Mapping[tuple[str, int], tuple[str, Amounts]], seed: int = 0) -> Iterator[dict[str, Any]]:
    """Chinese sentences that state some of a year's lines, in several wordings, as reports do."""
    rng = random.Random(seed)
    for (code, year), (name, amounts) in sorted(years.items()):
        there = [(line, value) for line, value in amounts.items() if value is not None]
        if len(there) < LEAST:
            continue
        before = years.get((code, year - 1), ("", {}))[1]
        parts = [_stated(rng, line, value, before.get(line)) for line, value in rng.sample(there, min(12, len(there)))]
        yield {
            "text": f"{name}{year}年年度报告：{'；'.join(parts)}。",
            "language": "zh",
            "kind": "text",
            "identity": code,
        }


def _stated(rng: random.Random, line: str, value: float, before: float | None) -> str:
    if line.endswith(_PER_SHARE):
        return f"{line}{value:.2f}元"
    if before and rng.random() < 0.4:
        change = (value - before) / abs(before) * 100
        turned = "增长" if change >= 0 else "下降"
        return f"{line}{value / 1e8:.2f}亿元，同比{turned}{min(abs(change), 9999):.2f}%"
    wordings = (f"{line}为{value:,.2f}元", f"{line}{value / 1e8:.2f}亿元", f"{line}人民币{value / 1e4:,.2f}万元")
    return rng.choice(wordings)
