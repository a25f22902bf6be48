"""Reports: give a report, follow its reading, look at statements, anomalies and their sources."""

from pathlib import Path

import streamlit as st

from apps.finance.jobs import reports_in, submit
from apps.finance.reading import FinanceReading
from apps.finance.statements.model import STATEMENTS
from core_model.errors import TandemError, numbered_file
from ui import library
from ui.widgets import report_view
from ui.widgets.components import grid
from ui.widgets.intake import intake
from ui.widgets.job_progress import lead_to_result
from ui.widgets.reading_header import header
from ui.widgets.report_view import VIEWS, counted, known
from ui.widgets.shell import choice, escaped, go, in_words, parameter, said, switch, t
from ui.widgets.source_view import source_view


def queue(paths: list[Path]) -> None:
    """Queue the reports and keep their jobs in the address."""
    files = [file for path in paths for file in (reports_in(path) if path.is_dir() else [path])]
    jobs = []
    for number, file in enumerate(files, 1):
        try:
            jobs.append(submit(library.store(), file, among_others=True))
        except TandemError as error:
            st.error(escaped(in_words(error, numbered_file(number, len(files)))), icon=":material/error:")
    if len(jobs) > 1:
        st.info(t("read_many", n=len(jobs)))
    elif jobs:
        go(job=jobs[0])


def pick_report() -> None:
    """The list of reports that were read."""
    entries = library.reports()
    if not entries:
        st.info(t("no_reports"), icon=":material/lightbulb:")
        return
    rows = [
        {
            "id": entry.reading.id,
            "cells": [
                {"text": entry.filing.company or t("not_available")},
                {"text": entry.filing.form},
                {"text": str(entry.filing.fiscal_year or "")},
                {"text": str(entry.filing.period_end or "")},
                {"text": entry.filing.currency},
                {"text": f"{entry.filing.num_facts:,}"},
                {"text": str(entry.filing.num_anomalies), "badge": "orange" if entry.filing.num_anomalies else "gray"},
                {"text": f"{entry.reading.created_at:%Y-%m-%d %H:%M}"},
            ],
        }
        for entry in entries
    ]
    names = ("company", "form", "fiscal_year", "period_end", "currency", "num_facts", "anomalies", "read_at")
    columns = [{"label": t(name), "align": "right" if name == "num_facts" else "left"} for name in names]
    columns[0]["width"] = "30%"
    data = {"columns": columns, "rows": rows, "mode": "row", "selected": None, "label": t("reports")}
    grid(data, "reports", lambda row, _: go(reading=row, job=None))


def read_report(reading_id: str) -> None:
    """One report: its header, a view of it on the left, its source on the right."""
    reading = library.reading(reading_id, FinanceReading)
    about = reading.document
    facts = [
        (t("form"), escaped(known(about.form))),
        (t("fiscal_year"), escaped(known(about.fiscal_year))),
        (t("period_end"), escaped(known(about.period_end))),
        (t("currency"), escaped(known(about.currency))),
        (t("basis"), t(f"basis_{about.basis}") if about.basis in ("group", "company") else ""),
        (t("num_facts"), f"{reading.facts.count:,}"),
        (t("source_hash"), f"`{about.source_hash[:12]}`"),
    ]
    header(escaped(known(about.company)), facts, reading_id, "all_reports", reading_id)
    show_report(reading)


@st.fragment
def show_report(reading: FinanceReading) -> None:
    """What is chosen on the left, its place in the source on the right."""
    left, right = st.columns([9, 10], gap="medium")
    with left:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            default = "anomalies" if reading.anomalies else "income"
            view = choice(
                t("view"),
                VIEWS,
                default,
                key="view",
                clears=("pick", "n"),
                format_func=lambda name: counted(reading, name),
                width="content",
            )
            statement = next((name for name in STATEMENTS if name == view), None)
            reported = statement is not None and switch(t("reported"), key="as_reported", clears=("pick", "n"))
        if statement is not None:
            chosen = report_view.show_statement(reading, statement, reported)
        elif view == "anomalies":
            chosen = report_view.show_anomalies(reading)
        elif view == "checks":
            chosen = report_view.show_checks(reading)
        else:
            chosen = report_view.show_cautions(reading)
    with right:
        source_view(reading.id, chosen)


if chosen_reading := parameter("reading"):
    with said():
        read_report(chosen_reading)
else:
    with said(), intake("report", ["htm", "html", "xhtml", "txt", "zip"]) as paths:
        queue(paths)
    lead_to_result()
    with said():
        pick_report()
