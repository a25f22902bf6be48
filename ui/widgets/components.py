"""The screens' own components: a table that can be picked from, a frame without rights, a slice viewer.

Their scripts stand in ``ui/static`` and are part of the product; nothing that was read is ever given as markup.
"""

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

STATIC = Path(__file__).resolve().parent.parent / "static"


@cache
def _component(name: str, html: str) -> Any:
    css, js = ((STATIC / f"{name}.{ending}").read_text(encoding="utf-8") for ending in ("css", "js"))
    return st.components.v2.component(f"tandem_{name}", html=html, css=css, js=js)


def grid(data: dict[str, Any], key: str) -> dict[str, Any] | None:
    """A table; what was picked in this run as ``{"row": id, "column": number}``, else None.

    Args:
        data: As ``static/grid.js`` describes it.
        key: Stable key of the element.
    """
    mount = _component("grid", "<div class='grid'></div>\n")
    return mount(key=key, data=data, on_picked_change=_nothing).picked


def frame(src: str, element: str, title: str, height: int, key: str) -> None:
    """A page of this server in a sandboxed frame, scrolled to an element.

    Args:
        src: Address on this server, ``/source/READING``.
        element: Id of the element to mark; empty for none.
        title: Name of the frame for screen readers.
        height: Pixels.
        key: Stable key of the element.
    """
    data = {"src": src, "element": element, "title": title, "height": height}
    _component("frame", "<div class='frame'></div>\n")(key=key, data=data)


def viewer(data: dict[str, Any], key: str) -> dict[str, Any] | None:
    """The slice viewer; where it came to rest in this run as ``{"slice", "finding", "window"}``, else None.

    Args:
        data: As ``static/viewer.js`` describes it.
        key: Stable key of the element.
    """
    mount = _component("viewer", "<div class='viewer' tabindex='0'></div>\n")
    return mount(key=key, data=data, on_place_change=_nothing).place


def _nothing() -> None:
    """Streamlit wants a callback for each value that a component may send."""
