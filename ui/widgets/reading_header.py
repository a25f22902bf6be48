"""The line over a reading: what it is, download, delete with a question first."""

import json
from collections.abc import Sequence

import streamlit as st

from ui import library
from ui.widgets.shell import leave, said, t


def header(
    title: str, facts: Sequence[tuple[str, str]], reading_id: str, back: str, delete_id: str, ask: str = "delete_ask"
) -> None:
    """Title, facts about the reading, and what can be done with it.

    Args:
        title: What was read.
        facts: Captions and values, in the order shown.
        reading_id: The reading, whose document is offered as a download.
        back: Key of the label of the way back to the list.
        delete_id: Id of what the delete button removes.
        ask: Key of the question before that.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(title, anchor=False, width="content")
        about = " :gray[·] ".join(f":gray[{caption}] {value}" for caption, value in facts if value)
        st.markdown(about, width="stretch")
        if st.button(t(back), icon=":material/arrow_back:", type="tertiary"):
            leave()
            st.rerun()
        st.download_button(
            t("download"),
            data=lambda: json.dumps(json.loads(library.document_bytes(reading_id)), ensure_ascii=False, indent=2),
            file_name=f"{reading_id}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key="download",
        )
        if st.button(t("delete"), icon=":material/delete:", key="delete"):
            confirm(delete_id, ask)


def confirm(identifier: str, question: str) -> None:
    """Ask the question of this key, then delete."""

    @st.dialog(t("delete"), width="small")
    def ask() -> None:
        st.write(t(question))
        with st.container(horizontal=True, horizontal_alignment="right"):
            if st.button(t("keep"), key="keep"):
                st.rerun()
            if st.button(t("delete_yes"), type="primary", key="delete_yes"):
                with said():
                    library.delete(identifier)
                    leave()
                    st.toast(t("deleted"))
                    st.rerun()

    ask()
