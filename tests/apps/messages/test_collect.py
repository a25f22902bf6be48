"""The English sentences of errors come from where they are raised, or it is said why they do not."""

from pathlib import Path

import pytest
from fluent.runtime import FluentBundle, FluentResource

from apps.messages import collect
from apps.messages.collect import Fault, Sentence, catalogue, find


def found(tmp_path: Path, source: str) -> list[Sentence | Fault]:
    (tmp_path / "made.py").write_text(source, encoding="utf8")
    return list(find(tmp_path))


def said(text: str, code: str, part: str = "", **values: object) -> str:
    bundle = FluentBundle(["en"], use_isolating=False)
    bundle.add_resource(FluentResource(text))
    message = bundle.get_message(code)
    words, errors = bundle.format_pattern(message.attributes[part] if part else message.value, values)
    assert errors == []
    return str(words)


def test_a_sentence_with_its_parts_is_collected(tmp_path: Path) -> None:
    source = """
raise InputRejected(
    "the folder holds {count} files, "
    "{names} among them",
    allowed="at most {most}",
    action="give fewer",
    code="too_many_files",
    values={"count": n, "most": MOST, "names": names},
) from None
"""
    (sentence,) = found(tmp_path, source)
    assert isinstance(sentence, Sentence)
    assert (sentence.code, sentence.where, sentence.fields) == (
        "too_many_files",
        "made.py:2",
        {"count", "names", "most"},
    )
    text = catalogue([sentence])
    assert said(text, "too_many_files", count="7", names="a") == "the folder holds 7 files, a among them"
    assert said(text, "too_many_files", "allowed", most="5") == "at most 5"
    assert said(text, "too_many_files", "action") == "give fewer"


def test_errors_of_a_module_places_and_phrases_are_collected(tmp_path: Path) -> None:
    source = """
raise errors.NotFound("it is gone", code="gone")
Place("fact_of", "fact {id}", {"id": fact})
Phrase(code="why", template="because", values={})
OtherError("not ours", code="x")
"""
    sentences = found(tmp_path, source)
    assert [(each.code, each.what) for each in sentences if isinstance(each, Sentence)] == [
        ("gone", "it is gone"),
        ("fact_of", "fact {id}"),
        ("why", "because"),
    ]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('InputRejected(f"of {n}", code="a")', "'what' is no literal text"),
        ('InputRejected("a" if n else "b", code="a")', "'what' is no literal text"),
        ('InputRejected("a", code=code)', "'code' is no literal text"),
        ('InputRejected("a", code="a", allowed=", ".join(KINDS))', "'allowed' is no literal text"),
        ('InputRejected("a")', "no sentence, or no code of its own"),
        ('InputRejected(code="a")', "no sentence, or no code of its own"),
        (
            'InputRejected("of {n}", code="a", values={"m": 1})',
            "the template takes ['n'], the values are ['m']",
        ),
        ('InputRejected("of {n:.1f}", code="a", values={"n": 1})', "the template takes 'n!.1f', which is no plain"),
        ('InputRejected("of {0}", code="a", values=held)', "the template takes '0', which is no plain name"),
        ('InputRejected("of {", code="a", values=held)', "the template cannot be read"),
    ],
)
def test_what_cannot_be_collected_is_said_with_its_place(tmp_path: Path, source: str, why: str) -> None:
    (fault,) = found(tmp_path, source)
    assert isinstance(fault, Fault)
    assert fault.where == "made.py:1"
    assert why in fault.why


def test_braces_and_signs_of_fluent_stand_for_themselves(tmp_path: Path) -> None:
    for text in ("[a] {http://ns}x", ".dot and *star", 'a "quoted" { $n }', "{n}"):
        sentence = Sentence("odd", text, {"action": text}, with_values=False)
        made = catalogue([sentence])
        assert said(made, "odd") == text
        assert said(made, "odd", "action") == text
    assert said(catalogue([Sentence("odd", "{{n}} is {n}")]), "odd", n="1") == "{n} is 1"


def packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **sources: str) -> None:
    """Made packages in place of ours."""
    monkeypatch.setattr(collect, "ROOT", tmp_path)
    monkeypatch.setattr(collect, "PACKAGES", {name: name for name in sources})
    for name, source in sources.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "made.py").write_text(source, encoding="utf8")


def test_one_code_has_one_sentence_in_one_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = 'NotFound("gone", code="gone")\n', 'NotFound("lost", code="gone")\n'
    packages(monkeypatch, tmp_path, first=one + one + other, second=one)
    sentences, faults = collect.collect()
    assert [each.what for each in sentences["first"]] == ["gone"]
    assert sentences["second"] == []
    assert [str(fault) for fault in faults] == [
        "first/made.py:3: the code gone has another sentence at first/made.py:1",
        "second/made.py:1: the code gone belongs to another package, at first/made.py:1",
    ]


def test_the_command_writes_the_catalogues_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packages(monkeypatch, tmp_path, first='NotFound("gone", code="gone")\n', second="")
    monkeypatch.setattr(collect, "FOLDER", tmp_path / "messages")
    folder = tmp_path / "messages" / "en" / "refusals"
    folder.mkdir(parents=True)
    (folder / "second.ftl").write_text("old = old\n", encoding="utf8")
    assert collect.main() == 0
    assert [file.name for file in folder.iterdir()] == ["first.ftl"]
    assert said((folder / "first.ftl").read_text(encoding="utf8"), "gone") == "gone"
    (tmp_path / "second" / "more.py").write_text("NotFound(why)\n", encoding="utf8")
    assert collect.main() == 1
    assert "second/more.py:1: 'what' is no literal text" in capsys.readouterr().err
