"""One medical reading: the slices with the findings marked, the findings by rank, the series and warnings."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from apps.medical.ct.windows import View
from ui import slices
from ui.widgets.components import grid, viewer
from ui.widgets.series_list import list_series
from ui.widgets.shell import escaped, go, known, parameter, t

VIEWER_HEIGHT = 548
TABLE_HEIGHT = 330


def show_study(reading_id: str, document: Mapping[str, Any]) -> None:
    """The viewer on the left, the findings beside it; each follows the other, and the address follows both."""

    @st.fragment
    def both() -> None:
        left, right = st.columns([9, 11], gap="medium")
        with right:
            findings = list_findings(document)
            with st.expander(f"{t('series')} · {1 + len(document['series_skipped'])}", icon=":material/stacks:"):
                list_series(reading_id, document)
            for warning in document["warnings"]:
                st.warning(escaped(warning["text"]), icon=":material/warning:")
        with left:
            jump = st.session_state.setdefault("jump", 0)
            viewer(viewer_data(reading_id, document, findings, jump), f"viewer-{reading_id}", keep_place)

    both()


def keep_place(place: Mapping[str, Any]) -> None:
    """Keep in the address where the viewer came to rest; what it sent before the last jump is past."""
    if place["jump"] == st.session_state.get("jump"):
        go(slice=str(place["slice"]), window=place["window"], finding=place["finding"] or None)


def list_findings(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Draw the findings by rank; those that are listed. Those below the operating point stay behind a toggle."""
    findings = sorted(document["findings"], key=lambda finding: finding["rank"])
    listed = [finding for finding in findings if finding["shown"]]
    num_below = len(findings) - len(listed)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{t('findings')}** :gray[{t('operating_point', threshold=_threshold(document))}]")
        if num_below and st.toggle(t("show_below", n=num_below), key="below", bind="query-params"):
            listed = findings
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
    slices_of = {finding["id"]: round(finding["centre_voxel"][0]) for finding in listed}

    def picked(row: str, _: int) -> None:
        st.session_state["jump"] = st.session_state.get("jump", 0) + 1
        go(finding=row, slice=str(slices_of[row]))

    grid(data, "findings", picked)
    finding = next((each for each in listed if each["id"] == chosen), None)
    if finding is not None:
        _details(finding)
    return listed


def _details(finding: Mapping[str, Any]) -> None:
    """What is known of the chosen finding beside its row."""
    centre = ", ".join(f"{part:.1f}" for part in finding["centre_mm"])
    notes = [
        (t("centre"), f"{centre} mm"),
        (t("attenuation"), _attenuation(finding["attenuation"], finding.get("attenuation_spread"))),
        (t("mean_hu"), _attenuation(finding["mean_hu"]) if "mean_hu" in finding else ""),
        (t("lobe"), known(finding["lobe"])),
        ("UID", finding["tracking_uid"]),
    ]
    st.caption("  \n".join(f"{caption}: {escaped(text)}" for caption, text in notes if text))


def viewer_data(
    reading_id: str, document: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], jump: int
) -> dict[str, Any]:
    """What the viewer draws: see ``static/viewer.js``."""
    series = document["series"]
    view = slices.view_of(series)
    size, spacing = list(series["size"]), list(series["spacing_mm"])
    shape = (size[1], size[2])
    if view.swap:
        size[1:], spacing[1:] = size[:0:-1], spacing[:0:-1]
    chosen = next((finding for finding in findings if finding["id"] == parameter("finding")), None)
    last = series["size"][0] - 1
    if parameter("slice").isdecimal():
        k = min(int(parameter("slice")), last)
    else:
        first = chosen or next(iter(findings), None)
        k = last // 2 if first is None else round(first["centre_voxel"][0])
    window = parameter("window") if parameter("window") in slices.WINDOWS else "lung"
    return {
        "base": f"/ct/{reading_id}/",
        "size": size,
        "spacing": spacing,
        "positions": slices.positions_mm(series),
        "axis": slices.axis_name(series),
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
        "jump": jump,
        "edges": dict(zip(("left", "right", "top", "bottom"), view.letters, strict=True)),
        "findings": [_marker(reading_id, finding, view, shape) for finding in findings],
        "finding": chosen["id"] if chosen else "",
        "texts": {
            **{key: t(key) for key in ("slice", "markers", "heatmap", "heatmap_none", "opacity")},
            "keys": t("viewer_keys"),
        },
        "height": VIEWER_HEIGHT,
    }


def _marker(reading_id: str, finding: Mapping[str, Any], view: View, shape: tuple[int, int]) -> dict[str, Any]:
    k, *place = finding["centre_voxel"]
    row, column = view.turn_point(place[0], place[1], shape)
    axis = finding["long_axis_mm"]
    radius = axis / 2 if isinstance(axis, int | float) else 5.0
    heat = slices.heat_extent(reading_id, finding["id"]) if isinstance(finding.get("heatmap"), str) else None
    return {
        "id": finding["id"],
        "rank": finding["rank"],
        "k": k,
        "row": row,
        "column": column,
        "radius": radius,
        "shown": finding["shown"],
        "heat": heat,
    }


def _row(finding: Mapping[str, Any]) -> dict[str, Any]:
    side = finding["side"]
    long_mm, short_mm = _measure(finding["long_axis_mm"], "{:.1f}"), _measure(finding["short_axis_mm"], "{:.1f}")
    cells = [
        {"text": str(finding["rank"])},
        {"text": f"{finding['probability']:.2f}"},
        {"text": f"{long_mm} × {short_mm} mm"},
        {"text": f"{_measure(finding['volume_mm3'], '{:,.0f}')} mm³"},
        {"text": t(side) if side in ("left", "right") else t("not_available"), "hint": known(side)},
        {"text": str(round(finding["centre_voxel"][0]) + 1)},
    ]
    return {"id": finding["id"], "kind": "line" if finding["shown"] else "line muted", "cells": cells}


def _measure(value: Any, form: str) -> str:
    return form.format(value) if isinstance(value, int | float) else t("not_available")


def _attenuation(value: Any, spread: Mapping[str, float] | None = None) -> str:
    if not isinstance(value, int | float):
        return known(value)
    around = f" ± {spread['sd']:.0f} ({spread['min']:.0f} … {spread['max']:.0f})" if spread else ""
    return f"{value:.0f}{around} HU"


def _threshold(document: Mapping[str, Any]) -> str:
    return f"{document['operating_point']['threshold']:.2f}"
