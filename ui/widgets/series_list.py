"""The series of a study: the one that was read, the others with the reason, and reading another one instead."""

from typing import Any

import streamlit as st

from apps import messages
from apps.medical.reading import MedicalReading
from apps.store import inputs, readings
from ui import library
from ui.widgets.components import grid
from ui.widgets.shell import language, leave, said, t

CHOSEN = "chosen_series"  # kept in the session: a UID does not belong in an address


def list_series(reading: MedicalReading) -> None:
    """Draw the series; a skipped one that is chosen can be read instead."""
    series, skipped = reading.series, reading.series_skipped
    size = " × ".join(str(number) for number in series.geometry.size)
    rows = [_row("", series.name, series.num_slices, t("series_read"), "green", size)]
    rows += [
        _row(
            other.name,
            other.name,
            other.num_slices,
            t("skipped"),
            "gray",
            messages.said(other.reason, language()),
        )
        for other in skipped
    ]
    columns = [{"label": t("series"), "width": "26%"}, {"label": t("images"), "align": "right"}]
    chosen = st.session_state.get(CHOSEN, "")
    data = {
        "columns": [*columns, {"label": ""}, {"label": ""}],
        "rows": rows,
        "mode": "row",
        "selected": {"row": chosen, "column": 0},
        "label": t("series"),
    }
    grid(data, "series", lambda row, _: st.session_state.update({CHOSEN: row}))
    if chosen in [other.name for other in skipped] and st.button(t("read_series"), key="read_series"):
        with said():
            _read(reading.id, chosen)


def _read(reading_id: str, series_uid: str) -> None:
    from apps.medical.jobs import submit

    row = readings.get(library.store(), reading_id)
    path = inputs.path_of(library.store(), str(row.input_id))
    leave(job=submit(library.store(), path, series_uid=series_uid))
    st.rerun()


def _row(row_id: str, series_uid: str, num_slices: int, state: str, badge: str, about: str) -> dict[str, Any]:
    short = f"…{series_uid[-14:]}" if len(series_uid) > 15 else series_uid
    cells = [
        {"text": short, "hint": series_uid},
        {"text": str(num_slices)},
        {"text": state, "badge": badge},
        {"text": about, "tone": "wrap"},
    ]
    return {"id": row_id, "cells": cells}
