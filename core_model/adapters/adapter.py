"""What is trained around the core for one task: embeddings, low-rank updates of its layers, and a head.

The core itself is never changed, nor frozen: an adapter works with a frozen copy of it that shares its weights in
memory. Only what the adapter adds is among its parameters, in its state and in its file::

    class Sentiment(Adapter):
        kind = "sentiment"

        def __init__(self, core: Core, classes: int = 3) -> None:
            super().__init__(core, settings={"classes": classes}, num_layers=6)
            self.head = ClassificationHead(core.config.width, classes)

        def forward(self, texts: list[str]) -> Tensor:
            return self.head(self.encode(texts).mean())

    sentiment = Sentiment(core)                        # train its parameters with any optimizer
    sentiment.save("folder", "sentiment-en", {"licence": "Apache-2.0", "figures": {"f1": 0.81}})
    sentiment = Sentiment.load("folder", "sentiment-en", core)

Shapes: T tokens of the batch, B rows, D width, M modalities.
"""

import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, cast

from torch import Tensor, nn

from core_model.adapters.lora import Lora, inject
from core_model.checkpoint import load_card, load_checkpoint, save_checkpoint
from core_model.config import Modality
from core_model.core import Core, Row
from core_model.errors import InputRejected, NotFound
from core_model.inputs.packing import Batch
from core_model.output import CoreOutput
from core_model.pretrained import CARD_FILE, CONFIG_FILE

FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""What an adapter may be called."""


class Adapter(nn.Module):
    """Base of all adapters.

    A subclass names its ``kind``, adds its head, and gives its own arguments as ``settings``: it is made again from
    them when it is loaded.

    Args:
        core: What it is an adapter of; its weights are shared, not copied.
        settings: JSON values by the name of an argument of the subclass.
        num_layers: Blocks of the core that run (early exit); all where not given.
        embeddings: In place of the core's own, by modality; each is called as the core's own is.
        own_vectors: Whether the vectors that tell the modalities apart are learned anew, from the core's own.
        lora: Low-rank updates of the core's layers.
        own_layers: How many of the blocks that run, the last ones, are the adapter's own, from the core's weights on.

    Attributes:
        card: Of the file that it was read from or written to.

    Raises:
        InputRejected: The core has no such layers, or nothing that ``lora`` names.
        Unavailable: ``lora`` is asked for, and PEFT is not installed.
    """

    kind: ClassVar[str] = ""
    modality_MD: nn.Parameter | None

    def __init__(
        self,
        core: Core,
        *,
        settings: Mapping[str, Any] | None = None,
        num_layers: int | None = None,
        embeddings: Mapping[Modality, nn.Module] | None = None,
        own_vectors: bool = False,
        lora: Lora | None = None,
        own_layers: int = 0,
    ) -> None:
        super().__init__()
        self.settings, self.card = dict(settings or {}), cast(dict[str, Any], {})
        self.num_layers = core.checked_layers(num_layers)
        twin = core.twin()
        self.blocks = _own_blocks(twin, self.num_layers, core.checked_layers(own_layers)) if own_layers else None
        self.embeddings = nn.ModuleDict({str(name): module for name, module in (embeddings or {}).items()})
        self.modality_MD = nn.Parameter(twin.modality_MD.detach().clone()) if own_vectors else None
        self.lora = nn.ParameterDict(inject(twin, lora)) if lora else None
        self._held = _Held(twin, core.twin() if own_layers else twin)

    @property
    def core(self) -> Core:
        """The frozen copy of the core, with the low-rank updates where there are any."""
        return self._held.core

    def embed(self, batch: Batch) -> Tensor:
        """Tokens of a batch before the first block, ``[T, D]``, by the adapter's embeddings and the core's others."""
        embeddings = cast(Mapping[Modality, nn.Module], dict(self.embeddings.items()))
        return self.core.embed(batch, embeddings=embeddings, modality_MD=self.modality_MD)

    def encode(self, rows: Sequence[Row]) -> CoreOutput:
        """Run the core over rows of texts and segments with what the adapter changes; see ``Core.pack`` for rows."""
        batch = self.core.pack(rows)
        return self.core(batch, num_layers=self.num_layers, embedded_TD=self.embed(batch))

    def save(self, folder: str | Path, name: str, card: Mapping[str, Any] | None = None, *, half: bool = False) -> Path:
        """Write the adapter and its card; the core is not in it. An earlier one, or its damaged card, is replaced.

        Args:
            folder: Where to; several adapters may lie in one folder.
            name: Of the adapter: letters, digits, ``_``, ``.`` and ``-``.
            card: What a reader must know: data, licence, commands, ``figures``.
            half: Store floating-point tensors in half precision.

        Returns:
            Path of the card.

        Raises:
            InputRejected: The name cannot be one, or is that of something else: of a core, of its ``config.json``.
            Unavailable: The core was never on disk, or has changed since, so that nobody could say which it was.
        """
        path = card_path(folder, name)
        unnamed = _claim(path)
        tensors = {
            key: tensor.half() if half and tensor.is_floating_point() else tensor
            for key, tensor in self.state_dict().items()
        }
        entry = {
            **(card or {}),
            "name": name,
            "adapter": self.kind,
            "settings": self.settings,
            "num_layers": self.num_layers,
            "core_sha256": self._held.base.weights_hash,
        }
        written = save_checkpoint(path.parent, name, tensors, entry)
        self.card = load_card(written)
        for file in unnamed:
            if file.name != self.card["weights_file"]:
                file.unlink(missing_ok=True)
        return written

    @classmethod
    def load(cls, folder: str | Path, name: str, core: Core) -> Self:
        """Read an adapter; in evaluation mode.

        Args:
            folder: Where it lies.
            name: Its name.
            core: The one that it was made for.

        Raises:
            NotFound: There is no adapter of this name.
            Unavailable: Its weights are missing.
            InputRejected: It is damaged, of another kind, or was made for another core.
        """
        path = card_path(folder, name)
        card = adapter_card(path)
        if card["adapter"] != cls.kind:
            raise InputRejected(
                "an adapter of the kind {kind}",
                allowed="{wanted}",
                code="adapter_of_another_kind",
                values={"kind": str(card["adapter"]), "wanted": cls.kind},
            )
        if card.get("core_sha256") != core.weights_hash:
            raise InputRejected(
                "an adapter that was made for another core, {given}",
                allowed="{expected}",
                action="use the core that its card names, or train it anew",
                code="adapter_of_another_core",
                values={"given": str(card.get("core_sha256"))[:12], "expected": core.weights_hash[:12]},
            )
        tensors, _ = load_checkpoint(path)
        try:
            adapter = cls(core, **card["settings"])
            adapter.load_state_dict(tensors)
        except (KeyError, TypeError, RuntimeError) as error:
            raise InputRejected(
                "an adapter whose weights or settings are not those of its kind",
                action="install it again, or train it anew",
                code="adapter_misfit",
            ) from error
        adapter.card = card
        return adapter.eval()

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        super()._apply(fn, recurse)
        self._held.core._apply(fn, recurse)
        if self._held.base is not self._held.core:
            self._held.base._apply(fn, recurse)
        return self


def card_path(folder: str | Path, name: str) -> Path:
    """Where the card of an adapter of this name lies.

    Raises:
        InputRejected: The name cannot be one.
    """
    if not FILE_NAME.fullmatch(name):
        raise InputRejected(
            "a name that no adapter can have",
            allowed="letters, digits, _ . and -, not . or - in front",
            code="adapter_name_wrong",
        )
    return Path(folder) / f"{name}.json"


def _claim(path: Path) -> list[Path]:
    """Refuse a name under which a file lies that is not an adapter's card.

    Returns:
        Weights whose card is damaged, which nothing names once an adapter is written in its place.

    Raises:
        InputRejected: The name is that of a file of a core, or of something else in the folder.
    """
    if path.name in (CARD_FILE, CONFIG_FILE):
        raise InputRejected(
            "the name {name}, which a core keeps for files of its own",
            action="give another name",
            code="adapter_name_reserved",
            values={"name": path.stem},
        )
    try:
        if not path.exists() or "adapter" in load_card(path):
            return []
    except (InputRejected, OSError):
        weights = _weights_of_damaged(path)
        if weights:
            return weights
    raise InputRejected(
        "the name {name} is taken by a file that is not an adapter",
        action="give another name, or another folder",
        code="adapter_name_taken",
        values={"name": path.stem},
    )


def _weights_of_damaged(path: Path) -> list[Path]:
    """Weights beside what was the card of an adapter; none where the file can be read and is something else."""
    try:
        content = json.loads(path.read_bytes())
    except ValueError:
        content = {"adapter": None}
    except OSError:
        content = None
    if not isinstance(content, dict) or "adapter" not in content:
        return []
    named = re.compile(re.escape(path.stem) + r"-[0-9a-f]{12}\.safetensors")
    return [file for file in path.parent.iterdir() if named.fullmatch(file.name)]


def adapter_card(path: Path) -> dict[str, Any]:
    """The card of an adapter.

    Raises:
        NotFound: There is no adapter of this name.
        InputRejected: The card is damaged.
    """
    card = load_card(path) if path.is_file() else {}
    if "adapter" not in card:
        raise NotFound(
            "there is no adapter called {name}",
            action="see core_model.adapters.AdapterRegistry.names",
            code="adapter_missing",
            values={"name": path.stem},
        )
    return card


class _Held:
    """A core beside a module, not inside it: not among its parameters, and shared by its copies but for what learns."""

    def __init__(self, core: Core, base: Core) -> None:
        self.core, self.base = core, base

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Held":
        for parameter in (*self.core.parameters(), *self.base.parameters()):
            if not parameter.requires_grad and id(parameter) not in memo:
                memo[id(parameter)] = nn.Parameter(parameter.detach(), requires_grad=False)
        tokenizer = self.core.__dict__["_tokenizer"]
        memo[id(tokenizer)] = tokenizer
        return _Held(copy.deepcopy(self.core, memo), copy.deepcopy(self.base, memo))


def _own_blocks(twin: Core, num_layers: int, count: int) -> nn.ModuleList:
    """Copies of the last blocks that run, which learn, in the twin's places."""
    own = nn.ModuleList()
    for number in range(max(0, num_layers - count), num_layers):
        block = copy.deepcopy(twin.blocks[number]).requires_grad_(True)
        twin.blocks[number] = block
        own.append(block)
    return own
