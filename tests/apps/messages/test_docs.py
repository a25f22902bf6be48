"""The page on sentences: its example runs, and what it names is there."""

import re

from apps.messages.catalogue import FOLDER
from apps.messages.collect import ROOT
from apps.messages.functions import functions_of

PAGE = (ROOT / "docs" / "reference" / "messages.md").read_text(encoding="utf8")


def test_the_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert re.search(r"^assert ", example, re.MULTILINE), "the example asserts what it says"
    exec(example, {})


def test_every_file_and_function_of_the_catalogues_is_named() -> None:
    for file in (FOLDER / "en").glob("*.ftl"):
        assert f"`{file.name}`" in PAGE
    for folder in (FOLDER / "en").iterdir():
        assert not folder.is_dir() or f"{folder.name}/*.ftl" in PAGE
    for name in functions_of(lambda *_: None):
        assert f"{{ {name}(" in PAGE
