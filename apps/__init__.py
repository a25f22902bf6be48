"""The two applications, and what they share."""

import os

# Threads of PyTorch wait asleep, not spinning: on two cores of which another program uses one, a scan took 210 s with
# spinning threads and 31 s with sleeping ones. To be said before PyTorch is loaded; what the environment says goes first.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
