"""What the joint training asks of the core on one kind of example."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from torch import Tensor, nn

from core_model.core import Core
from core_model.nn.router import Routing
from core_model.output import CoreOutput
from core_model.training.mixture.examples import Example


@dataclass(slots=True, eq=False)
class Asked:
    """What came of one batch.

    Attributes:
        loss: What is learnt from; its gradient reaches the core and the objective's head.
        figures: Parts of it and other figures, by name, for the log.
        outputs: What the core made of the batch; their routings are counted.
    """

    loss: Tensor
    figures: dict[str, float] = field(default_factory=dict)
    outputs: list[CoreOutput] = field(default_factory=list)

    @property
    def routings(self) -> list[list[dict[str, Routing]]]:
        """Of each run of the core, by layer."""
        return [output.routings for output in self.outputs]


class Objective(nn.Module, ABC):
    """A loss on examples of one kind, with the head that it needs; the head does not ship with the core."""

    @abstractmethod
    def ask(self, core: Core, examples: Sequence[Example]) -> Asked:
        """Run the core on some examples.

        Whatever is random is drawn from torch's own generator, whose state the loop keeps.

        Args:
            core: In training or evaluation mode.
            examples: At least one.
        """
