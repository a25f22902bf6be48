"""The two applications, and what they share."""

import os

# Threads of PyTorch wait for each other a moment spinning, then asleep: where another program uses one of two cores,
# spinning on and on makes a scan take several times as long; sleeping at once, longer where nothing else runs.
# PyTorch looks at this when it is loaded; what is set already stays.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    os.environ.setdefault("GOMP_SPINCOUNT", "4000")  # of GCC's threads, on Linux

# Tensors of 2 MB and more lie on large pages where the system offers them, which cost less to come by.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
