"""Studies: give a chest CT, follow its reading, look at its slices and findings."""

import re
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from apps.medical.reading import MedicalReading
from apps.medical.records.entries import ReadStudy, StudyEntry, study_of
from ui import library
from ui.widgets.components import grid
from ui.widgets.intake import intake
from ui.widgets.job_progress import lead_to_result
from ui.widgets.reading_header import header
from ui.widgets.shell import escaped, go, known, parameter, said, t
from ui.widgets.study_view import show_study

# Codes of the standard that are said in words; what else a header has stands as it is.
SEXES = ("F", "M", "O")
GRADES = {"good": "green", "degraded": "orange"}


def queue(path: Path) -> None:
    """Queue the study and keep its job in the address."""
    from apps.medical.jobs import submit

    go(job=submit(library.store(), path))


def named(entry: StudyEntry | ReadStudy) -> str:
    """The patient as the person at this machine knows them; shown, and kept nowhere."""
    parts = (entry.patient.name.replace("^", " ").strip(), entry.patient.patient_id)
    return " · ".join(dict.fromkeys(part for part in parts if part)) or t("not_available")


def day(written: str) -> str:
    """A date of a header as YYYY-MM-DD; what is no such date stands as it is."""
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", written)
    return "-".join(found.groups()) if found else written


def pick_study() -> None:
    """The list of studies that were read, from rows alone: a document is loaded when its study is opened."""
    entries = library.studies()
    if not entries:
        st.info(t("no_studies"), icon=":material/lightbulb:")
        return
    rows = []
    for entry in entries:
        series = entry.series.geometry if entry.series else None
        grade = series.get("quality", {}).get("grade", "") if series else ""
        cells = [
            {"text": named(entry)},
            {"text": str(entry.study.study_date or t("not_available"))},
            {"text": geometry(series["size"], series["spacing_mm"]) if series else t("not_available")},
            {"text": str(entry.num_shown), "badge": "orange" if entry.num_shown else "gray"},
            {"text": t(grade) if grade in GRADES else t("not_available"), "badge": GRADES.get(grade, "gray")},
            {"text": f"{entry.reading.created_at:%Y-%m-%d %H:%M}"},
        ]
        rows.append({"id": entry.reading.id, "cells": cells})
    names = ("patient", "study_date", "geometry", "findings", "quality", "read_at")
    columns = [{"label": t(name), "width": "26%" if name == "patient" else None} for name in names]
    data = {"columns": columns, "rows": rows, "mode": "row", "selected": None, "label": t("studies")}
    grid(data, "studies", lambda row, _: go(reading=row, job=None))


def geometry(size: Sequence[int], spacing: Sequence[float]) -> str:
    """Slices, rows, columns and the spacing of the series that was read."""
    return f"{size[0]} × {size[1]} × {size[2]}, {spacing[0]:g} × {spacing[1]:.3g} × {spacing[2]:.3g} mm"


def read_study(reading_id: str) -> None:
    """One study: its header, slices and findings."""
    reading = library.reading(reading_id, MedicalReading)
    entry = study_of(library.store(), reading_id)
    facts = [
        (t("birth_date"), escaped(day(entry.patient.birth_date))),
        (t("sex"), escaped(t(f"sex_{entry.patient.sex.lower()}") if entry.patient.sex in SEXES else entry.patient.sex)),
        (t("study_date"), escaped(known(reading.study.date))),
        (t("geometry"), escaped(geometry(reading.series.geometry.size, reading.series.geometry.spacing_mm))),
    ]
    title = named(entry)
    header(escaped(title), facts, reading_id, "all_studies", entry.study.id, "delete_study_ask")
    show_study(reading)


if chosen := parameter("reading"):
    with said():
        read_study(chosen)
else:
    with said(), intake("study", ["zip"]) as paths:
        for path in paths:
            with said():
                queue(path)
    lead_to_result()
    with said():
        pick_study()
