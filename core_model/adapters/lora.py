"""Low-rank updates of the core's layers (LoRA, Hu et al. 2021, arXiv 2106.09685), through PEFT.

PEFT is imported when there is such a change, and not before.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from torch import nn

from core_model.core import Core
from core_model.errors import InputRejected
from core_model.torchvision_ops import peft

EXPERTS = ("groups.text.w1_EFD", "groups.text.w2_EFD")
"""The routed text experts' matrices, for ``Lora.parameters``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lora:
    """What is updated, and by how much.

    Attributes:
        rank: Of the change of each matrix.
        alpha: The change is multiplied by ``alpha / rank``.
        modules: Linear layers, by the end of their names, in every block.
        parameters: Matrices of experts, which are no layers of their own, by the end of their names; see ``EXPERTS``.
        blocks: Numbers of the blocks that are changed; all where none is named.
    """

    rank: int = 8
    alpha: float = 16.0
    modules: tuple[str, ...] = ("attention.qkv", "attention.out")
    parameters: tuple[str, ...] = ()
    blocks: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON values, for an adapter's settings."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Lora":
        """The inverse of ``as_dict``."""
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
        }
        return cls(**given)

    def named(self, targets: tuple[str, ...]) -> list[str]:
        """The targets in each block that is changed."""
        return [f"blocks.{number}.{target}" for number in self.blocks for target in targets] or list(targets)


def inject(core: Core, lora: Lora) -> dict[str, nn.Parameter]:
    """Put the changes into a core, in place; at the start they change nothing.

    Args:
        core: A twin that nobody else uses.
        lora: What is changed.

    Returns:
        What learns, by name; ``/`` stands for the dots of a module's path.

    Raises:
        InputRejected: The core has no layer or matrix of a name: it would silently not be changed.
        Unavailable: PEFT is not installed.
    """
    modules, parameters = lora.named(lora.modules), lora.named(tuple(_in_experts(lora)))
    _all_there(modules, (name for name, _ in core.named_modules()))
    _all_there(parameters, (name for name, _ in core.named_parameters()))
    library = peft()
    config = library.LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=0.0,
        target_modules=modules or None,
        target_parameters=parameters or None,
    )
    library.inject_adapter_in_model(config, core)
    return {name.replace(".", "/"): value for name, value in core.named_parameters() if value.requires_grad}


def _in_experts(lora: Lora) -> list[str]:
    """Matrices by their names within a block: ``EXPERTS`` are named from the layer of experts on."""
    inside = "experts." if lora.blocks else ""
    return [f"{inside}{name}" if name.startswith("groups.") else name for name in lora.parameters]


def _all_there(wanted: Iterable[str], names: Iterable[str]) -> None:
    known = list(names)
    for target in wanted:
        if not any(name == target or name.endswith(f".{target}") for name in known):
            raise InputRejected(
                "a low-rank update of {name}, which the core does not have",
                allowed="the end of a name among named_modules or named_parameters",
                code="lora_target_unknown",
                values={"name": target},
            )
