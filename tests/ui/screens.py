"""The pages in memory, as a browser would have them, and what stands on them."""

import json
import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

SCRIPT = Path(__file__).resolve().parents[2] / "ui" / "streamlit_app.py"


def opened(page: str, **parameters: str) -> AppTest:
    """The page after a run, as the address would open it."""
    app = AppTest.from_file(str(SCRIPT), default_timeout=60)
    if "lang" in parameters:
        app.query_params["lang"] = parameters["lang"]
    app.run()
    for name, value in parameters.items():
        app.query_params[name] = value
    app.switch_page(f"app_pages/{page}.py")
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def components(app: AppTest) -> dict[str, dict[str, Any]]:
    """Data of the page's own components by the name of their kind and their key."""
    found = {}
    for node in app.get("bidi_component"):
        data = json.loads(node.proto.json) if node.proto.json else {}
        found[f"{node.proto.component_name}:{node.proto.id.rsplit('-', 1)[-1]}"] = data
    return found


def said(app: AppTest) -> str:
    """All that the page says outside its components."""
    kinds = (app.markdown, app.caption, app.info, app.error, app.warning, app.success, app.subheader)
    return re.sub(r"\\(\W)", r"\1", "\n".join(str(element.value) for kind in kinds for element in kind))
