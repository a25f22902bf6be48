"""Other people's files are parsed in a process of their own, with a budget of time and memory.

A parser can be made to run for hours or to take all memory by a file of a few kilobytes, and one bad pattern holds the
interpreter's lock, so that no thread beside it beats, ticks or ends. So every parse is a function in another process:

    with run_isolated("apps.finance.parsing:read", given, budget=BUDGET, folder=scratch, tick=step.tick) as answered:
        blobs.put_file(store, owner, "facts", answered.folder / "facts.parquet")

The function gets small JSON and a ``Port``: it ticks, says what is ready on the way, and returns small JSON; what is
large it writes into the call's folder. Its errors arrive as they are. Whoever waits is called several times a second
(``tick``), and what that raises (the job was cancelled, the worker ends) kills the process at once.

| over | on Linux | elsewhere |
|---|---|---|
| processor time | the system ends it (RLIMIT_CPU) | macOS as on Linux; Windows by the clock alone |
| memory | no more is given (RLIMIT_AS) | not held |
| the clock | killed by the one who waits | the same |
| size of files | the system ends it (RLIMIT_FSIZE) | macOS as on Linux |

On Linux the process is forked from a small server that has imported the parser and does nothing else; elsewhere a new
Python starts for each call. It is a wall against exhaustion, not against a parser that is taken over: that process
still runs as this user.
"""

from apps.isolation.budget import Budget
from apps.isolation.child import Port
from apps.isolation.running import Answered, run_isolated, sweep

__all__ = ["Answered", "Budget", "Port", "run_isolated", "sweep"]
