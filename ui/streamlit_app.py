"""Navigation and the page's shell: pages, language, notice. Run through ``ui/server.py``."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # Streamlit puts the script's own folder first, not the packages'
    sys.path.insert(0, str(ROOT))

from apps.messages import said  # noqa: E402
from apps.notices import NOTICE_OF_USE  # noqa: E402
from ui import labels  # noqa: E402
from ui.routes import START  # noqa: E402
from ui.widgets import components  # noqa: E402
from ui.widgets.shell import go, language, t  # noqa: E402

st.set_page_config(page_title="Tandem", page_icon=ROOT / "ui" / "static" / "icon.png", layout="wide")
st.logo(ROOT / "ui" / "static" / "wordmark.png", size="medium")

st.session_state["lang"] = language()
page = st.navigation(
    [
        st.Page(
            f"app_pages/{name}.py",
            title=t(name),
            icon=f":material/{icon}:",
            url_path=name,
            default=name == "reports",
            help=t(f"{name}_help"),
        )
        for name, icon in (
            ("reports", "description"),
            ("studies", "radiology"),
            ("jobs", "checklist"),
            ("training", "model_training"),
        )
    ],
    position="top",
)

with st.container(horizontal=True, vertical_alignment="center", gap="small", key="shell"):
    st.caption(t("notice"), help=said(NOTICE_OF_USE.message, language()), width="stretch")
    st.segmented_control(
        t("language"),
        list(labels.LANGUAGES),
        format_func=labels.LANGUAGES.__getitem__,
        key="lang",
        label_visibility="collapsed",
        required=True,
    )
LOCALES = {"en": "en", "zh": "zh-CN"}
components.page(LOCALES[language()], START, {key: t(key) for key in ("gone", "restarted", "upload")})
go(lang=None if language() == "en" else language())

page.run()
