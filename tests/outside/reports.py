"""Reports from outside as their reader gets them: the document, the file of facts, what the terminal prints."""

import io
import re
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest import mock

from rich.console import Console

from apps import console
from apps.documents import from_json
from apps.finance.jobs import BUDGET, PARSE, provenance_of
from apps.finance.money import SCALES
from apps.finance.reading import FinanceReading
from apps.finance.statements import StatementValue
from apps.finance.statements.lines import BY_NAME
from apps.finance.summary import TITLES, print_summary
from apps.isolation import run_isolated
from apps.messages import said


@dataclass(frozen=True)
class Given:
    """What a reader is given of a report.

    Attributes:
        reading: The document, as ``--json`` prints it.
        facts: The rows of its Parquet file.
    """

    reading: FinanceReading
    facts: list[dict[str, Any]]

    @cached_property
    def printed(self) -> str:
        """What the terminal prints, its warnings behind."""
        out, err = io.StringIO(), io.StringIO()
        with (
            mock.patch.object(console, "out", Console(file=out, width=200)),
            mock.patch.object(console, "err", Console(file=err, width=200)),
        ):
            print_summary(self.reading)
        return out.getvalue() + err.getvalue()

    @property
    def codes(self) -> list[str]:
        """Codes of the cautions."""
        return [caution.code for caution in self.reading.cautions]

    @property
    def anomalies(self) -> list[str]:
        """The anomalies in words."""
        return [said(anomaly.reason) for anomaly in self.reading.anomalies]

    def values(self, line: str, end: str = "") -> list[StatementValue]:
        """The numbers of a key line in the periods that end in a year, or on a day."""
        held = self.reading.line(line).values
        return [value for value in held if value.value is not None and value.period.end.startswith(end)]

    def amounts(self, line: str, end: str = "") -> list[Decimal | None]:
        """Those numbers alone, in whole units."""
        return [value.value for value in self.values(line, end)]

    def shown(self, line: str) -> dict[str, Decimal]:
        """What the terminal prints on a key line, in whole units, by the day under which it stands."""
        days: list[str] = []
        factor = next((many for many, word in SCALES.items() if f" in {word}\n" in self.printed), 1)
        called = said(BY_NAME[line].message)
        if line.startswith("eps"):
            called += f" ({self.reading.document.currency})"
        for row in self.printed.splitlines():
            if row.startswith(tuple(TITLES.values())):
                days = re.findall(r"\d{4}-\d\d-\d\d", row)
            elif row.startswith(f"{called}  ") and days:
                cells = row.removeprefix(called).replace("*", "").split()
                scale = 1 if line.startswith("eps") else factor
                return {day: _number(cell) * scale for day, cell in zip(days, cells, strict=True) if cell != "n/a"}
        return {}


def _number(cell: str) -> Decimal:
    value = Decimal(cell.strip("()").replace(",", ""))
    return -value if cell.startswith("(") else value


def read(path: Path) -> Given:
    """Read a report as the job does.

    Raises:
        NotFound, InputRejected: As the job does.
    """
    import pyarrow.parquet as pq

    def identity(source: str) -> dict[str, Any]:
        return {"id": "reading-0", "provenance": provenance_of(source).as_dict()}

    with (
        tempfile.TemporaryDirectory() as scratch,
        run_isolated(
            PARSE, {"path": str(path)}, budget=BUDGET, folder=Path(scratch), asked={"identity": identity}
        ) as answered,
    ):
        reading = from_json(FinanceReading, answered.file("reading").read_bytes())
        return Given(reading, pq.read_table(answered.file("facts")).to_pylist())


def read_markup(markup: str) -> Given:
    """Read a report that is given as its text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        path.write_text(markup, encoding="utf8")
        return read(path)
