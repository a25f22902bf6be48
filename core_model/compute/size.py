"""What a core of some shape costs: parameters, memory and operations a token, by part; no weights are made.

A token runs K of the E experts of its group, and reads its own rows of the tables; the active parameters are those. The
operations are those of the matrix products and of attention, two for each multiplication and addition, of a token in a
window full of text; a training step takes three times as many.

Shapes: D width, S tokens of a window.
"""

from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor, nn

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.pretrained import int8_axis
from core_model.skeleton import skeleton

TRAINING_FACTOR = 3
"""Forward and backward pass over the forward pass alone: a product has two gradients."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a core.

    Attributes:
        name: ``text``, ``image``, ``volume``, ``facts`` (the embeddings), ``attention``, ``shared expert``,
            ``routers``, ``norms`` (and vectors of modalities), ``experts of GROUP``.
        parameters: All of them.
        active: Those that a token of the part's modality uses.
        flops: Operations of the forward pass for such a token; None where they follow from the input's size.
        bytes_fp32: In memory.
        bytes_int8: In a file that is rounded.
        runs_for_text: Whether a text token runs it.
    """

    name: str
    parameters: int
    active: int
    flops: int | None
    bytes_fp32: int
    bytes_int8: int
    runs_for_text: bool


@dataclass(frozen=True, slots=True)
class CoreSize:
    """The parts and their sums.

    Attributes:
        parts: In the order of a token's way.
        parameters: All.
        active: That a text token uses.
        flops: Operations of a text token, forward.
        flops_training: Of a text token, forward and backward.
        bytes_fp32: Of the weights in memory.
        bytes_int8: Of the weights in a file.
    """

    parts: tuple[Part, ...]
    parameters: int
    active: int
    flops: int
    flops_training: int
    bytes_fp32: int
    bytes_int8: int

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**asdict(self), "parts": [asdict(part) for part in self.parts]}


def size_of(config: CoreConfig) -> CoreSize:
    """Count a core of a shape."""
    with skeleton():
        core = Core(config)
    held: dict[str, dict[str, Tensor]] = {}
    for name, tensor in core.named_parameters():
        held.setdefault(_part_of(name), {})[name] = tensor
    parts = tuple(_counted(name, held[name], core) for name in _order(config) if name in held)
    of_text = [part for part in parts if part.runs_for_text]
    flops = sum(part.flops or 0 for part in of_text)
    return CoreSize(
        parts=parts,
        parameters=sum(part.parameters for part in parts),
        active=sum(part.active for part in of_text),
        flops=flops,
        flops_training=TRAINING_FACTOR * flops,
        bytes_fp32=sum(part.bytes_fp32 for part in parts),
        bytes_int8=sum(part.bytes_int8 for part in parts),
    )


def _order(config: CoreConfig) -> list[str]:
    groups = [f"experts of {group.name}" for group in config.groups]
    return ["text", "image", "volume", "facts", "attention", "routers", "shared expert", *groups, "norms"]


def _part_of(name: str) -> str:
    """The part that a parameter belongs to."""
    first, _, rest = name.partition(".")
    if first in ("text", "image", "volume", "facts"):
        return first
    if ".router." in rest:
        return "routers"
    if ".groups." in rest:
        return f"experts of {rest.partition('.groups.')[2].partition('.')[0]}"
    if ".shared." in rest:
        return "shared expert"
    return "attention" if ".attention." in rest else "norms"


def _counted(name: str, tensors: dict[str, Tensor], core: Core) -> Part:
    config = core.config
    parameters = sum(tensor.numel() for tensor in tensors.values())
    active, flops = parameters, 0
    runs_for_text = name not in ("image", "volume", "facts")
    if name == "text":
        active = len(tensors) * config.width
    elif name in ("image", "volume", "facts"):
        return Part(name, parameters, active, _of_embedding(core.get_submodule(name)), *_bytes(tensors), runs_for_text)
    elif name == "attention":
        matrices = sum(
            tensor.numel() for tensor in tensors.values() if tensor.ndim == 2 and _multiplies(tensor, config)
        )
        flops = 2 * matrices + 4 * config.num_layers * config.window * config.width
    elif name == "shared expert":
        flops = 2 * sum(tensor.numel() for tensor in tensors.values() if tensor.ndim == 2)
    elif name == "routers":
        text = {group.name for group in config.groups if "text" in group.modalities}
        own = [tensor for key, tensor in tensors.items() if key.partition(".groups.")[2].partition(".")[0] in text]
        active = sum(tensor.numel() for tensor in own)
        flops = 2 * active
    elif name.startswith("experts of "):
        group = next(group for group in config.groups if group.name == name.removeprefix("experts of "))
        active = parameters * group.num_active // group.num_experts
        matrices = sum(tensor.numel() for tensor in tensors.values() if tensor.ndim == 3)
        flops = 2 * matrices * group.num_active // group.num_experts
        runs_for_text = "text" in group.modalities
    return Part(name, parameters, active, flops, *_bytes(tensors), runs_for_text)


def _multiplies(tensor: Tensor, config: CoreConfig) -> bool:
    """Whether a matrix of attention multiplies tokens: the biases of distances do not."""
    return tensor.shape[1] == config.width


def _of_embedding(embedding: nn.Module) -> int | None:
    """Operations of an embedding whose linear layers each run once a token; None where it convolves."""
    if any(isinstance(module, nn.Conv2d | nn.Conv3d) for module in embedding.modules()):
        return None
    return 2 * sum(module.weight.numel() for module in embedding.modules() if isinstance(module, nn.Linear))


def _bytes(tensors: dict[str, Tensor]) -> tuple[int, int]:
    """In fp32, and in a file whose large matrices are int8 with a scale a channel."""
    in_file = 0
    for name, tensor in tensors.items():
        axis = int8_axis(name, tensor)
        in_file += 4 * tensor.numel() if axis is None else tensor.numel() + 4 * tensor.numel() // tensor.shape[axis]
    return sum(4 * tensor.numel() for tensor in tensors.values()), in_file
