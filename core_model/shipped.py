"""The core that ships, loaded once a process; ``TANDEM_CORE_DIR`` names the folder of another one in its place."""

import os
from functools import lru_cache
from pathlib import Path
from threading import Lock

from core_model.checkpoint import load_card
from core_model.core import Core
from core_model.device import device_from_environment, usable_device
from core_model.errors import InputRejected, Unavailable
from core_model.pretrained import CARD_FILE

WEIGHTS = Path(__file__).resolve().parent / "weights"
VARIABLE = "TANDEM_CORE_DIR"
_loading = Lock()


def weights_available(folder: str | Path = WEIGHTS) -> bool:
    """Whether the weights of a core are there (without reading them); not where their card is damaged."""
    try:
        card = load_card(Path(folder) / CARD_FILE)
    except (Unavailable, InputRejected):
        return False
    files = [card[key] for key in ("weights_file", "tokenizer_file") if card.get(key) is not None]
    return all(isinstance(name, str) and (Path(folder) / Path(name).name).is_file() for name in files)


def core_folder() -> Path:
    """Where the core lies that is used: that of ``TANDEM_CORE_DIR``, or the one that ships."""
    given = os.environ.get(VARIABLE)
    return Path(given).expanduser() if given else WEIGHTS


def load_core(folder: str | Path | None = None, device: str | None = None) -> Core:
    """Load a core, once a process for each folder and device, and again when the folder's card has changed.

    It is shared by all who ask for it: who trains it, or moves it, reads one of his own with ``Core.from_pretrained``.

    Args:
        folder: Where ``core.json``, its weights and the tokenizer lie; that of ``core_folder`` where not given.
        device: ``cpu``, ``cuda`` or ``cuda:N``; that of ``TANDEM_DEVICE`` where not given, the CPU where that is unset.

    Raises:
        Unavailable: There are no weights, or no such device; the message says what to do.
        InputRejected: The weights are damaged.
    """
    place = Path(core_folder() if folder is None else folder).resolve()
    there = str(device_from_environment() if device is None else usable_device(device))
    load_card(place / CARD_FILE)
    with _loading:
        return _loaded(place, (place / CARD_FILE).read_bytes(), there)


@lru_cache(maxsize=4)
def _loaded(folder: Path, card: bytes, device: str) -> Core:
    return Core.from_pretrained(folder).to(device)
