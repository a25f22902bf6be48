"""How these benchmarks run: on one thread, and with each reading of the test split written down."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

import torch

from benchmarks import recorded as records
from benchmarks.figures import Figure
from core_model.core import Core

LOG = "core_tasks_log.jsonl"


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread, as the figures' times are meant; afterwards as before."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def log_reading(name: str, core: Core, figures: Mapping[str, Figure]) -> None:
    """Write down that the test split was read, with what was seen; the same reading of the same weights stands once."""
    from benchmarks.__main__ import commit

    seen = {key: round(figure.value, 4) for key, figure in figures.items()}
    path = records.FOLDER / LOG
    lines = path.read_text(encoding="utf8").splitlines() if path.is_file() else []
    known = [json.loads(line) for line in lines]
    if any((each["benchmark"], each["weights"], each["figures"]) == (name, core.weights_hash, seen) for each in known):
        return
    entry = {
        "benchmark": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "weights": core.weights_hash,
        "figures": seen,
    }
    records.append_line(LOG, entry)
