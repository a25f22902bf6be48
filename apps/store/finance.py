"""Statements, checks and anomalies of a finance reading as rows, and what pages ask of them."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import select

from apps.store.store import Store
from apps.store.tables import AnomalyRow, Base, CheckRow, FilingRow, ReadingRow, StatementValueRow

SCHEMA, TYPED = "tandem.finance.reading/1", "tandem.finance.reading/2"
ROWS_AT_A_TIME = 200


def rows_of(reading_id: str, document: dict[str, Any]) -> Iterator[Base]:
    """The rows of a document ``tandem.finance.reading/1``."""
    about = document["document"]
    anomalies = _listed(document["anomalies"])
    yield FilingRow(
        reading_id=reading_id,
        company=_text(about.get("company")),
        form=_text(about.get("form")),
        period_end=_date(about.get("period_end")),
        fiscal_year=_integer(about.get("fiscal_year")),
        language=_text(about.get("language")),
        currency=_text(about.get("currency")),
        num_facts=_integer(document["facts"].get("count")) or 0,
        num_anomalies=len(anomalies),
    )
    for statement, lines in document["statements"].items():
        for position, line in enumerate(_listed(lines)):
            for number, value in enumerate(line["values"]):
                yield _value_row(reading_id, statement, position, number, line, value)
    for check in _listed(document["checks"]):
        yield CheckRow(
            reading_id=reading_id,
            check_id=check["id"],
            title=check["title"],
            verdict=check["verdict"],
            difference=_exact(check.get("difference")),
            tolerance=_exact(check.get("tolerance")),
            reason=_text(check.get("reason")),
            fact_ids=check.get("fact_ids", []),
        )
    for anomaly in anomalies:
        yield AnomalyRow(
            reading_id=reading_id,
            anomaly_id=anomaly["id"],
            rank=anomaly["rank"],
            kind=anomaly["kind"],
            severity=str(anomaly["severity"]),
            confidence=_number(anomaly.get("confidence")),
            reason=anomaly["reason"],
            fact_ids=anomaly.get("fact_ids", []),
        )


def filing_rows(reading_id: str, document: dict[str, Any]) -> Iterator[Base]:
    """The row of a document ``tandem.finance.reading/2``."""
    about = document["document"]
    yield FilingRow(
        reading_id=reading_id,
        company=_text(about["company"]),
        form=_text(about["form"]),
        period_end=_date(about["period_end"]),
        fiscal_year=_integer(about["fiscal_year"]),
        language=_text(about["language"]),
        currency=_text(about["currency"]),
        num_facts=document["facts"]["count"],
        num_anomalies=len(document["anomalies"]),
    )


def _value_row(
    reading_id: str, statement: str, position: int, number: int, line: dict[str, Any], value: dict[str, Any]
) -> StatementValueRow:
    return StatementValueRow(
        reading_id=reading_id,
        statement=statement,
        position=position,
        column_number=number,
        line=line["line"],
        label=_text(line.get("label")),
        concept=_text(line.get("concept")),
        confidence=_number(line.get("confidence")),
        reason=_text(line.get("reason")),
        derived=bool(value.get("derived", line.get("derived", False))),
        start=_date(value.get("start")),
        end=_date(value.get("end")),
        value=_exact(value.get("value")),
        unit=_text(value.get("unit")),
        not_available=value.get("not_available"),
        fact_ids=value.get("fact_ids", []),
    )


@dataclass(frozen=True, slots=True)
class FilingEntry:
    """A line of the list of reports: the filing and its reading."""

    filing: FilingRow
    reading: ReadingRow


def filings(store: Store, company: str = "", limit: int = 100) -> list[FilingEntry]:
    """The newest readings of reports first; of companies whose name contains ``company`` where given, in capitals or
    not: compared here, since each database has its own idea of the capitals beyond ASCII."""
    query = select(FilingRow, ReadingRow).join(ReadingRow, ReadingRow.id == FilingRow.reading_id)
    query = query.order_by(ReadingRow.created_at.desc(), ReadingRow.id).execution_options(yield_per=ROWS_AT_A_TIME)
    wanted = _folded(company)
    with store.read() as session:
        found = (FilingEntry(*row) for row in session.execute(query) if wanted in _folded(row[0].company))
        return list(islice(found, limit))


def statement(store: Store, reading_id: str, name: str) -> list[StatementValueRow]:
    """The cells of one statement (``income``, ``balance``, ``cash_flow``), line by line."""
    query = select(StatementValueRow).filter_by(reading_id=reading_id, statement=name)
    with store.read() as session:
        order = query.order_by(StatementValueRow.position, StatementValueRow.column_number)
        return list(session.execute(order).scalars())


def checks(store: Store, reading_id: str) -> list[CheckRow]:
    """The consistency checks of a reading, in the document's order."""
    with store.read() as session:
        return list(session.execute(select(CheckRow).filter_by(reading_id=reading_id).order_by(CheckRow.id)).scalars())


def anomalies(store: Store, reading_id: str) -> list[AnomalyRow]:
    """The anomalies of a reading by rank."""
    query = select(AnomalyRow).filter_by(reading_id=reading_id).order_by(AnomalyRow.rank, AnomalyRow.id)
    with store.read() as session:
        return list(session.execute(query).scalars())


def _listed(value: Any) -> list[dict[str, Any]]:
    """A list of the document; empty where it says ``{"not_available": reason}``."""
    return value if isinstance(value, list) else []


def _folded(name: str) -> str:
    """A name for comparison: without capitals, and with its accents always written in the same way."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _exact(value: Any) -> str | None:
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None


def _date(value: Any) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None
