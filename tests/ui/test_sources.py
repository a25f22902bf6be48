"""A source is made safe outside the dashboard's process, within a budget; once for all who look at it."""

import sys
import threading
from pathlib import Path

import pytest

from apps.isolation import Budget
from apps.store.store import Store
from core_model.errors import InputRejected
from tests.ui import made
from ui.sources import cached, sanitise
from ui.sources.cached import safe_source

INLINE = (
    "<html xmlns='http://www.w3.org/1999/xhtml' xmlns:ix='http://www.xbrl.org/2013/inlineXBRL'><body>{}</body></html>"
)
FACT = "<ix:nonNumeric name='a:B' contextRef='c' id='{}'>x</ix:nonNumeric>"


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cached._safe.clear()


def test_no_parser_runs_in_the_process_that_serves_the_screens(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = made.report(store)
    expected = sanitise(made.REPORT)
    for parser in ("parse", "html", "nh3"):
        monkeypatch.setattr(sys.modules["ui.sources.sanitise"], parser, None)
    assert safe_source(reading) == expected


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch, store: Store) -> Path:
    """Sources are never made safe, which shows within a second; the file in which each try is noted."""
    monkeypatch.setattr(cached, "MAKE_SAFE", "tests.ui.stuck:make_safe")
    monkeypatch.setattr(cached, "BUDGET", Budget(cpu_s=1, wall_s=600, memory_mib=512))
    return store.settings.data_dir / "begun"


def test_a_source_over_its_budget_is_refused_and_not_tried_again(store: Store, stuck: Path) -> None:
    reading = made.report(store)
    for _ in range(3):
        with pytest.raises(InputRejected) as refused:
            safe_source(reading)
        assert refused.value.code == "parse_too_long"
    assert len(stuck.read_text().splitlines()) == 1
    assert not list((store.settings.data_dir / "scratch").iterdir())


def test_few_are_made_at_a_time_whoever_asks(store: Store, stuck: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached, "_turns", threading.BoundedSemaphore(1))
    reading = made.report(store)
    begun = []

    def ask() -> None:
        with pytest.raises(InputRejected):
            safe_source(reading)
        begun.append(len(stuck.read_text().splitlines()))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert begun == [1, 2], "the second began when the first had ended"


def test_texts_between_what_is_taken_out_stay_in_their_order() -> None:
    pieces = "".join(
        f"<b>b{n}</b>" if n % 5 == 0 else f"<v:x xmlns:v='urn:v'>gone<v:y/>gone</v:x>t{n} " for n in range(60)
    )
    text = sanitise(INLINE.format(f"start {pieces}{FACT.format('f')}").encode()).html.decode()
    expected = "".join(f"<b>b{n}</b>" if n % 5 == 0 else f"t{n} " for n in range(60))
    assert expected in text
    assert "gone" not in text
    assert "urn:v" not in text


def test_facts_within_several_elements_out_of_sight_are_not_visible_and_those_after_them_are() -> None:
    hidden = "<div style='display:none'>" * 30 + FACT.format("in") + "</div>" * 30
    page = f"{FACT.format('before')}{hidden}{FACT.format('after')}<p hidden='hidden'>{FACT.format('last')}</p>"
    assert sanitise(INLINE.format(page).encode()).visible == {"before", "after"}
