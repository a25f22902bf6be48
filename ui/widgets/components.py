"""The screens' own components: a table that can be picked from, a frame without rights, a slice viewer.

Their scripts stand in ``ui/static`` and are part of the product; nothing that was read is ever given as markup.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

STATIC = Path(__file__).resolve().parent.parent / "static"


@cache
def _component(name: str, html: str) -> Any:
    css, js = ((STATIC / f"{name}.{ending}").read_text(encoding="utf-8") for ending in ("css", "js"))
    return st.components.v2.component(f"tandem_{name}", html=html, css=css, js=js)


def page(lang: str, start: str, texts: Mapping[str, str]) -> None:
    """What belongs to the whole window: see ``static/page.js``.

    Args:
        lang: Language of the document.
        start: Which start of the server the page is of.
        texts: ``gone`` and ``restarted``: what to say while the server does not answer; ``upload``, the name of the
            button that uploads.
    """
    _component("page", "<div class='page'></div>\n")(
        key="page", data={"lang": lang, "start": start, "texts": dict(texts)}
    )


def grid(data: dict[str, Any], key: str, on_pick: Callable[[str, int], None]) -> None:
    """A table to pick from.

    Args:
        data: As ``static/grid.js`` describes it.
        key: Stable key of the element.
        on_pick: Called with the row's id and the column's number, before the page runs again.
    """

    def picked() -> None:
        chosen = st.session_state[key].picked
        if chosen:
            on_pick(str(chosen["row"]), int(chosen["column"]))

    _component("grid", "<div class='grid'></div>\n")(key=key, data=data, on_picked_change=picked)


def frame(src: str, element: str, title: str, height: int, key: str) -> None:
    """A page of this server in a sandboxed frame, scrolled to an element.

    Args:
        src: Address on this server, ``/source/READING?lang=zh``.
        element: Id of the element to mark; empty for none.
        title: Name of the frame for screen readers.
        height: Pixels.
        key: Stable key of the element.
    """
    data = {"src": src, "element": element, "title": title, "height": height}
    _component("frame", "<div class='frame'></div>\n")(key=key, data=data)


def viewer(data: dict[str, Any], key: str, on_place: Callable[[Mapping[str, Any]], None]) -> None:
    """The slice viewer.

    Args:
        data: As ``static/viewer.js`` describes it.
        key: Stable key of the element.
        on_place: Called with where it came to rest (``slice``, ``finding``, ``window``, ``markers``, ``heat``) and the
            ``jump`` that it knows, before the page runs again.
    """

    def placed() -> None:
        place = st.session_state[key].place
        if place:
            on_place(place)

    _component("viewer", "<div class='viewer' tabindex='0'></div>\n")(key=key, data=data, on_place_change=placed)
