"""The example of the page on training data runs as it is written."""

import re
from pathlib import Path

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.training.splits import split_of
from tests.core_model.training.mixture.made import tokenizer

PAGE = Path(__file__).resolve().parents[4] / "docs" / "reference" / "training-data.md"


def test_the_example_runs_and_the_kinds_are_all_there(tmp_path: Path) -> None:
    from core_model.training.mixture.cards import KINDS

    text = PAGE.read_text(encoding="utf8")
    (block,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(block, {"folder": tmp_path, "core": Core(CoreConfig.tiny(), tokenizer()), "split_of": split_of})  # noqa: S102
    assert all(f"| `{kind}` |" in text for kind in KINDS)
