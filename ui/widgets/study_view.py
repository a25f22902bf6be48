"""One medical reading: the slices with the findings marked, the findings by rank, the series and warnings."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from apps import messages
from apps.documents import Missing
from apps.medical.ct.windows import View
from apps.medical.reading import MedicalReading, ReadFinding
from ui import slices
from ui.labels import captioned
from ui.widgets.components import grid, viewer
from ui.widgets.series_list import list_series
from ui.widgets.shell import escaped, go, known, language, parameter, switch, t

VIEWER_HEIGHT = 548
TABLE_HEIGHT = 330
UNMEASURED_MM = 5.0
"""Radius of the mark of a finding that could not be measured."""


def show_study(reading: MedicalReading) -> None:
    """The viewer on the left, the findings beside it; each follows the other, and the address follows both."""

    @st.fragment
    def both() -> None:
        left, right = st.columns([9, 11], gap="medium")
        with right:
            findings = list_findings(reading)
            with st.expander(f"{t('series')} · {1 + len(reading.series_skipped)}", icon=":material/stacks:"):
                list_series(reading)
            for caution in reading.cautions:
                st.warning(escaped(messages.cautioned(caution, language())), icon=":material/warning:")
        with left:
            data = {**viewer_data(reading, findings), **follow_address()}
            viewer(data, f"viewer-{reading.id}", keep_place)

    both()


PLACE = ("slice", "window", "finding", "markers", "heat")


def keep_place(place: Mapping[str, Any]) -> None:
    """Keep in the address where the viewer came to rest. What it sent before the last jump is past; the window and
    switches, which a jump may leave as they are, come again after it."""
    if place["jump"] == st.session_state.get("jump"):
        switches = {"markers": None if place["markers"] else "false", "heat": "true" if place["heat"] else None}
        go(slice=str(place["slice"]), window=place["window"], finding=place["finding"] or None, **switches)
        st.session_state["place"] = _place()


def follow_address() -> dict[str, Any]:
    """The viewer's last jump; one more where the address is not where it came to rest: it was just opened, or somebody
    went back."""
    if st.session_state.get("place") != _place():
        jump(whole=True)
    return {name: st.session_state[name] for name in ("jump", "whole_jump")}


def jump(whole: bool) -> None:
    """Let the viewer take its place from the address.

    Args:
        whole: Take the window and the switches too. They stay as they are where a finding was chosen: keys that were
            pressed meanwhile may not have come here yet.
    """
    st.session_state.update(place=_place(), jump=st.session_state.get("jump", 0) + 1, whole_jump=whole)


def _place() -> tuple[str, ...]:
    return tuple(parameter(name) for name in PLACE)


def list_findings(reading: MedicalReading) -> Sequence[ReadFinding]:
    """Draw the findings by rank; those that are listed. Those below the operating point stay behind a toggle."""
    listed = reading.shown
    num_below = len(reading.findings) - len(listed)
    with st.container(horizontal=True, vertical_alignment="center"):
        threshold = f"{reading.operating_point.threshold:.2f}"
        st.markdown(f"**{t('findings')}** :gray[{t('operating_point', threshold=threshold)}]")
        if num_below and switch(t("show_below", n=num_below), key="below"):
            listed = reading.findings
    if not listed:
        st.info(t("no_findings"), icon=":material/info:")
        return listed
    chosen = parameter("finding")
    names = ("probability", "axes", "volume", "side", "slice")
    columns = [{"label": "#", "width": "36px"}]
    columns += [{"label": t(name), "align": "left" if name == "side" else "right"} for name in names]
    data = {
        "columns": columns,
        "rows": [_row(finding) for finding in listed],
        "mode": "row",
        "selected": {"row": chosen, "column": 0},
        "label": t("findings"),
        "height": TABLE_HEIGHT,
        "follow": True,
    }
    slices_of = {finding.id: round(finding.centre_voxel[0]) for finding in listed}

    def picked(row: str, _: int) -> None:
        go(finding=row, slice=str(slices_of[row]))
        jump(whole=False)

    grid(data, "findings", picked)
    finding = next((each for each in listed if each.id == chosen), None)
    if finding is not None:
        _details(finding)
    return listed


def _details(finding: ReadFinding) -> None:
    """What is known of the chosen finding beside its row."""
    centre = ", ".join(f"{part:.1f}" for part in finding.centre_mm)
    notes = [
        (t("centre"), f"{centre} mm"),
        (t("attenuation"), _attenuation(finding)),
        (t("lobe"), known(finding.lobe)),
        ("UID", finding.tracking_uid),
    ]
    st.caption("  \n".join(escaped(captioned(caption, text, language())) for caption, text in notes))


def viewer_data(reading: MedicalReading, findings: Sequence[ReadFinding]) -> dict[str, Any]:
    """What the viewer draws, and where it is to be: see ``static/viewer.js``."""
    geometry = reading.series.geometry
    view = slices.view_of(geometry)
    size, spacing = list(geometry.size), list(geometry.spacing_mm)
    shape = (size[1], size[2])
    if view.swap:
        size[1:], spacing[1:] = size[:0:-1], spacing[:0:-1]
    chosen = next((finding for finding in findings if finding.id == parameter("finding")), None)
    last = geometry.size[0] - 1
    if parameter("slice").isdecimal():
        k = min(int(parameter("slice")), last)
    else:
        first = chosen or next(iter(findings), None)
        k = last // 2 if first is None else round(first.centre_voxel[0])
    window = parameter("window") if parameter("window") in slices.WINDOWS else "lung"
    return {
        "base": f"/ct/{reading.id}/",
        "size": size,
        "spacing": spacing,
        "positions": slices.positions_mm(geometry),
        "axis": slices.axis_name(geometry),
        "windows": [
            {
                "id": name,
                "label": t(name),
                "level": slices.PRESETS[preset].centre,
                "width": slices.PRESETS[preset].width,
            }
            for name, preset in slices.WINDOWS.items()
        ],
        "window": window,
        "slice": k,
        "markers": parameter("markers") != "false",
        "heat": parameter("heat") == "true",
        "edges": dict(zip(("left", "right", "top", "bottom"), view.letters, strict=True)),
        "findings": [_marker(reading.id, finding, view, shape) for finding in findings],
        "finding": chosen.id if chosen else "",
        "texts": {
            **{
                key: t(key)
                for key in ("slice", "markers", "heatmap", "heatmap_none", "opacity", "loading", "not_loaded")
            },
            "keys": t("viewer_keys"),
        },
        "lang": language(),
        "height": VIEWER_HEIGHT,
    }


def _marker(reading_id: str, finding: ReadFinding, view: View, shape: tuple[int, int]) -> dict[str, Any]:
    k, *place = finding.centre_voxel
    row, column = view.turn_point(place[0], place[1], shape)
    return {
        "id": finding.id,
        "rank": finding.rank,
        "k": k,
        "row": row,
        "column": column,
        "radius": UNMEASURED_MM if isinstance(finding.long_axis_mm, Missing) else finding.long_axis_mm / 2,
        "shown": finding.shown,
        "heat": slices.heat_extent(reading_id, finding.id) if isinstance(finding.heatmap, str) else None,
    }


def _row(finding: ReadFinding) -> dict[str, Any]:
    side = finding.side
    long_mm, short_mm = _measure(finding.long_axis_mm, "{:.1f}"), _measure(finding.short_axis_mm, "{:.1f}")
    cells = [
        {"text": str(finding.rank)},
        {"text": f"{finding.probability:.2f}"},
        {"text": f"{long_mm} × {short_mm} mm"},
        {"text": f"{_measure(finding.volume_mm3, '{:,.0f}')} mm³"},
        {"text": t("not_available"), "hint": known(side)} if isinstance(side, Missing) else {"text": t(side)},
        {"text": str(round(finding.centre_voxel[0]) + 1)},
    ]
    return {"id": finding.id, "kind": "line" if finding.shown else "line muted", "cells": cells}


def _measure(value: float | Missing, form: str) -> str:
    return t("not_available") if isinstance(value, Missing) else form.format(value)


def _attenuation(finding: ReadFinding) -> str:
    mean, spread = finding.attenuation, finding.attenuation_spread
    if isinstance(mean, Missing):
        return known(mean)
    if isinstance(spread, Missing):
        return f"{mean:.0f} HU"
    return f"{mean:.0f} ± {spread.sd:.0f} ({spread.min:.0f} … {spread.max:.0f}) HU"
