"""What axe-core finds on every screen, in both languages and both themes: nothing serious, nothing critical."""

from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from apps.store import inputs, jobs
from apps.store.deletion import delete_everything_of
from apps.store.store import Store
from core_model.errors import Refusal
from tests.browser.conftest import Screen, Served, with_cookie
from tests.thinned import thinned

pytestmark = pytest.mark.browser

NEVER = ("serious", "critical")
PAGES = {
    "reports": "/?",
    "statement": "/reports?reading={report}&view=income&pick=net_income.2",
    "as reported": "/reports?reading={report}&view=income&as_reported=true",
    "anomalies": "/reports?reading={report}&view=anomalies",
    "checks": "/reports?reading={report}&view=checks",
    "warnings": "/reports?reading={report}&view=warnings",
    "studies": "/studies?",
    "study": "/studies?reading={study}&finding=finding-1&below=true",
    "jobs": "/jobs?",
    "failed job": "/jobs?job={job}",
    "nothing there": "/reports?reading=reading-0123456789abcdef",
}


def axe() -> str:
    """The text of axe-core, which a package of the tests brings along."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf8")


def found(page: Any) -> list[str]:
    """What is serious or worse: rule, element, why."""
    result = page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for each in result["violations"]
        if each["impact"] in NEVER
        for node in each["nodes"]
    ]


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("lang", "scheme"), thinned(["en", "zh"], ["light", "dark"]))
def test_axe_finds_nothing_serious(served: Served, browser: Any, lang: str, scheme: str, tmp_path: Path) -> None:
    with Store(served.settings) as store:
        job = jobs.create(store, "finance.read", inputs.add(store, tmp_path), {})
        jobs.start(store, job.id, 1, "worker-1")
        jobs.end(store, job.id, 1, "failed", worker="worker-1", error=Refusal("no_path"))
        try:
            context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
            with_cookie(context, served.url)
            screen = Screen(context.new_page(), served)
            problems = {}
            screen.open(f"/jobs?lang={lang}")
            screen.page.evaluate(axe())
            for name, path in PAGES.items():
                screen.show(f"{path.format(report=served.report, study=served.study, job=job.id)}&lang={lang}")
                if listed := found(screen.page):
                    problems[name] = listed
            context.close()
        finally:
            delete_everything_of(store, job.id)
    assert not problems, "\n".join(f"{name}:\n  " + "\n  ".join(listed) for name, listed in problems.items())
