"""Settings of the joint training that do not belong to the loop."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from core_model.training.joint.grow import Growth

WEIGHTS = {"text": 0.5, "labelled": 3.0}
"""Hidden pieces cost tens of times what a text costs that lies a little apart from where it lay."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JointSettings:
    """What is learnt, and how fast.

    Attributes:
        rate: Learning rate of what was trained before: attention, shared and text experts, norms, word embeddings.
        new_rate: Of what begins here: other experts and their routers, embeddings of other modalities, heads.
        stem_rate: Of an image stem that was trained before.
        warm_up: Steps over which both rise from zero; they fall along a cosine to ``last_rate`` of their height.
        last_rate: Share of the rates at the last step.
        decay: Weight decay of matrices (AdamW).
        balance: Step of the expert bias (``core_model.nn.balance``).
        sequence_balance: Weight of the balance inside each row; 0 leaves it out.
        tokens: Of a batch; ``TrainingRun.accumulate`` batches are a step.
        longest: Pieces at which queries, passages and labelled texts are cut.
        held_out_tokens: Of each source, looked at in an evaluation.
        weights: Factor on the loss of a source or, without one, of a kind; 1 where neither is named.
        growth: How untrained expert groups begin.
        bf16: Whether products are taken in bf16.
    """

    rate: float = 5e-5
    new_rate: float = 5e-4
    stem_rate: float = 1e-4
    warm_up: int = 100
    last_rate: float = 0.05
    decay: float = 0.01
    balance: float = 1e-3
    sequence_balance: float = 0.0
    tokens: int = 6144
    longest: int = 256
    held_out_tokens: int = 12_288
    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))
    growth: Growth = field(default_factory=Growth)
    bf16: bool = False

    def __post_init__(self) -> None:
        rates = (self.rate, self.new_rate, self.stem_rate)
        others = (self.warm_up, self.decay, self.balance, self.sequence_balance)
        if min(rates) <= 0 or min(others) < 0:
            raise ValueError("rates are above 0; warm-up, decay and balances are not negative")
        if self.tokens < 1 or self.held_out_tokens < 0 or not 0 <= self.last_rate <= 1:
            raise ValueError("a batch has tokens, and last_rate is a share")
        if any(weight < 0 for weight in self.weights.values()):
            raise ValueError("no loss has a negative weight")

    def weight(self, source: str, kind: str) -> float:
        """Factor on the loss of a source."""
        return self.weights.get(source, self.weights.get(kind, 1.0))

    def as_dict(self) -> dict[str, Any]:
        """JSON values, for the run's identity and the card."""
        return {**asdict(self), "weights": dict(self.weights)}
