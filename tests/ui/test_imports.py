"""The screens load neither torch nor other heavy libraries: the worker does the reading."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import sys
import ui.training, ui.widgets.training_charts
import ui.server, ui.widgets.report_view, ui.widgets.study_view, ui.widgets.source_view
import apps.finance.jobs, apps.medical.jobs
print([name for name in ("torch", "scipy", "monai", "transformers", "torchvision", "dbos") if name in sys.modules])
"""


def test_the_screens_and_what_they_call_load_no_torch() -> None:
    ran = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_pages_are_short_and_hold_no_sql() -> None:
    pages = sorted((ROOT / "ui" / "app_pages").glob("[a-z]*.py"))
    assert [page.stem for page in pages] == ["jobs", "reports", "studies", "training"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 150
        assert not any(word in text for word in ("sqlalchemy", "SELECT ", "torch"))
