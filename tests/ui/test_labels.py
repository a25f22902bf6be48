"""The labels of the screens: plurals, numbers, names of lines, and no second look-up of what has no values."""

import pytest

from apps.finance.statements.lines import LINES
from apps.messages import LANGUAGES, sentences
from ui import labels


@pytest.mark.parametrize(
    ("key", "values", "english", "chinese"),
    [
        ("read", {}, "Read", "读取"),
        ("because", {"reason": "x"}, "n/a, because x", "无数据，原因：x"),
        ("read_many", {"n": 1}, "1 report queued; see Jobs.", "已加入 1 份财报；见“任务”。"),
        ("read_many", {"n": 1200}, "1200 reports queued; see Jobs.", "已加入 1200 份财报；见“任务”。"),
        (
            "kept_for_retry",
            {"size": 1.25},
            "Keeps 1.2 MB, so that a retry goes on where it stopped; deleting the job removes it.",
            "保留 1.2 MB，以便从中断处继续；删除任务即会移除。",
        ),
        ("time_left", {"time": "12 s"}, "about 12 s left", "约剩 12 s"),
    ],
)
def test_a_label_is_said_in_both_languages(key: str, values: dict[str, object], english: str, chinese: str) -> None:
    assert labels.text(key, "en", **values) == english
    assert labels.text(key, "zh", **values) == chinese


def test_every_standard_line_has_its_name_in_both_languages() -> None:
    keys = [line.name for line in LINES]
    assert len(keys) == 30
    for language in LANGUAGES:
        names = [sentences.words(f"line_{key}", {}, language) for key in keys]
        assert all(names)
        assert len(set(names)) == 30
    assert labels.line_name("revenue", "zh") == "营业收入"
    assert labels.line_name("of_another_kind", "zh") == "Of another kind"
    assert set(keys) > labels.TOTALS


def test_a_label_without_values_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert labels.text("anomalies", "zh") == "异常"
    monkeypatch.setattr(sentences, "pattern", lambda *_: pytest.fail("it was looked up again"))
    assert labels.text("anomalies", "zh") == "异常"
