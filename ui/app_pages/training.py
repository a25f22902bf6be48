"""Training: runs with their curves and the load of the experts, adapters with their cards and gates."""

from typing import Any

import streamlit as st

from ui import training
from ui.widgets import training_charts
from ui.widgets.components import grid
from ui.widgets.job_progress import EVERY_S
from ui.widgets.shell import choice, escaped, go, parameter, said, t

TONES = {"done": "green", "running": "blue", "failed": "red", "stopped": "gray"}
PLAIN = ("domain", "run", "made_at", "command", "seed", "steps", "best_step", "limits", "trained_on")  # of a card


def figure(held: dict[str, Any]) -> str:
    """A figure with its interval."""
    if held.get("value") is None:
        return t("not_available")
    low, high = held["interval"]
    return f"{held['value']:.3f}" + ("" if low is None else f" ({low:.3f} – {high:.3f})")


def first_figure(card: dict[str, Any]) -> str:
    """The first metric of a card."""
    return next((f"{name} {figure(held)}" for name, held in card.get("metrics", {}).items()), "")


def table(rows: list[dict[str, Any]], names: tuple[str, ...], chosen: str, key: str) -> None:
    """A table of runs or of versions; a row that is picked stands in the address."""
    data = {
        "columns": [{"label": t(name)} for name in names],
        "rows": rows,
        "mode": "row",
        "selected": {"row": chosen, "column": 0},
        "label": t(key),
    }
    grid(data, key, lambda row, _: go(**{key: row}))


def running() -> None:
    """Runs that go on, with progress and the time left, looked at until none does."""
    active = any(run.state == "running" for run in training.runs())

    @st.fragment(run_every=EVERY_S if active else None)
    def progress() -> None:
        with said():
            now = [run for run in training.runs() if run.state == "running"]
            for run in now:
                left = "" if run.left_s is None else t("time_left", time=f"{run.left_s:.0f} s")
                st.progress(run.share, f"**{escaped(run.name)}** {run.share:.0%} {left}")
            if active and not now:
                st.rerun()

    progress()


def show_runs() -> None:
    """The runs, and the one that was picked."""
    runs = training.runs()
    if not runs:
        st.info(t("no_runs"), icon=":material/lightbulb:")
        return
    running()
    chosen = next((run for run in runs if run.name == parameter("runs")), runs[0])
    cells = [
        [
            {"text": t(f"run_{run.state}"), "badge": TONES.get(run.state, "gray")},
            {"text": run.name},
            {"text": str(run.about.get("data", ""))},
            {"text": f"{run.share:.0%}"},
            {"text": str(run.about.get("version", ""))},
            {"text": run.at[:19].replace("T", " ")},
        ]
        for run in runs
    ]
    rows = [{"id": run.name, "cells": row} for run, row in zip(runs, cells, strict=True)]
    table(rows, ("state", "run", "samples", "progress", "adapter_version", "started_or_told"), chosen.name, "runs")
    if chosen.about.get("error"):
        st.error(escaped(str(chosen.about["error"])), icon=":material/error:")
    left, right = st.columns(2)
    with left:
        st.subheader(t("curves"))
        if points := training.curves(chosen):
            training_charts.curves(points)
    with right:
        st.subheader(t("expert_load_by_layer"), help=t("expert_load_help"))
        if cells_of := training.loads(chosen):
            training_charts.load(cells_of)


def show_adapters() -> None:
    """The versions of all domains, and the card and gates of the one that was picked."""
    versions = training.versions()
    if not versions:
        st.info(t("no_adapters"), icon=":material/lightbulb:")
        return
    chosen = next((each for each in versions if each.key == parameter("adapters")), versions[0])
    rows = [
        {
            "id": each.key,
            "cells": [
                {"text": t("in_use"), "badge": "green"} if each.in_use else {"text": ""},
                {"text": each.domain},
                {"text": str(each.number)},
                {"text": first_figure(each.card)},
                {"text": str(each.card.get("data", {}).get("name", ""))},
                {"text": str(each.card.get("made_at", ""))[:10]},
            ],
        }
        for each in versions
    ]
    table(rows, ("state", "domain", "adapter_version", "figure", "samples", "made_at"), chosen.key, "adapters")
    left, right = st.columns(2)
    with left:
        st.subheader(t("card"))
        shown = {name: chosen.card[name] for name in PLAIN if chosen.card.get(name) not in (None, "")}
        shown |= {f"data_{name}": value for name, value in chosen.card.get("data", {}).items()}
        shown |= {f"split_{name}": value for name, value in chosen.card.get("split", {}).items()}
        st.markdown("\n".join(f"- {t(f'card_{name}')}: {escaped(str(value))}" for name, value in shown.items()))
    with right:
        st.subheader(t("gates"))
        gates(chosen)


def gates(version: training.Version) -> None:
    """The table that decided on a version, or would."""
    if not version.gates:
        st.caption(t("no_gates"))
        return
    marks = {True: ":green[✓]", False: ":red[✗]"}
    head = [t("figure"), "n", t("current"), t("candidate"), t("better_by"), ""]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in version.gates.get("rows", []):
        name = escaped(f"{row['metric']} {row['group']}".strip())
        cells = [name, str(row["n"]), *(figure(row[side]) for side in ("current", "candidate", "difference"))]
        lines.append("| " + " | ".join([*cells, marks[row["passed"]] if row["guarded"] else ""]) + " |")
    st.markdown("\n".join(lines))
    if not version.in_use:
        st.caption(t("promote_with"))
        st.code(f"tandem adapters promote {version.domain} {version.number}", language=None)


with said():
    view = choice(t("training"), ("runs", "adapters"), "runs", key="view", format_func=t)
    show_adapters() if view == "adapters" else show_runs()
