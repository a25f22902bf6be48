"""The two applications, and what they share."""

import os

# Threads of PyTorch wait asleep, not spinning: on two cores of which another program used one, a scan took 210 s with
# spinning threads and 31 s with sleeping ones. PyTorch looks at this when it is loaded; what is set already stays.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
