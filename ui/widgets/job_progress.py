"""Progress of jobs, looked up until they end; nothing is asked after that."""

import streamlit as st

from apps.jobs.client import Progress, cancel, show
from apps.messages import refused
from apps.store import workers
from ui import library
from ui.labels import step_name
from ui.widgets.shell import escaped, go, language, parameter, said, t

EVERY_S = 0.7
FIRST_IMAGE_WIDTH = 420


def time_left(seconds: float | None) -> str:
    """``about 12 s left``; empty where not known."""
    if seconds is None:
        return ""
    whole = max(1, round(seconds))
    return t("time_left", time=f"{whole} s" if whole < 90 else f"{round(whole / 60)} min")


def lead_to_result() -> None:
    """Show the progress of the job in the address; when it is done, its reading takes its place there."""
    with said():
        if job := parameter("job"):
            follow(job)
            progress = show(library.store(), job)
            if progress.state == "done" and progress.reading_id:
                go(reading=progress.reading_id, job=None)
                st.rerun()


def follow(job_id: str) -> None:
    """Show the job's progress inline; when it has ended, run the page once more, so that it shows the result."""
    ended = show(library.store(), job_id).ended

    @st.fragment(run_every=None if ended else EVERY_S)
    def progress() -> None:
        with said():
            job = show(library.store(), job_id)
            if not job.ended:
                missing_worker()
            bar(job)
            image = None if job.ended else library.first_image(job_id)
            if image is not None:
                st.image(image, width=FIRST_IMAGE_WIDTH, alt=t("first_image"))
            if not ended and job.ended:
                st.rerun()

    progress()


def missing_worker() -> None:
    """Say so where jobs wait and nothing is there that could do them."""
    if not workers.live(library.store()):
        st.warning(t("no_worker"), icon=":material/hourglass_empty:")


def bar(job: Progress) -> None:
    """One job: its step, share and time left while it runs, else how it ended."""
    if job.state == "failed":
        st.error(escaped(refused(job.error, language()) if job.error else ""), icon=":material/error:")
    elif job.state == "cancelled":
        st.info(t("cancelled"), icon=":material/block:")
    elif job.state != "done":
        with st.container(horizontal=True, vertical_alignment="center"):
            state = t("cancelling") if job.cancelling else t(job.state)
            parts = (state, step_name(job.step, language()), f"{job.fraction:.0%}", time_left(job.eta_s))
            st.progress(job.fraction, text=escaped(" · ".join(part for part in parts if part)), width="stretch")
            if st.button(t("cancel"), key=f"cancel-{job.job_id}", disabled=job.cancelling):
                with said():
                    cancel(library.store(), job.job_id)
