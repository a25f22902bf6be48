"""Adapters: what is trained around the core for one task, kept in a small file of its own with a card.

- ``adapter``     ``Adapter``: embeddings, low-rank updates and a head around a frozen copy of the core; save and load
- ``lora``        ``Lora``: low-rank updates of the core's layers, through PEFT, which is imported for them alone
- ``gates``       ``Gate``: figures that an adapter must reach before it is used
- ``pointer``     ``Pointer``: points at the answer of a question in a long row
- ``registry``    ``AdapterRegistry``: the adapters of a folder
- ``domain``      ``Domain``: how the adapters of one task are judged and compared
- ``metrics``     ``Metric``, ``Cases``: figures with intervals, by subgroup
- ``comparison``  ``Comparison``: the table that decides on a promotion
- ``versions``    ``Versions``, ``InUse``: versions of a domain's adapter side by side, and which is in use
"""

from core_model.adapters.adapter import Adapter
from core_model.adapters.domain import Domain
from core_model.adapters.gates import Gate, require
from core_model.adapters.lora import Lora
from core_model.adapters.registry import AdapterRegistry
from core_model.adapters.versions import InUse, Versions

__all__ = ["Adapter", "AdapterRegistry", "Domain", "Gate", "InUse", "Lora", "Versions", "require"]
