"""The core's second look at nodule candidates, an adapter: embeddings of volume and facts, heads, and a card.

A stem finds candidates and scores them. Each becomes one row of the core: a volume segment of its vectors and a facts
segment of what is known about it. The core's blocks stay as they ship; trained are the embeddings of the volume and of
the facts, the modality vectors and the head. What the core says is added to the stem's score, so that an untrained
head leaves the score as it is. Several heads of one fold (they differ in seed and in what they held out) are averaged.

Shapes: N candidates, T tokens of a candidate, C length of a stem's vector, F facts, K heads, D width.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from apps.medical.nodules.candidate_rows import FACTS, CandidateRows, rows_described
from apps.medical.nodules.detect import CandidateDescription, Rescorer
from apps.medical.nodules.linking import sigmoid
from apps.medical.nodules.standardised import StandardisedVolumeEmbedding
from core_model.adapters import Adapter
from core_model.core import Core, Row
from core_model.errors import InputRejected
from core_model.inputs.facts import FactEmbedding
from core_model.inputs.segments import UNITS, FactsSegment, Segment, VolumeSegment
from core_model.nn.heads import ClassificationHead

Facts = Sequence[Sequence[str]]
"""For each fact its name and the name of its unit, one of ``segments.UNITS``."""
Head = Callable[[CandidateRows], Tensor]
"""Log-odds of each candidate, ``[N]``."""


class VolumeCandidateHead(Adapter):
    """What is trained around the core to score candidates of one stem.

    Args:
        core: Its twin is looked through; it is not changed.
        facts: What is known of a candidate.
        num_layers: Blocks of the core that run (early exit).
        dropout: Share of the readout that is dropped in training.
    """

    kind = "volume_candidates"
    modality_MD: nn.Parameter

    def __init__(self, core: Core, *, facts: Facts, num_layers: int, dropout: float = 0.0) -> None:
        width = core.config.width
        volume = StandardisedVolumeEmbedding(core.config.volume_features, width)
        super().__init__(
            core,
            settings={"facts": [list(fact) for fact in facts], "num_layers": num_layers, "dropout": dropout},
            num_layers=num_layers,
            embeddings={"volume": volume, "facts": FactEmbedding(width)},
            own_vectors=True,
        )
        nn.init.zeros_(self.modality_MD)
        self.dropout = dropout
        self.unit_F = torch.tensor([UNITS.index(unit) for _, unit in facts], dtype=torch.int64)
        self.head = ClassificationHead(2 * width, 1)
        self.slope = nn.Parameter(torch.ones(()))
        self._name_ids: list[Tensor] | None = None

    @property
    def volume(self) -> StandardisedVolumeEmbedding:
        """The embedding of the stem's vectors."""
        return cast(StandardisedVolumeEmbedding, self.embeddings["volume"])

    @property
    def scale_C(self) -> Tensor:
        """Spread of the stem's features."""
        return self.volume.scale_C

    def standardise_by(self, rows: CandidateRows) -> None:
        """Take the mean and spread of the stem's features from some candidates, their present tokens."""
        self.volume.standardise_by(rows.present_PC)

    def forward(self, rows: CandidateRows) -> Tensor:
        """Log-odds of each candidate, ``[N]``.

        Args:
            rows: At least one candidate.

        Raises:
            InputRejected: The shapes do not fit the core, or the facts the head.
        """
        if rows.facts_NF.shape[1] != len(self.unit_F):
            raise InputRejected(
                "facts that the head was not trained on",
                allowed="{count} of them",
                code="facts_not_trained",
                values={"count": len(self.unit_F)},
            )
        output = self.encode(self._segments(rows))
        read_NR = torch.cat([output.first(), output.mean("volume")], dim=1)
        said_N = self.head(functional.dropout(read_NR, self.dropout, self.training))[:, 0]
        return self.slope * rows.score_N.to(said_N.device) + said_N

    @property
    def name_ids(self) -> list[Tensor]:
        """Text pieces of the names of the facts, without marks."""
        if self._name_ids is None:
            words = self.core.tokenizer
            self._name_ids = [torch.tensor(words.ids(name, marks=False)) for name, _ in self.settings["facts"]]
        return self._name_ids

    def _segments(self, rows: CandidateRows) -> list[Row]:
        present_NT, known_NF = rows.present_NT, ~torch.isnan(rows.facts_NF)
        found: list[Row] = []
        for n in range(len(rows)):
            there = present_NT[n]
            spacing_mm_T3 = rows.spacing_mm_N3[n].expand(int(there.sum()), -1)
            row: list[str | Segment] = [
                VolumeSegment(rows.features_NTC[n][there], rows.position_mm_NT3[n][there], spacing_mm_T3)
            ]
            if bool(known_NF[n].any()):
                row.append(self._facts(rows.facts_NF[n], known_NF[n]))
            found.append(row)
        return found

    def _facts(self, value_F: Tensor, known_F: Tensor) -> FactsSegment:
        """Those of a candidate's facts that are known."""
        names = tuple(name for name, known in zip(self.name_ids, known_F.tolist(), strict=True) if known)
        value_F = value_F[known_F]
        nothing = torch.full_like(value_F, torch.nan)
        return FactsSegment(names, value_F, nothing, nothing, self.unit_F[known_F], torch.zeros_like(nothing))


def averaged(heads: Sequence[Head], rows: CandidateRows, shift: float = 0.0) -> Tensor:
    """The stem's opinion and the heads', averaged in log-odds with equal weight, ``[N]``; empty for no candidates.

    The heads' is the mean over several of one stem. They learn on one whole CT a fold and are sharper there than on
    another; the plain mean of the two opinions ranks unseen candidates better than either alone.

    Args:
        heads: At least one, in evaluation mode.
        rows: The candidates.
        shift: Added to the heads' log-odds: brings different stems to one scale.
    """
    if not len(rows):
        return torch.zeros(0)
    with torch.inference_mode():
        said_KN = torch.stack([head(rows).cpu() for head in heads])
    return (rows.score_N + said_KN.mean(dim=0) + shift) / 2


class SecondLook(Adapter):
    """The heads of all folds in one adapter, as they ship.

    Args:
        core: That they were trained around.
        facts: What is known of a candidate.
        num_layers: Blocks of the core that run.
        folds: By name ``members``, how many heads, and ``shift``, which brings the fold to the scale of the others.
    """

    kind = "nodule_second_look"

    def __init__(self, core: Core, *, facts: Facts, num_layers: int, folds: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(
            core,
            settings={
                "facts": [list(fact) for fact in facts],
                "num_layers": num_layers,
                "folds": {name: dict(fold) for name, fold in folds.items()},
            },
            num_layers=num_layers,
        )
        self.heads = nn.ModuleDict(
            {
                name: nn.ModuleList(
                    VolumeCandidateHead(core, facts=facts, num_layers=num_layers) for _ in range(fold["members"])
                )
                for name, fold in folds.items()
            }
        )

    @classmethod
    def of(cls, core: Core, folds: Mapping[str, tuple[Sequence[VolumeCandidateHead], float]]) -> Self:
        """The adapter of some trained heads.

        Args:
            core: That they were trained around.
            folds: By name the heads, all of one shape, and their shift.
        """
        settings = next(iter(folds.values()))[0][0].settings
        entries = {name: {"members": len(heads), "shift": shift} for name, (heads, shift) in folds.items()}
        made = cls(core, facts=settings["facts"], num_layers=settings["num_layers"], folds=entries)
        for name, (heads, _) in folds.items():
            for mine, head in zip(made.members(name), heads, strict=True):
                mine.load_state_dict(head.state_dict())
        return made.eval()

    @property
    def folds(self) -> dict[str, tuple[Sequence[VolumeCandidateHead], float]]:
        """By name the heads and their shift, see ``of``."""
        return {name: (self.members(name), fold["shift"]) for name, fold in self.settings["folds"].items()}

    def around(self, core: Core) -> Self:
        """The same heads around another core, for comparison."""
        return type(self).of(core, self.folds)

    def members(self, fold: str) -> Sequence[VolumeCandidateHead]:
        """The heads of a fold."""
        return cast(Sequence[VolumeCandidateHead], list(cast(nn.ModuleList, self.heads[fold])))

    def forward(self, fold: str, rows: CandidateRows) -> Tensor:
        """Log-odds of a fold's candidates by its stem and its heads, ``[N]``; see ``averaged``."""
        heads, shift = self.folds[fold]
        return averaged(heads, rows, shift)

    def rescorer(self, fold: str) -> Rescorer:
        """The second look as ``detect`` asks for it: probabilities of the candidates of one window."""

        def rescore(description: CandidateDescription) -> Any:
            return sigmoid(self(fold, rows_described(description)).numpy())

        return rescore


def load_second_look(folder: str | Path, name: str, core: Core) -> SecondLook:
    """Read a second look.

    Args:
        folder: Where it lies.
        name: Its name.
        core: The one that it was trained around.

    Raises:
        NotFound: There is none of this name.
        Unavailable: Its weights are missing.
        InputRejected: It is damaged, or was trained around another core or on other facts.
    """
    found = SecondLook.load(folder, name, core)
    if found.settings["facts"] != [list(fact) for fact in FACTS]:
        raise InputRejected(
            "a second look that was trained on other facts",
            action="install the package again, or train the heads anew",
            code="second_look_of_other_facts",
        )
    return found


def decided_by(card: Mapping[str, Any]) -> dict[str, Any]:
    """What of a second look's card decides a probability: weights, folds with their shifts, facts and the core."""
    return {name: card[name] for name in ("weights_sha256", "settings", "num_layers", "core_sha256")}
