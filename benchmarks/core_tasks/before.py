"""The trunk before training, beside today's core: measured once, kept, and measured anew where its weights are at hand.

``python -m benchmarks.core_tasks.before NAME FOLDER`` measures the weights of a folder and keeps their ranks in
``benchmarks/recorded/NAME_before.json`` with the hash of the weights and of all that they were asked; ``NAME`` is
``retrieval`` or ``bilingual``. ``TANDEM_CORE_BEFORE`` names such a folder for one run, which then measures it.
"""

import argparse
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from benchmarks import recorded as records
from core_model.core import Core

VARIABLE = "TANDEM_CORE_BEFORE"

Ranks = dict[str, dict[str, list[int]]]
"""By task, then by identity, the ranks of right answers, from 1."""


@dataclass(frozen=True, slots=True)
class Before:
    """What other weights did on the same cases.

    Attributes:
        sha256: Of the file of weights.
        ranks: Of the tasks.
    """

    sha256: str
    ranks: Ranks

    def words(self) -> str:
        """Which weights they are, for a note."""
        return f"the trunk before training, weights {self.sha256[:12]}"


def before(name: str, asked: Mapping[str, str], measure: Callable[[Core], Ranks]) -> Before:
    """The trunk before training on some cases.

    Args:
        name: Of the benchmark.
        asked: Hashes of the cases, by name.
        measure: Measures a core on them.

    Raises:
        RecordDiffers: No folder is named, and what is kept is not there or was asked something else.
    """
    if named := os.environ.get(VARIABLE):
        core = Core.from_pretrained(Path(named))
        return Before(core.weights_hash, measure(core))
    path = records.FOLDER / f"{name}_before.json"
    if not path.is_file():
        raise records.RecordDiffers(f"nothing is recorded of {name} before training: name its weights in {VARIABLE}")
    record = json.loads(path.read_text(encoding="utf8"))
    hashes = dict(record["hashes"])
    sha256 = hashes.pop("weights")
    if hashes != dict(asked):
        raise records.RecordDiffers(f"{path.name} was asked other cases: name the weights in {VARIABLE}")
    return Before(sha256, record["cases"])


def keep(name: str, asked: Mapping[str, str], measure: Callable[[Core], Ranks], folder: Path) -> Path:
    """Measure the weights of a folder, and keep what comes of it."""
    core = Core.from_pretrained(folder)
    return records.save(f"{name}_before", {**asked, "weights": core.weights_hash}, measure(core))


def main() -> None:
    from benchmarks.core_tasks.running import one_thread

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=("retrieval", "bilingual"))
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    benchmark = import_module(f"benchmarks.{options.name}")
    with one_thread():
        print(keep(options.name, benchmark.asked(), benchmark.ranks_of, options.folder))


if __name__ == "__main__":
    main()
