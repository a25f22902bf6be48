"""The two applications, and what they share."""

import os

# Threads of PyTorch wait for each other asleep, not spinning: where another program uses one of two cores, spinning
# ones make a scan take several times as long. PyTorch looks at this when it is loaded; what is set already stays.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
