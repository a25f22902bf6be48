"""Stored sentences in words: values, plurals, nested sentences, refusals, and codes that nobody knows."""

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.messages import LANGUAGES, catalogue, cautioned, refused, said, sentences
from core_model.errors import SYSTEM_REASONS, Caution, InputRejected, Message, numbered_file, system_reason

ENGLISH = """
plain = It is so
braces = A context of {"{"}http://ns{"}"}x
months = { $n ->
    [one] 1 month
   *[other] { $n } months
 } to { $end }
share = { NUMBER($share, minimumFractionDigits: 1) } %
because = n/a, because { $reason }
too_many = the folder holds { $count } files
    .allowed = at most { $most }
    .action = leave out { $names }
several = it is wrong: { $reasons }
    .reasons = { $list }; { $part }
only_english = in English alone
"""
CHINESE = """
plain = 如此
braces = 上下文 {"{"}http://ns{"}"}x
months = 截至 { $end } 的 { $n } 个月
share = { NUMBER($share, minimumFractionDigits: 1) }%
because = 无，原因：{ $reason }
too_many = 文件夹中有 { $count } 个文件
    .allowed = 最多 { $most } 个
    .action = 请去掉 { $names }
several = 有误：{ $reasons }
    .reasons = { $list }；{ $part }
"""


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Made sentences beside the frame."""
    for language, text in (("en", ENGLISH), ("zh", CHINESE)):
        folder = tmp_path / language
        folder.mkdir()
        frame = (catalogue.FOLDER / language / "frame.ftl").read_text(encoding="utf8")
        (folder / "frame.ftl").write_text(frame, encoding="utf8")
        (folder / "made.ftl").write_text(text, encoding="utf8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    forget()
    yield
    forget()


def forget() -> None:
    for cached in (catalogue.files_by_code, catalogue.bundle, sentences._fixed):
        cached.cache_clear()


@pytest.mark.parametrize(
    ("message", "english", "chinese"),
    [
        (Message("plain"), "It is so", "如此"),
        (Message("braces"), "A context of {http://ns}x", "上下文 {http://ns}x"),
        (Message("months", {"n": 1, "end": "2024-03-31"}), "1 month to 2024-03-31", "截至 2024-03-31 的 1 个月"),
        (Message("months", {"n": 12, "end": "x"}), "12 months to x", "截至 x 的 12 个月"),
        (Message("share", {"share": 7.0}), "7.0 %", "7.0%"),
        (Message("because", {"reason": 1234567}), "n/a, because 1234567", "无，原因：1234567"),
        (Message("because", {"reason": 0.25}), "n/a, because 0.25", "无，原因：0.25"),
        (Message("because", {"reason": ["a", "b", "c"]}), "n/a, because a, b and c", "无，原因：a、b和c"),
        (Message("because", {"reason": []}), "n/a, because ", "无，原因："),
        (Message("several", {"reasons": ["a", "b", "c"]}), "it is wrong: a; b; c", "有误：a；b；c"),
        (
            Message("several", {"reasons": [Message("share", {"share": 0.5}).as_dict()]}),
            "it is wrong: 0.5 %",
            "有误：0.5%",
        ),
        (Message("several", {"reasons": "a"}), "it is wrong: a", "有误：a"),
        (Message("several", {"reasons": []}), "it is wrong: ", "有误："),
        (
            Message("because", {"reason": [Message("plain"), Message("share", {"share": 0.5}).as_dict()]}),
            "n/a, because It is so and 0.5 %",
            "无，原因：如此和0.5%",
        ),
        (
            Message("because", {"reason": Message("because", {"reason": "x"}).as_dict()}),
            "n/a, because n/a, because x",
            "无，原因：无，原因：x",
        ),
    ],
)
def test_a_stored_sentence_is_said_in_both_languages(
    catalogues: None, message: Message, english: str, chinese: str
) -> None:
    assert said(message) == english
    assert said(message, "zh") == chinese


def test_a_refusal_says_where_what_is_allowed_and_what_to_do(catalogues: None) -> None:
    error = InputRejected(
        "the folder holds {count} files",
        allowed="at most {most}",
        action="leave out {names}",
        source=numbered_file(17, 133),
        code="too_many",
        values={"count": 1201, "most": 1000, "names": ["a", "b"]},
    )
    assert refused(error.refusal) == str(error)
    assert refused(error.refusal, "en", "scan.zip") == error.sentence("scan.zip")
    chinese = "文件夹中有 1201 个文件（允许：最多 1000 个）；请去掉 a和b。"
    assert refused(error.refusal, "zh") == f"第 17 个文件（共 133 个）：{chinese}"
    assert refused(error.refusal, "zh", "scan.zip") == f"scan.zip：{chinese}"


def test_a_code_that_no_catalogue_has_is_shown_with_its_values(catalogues: None) -> None:
    message = Message("of_a_newer_program", {"count": 3, "names": ["a", "b"], "why": Message("plain").as_dict()})
    assert said(message) == "of_a_newer_program (count 3, names a and b, why It is so)"
    assert said(message, "zh") == "of_a_newer_program (count 3, names a和b, why 如此)"
    assert cautioned(Caution("unknown")) == "unknown"
    refusal = InputRejected("so", code="unknown", values={"n": 1}).refusal
    assert refused(refusal) == "unknown (n 1)."


def test_other_values_than_the_sentence_takes_are_shown_rather_than_half_of_it(
    catalogues: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert said(Message("months", {"m": 3})) == "months (m 3)"
    assert said(Message("months")) == "months"
    assert "the sentence months does not take the values m" in caplog.text


def test_what_one_language_lacks_is_said_in_english(catalogues: None) -> None:
    assert said(Message("only_english"), "zh") == "in English alone"


def test_two_entries_of_one_code_are_refused(catalogues: None) -> None:
    (catalogue.FOLDER / "en" / "more.ftl").write_text("plain = again\n", encoding="utf8")
    forget()
    with pytest.raises(ValueError, match=r"the code plain stands in made\.ftl and in more\.ftl"):
        said(Message("plain"))


@pytest.mark.skipif(sys.platform != "linux", reason="the words are those of Linux")
def test_the_system_s_reasons_are_said_in_its_own_words() -> None:
    for name in SYSTEM_REASONS:
        number = getattr(errno, name)
        reason = system_reason(OSError(number, os.strerror(number)))
        assert said(reason.message) == os.strerror(number) == str(reason)
        assert said(reason.message, "zh") != os.strerror(number)


def test_what_earlier_versions_stored_is_shown_as_it_was() -> None:
    for language in LANGUAGES:
        assert said(Message("as_written", {"text": "A format is not known."}), language) == "A format is not known."
