"""How an adapter is trained: a frozen dataclass, returned by a plain Python function in a file of one's own::

from core_model.training.tuning.settings import Tuning

def config() -> Tuning:
    return Tuning(data="sentences.csv", licence="ours", rank=32, epochs=4)
"""

import importlib.util
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from core_model.adapters.lora import EXPERTS, Lora
from core_model.config import CoreConfig
from core_model.errors import InputRejected, NotFound

Method = Literal["lora", "last_layers", "head"]
FUNCTION = "config"
"""The function of a file that is asked where none is named."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuning:
    """Settings of a training.

    Attributes:
        data: File or folder of the samples; a relative one is looked for beside the file of the settings.
        licence: Of the data, for the card.
        limits: What the adapter is not for, for the card.
        method: ``lora``, low-rank updates; ``last_layers`` in full; ``head``, the head alone.
        rank: Of the low-rank updates, 1 to 256.
        experts: Whether the routed experts are updated too, beside attention.
        layers: How many of the blocks that run are changed, the last ones.
        num_layers: Blocks that run; all where not given.
        learning_rate: Of what changes the core.
        head_learning_rate: Of the head, which is trained in full.
        weight_decay: Of both.
        epochs: Passes over the training samples.
        batch: Samples of a step.
        warm_up: Steps until the full rate, which then falls to a tenth along a cosine.
        clip: Norm to which gradients are clipped.
        evaluations: Looks at the validation samples in a run.
        patience: Looks without a gain after which the run stops; 0 never stops early.
        longest: Pieces of a text that are read in training; the whole text is where it is judged.
        temperature: Of the comparison with the other samples of a batch, for pairs.
        save_minutes: Between two checkpoints; 0 saves after every step.
        seed: Of everything random.
    """

    data: str = ""
    licence: str = "not stated"
    limits: str = "not stated"
    method: Method = "lora"
    rank: int = 16
    experts: bool = False
    layers: int = 8
    num_layers: int | None = None
    learning_rate: float = 1e-4
    head_learning_rate: float = 2e-3
    weight_decay: float = 0.01
    epochs: int = 3
    batch: int = 32
    warm_up: int = 30
    clip: float = 1.0
    evaluations: int = 10
    patience: int = 4
    longest: int = 256
    temperature: float = 0.05
    save_minutes: float = 2.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in ("lora", "last_layers", "head"):
            raise ValueError(f"the method is lora, last_layers or head, not {self.method!r}")
        if not 1 <= self.rank <= 256 or min(self.epochs, self.batch, self.evaluations, self.layers) < 1:
            raise ValueError("rank is 1 to 256; epochs, batch, evaluations and layers are at least 1")
        if min(self.learning_rate, self.head_learning_rate, self.temperature) <= 0 or self.longest < 8:
            raise ValueError("rates and temperature are above 0, longest is at least 8")
        if min(self.weight_decay, self.warm_up, self.clip, self.patience, self.save_minutes) < 0:
            raise ValueError("weight_decay, warm_up, clip, patience and save_minutes are not negative")

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)

    def deciding(self) -> dict[str, Any]:
        """The settings that a result follows from."""
        beside = ("data", "licence", "limits", "save_minutes")
        return {name: value for name, value in asdict(self).items() if name not in beside}

    def change(self, config: CoreConfig) -> dict[str, Any]:
        """What of a core is changed, as arguments of an adapter."""
        running = config.num_layers if self.num_layers is None else self.num_layers
        changed = range(max(0, running - self.layers), running)
        if self.method == "head":
            return {"num_layers": self.num_layers}
        if self.method == "last_layers":
            return {"num_layers": self.num_layers, "own_layers": len(changed)}
        parameters = EXPERTS if self.experts else ()
        lora = Lora(rank=self.rank, alpha=2.0 * self.rank, parameters=parameters, blocks=tuple(changed))
        return {"num_layers": self.num_layers, "lora": lora.as_dict()}


def settings_in(given: str) -> Tuning:
    """The settings that a function of a Python file returns.

    Args:
        given: Path of the file, with ``:FUNCTION`` behind it where the function is not called ``config``.

    Raises:
        NotFound: There is no such file, or no such function in it.
        InputRejected: The function fails, or returns something else.
    """
    name, _, function = given.rpartition(":") if ".py:" in given else (given, "", FUNCTION)
    path = Path(name)
    if not path.is_file():
        raise NotFound(
            "there is no such file of settings",
            action="give the path of a Python file with a function config, which returns a Tuning",
            code="settings_missing",
        )
    spec = importlib.util.spec_from_file_location("tuning_settings", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        asked: Callable[[], Any] | None = getattr(module, function, None)
        found = asked() if callable(asked) else None
    except Exception as error:  # noqa: BLE001  # a stranger's program fails as it likes
        raise InputRejected(
            "a file of settings that fails: {kind}: {text}",
            action="correct it",
            code="settings_fail",
            values={"kind": type(error).__name__, "text": str(error)[:200]},
        ) from error
    if not isinstance(found, Tuning):
        raise InputRejected(
            "a file of settings whose function {function} returns {given}",
            allowed="a Tuning of core_model.training.tuning.settings",
            action="define the function",
            code="settings_of_another_type",
            values={"function": function, "given": type(found).__name__},
        )
    data = Path(found.data)
    return found if not found.data or data.is_absolute() else replace(found, data=str(path.parent / data))
