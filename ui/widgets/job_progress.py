"""Progress of jobs, looked up until they end; nothing is asked after that."""

from collections.abc import Sequence

import streamlit as st

from apps.jobs.client import Progress, cancel, show
from ui import library
from ui.widgets.shell import escaped, said, t

EVERY_S = 0.7
FIRST_IMAGE_WIDTH = 420


def time_left(seconds: float | None) -> str:
    """``about 12 s left``; empty where not known."""
    if seconds is None:
        return ""
    whole = max(1, round(seconds))
    return t("time_left", time=f"{whole} s" if whole < 90 else f"{round(whole / 60)} min")


def follow(job_ids: Sequence[str]) -> None:
    """Show the jobs' progress inline; when all have ended, run the page once more, so that it shows the results."""
    ended = all(show(library.store(), job_id).ended for job_id in job_ids)

    @st.fragment(run_every=None if ended else EVERY_S)
    def progress() -> None:
        with said():
            jobs = [show(library.store(), job_id) for job_id in job_ids]
            for job in jobs:
                bar(job)
                image = None if job.ended else library.first_image(job.job_id)
                if image is not None:
                    st.image(image, width=FIRST_IMAGE_WIDTH, alt=t("first_image"))
            if not ended and all(job.ended for job in jobs):
                st.rerun()

    progress()


def bar(job: Progress) -> None:
    """One job: its step, share and time left while it runs, else how it ended."""
    if job.state == "failed":
        st.error(escaped(job.error_text), icon=":material/error:")
    elif job.state == "cancelled":
        st.info(t("cancelled"), icon=":material/block:")
    elif job.state != "done":
        with st.container(horizontal=True, vertical_alignment="center"):
            state = t("cancelling") if job.cancelling else t(job.state)
            parts = (state, job.step, f"{job.fraction:.0%}", time_left(job.eta_s))
            st.progress(job.fraction, text=escaped(" · ".join(part for part in parts if part)), width="stretch")
            if st.button(t("cancel"), key=f"cancel-{job.job_id}", disabled=job.cancelling):
                with said():
                    cancel(library.store(), job.job_id)
