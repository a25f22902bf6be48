"""Streamlit's own words on its widgets, in the chosen language.

It has no translations, and its uploader and its text fields bring English words that no argument changes. Style sheets
put ours in their place; readers of screens get them too. To be taken out when Streamlit can be told the words itself.
"""

import json
from collections.abc import Sequence

import streamlit as st

from ui.widgets.shell import t

_UPLOADER = '[data-testid="stFileUploaderDropzone"]'
_BUTTON = f'{_UPLOADER} button [data-testid="stMarkdownContainer"]'
_LIMIT = '[data-testid="stFileUploaderDropzoneInstructions"]'
_ENTER = '[data-testid="InputInstructions"]'
_SMALL = "font-size: 0.85rem; opacity: 0.7;"


def uploader_words(endings: Sequence[str]) -> None:
    """Say on the uploaders and text fields of this page what they do.

    Args:
        endings: Of files that may be uploaded.
    """
    gigabytes = int(st.get_option("server.maxUploadSize")) / 1024
    limit = t("upload_limit", size=gigabytes, endings=", ".join(endings).upper())
    rules = [
        *_instead(_BUTTON, t("upload")),
        *_instead(_LIMIT, limit, _SMALL),
        *_instead(_ENTER, t("press_enter"), _SMALL),
    ]
    st.html(f"<style>{' '.join(rules)}</style>")


def _instead(place: str, words: str, look: str = "") -> list[str]:
    quoted = json.dumps(words, ensure_ascii=False)
    return [f"{place} > * {{ display: none; }}", f"{place}::after {{ content: {quoted}; {look} }}"]
