"""What every page shares: the language, the notice, errors in one sentence, ids in the address."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from apps import messages
from apps.documents import Missing
from core_model.errors import Place, TandemError
from ui import labels

_MARKUP = frozenset("\\`*_{}[]()#+-.!|<>~$:&^=")


def language() -> str:
    """The chosen language, ``en`` or ``zh``."""
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    return chosen if chosen in labels.LANGUAGES else "en"


def t(key: str, **values: object) -> str:
    """The text of a key in the chosen language."""
    return labels.text(key, language(), **values)


def known(value: str | float | Missing) -> str:
    """A value of a reading as text; what is not available says why."""
    if isinstance(value, Missing):
        return t("because", reason=messages.said(value.not_available, language()))
    return str(value)


def escaped(text: str) -> str:
    """Text of a document, an error or a file name inside Markdown: it is shown as it stands, and is never markup."""
    flat = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in _MARKUP else sign for sign in flat)


def parameter(name: str) -> str:
    """A parameter of the address; empty where it is absent or has no shape of ours."""
    value = st.query_params.get(name, "")
    return value if len(value) <= 200 else ""


def go(**parameters: str | None) -> None:
    """Set parameters of the address; None takes one away. What is shown follows the address, so a reload keeps it, and
    the way back brings it back. All are written at once: each write may become an entry of the browser's history."""
    before = st.query_params.to_dict()
    after = {name: value for name, value in {**before, **parameters}.items() if value is not None}
    if after != before:
        st.query_params.from_dict(after)


def leave(**parameters: str) -> None:
    """Close what is open: the address holds these parameters and the language, so that the next thing opens fresh."""
    go(**{**dict.fromkeys(name for name in st.query_params.to_dict() if name != "lang"), **parameters})


def in_words(error: TandemError, place: Place | None = None) -> str:
    """An error as one sentence in the chosen language.

    Args:
        error: It.
        place: Where in what was given it happened, in place of the error's own.
    """
    if language() == "en":
        return error.sentence(str(place or error.source or ""))
    return messages.refused(error.refusal, language(), messages.said(place.message, language()) if place else "")


@contextmanager
def said() -> Iterator[None]:
    """Show an error of the store or of an input as one sentence, and go on with the page."""
    try:
        yield
    except TandemError as error:
        st.error(escaped(in_words(error)), icon=":material/error:")


def choice(
    label: str, options: Sequence[str], default: str, *, key: str, clears: Sequence[str] = (), **look: Any
) -> str:
    """Tabs whose choice stands in the address under ``key``, as a code that no language changes.

    Args:
        label: For screen readers.
        options: Codes.
        default: Which is chosen where the address says nothing.
        key: Of the widget and in the address.
        clears: Parameters of the address that belong to the old choice.
        look: Handed on to ``st.segmented_control``.
    """
    st.session_state[key] = parameter(key) if parameter(key) in options else default  # the address leads

    def moved() -> None:
        go(**{key: st.session_state[key], **dict.fromkeys(clears)})

    return st.segmented_control(
        label, options, key=key, required=True, label_visibility="collapsed", on_change=moved, **look
    )


def switch(label: str, *, key: str, clears: Sequence[str] = ()) -> bool:
    """A toggle that stands in the address under ``key``, as ``true`` where it is on.

    Args:
        label: What it does.
        key: Of the widget and in the address.
        clears: Parameters of the address that belong to the old choice.
    """
    st.session_state[key] = parameter(key) == "true"

    def moved() -> None:
        go(**{key: "true" if st.session_state[key] else None, **dict.fromkeys(clears)})

    return st.toggle(label, key=key, on_change=moved)
