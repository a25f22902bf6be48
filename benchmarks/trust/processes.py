"""What a process and all that came from it use, as Linux tells it."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MIB = 1 << 20


def stat(process: int) -> list[str]:
    """What the system says of a process, from its state on; nothing where it has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def tree(root: int) -> list[int]:
    """A process and those that live and came from it."""
    parents = {
        int(path.name): int(fields[1]) for path in Path("/proc").glob("[0-9]*") if (fields := stat(int(path.name)))
    }
    found = [root]
    for process in found:
        found += [child for child, parent in parents.items() if parent == process]
    return found


def cpu_s(root: int) -> float:
    """CPU seconds of a process, of all that came from it, and of those of theirs that have ended."""
    ticks = sum(sum(map(int, stat(process)[11:15])) for process in tree(root))
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_mb(root: int) -> float:
    """Memory of a process and of all that came from it, what they share counted once, in MB."""
    total = 0
    for process in tree(root):
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0) << 10
    return total / 1e6


class Peak:
    """The most memory that was seen.

    Attributes:
        mb: In MB.
    """

    def __init__(self) -> None:
        self.mb = 0.0


@contextmanager
def watched(root: int, every_s: float = 0.01) -> Iterator[Peak]:
    """Look at the memory of a process and all that came from it while the block runs."""
    peak, ended = Peak(), threading.Event()

    def look() -> None:
        while not ended.is_set():
            peak.mb = max(peak.mb, memory_mb(root))
            ended.wait(every_s)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        ended.set()
        thread.join()
