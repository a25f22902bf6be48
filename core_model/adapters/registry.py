"""The adapters of a folder: which there are, what their cards say, and how one gets in."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from core_model.adapters.adapter import FILE_NAME, Adapter, adapter_card, card_path
from core_model.adapters.gates import Gate, require
from core_model.checkpoint import load_card
from core_model.core import Core
from core_model.errors import TandemError

A = TypeVar("A", bound=Adapter)


class AdapterRegistry:
    """A folder of adapters, each with its card.

    Args:
        folder: Made when the first adapter is added.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def names(self) -> list[str]:
        """Names of the adapters, in order; cards that cannot be read, and other files, are none."""
        return sorted(path.stem for path in self.folder.glob("*.json") if _is_card(path))

    def card(self, name: str) -> dict[str, Any]:
        """The card of an adapter.

        Raises:
            NotFound: There is none of this name.
            InputRejected: It is damaged.
        """
        return adapter_card(card_path(self.folder, name))

    def add(self, adapter: Adapter, name: str, card: Mapping[str, Any], gates: Iterable[Gate] = ()) -> Path:
        """Write an adapter if its figures pass the gates, in place of an earlier one of this name.

        Args:
            adapter: It.
            name: Its name.
            card: Its card; ``figures`` are what the gates look at.
            gates: Kept in the card.

        Returns:
            Path of the card.

        Raises:
            NotAllowed: A figure is out of bounds; nothing was written.
            InputRejected: The name cannot be one, or is that of something else.
        """
        gates = list(gates)
        require(card, gates)
        return adapter.save(self.folder, name, {**card, "gates": [asdict(gate) for gate in gates]})

    def load(self, kind: type[A], name: str, core: Core) -> A:
        """Read an adapter of a kind; see ``Adapter.load``."""
        return kind.load(self.folder, name, core)


def _is_card(path: Path) -> bool:
    try:
        return FILE_NAME.fullmatch(path.stem) is not None and "adapter" in load_card(path)
    except TandemError:
        return False
