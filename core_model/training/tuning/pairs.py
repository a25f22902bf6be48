"""Questions and the passages that answer them: the adapter, its domain, its training.

A passage that is longer than a window is cut into windows; the best of them counts (a mean would drown the answer).
The other passages of a batch are the wrong answers, those of the same text left out.

Shapes: N samples, P passages, W windows, D width.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.adapters.adapter import Adapter
from core_model.adapters.domain import Samples
from core_model.adapters.lora import Lora
from core_model.adapters.metrics import Cases, Metric, recall_at
from core_model.core import Core
from core_model.inputs.segments import TextSegment
from core_model.inputs.windows import text_windows
from core_model.output import CoreOutput
from core_model.training.evaluate import judged
from core_model.training.tuning.domain import Trainable, Tuned
from core_model.training.tuning.pieces import rows_of
from core_model.training.tuning.samples import SampleSet, read_pairs
from core_model.training.tuning.settings import Tuning


class PairEncoder(Adapter):
    """Unit vectors of texts that are compared: the mean of their tokens.

    Args:
        core: The core.
        num_layers: Blocks that run; all where not given.
        lora: Low-rank updates, as ``Lora.as_dict`` gives them.
        own_layers: Blocks that are the adapter's own.
    """

    kind = "pairs"

    def __init__(
        self, core: Core, num_layers: int | None = None, lora: Mapping[str, Any] | None = None, own_layers: int = 0
    ) -> None:
        settings = {"num_layers": num_layers, "lora": lora, "own_layers": own_layers}
        changes = Lora.from_dict(dict(lora)) if lora else None
        super().__init__(core, settings=settings, num_layers=num_layers, lora=changes, own_layers=own_layers)

    def forward(self, rows: Sequence[TextSegment]) -> Tensor:
        """Unit vectors ``[N, D]`` of rows."""
        return F.normalize(self.encode(list(rows)).mean().float(), dim=-1)

    def windows(self, texts: Sequence[str], kind: str) -> tuple[Tensor, Tensor]:
        """Unit vectors of all windows of texts, ``[W, D]``, and whose each is, ``[W]``; on the CPU.

        Args:
            texts: Any number.
            kind: ``query`` or ``passage``.
        """
        found = text_windows(self.core.tokenizer, [f"{kind}: {text}" for text in texts], self.core.config.window)
        vectors_WD = torch.zeros(len(found.ids), self.core.config.width)
        with judged(self):
            for some in found.batches():
                rows = [TextSegment(torch.tensor(found.ids[number])) for number in some]
                vectors_WD[some] = self(rows).float().cpu()
        return vectors_WD, torch.tensor(list(found.text))

    def scores(self, queries: Sequence[str], passages: Sequence[str], kinds: tuple[str, str]) -> Tensor:
        """Likeness ``[N, P]`` of each question to the best window of each passage."""
        asked_WD, whose_W = self.windows(queries, kinds[0])
        query_ND = torch.zeros(len(queries), asked_WD.shape[1]).index_add_(0, whose_W, asked_WD)
        known_WD, passage_W = self.windows(passages, kinds[1])
        likeness_NW = F.normalize(query_ND, dim=-1) @ known_WD.T
        best_NP = likeness_NW.new_full((len(queries), len(passages)), -2.0)
        return best_NP.scatter_reduce_(1, passage_W.expand(len(queries), -1), likeness_NW, "amax")


class PairsTask(Tuned):
    """The likeness of question and passage against that to the other passages of the batch, in both directions."""

    def loss_of(self, adapter: Adapter, samples: Sequence[Mapping[str, Any]]) -> Tensor:
        half = len(samples)
        vectors_ND = F.normalize(self.outputs(adapter, samples).mean().float(), dim=-1)
        query_ND, passage_ND = vectors_ND[:half], vectors_ND[half:]
        logits_NN = query_ND @ passage_ND.T / self.tuning.temperature
        passages = [str(sample["passage"]) for sample in samples]
        same_NN = torch.tensor([[a == b for b in passages] for a in passages], device=logits_NN.device)
        other_NN = same_NN & ~torch.eye(half, dtype=torch.bool, device=logits_NN.device)
        logits_NN = logits_NN.masked_fill(other_NN, float("-inf"))
        wanted_N = torch.arange(half, device=logits_NN.device)
        return (F.cross_entropy(logits_NN, wanted_N) + F.cross_entropy(logits_NN.T, wanted_N)) / 2

    def outputs(self, adapter: Adapter, samples: Sequence[Mapping[str, Any]]) -> CoreOutput:
        queries = [f"{sample.get('query_kind', 'query')}: {sample['query']}" for sample in samples]
        passages = [f"{sample.get('passage_kind', 'passage')}: {sample['passage']}" for sample in samples]
        return adapter.encode(rows_of(adapter.core, queries + passages, self.tuning.longest))


class PairsTraining(Trainable):
    """A domain of questions and passages; an application names it, and the class of its adapters."""

    metrics = (
        Metric(name="recall_at_1", of=recall_at(1)),
        Metric(name="recall_at_5", of=recall_at(5)),
    )

    def read(self, path: str | Path) -> SampleSet:
        return read_pairs(path)

    def adapter(self, core: Core, samples: SampleSet, tuning: Tuning) -> PairEncoder:
        return cast(type[PairEncoder], self.kind)(core, **tuning.change(core.config))

    def task(self, adapter: Adapter, samples: SampleSet, tuning: Tuning) -> PairsTask:
        return PairsTask(adapter, samples, tuning)

    def judge(self, adapter: Adapter, samples: Samples) -> Cases:
        """The rank of the right passage among all passages of the samples."""
        assert isinstance(adapter, PairEncoder)
        passages = sorted({str(sample["passage"]) for sample in samples})
        kinds = str(samples[0].get("query_kind", "query")), str(samples[0].get("passage_kind", "passage"))
        scores_NP = adapter.scores([str(sample["query"]) for sample in samples], passages, kinds)
        place = {passage: number for number, passage in enumerate(passages)}
        right_N = torch.tensor([place[str(sample["passage"])] for sample in samples])
        own_N1 = scores_NP.gather(1, right_N[:, None])
        rank_N = 1 + (scores_NP > own_N1).sum(dim=1)
        identities = [str(sample["identity"]) for sample in samples]
        groups = {"group": [str(sample.get("group") or "") for sample in samples]}
        return Cases(identities, {"rank": rank_N.tolist()}, groups)

    def baseline(self, core: Core, card: Mapping[str, Any], samples: Samples) -> Cases:
        """The core without an adapter."""
        return self.judge(cast(type[PairEncoder], self.kind)(core).eval(), samples)
