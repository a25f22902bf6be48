"""The training of an adapter that tells the label of a text.

Shapes: N samples of a batch.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional as F

from core_model.adapters.adapter import Adapter
from core_model.adapters.labelled import LabelledDomain, TextClassifier
from core_model.core import Core
from core_model.output import CoreOutput
from core_model.training.tuning.domain import Trainable, Tuned
from core_model.training.tuning.pieces import rows_of
from core_model.training.tuning.samples import SampleSet, read_labelled
from core_model.training.tuning.settings import Tuning


class LabelledTask(Tuned):
    """Cross-entropy of the labels; a label that no training sample has counts in no loss."""

    def loss_of(self, adapter: Adapter, samples: Sequence[Mapping[str, Any]]) -> Tensor:
        model = cast(TextClassifier, adapter)
        numbers = {label: number for number, label in enumerate(model.labels)}
        wanted_N = torch.tensor([numbers.get(str(sample["label"]), -1) for sample in samples], device=model.core.device)
        logits_NC = model.head(self.outputs(model, samples).mean().float())
        if bool((wanted_N < 0).all()):
            return logits_NC.sum() * 0
        return F.cross_entropy(logits_NC.float(), wanted_N, ignore_index=-1)

    def outputs(self, adapter: Adapter, samples: Sequence[Mapping[str, Any]]) -> CoreOutput:
        texts = [f"query: {sample['text']}" for sample in samples]
        return adapter.encode(rows_of(adapter.core, texts, self.tuning.longest))


class LabelledTraining(LabelledDomain, Trainable):
    """A domain of labelled texts that can be trained."""

    def read(self, path: str | Path) -> SampleSet:
        return read_labelled(path)

    def adapter(self, core: Core, samples: SampleSet, tuning: Tuning) -> TextClassifier:
        labels = sorted({str(sample["label"]) for sample in samples.train})
        kind = cast(type[TextClassifier], self.kind)
        return kind(core, labels, **tuning.change(core.config))

    def task(self, adapter: Adapter, samples: SampleSet, tuning: Tuning) -> LabelledTask:
        return LabelledTask(adapter, samples, tuning)

    def described(self, samples: SampleSet) -> dict[str, Any]:
        """How often each label stands among the training samples: the plain baseline follows from it."""
        return {"label_counts": dict(sorted(Counter(str(sample["label"]) for sample in samples.train).items()))}
