"""A second look at candidates of a volume: their tokens and facts through the frozen core, to log-odds.

A stem finds candidates and scores them. Each becomes one row of the core: a volume segment of its vectors and a facts
segment of what is known about it. The core's blocks stay as they ship; trained are the embeddings of the volume and of
the facts, the modality vectors and the head. What the core says is added to the stem's score, so that an untrained
head leaves the score as it is.

Shapes: N candidates, T tokens of a candidate, C length of a stem's vector, F facts, P tokens of the batch, D width.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from core_model.config import MODALITIES, CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.facts import FactEmbedding
from core_model.inputs.packing import pack
from core_model.inputs.segments import UNITS, FactsSegment, Segment, VolumeSegment
from core_model.inputs.volume import VolumeEmbedding
from core_model.nn.heads import ClassificationHead
from core_model.output import CoreOutput

CLIP = 5.0
"""Standardised features are limited to this many standard deviations."""


@dataclass(frozen=True, slots=True)
class CandidateRows:
    """Candidates as the core reads them.

    Attributes:
        features_NTC: Vectors of the stem; a token of zeros is missing, the first one never is.
        position_mm_NT3: Where each token stands, z, y, x.
        spacing_mm_N3: Of the voxels, z, y, x, positive.
        facts_NF: Values of the facts, in the order of the head's names; NaN where a fact is not known: no token then.
        score_N: The stem's log-odds.

    Raises:
        InputRejected: The shapes do not fit together, or a value is not finite, but for a fact that is not known.
    """

    features_NTC: Tensor
    position_mm_NT3: Tensor
    spacing_mm_N3: Tensor
    facts_NF: Tensor
    score_N: Tensor

    def __post_init__(self) -> None:
        n, tokens = self.features_NTC.shape[:2] if self.features_NTC.ndim == 3 else (-1, -1)
        fits = (
            n >= 0
            and self.position_mm_NT3.shape == (n, tokens, 3)
            and self.spacing_mm_N3.shape == (n, 3)
            and self.facts_NF.ndim == 2
            and len(self.facts_NF) == n
            and self.score_N.shape == (n,)
        )
        if not fits:
            raise InputRejected(
                "candidates whose vectors, positions, spacing, facts and scores do not fit together",
                allowed="[N, T, C], [N, T, 3], [N, 3], [N, F] and [N]",
                code="candidates_misshapen",
            )
        known = (self.features_NTC, self.position_mm_NT3, self.spacing_mm_N3, self.score_N)
        if not all(bool(torch.isfinite(part).all()) for part in known) or bool(torch.isinf(self.facts_NF).any()):
            raise InputRejected("candidates with a value that is not finite", code="candidates_not_finite")
        if not bool((self.features_NTC[:, :1] != 0).any(dim=2).all()):
            raise InputRejected("a candidate without its first vector", code="candidates_misshapen")

    def __len__(self) -> int:
        return len(self.features_NTC)

    def parts(self) -> tuple[Tensor, ...]:
        """All tensors, in the order of the attributes."""
        return (self.features_NTC, self.position_mm_NT3, self.spacing_mm_N3, self.facts_NF, self.score_N)

    def rows(self, index: Tensor) -> "CandidateRows":
        """Some of the candidates."""
        return CandidateRows(*(part[index] for part in self.parts()))

    @property
    def present_NT(self) -> Tensor:
        """Which tokens are there."""
        return (self.features_NTC != 0).any(dim=2)


class VolumeCandidateHead(nn.Module):
    """What is trained around the frozen core to score candidates of one stem.

    Args:
        config: Of the core.
        units: For each fact the name of its unit, one of ``inputs.segments.UNITS``.
        num_layers: Blocks of the core that run (early exit).
        dropout: Share of the readout that is dropped in training.
    """

    mean_C: Tensor
    scale_C: Tensor

    def __init__(self, config: CoreConfig, units: Sequence[str], num_layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        if not 1 <= num_layers <= config.num_layers:
            raise ValueError(f"{num_layers} of {config.num_layers} layers cannot run")
        self.num_layers, self.dropout = num_layers, dropout
        self.unit_F = torch.tensor([UNITS.index(unit) for unit in units], dtype=torch.int64)
        self.volume = VolumeEmbedding(config.volume_features, config.width)
        self.facts = FactEmbedding(config.width)
        self.modality_MD = nn.Parameter(torch.zeros(len(MODALITIES), config.width))
        self.head = ClassificationHead(2 * config.width, 1)
        self.slope = nn.Parameter(torch.ones(()))
        self.register_buffer("mean_C", torch.zeros(config.volume_features))
        self.register_buffer("scale_C", torch.ones(config.volume_features))

    def standardise_by(self, rows: CandidateRows) -> None:
        """Take the mean and spread of the stem's features from some candidates, their present tokens."""
        self.mean_C, self.scale_C = _mean_and_spread(rows)

    def forward(self, model: Core, rows: CandidateRows, name_ids: Sequence[Tensor]) -> Tensor:
        """Log-odds of each candidate, ``[N]``.

        Args:
            model: The core; its own weights are only read.
            rows: At least one candidate.
            name_ids: Text pieces of the facts' names, without marks.

        Raises:
            InputRejected: The shapes do not fit the core, or the facts the head.
        """
        if rows.facts_NF.shape[1] != len(self.unit_F) or len(name_ids) != len(self.unit_F):
            raise InputRejected("facts that the head was not trained on", allowed=f"{len(self.unit_F)} of them")
        present_NT = rows.present_NT
        batch = pack(self._segments(rows, present_NT, name_ids), model.config)
        spacing_NT3 = rows.spacing_mm_N3[:, None].expand(-1, present_NT.shape[1], -1)
        standard_NTC = ((rows.features_NTC - self.mean_C) / self.scale_C).clamp(-CLIP, CLIP)
        volume_PD = self.volume(standard_NTC[present_NT], rows.position_mm_NT3[present_NT], spacing_NT3[present_NT])
        x_PD = volume_PD.new_zeros(batch.num_tokens, model.config.width)
        x_PD = x_PD.index_copy(0, batch.tokens_of("volume"), volume_PD)
        if len(self.unit_F):
            known_P = ~torch.isnan(rows.facts_NF).flatten()
            name_PD = model.text.names(name_ids).repeat(len(rows), 1)[known_P]
            facts_PD = self.facts(self._all_facts(rows, name_ids), name_PD)
            x_PD = x_PD.index_copy(0, batch.tokens_of("facts"), facts_PD)
        embedded_PD = model.embedding_norm(x_PD + self.modality_MD[batch.modality_T])
        output = model(batch, num_layers=self.num_layers, embedded_TD=embedded_PD)
        return self.slope * rows.score_N + self._read(output)

    def _read(self, output: CoreOutput) -> Tensor:
        """The head on each row's first token beside the mean of its volume tokens."""
        counts_N = torch.bincount(output.batch.row_T, minlength=output.batch.num_rows)
        first_ND = output.hidden_TD[counts_N.cumsum(0) - counts_N]
        read_NR = torch.cat([first_ND, output.mean("volume")], dim=1)
        return self.head(functional.dropout(read_NR, self.dropout, self.training))[:, 0]

    def _segments(self, rows: CandidateRows, present_NT: Tensor, name_ids: Sequence[Tensor]) -> list[list[Segment]]:
        segments: list[list[Segment]] = []
        for n in range(len(rows)):
            there = present_NT[n]
            row: list[Segment] = [
                VolumeSegment(
                    rows.features_NTC[n][there],
                    rows.position_mm_NT3[n][there],
                    rows.spacing_mm_N3[n].expand(int(there.sum()), -1),
                )
            ]
            if bool((~torch.isnan(rows.facts_NF[n])).any()):
                row.append(self._facts_of(rows.facts_NF[n], name_ids, self.unit_F))
            segments.append(row)
        return segments

    def _all_facts(self, rows: CandidateRows, name_ids: Sequence[Tensor]) -> FactsSegment:
        """The facts of all rows as one segment, so that they are embedded together."""
        return self._facts_of(rows.facts_NF.flatten(), list(name_ids) * len(rows), self.unit_F.repeat(len(rows)))

    @staticmethod
    def _facts_of(value_P: Tensor, name_ids: Sequence[Tensor], unit_P: Tensor) -> FactsSegment:
        """Those of some facts that are known."""
        known = ~torch.isnan(value_P)
        names = tuple(name for name, there in zip(name_ids, known.tolist(), strict=True) if there)
        nothing = torch.full_like(value_P[known], torch.nan)
        return FactsSegment(names, value_P[known], nothing, nothing, unit_P[known], torch.zeros_like(nothing))


class PlainHead(nn.Module):
    """The same question without the core, for comparison: a small net on the tokens side by side.

    Args:
        features: C.
        tokens: T.
        facts: F.
        hidden: Width of its one hidden layer.
        dropout: Share of the hidden layer that is dropped in training.
    """

    mean_C: Tensor
    scale_C: Tensor
    mean_F: Tensor
    scale_F: Tensor

    def __init__(self, features: int, tokens: int, facts: int, hidden: int = 16, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.hidden = nn.Linear(tokens * (features + 1) + 2 * facts, hidden)
        self.out = nn.Linear(hidden, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)
        self.slope = nn.Parameter(torch.ones(()))
        self.register_buffer("mean_C", torch.zeros(features))
        self.register_buffer("scale_C", torch.ones(features))
        self.register_buffer("mean_F", torch.zeros(facts))
        self.register_buffer("scale_F", torch.ones(facts))

    def standardise_by(self, rows: CandidateRows) -> None:
        """See ``VolumeCandidateHead``; the facts likewise, over the candidates of which they are known."""
        self.mean_C, self.scale_C = _mean_and_spread(rows)
        for number, value_N in enumerate(rows.facts_NF.T):
            known = value_N[~torch.isnan(value_N)]
            if len(known) > 1:
                self.mean_F[number], self.scale_F[number] = known.mean(), known.std().clamp(min=1e-4)

    def forward(self, model: Core, rows: CandidateRows, name_ids: Sequence[Tensor]) -> Tensor:
        """Log-odds of each candidate, ``[N]``; the core and the names are not looked at."""
        del model, name_ids
        present_NT1 = rows.present_NT.unsqueeze(-1)
        standard_NTC = ((rows.features_NTC - self.mean_C) / self.scale_C).clamp(-CLIP, CLIP) * present_NT1
        known_NF = ~torch.isnan(rows.facts_NF)
        facts_NF = ((rows.facts_NF - self.mean_F) / self.scale_F).clamp(-CLIP, CLIP).nan_to_num(0.0)
        read_NR = torch.cat([standard_NTC.flatten(1), present_NT1.flatten(1), facts_NF, known_NF], dim=1)
        hidden_NH = functional.dropout(functional.gelu(self.hidden(read_NR)), self.dropout, self.training)
        return self.slope * rows.score_N + self.out(hidden_NH)[:, 0]


def _mean_and_spread(rows: CandidateRows) -> tuple[Tensor, Tensor]:
    """Of the stem's features, over the tokens that are there."""
    features_PC = rows.features_NTC[rows.present_NT]
    return features_PC.mean(dim=0), features_PC.std(dim=0).clamp(min=1e-4)


Head = VolumeCandidateHead | PlainHead


class SecondLook:
    """The stem's opinion and the core's, averaged in log-odds with equal weight.

    The core's is the mean over several heads of one stem (they differ in seed and in what they held out). The heads
    learn on one whole CT a fold and are sharper there than on another; the plain mean of the two opinions ranks unseen
    candidates better than either alone.

    Args:
        core: The core that ships.
        heads: At least one.
        names: Of the facts.
        shift: Added to the core's log-odds: brings different stems to one scale.
    """

    def __init__(self, core: Core, heads: Sequence[Head], names: Sequence[str], shift: float = 0.0) -> None:
        if not heads:
            raise ValueError("a second look needs a head")
        self.core, self.heads, self.shift = core, [head.eval() for head in heads], shift
        self.name_ids = name_pieces(core, names)

    def __call__(self, rows: CandidateRows) -> Tensor:
        """Log-odds of each candidate, ``[N]``; empty for none."""
        if not len(rows):
            return torch.zeros(0)
        with torch.inference_mode():
            each_KN = [head(self.core, rows, self.name_ids) for head in self.heads]
        return (rows.score_N + torch.stack(each_KN).mean(dim=0) + self.shift) / 2


def name_pieces(core: Core, names: Sequence[str]) -> list[Tensor]:
    """Text pieces of the names of facts, without marks."""
    return [torch.tensor(core.tokenizer.ids(name, marks=False)) for name in names]
