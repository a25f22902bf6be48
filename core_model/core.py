"""The core with its weights, tokenizer and card: the way in for the applications and for other people's programs.

Shapes: N texts, D width.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.checkpoint import load_card, load_checkpoint
from core_model.config import CoreConfig
from core_model.errors import Unavailable
from core_model.inputs.packing import pack
from core_model.inputs.segments import TextSegment
from core_model.inputs.text import BEGIN, END, TextTokenizer
from core_model.model import CoreModel
from core_model.nn.balance import routers_of

WEIGHTS = Path(__file__).resolve().parent / "weights"
TOKENIZER_FILE = "tokenizer.json.gz"
_TOKENS_A_BATCH = 4096


class Core:
    """A core model ready for use.

    Attributes:
        model: The network, in evaluation mode.
        tokenizer: Its tokenizer.
        card: Where the weights come from.
    """

    def __init__(self, model: CoreModel, tokenizer: TextTokenizer, card: dict[str, Any]) -> None:
        self.model, self.tokenizer, self.card = model.eval(), tokenizer, card

    @property
    def weights_hash(self) -> str:
        """SHA-256 of the weights, for provenance."""
        return self.card["weights_sha256"]

    def embed_texts(
        self,
        texts: Sequence[str],
        kind: Literal["query", "passage"] = "query",
        *,
        num_layers: int | None = None,
        tick: Callable[[float], None] | None = None,
    ) -> Tensor:
        """Embed texts so that cosine similarity (the dot product) compares them, in English and Chinese alike.

        Args:
            texts: Any number of texts; an empty one is embedded as such.
            kind: ``query`` for questions, captions and whatever is compared with its like, ``passage`` for longer
                texts that are searched. The prefix that the trunk was trained with is put in front.
            num_layers: Stop after so many layers (early exit).
            tick: Told the share done, 0 to 1, after each batch; may raise to cancel.

        Returns:
            ``[N, D]``, fp32, of length 1. Texts longer than a window are cut into windows, which all count.
        """
        if not len(texts):
            return torch.zeros(0, self.model.config.width)
        inner = self.model.config.window - 2
        windows: list[list[int]] = []
        owner: list[int] = []
        for number, ids in enumerate(self.tokenizer.batch_ids([f"{kind}: {text}" for text in texts], marks=False)):
            count = max(1, math.ceil(len(ids) / inner))
            size = math.ceil(len(ids) / count) if ids else 1
            for part in range(count):
                windows.append([BEGIN, *ids[part * size : (part + 1) * size], END])
                owner.append(number)
        sums = torch.zeros(len(texts), self.model.config.width)
        order = sorted(range(len(windows)), key=lambda k: len(windows[k]))
        done = 0
        while done < len(order):
            rows: list[int] = []
            while done < len(order) and (len(rows) + 1) * len(windows[order[done]]) <= _TOKENS_A_BATCH:
                rows.append(order[done])
                done += 1
            if not rows:
                rows, done = [order[done]], done + 1
            batch = pack([[TextSegment(torch.tensor(windows[k]))] for k in rows], self.model.config)
            with torch.inference_mode():
                hidden_TD = self.model(batch, num_layers=num_layers).hidden_TD
                owner_T = torch.tensor([owner[k] for k in rows])[batch.row_T]
                sums.index_add_(0, owner_T, hidden_TD.float())
            if tick:
                tick(done / len(order))
        return F.normalize(sums, dim=-1)


def weights_available(folder: Path = WEIGHTS) -> bool:
    """Whether the weights of the core are there (without reading them)."""
    try:
        card = load_card(folder / "core.json")
    except Unavailable:
        return False
    return (folder / card["weights_file"]).is_file() and (folder / TOKENIZER_FILE).is_file()


@cache
def load_core(folder: Path = WEIGHTS) -> Core:
    """Load the core that ships, once a process.

    Args:
        folder: Where ``core.json``, its weights and the tokenizer lie.

    Raises:
        Unavailable: There are no weights; the message says how to get them.
        InputRejected: The weights are damaged.
    """
    tensors, card = load_checkpoint(folder / "core.json")
    if not (folder / TOKENIZER_FILE).is_file():
        raise Unavailable(
            "the core's tokenizer is not beside its weights", action="reinstall the weights", code="weights_missing"
        )
    model = build(CoreConfig.from_dict(card["config"]), tensors)
    return Core(model, TextTokenizer.from_file(folder / TOKENIZER_FILE), card)


def build(config: CoreConfig, tensors: dict[str, Tensor]) -> CoreModel:
    """A model of some shape with some weights; every tensor must fit."""
    with torch.device("meta"):
        model = CoreModel(config)
    model.load_state_dict(tensors, strict=True, assign=True)
    for router in routers_of(model):
        router.load_E = torch.zeros(len(router.weight_ED))
    return model.requires_grad_(True)
