"""What the command line prints: data on stdout, everything else on stderr, errors as one sentence."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

_STEERING = [code for code in (*range(32), *range(127, 160)) if chr(code) != "\t"]
_SHOWN = {code: f"\\x{code:02x}" for code in _STEERING}
_IN_JSON = {code: f"\\u{code:04x}" for code in _STEERING if code >= 127}  # JSON itself escapes those below

out = Console()
err = Console(stderr=True)


def print_document(document: Mapping | bytes) -> None:
    """One JSON document on stdout, as other programs read it; escaped where the terminal's encoding is not UTF-8, and
    where a character would steer the terminal.

    Args:
        document: It, or its JSON as ``apps.documents.to_json`` writes it.
    """
    document = json.loads(document) if isinstance(document, bytes) else document
    encoding = (sys.stdout.encoding or "").lower().replace("-", "").replace("_", "")
    text = json.dumps(document, ensure_ascii=encoding != "utf8", indent=2, allow_nan=False)
    sys.stdout.write(text.translate(_IN_JSON) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """A line for the person at the terminal, on stderr, so that stdout stays data; one line, whatever a name holds."""
    err.print(visible(text), highlight=False, markup=False, soft_wrap=True)


def visible(text: str) -> str:
    """The text on one line, with ``\\x1b`` and the like in place of control characters: names and texts of files that
    others made must neither steer the terminal nor look like lines of ours."""
    return text.translate(_SHOWN)


def plain(text: str, style: str = "") -> Text:
    """Text of a document or a row for ``out``, in its own lines: no markup, nothing that steers the terminal."""
    return Text("\n".join(map(visible, text.split("\n"))), style=style)


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """A progress bar with time left on stderr; silent where stderr is not a terminal."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        bar.add_task(title, total=1.0)
        yield bar
