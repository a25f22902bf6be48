"""Texts with a label: the adapter that tells the label, and the domain around it.

Samples are ``{"text", "label", "identity", "group"}``; the group names a subgroup of its own figures and may be empty.

Shapes: N texts, C labels, D width.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from core_model.adapters.adapter import Adapter
from core_model.adapters.domain import Domain, Samples
from core_model.adapters.lora import Lora
from core_model.adapters.metrics import Cases, Metric, accuracy, log_loss, macro_f1
from core_model.core import Core
from core_model.nn.heads import ClassificationHead
from core_model.training.evaluate import judged

TOKENS_AT_ONCE = 4096
"""Tokens of a batch of texts that are judged."""


class TextClassifier(Adapter):
    """One of C labels for a text, from the mean of its tokens.

    Args:
        core: The core.
        labels: The labels, in the order of the head's outputs.
        num_layers: Blocks that run; all where not given.
        lora: Low-rank updates, as ``Lora.as_dict`` gives them.
        own_layers: Blocks that are the adapter's own.
    """

    kind = "labelled"

    def __init__(
        self,
        core: Core,
        labels: Sequence[str],
        num_layers: int | None = None,
        lora: Mapping[str, Any] | None = None,
        own_layers: int = 0,
    ) -> None:
        settings = {"labels": list(labels), "num_layers": num_layers, "lora": lora, "own_layers": own_layers}
        changes = Lora.from_dict(dict(lora)) if lora else None
        super().__init__(core, settings=settings, num_layers=num_layers, lora=changes, own_layers=own_layers)
        self.labels = list(labels)
        self.head = ClassificationHead(core.config.width, len(self.labels))

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Logits ``[N, C]``."""
        return self.head(self.encode([f"query: {text}" for text in texts]).mean().float())

    def chances(self, texts: Sequence[str]) -> Tensor:
        """Probabilities ``[N, C]`` of any number of texts, fp32, on the CPU."""
        found = torch.zeros(len(texts), len(self.labels))
        with judged(self):
            for some in batches_of(self.core, texts):
                found[some] = self([texts[number] for number in some]).float().softmax(dim=1).cpu()
        return found


def batches_of(core: Core, texts: Sequence[str], tokens: int = TOKENS_AT_ONCE) -> Iterator[list[int]]:
    """Numbers of texts in batches, those of like length together, so that none holds many more tokens than wanted."""
    lengths = [len(ids) for ids in core.tokenizer.batch_ids(texts)]
    some: list[int] = []
    for number in sorted(range(len(texts)), key=lambda number: (lengths[number], number)):
        if some and (len(some) + 1) * lengths[number] > tokens:
            yield some
            some = []
        some.append(number)
    if some:
        yield some


class LabelledDomain(Domain):
    """A domain of labelled texts; an application names it, and the class of its adapters."""

    metrics = (
        Metric(name="macro_f1", of=macro_f1),
        Metric(name="accuracy", of=accuracy),
        Metric(name="log_loss", of=log_loss, higher_is_better=False, guarded=False),
    )

    def judge(self, adapter: Adapter, samples: Samples) -> Cases:
        """Truth, guess, and the probability that was given to the truth."""
        assert isinstance(adapter, TextClassifier)
        chance_NC = adapter.chances([str(sample["text"]) for sample in samples])
        guesses = [adapter.labels[int(number)] for number in chance_NC.argmax(dim=1)]
        truths = [str(sample["label"]) for sample in samples]
        given = [float(row[adapter.labels.index(truth)]) for row, truth in zip(chance_NC, truths, strict=True)]
        return _cases(samples, truths, guesses, given)

    def baseline(self, core: Core, card: Mapping[str, Any], samples: Samples) -> Cases:
        """The most frequent label of the training samples, and the shares of the labels as probabilities."""
        counts: Mapping[str, int] = card["label_counts"]
        total, most = sum(counts.values()), max(counts, key=lambda label: counts[label])
        truths = [str(sample["label"]) for sample in samples]
        return _cases(samples, truths, [most] * len(truths), [counts.get(label, 0) / total for label in truths])

    def comparable(self, adapter: Adapter, samples: Samples) -> bool:
        """Whether the adapter knows all labels of the samples."""
        assert isinstance(adapter, TextClassifier)
        return {str(sample["label"]) for sample in samples} <= set(adapter.labels)


def _cases(samples: Samples, truths: list[str], guesses: list[str], given: list[float]) -> Cases:
    identities = [str(sample["identity"]) for sample in samples]
    groups = {"group": [str(sample.get("group") or "") for sample in samples]}
    return Cases(identities, {"truth": truths, "guess": guesses, "chance": given}, {**groups, "label": truths})
