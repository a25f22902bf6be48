"""The shared model of Tandem: one mixture-of-experts core that reads text, images, volumes and facts.

``load_core()`` and ``Core.from_pretrained(folder)`` are the ways in for other people's programs::

    from core_model import load_core

    core = load_core()
    vectors = core.embed_texts(["Net income", "净利润"])     # [2, 384], unit length

Nothing heavy is imported before a name below is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core_model.config import CoreConfig as CoreConfig
    from core_model.core import Core as Core
    from core_model.device import device_from_environment as device_from_environment
    from core_model.device import usable_device as usable_device
    from core_model.inputs.packing import pack as pack
    from core_model.output import CoreOutput as CoreOutput
    from core_model.shipped import load_core as load_core
    from core_model.shipped import weights_available as weights_available

_HOMES = {
    "Core": "core_model.core",
    "CoreConfig": "core_model.config",
    "CoreOutput": "core_model.output",
    "device_from_environment": "core_model.device",
    "load_core": "core_model.shipped",
    "pack": "core_model.inputs.packing",
    "usable_device": "core_model.device",
    "weights_available": "core_model.shipped",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
