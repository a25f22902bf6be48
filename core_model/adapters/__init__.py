"""Adapters: what is trained around the core for one task, kept in a small file of its own with a card.

- ``adapter``   ``Adapter``: embeddings, low-rank updates and a head around a frozen copy of the core; save and load
- ``lora``      ``Lora``: low-rank updates of the core's layers, through PEFT, which is imported for them alone
- ``gates``     ``Gate``: figures that an adapter must reach before it is used
- ``registry``  ``AdapterRegistry``: the adapters of a folder
"""

from core_model.adapters.adapter import Adapter
from core_model.adapters.gates import Gate, require
from core_model.adapters.lora import Lora
from core_model.adapters.registry import AdapterRegistry

__all__ = ["Adapter", "AdapterRegistry", "Gate", "Lora", "require"]
