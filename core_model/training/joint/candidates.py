"""Candidates of a scan: nodule or not, from the stem's map around each, the scan's others and who found it.

Shapes: N candidates of a scan, G cells of a grid, C features, M candidates that are asked about, K cells of a row that
are its candidate's own, T tokens, D width.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from core_model.core import Core
from core_model.inputs.segments import VolumeSegment
from core_model.nn.heads import CandidateHead
from core_model.training.joint.objective import Asked, Objective
from core_model.training.mixture.examples import Example, Pictures


class CandidatesOfScan(Objective):
    """Scans with ``grids``, ``offsets_mm``, ``present``, ``places_mm``, ``spacings_mm``, ``scores``, and a ``label``.

    Where a candidate lies is 0 in its ``places_mm`` where that is not known; no known place is.

    Args:
        width: D.
        most: Candidates of a scan that are asked about, drawn at random; the others stand beside them.
        others: The scan's other candidates in a row, the likeliest, a vector each.
        one_plane: Share of the candidates of which the best slice alone is shown, so that depth does not tell whole CT
            from fields.
        without_score: Share of the scans whose scores are hidden: the core must judge by itself.
    """

    def __init__(
        self, width: int, *, most: int = 12, others: int = 15, one_plane: float = 0.5, without_score: float = 0.5
    ) -> None:
        super().__init__()
        self.head = CandidateHead(width)
        self.most, self.others, self.one_plane, self.without_score = most, others, one_plane, without_score

    def ask(self, core: Core, examples: Sequence[Example]) -> Asked:
        rows: list[list[VolumeSegment]] = []
        own, labels, scores = [], [], []
        for example in examples:
            assert isinstance(example, Pictures)
            label_N = torch.tensor(example.columns["label"])
            chosen_M = torch.randperm(len(label_N))[: self.most]
            hidden = float(torch.rand(())) < self.without_score
            for number in chosen_M.tolist():
                grid, others = self._row(example, number)
                rows.append([grid, others] if len(others) else [grid])
                own += [torch.ones(len(grid), dtype=torch.bool), torch.zeros(len(others), dtype=torch.bool)]
            labels.append(label_N[chosen_M])
            score_M = example.arrays["scores"].flatten()[chosen_M].float()
            scores.append(torch.zeros_like(score_M) if hidden else score_M)
        output = core(core.pack(rows))
        label_M = torch.cat(labels)
        mean_MD, most_MD = of_own(output.hidden_TD.float(), output.batch.row_T, torch.cat(own), len(rows))
        known_M = (label_M >= 0).float()
        if not bool(known_M.any()):
            return Asked(output.hidden_TD.sum() * 0, {}, [output])
        loss = self.head.loss(mean_MD, most_MD, label_M.clamp(min=0), torch.cat(scores), known_M)
        return Asked(loss, {"candidate": float(loss.detach())}, [output])

    def _row(self, example: Pictures, number: int) -> tuple[VolumeSegment, VolumeSegment]:
        """A candidate's own grid, and a vector of each of the likeliest others."""
        arrays = example.arrays
        present_G = arrays["present"][number].bool()
        if float(torch.rand(())) < self.one_plane:
            present_G = present_G & (arrays["offsets_mm"][number][:, 0] == 0)
        place_3, spacing_3 = arrays["places_mm"][number], arrays["spacings_mm"][number]
        offset_K3 = arrays["offsets_mm"][number][present_G]
        grid = VolumeSegment(
            arrays["grids"][number][present_G].float(),
            place_3 + offset_K3,
            spacing_3.expand_as(offset_K3).contiguous(),
            offset_mm_N3=offset_K3,
        )
        order_N = arrays["scores"].flatten().argsort(descending=True)
        other_N = order_N[order_N != number][: self.others]
        return grid, vectors_of(arrays["grids"], arrays["present"], arrays["places_mm"], arrays["spacings_mm"], other_N)


def vectors_of(
    grids_NGC: Tensor, present_NG: Tensor, place_mm_N3: Tensor, spacing_mm_N3: Tensor, chosen_M: Tensor
) -> VolumeSegment:
    """Some candidates as one vector each, the mean of their cells; how far each stands from a candidate is not said."""
    weight_MG1 = present_NG[chosen_M].float().unsqueeze(-1)
    mean_MC = (grids_NGC[chosen_M].float() * weight_MG1).sum(dim=1) / weight_MG1.sum(dim=1).clamp(min=1)
    return VolumeSegment(mean_MC, place_mm_N3[chosen_M], spacing_mm_N3[chosen_M])


def of_own(hidden_TD: Tensor, row_T: Tensor, own_T: Tensor, num_rows: int) -> tuple[Tensor, Tensor]:
    """Mean and largest hidden state of each row over its candidate's own tokens, each ``[M, D]``."""
    hidden_KD, row_K = hidden_TD[own_T], row_T[own_T]
    width = hidden_KD.shape[1]
    sum_MD = hidden_KD.new_zeros(num_rows, width).index_add(0, row_K, hidden_KD)
    count_M1 = torch.bincount(row_K, minlength=num_rows).clamp(min=1).unsqueeze(-1)
    place_KD = row_K.unsqueeze(-1).expand_as(hidden_KD)
    most_MD = hidden_KD.new_zeros(num_rows, width).scatter_reduce(0, place_KD, hidden_KD, "amax", include_self=False)
    return sum_MD / count_M1, most_MD
