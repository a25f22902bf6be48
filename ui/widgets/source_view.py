"""The source document beside a reading, with the facts of what is selected marked one after the other."""

import streamlit as st

from apps.finance.money import printed
from apps.messages import said as in_words
from ui import library
from ui.labels import captioned
from ui.sources.cached import safe_source
from ui.widgets.components import frame
from ui.widgets.report_view import Chosen
from ui.widgets.shell import escaped, go, language, parameter, said, t

FRAME_HEIGHT = 540
NOTES_HEIGHT = 104


def source_view(reading_id: str, chosen: Chosen | None) -> None:
    """What is selected in words, and its place in the source."""
    with st.container(height=NOTES_HEIGHT, border=False, gap="xsmall"):
        if chosen is None:
            st.caption(t("choose_cell"))
        element = _about(reading_id, chosen) if chosen else ""
    with said():
        safe_source(reading_id)  # what cannot be shown says so here, not inside the frame
        frame(f"/source/{reading_id}?lang={language()}", element, t("source"), FRAME_HEIGHT, key="source")


def _about(reading_id: str, chosen: Chosen) -> str:
    """Say what is known of the selection; the element to mark, empty where there is none to see."""
    total = len(chosen.fact_ids)
    number = min(int(text), total) if (text := parameter("n")).isdecimal() and int(text) > 0 else 1
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{escaped(chosen.title)}**", width="stretch")
        if total > 1:
            st.button("", icon=":material/chevron_left:", key="previous", type="tertiary", disabled=number <= 1,
                      on_click=go, kwargs={"n": str(number - 1)}, help=t("previous"))  # fmt: skip
            st.caption(t("element_of", n=number, total=total), width="content")
            st.button("", icon=":material/chevron_right:", key="next", type="tertiary", disabled=number >= total,
                      on_click=go, kwargs={"n": str(number + 1)}, help=t("next"))  # fmt: skip
    fact_id = chosen.fact_ids[number - 1] if total else ""
    fact = library.facts(reading_id).get(fact_id)
    notes = list(chosen.notes)
    if fact is not None:
        period = fact.end if not fact.start else f"{fact.start} – {fact.end}"
        why = in_words(fact.not_available, language()) if fact.not_available else t("no_value")
        value = fact.value or t("because", reason=why)
        value = printed(value) if fact.value and fact.unit and "/" not in fact.value else value
        notes.insert(0, (t("fact"), f"{fact.concept} = {value} {fact.unit or ''} · {period or ''}"))
    unseen = bool(fact_id) and fact_id not in safe_source(reading_id).visible
    if unseen:
        st.caption(f":orange[:material/visibility_off: {t('not_visible')}]")
    st.caption("  \n".join(escaped(captioned(caption, text, language())) for caption, text in notes))
    return "" if unseen else fact_id
