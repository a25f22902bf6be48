"""Every text of the screens stands somewhere on them."""

import ast
import re
from pathlib import Path

from apps.store import jobs
from ui import labels

SCREENS = Path(labels.__file__).parent


def test_no_text_is_left_that_no_screen_shows() -> None:
    said = {*jobs.ACTIVE, *jobs.ENDED}
    composed = set()
    for path in SCREENS.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf8")))) if path.stem != "labels" else []
        said |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        for node in nodes:
            if isinstance(node, ast.JoinedStr):
                fixed = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
                if re.fullmatch("[a-z_]+", "".join(filter(None, fixed))):
                    composed.add("".join(part or ".+" for part in fixed))
    shown = {key for key in labels.TEXTS if key in said or any(re.fullmatch(one, key) for one in composed)}
    assert set(labels.TEXTS) - shown == set()
