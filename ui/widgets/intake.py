"""How something to read comes in: a path on this machine, or an upload that goes to disk at once."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from apps.store import inputs
from apps.store.disk import file_mode, make_private
from core_model.errors import InputRejected, Unavailable, system_reason
from ui import library
from ui.widgets.shell import t
from ui.widgets.streamlit_words import uploader_words

CHUNK = 4 << 20


@contextmanager
def intake(kind: str, endings: list[str]) -> Iterator[list[Path]]:
    """The row of inputs, and what was given in this run, to be queued in the block: an upload that no job needs is
    gone after it.

    Args:
        kind: ``report`` or ``study``: which labels to show.
        endings: Of files that may be uploaded.

    Raises:
        NotFound: There is nothing at the path.
        InputRejected: The path is empty, or cannot be looked up.
        Unavailable: An upload cannot be written.
    """
    uploaded: list[Path] = []
    try:
        yield _given(kind, endings, uploaded)
    finally:
        if uploaded:
            store = library.store()
            inputs.remove_uploads(store, inputs.uploads_among(store, uploaded))


def _given(kind: str, endings: list[str], uploaded: list[Path]) -> list[Path]:
    """What was given; each upload is added to ``uploaded`` as soon as it is written."""
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    with left, st.form(f"{kind}-path", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(
            t("path" if kind == "report" else "path_study"),
            placeholder=t(f"path_{kind}_hint"),
            key=f"{kind}_path",
            width="stretch",
        )
        pressed = st.form_submit_button(t("read"), type="primary", icon=":material/play_arrow:")
    uploader_words(endings)
    generation = st.session_state.setdefault(f"{kind}_uploads", 0)
    with right:
        uploads = st.file_uploader(
            t(f"upload_{kind}"), type=endings, accept_multiple_files=True, key=f"{kind}_upload_{generation}"
        )
    if uploads:
        for upload in uploads:
            uploaded.append(receive(upload))
        st.session_state[f"{kind}_uploads"] = generation + 1  # a new key empties the widget and frees its memory
        return uploaded
    if not pressed:
        return []
    if not typed.strip():
        raise InputRejected("no path was given", action="give the path of a file or folder", code="no_path")
    return [inputs.looked_up(typed.strip().strip("'\""))]


def receive(upload: UploadedFile) -> Path:
    """Write an upload to the inbox under a random name, readable by this user alone; the name it had is not kept.

    Raises:
        Unavailable: The disk is full or cannot be written; nothing is left behind.
    """
    folder = library.inbox()
    path = folder / f"{secrets.token_hex(16)}{Path(upload.name).suffix.lower()[:8]}"
    try:
        make_private(folder)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            path.chmod(file_mode(folder))
            shutil.copyfileobj(upload, file, CHUNK)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Unavailable(
            "the upload cannot be written ({why})",
            action="make room on the disk",
            code="upload_not_written",
            values={"why": system_reason(error)},
        ) from None
    return path
