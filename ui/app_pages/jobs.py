"""Jobs: what runs with its progress, what ended and how; one click from a finished job to its result."""

from datetime import datetime
from typing import Any

import streamlit as st

from apps.jobs.client import refusal_of, retry, show
from apps.messages import refused
from apps.store import blobs, jobs
from apps.store.tables import JobRow
from ui import library
from ui.labels import kind_name
from ui.widgets.components import grid
from ui.widgets.job_progress import EVERY_S, bar, missing_worker
from ui.widgets.shell import escaped, go, language, parameter, said, t

PAGES = {"finance.read": "reports", "medical.read": "studies"}
TONES = {"done": "green", "failed": "red", "cancelled": "gray"}


def title(row: JobRow) -> str:
    """What a job reads, in words."""
    return f"{kind_name(row.kind, language())} · {library.input_name(row.input_id) or row.id}"


def open_result(row: JobRow) -> None:
    """Go to what the job made."""
    page = PAGES.get(row.kind)
    if page and row.reading_id:
        st.switch_page(f"app_pages/{page}.py", query_params={"reading": row.reading_id})


def running() -> None:
    """Jobs that wait or run, looked at until none does."""
    active = bool(jobs.listing(library.store(), jobs.ACTIVE))

    @st.fragment(run_every=EVERY_S if active else None)
    def progress() -> None:
        with said():
            rows = jobs.listing(library.store(), jobs.ACTIVE)
            if rows:
                missing_worker()
            for row in rows:
                st.markdown(f"**{escaped(title(row))}**")
                bar(show(library.store(), row.id))
            if active and not rows:
                st.rerun()

    progress()


def ended() -> None:
    """Jobs that ended: done ones open their result, the others say why and can be tried again."""
    rows = jobs.listing(library.store(), jobs.ENDED, limit=200)
    chosen = parameter("job")
    columns = [{"label": t("state"), "width": "90px"}, {"label": t("job")}, {"label": t("started")}]
    columns += [{"label": t("duration"), "align": "right"}, {"label": t("reason")}]
    data = {
        "columns": columns,
        "rows": [drawn(row) for row in rows],
        "mode": "row",
        "selected": {"row": chosen, "column": 0},
        "label": t("jobs"),
    }
    if rows:
        grid(data, "jobs", lambda row, _: picked(row))
    row = next((row for row in rows if row.id == chosen), None)
    if row is not None and row.state != "done":
        again(row)


def picked(job_id: str) -> None:
    """Remember which result to open, or keep in the address whose reason to show."""
    if jobs.get(library.store(), job_id).state == "done":
        st.session_state["open_job"] = job_id
    else:
        go(job=job_id)


def again(row: JobRow) -> None:
    """A job that failed or was cancelled: the whole reason, retry, delete."""
    with st.container(border=True):
        st.markdown(f"**{escaped(title(row))}** :gray[{row.id}]")
        bar(show(library.store(), row.id))
        if held := blobs.held(library.store(), [row.id]):
            st.caption(t("kept_for_retry", size=held[row.id][1] / 1e6))
        with st.container(horizontal=True):
            if st.button(t("retry"), icon=":material/replay:", type="primary", key="retry"):
                retry(library.store(), row.id)
                go(job=None)
                st.rerun()
            if st.button(t("delete"), icon=":material/delete:", key="delete"):
                library.delete(row.id)
                go(job=None)
                st.rerun()


def drawn(row: JobRow) -> dict[str, Any]:
    """A row of the table."""
    first = {"text": t(row.state), "badge": TONES[row.state]}
    error = refusal_of(row)
    reason = refused(error, language()) if error else t("result") if row.reading_id else ""
    cells = [first, {"text": title(row)}, {"text": moment(row.started_at or row.created_at)}, {"text": duration(row)}]
    return {"id": row.id, "cells": [*cells, {"text": reason, "tone": "wrap" if error else "link"}]}


def moment(when: datetime) -> str:
    """A time as people write it, UTC."""
    return f"{when:%Y-%m-%d %H:%M:%S}"


def duration(row: JobRow) -> str:
    """How long the job took."""
    if row.started_at is None or row.ended_at is None:
        return ""
    return f"{(row.ended_at - row.started_at).total_seconds():.1f} s"


with said():
    if chosen := st.session_state.pop("open_job", None):
        open_result(jobs.get(library.store(), chosen))
    if not jobs.listing(library.store(), limit=1):
        st.info(t("no_jobs"), icon=":material/lightbulb:")
    else:
        running()
        ended()
