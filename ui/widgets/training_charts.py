"""Charts of a training: the curves of its losses, the load of its experts."""

from typing import Any

import altair as alt
import streamlit as st

from ui.widgets.shell import t

COLOURS = ("#2a6fdb", "#d9730d")


def curves(points: list[dict[str, Any]]) -> None:
    """Loss in training and on held-out samples over the steps."""
    names = {"loss": t("train_loss"), "held_out_loss": t("held_out_loss")}
    shown = [{**point, "curve": names[point["curve"]]} for point in points]
    chart = (
        alt.Chart(alt.Data(values=shown))
        .mark_line(point={"size": 28})
        .encode(
            x=alt.X("step:Q", title=t("step_number")),
            y=alt.Y("loss:Q", title=t("loss"), scale=alt.Scale(zero=False)),
            color=alt.Color(
                "curve:N", title=None, scale=alt.Scale(domain=list(names.values()), range=list(COLOURS))
            ).legend(orient="top"),
            tooltip=["curve:N", "step:Q", alt.Tooltip("loss:Q", format=".4f")],
        )
        .properties(height=280)
    )
    st.altair_chart(chart, width="stretch")


def load(cells: list[dict[str, Any]]) -> None:
    """How much each expert of each layer takes, by modality, as a multiple of an even share."""
    cells = [{**cell, "modality": t(f"modality_{cell['modality']}")} for cell in cells]
    most = max([2.0, *(cell["load"] for cell in cells)])
    chart = (
        alt.Chart(alt.Data(values=cells))
        .mark_rect(stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X("expert:O", title=t("expert"), axis=alt.Axis(labelAngle=0)),
            y=alt.Y("layer:O", title=t("layer")),
            color=alt.Color(
                "load:Q",
                title=t("expert_load"),
                scale=alt.Scale(domain=[0, 1, most], range=["#f4f1ea", "#8fb3e8", "#123a7a"], interpolate="rgb"),
            ),
            tooltip=["modality:N", "layer:O", "expert:O", alt.Tooltip("load:Q", format=".2f")],
        )
        .properties(width=240, height=260)
        .facet(column=alt.Column("modality:N", title=None))
        .resolve_scale(x="independent")
    )
    st.altair_chart(chart, width="content")
