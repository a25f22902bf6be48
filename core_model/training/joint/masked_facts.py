"""Masked facts: some values and units of a report or record are hidden, and told from the others.

Shapes: N facts, D width.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from core_model.config import MODALITIES
from core_model.core import Core, Row
from core_model.inputs.segments import FactsSegment
from core_model.nn.heads import MaskedFactHead
from core_model.training.joint.objective import Asked, Objective
from core_model.training.mixture.examples import Example, Facts

HIDDEN_VALUES, HIDDEN_UNITS = 0.2, 0.1
"""Shares of the facts whose value, and whose unit, are hidden."""


class MaskedFacts(Objective):
    """Tells the sign, the unit and the magnitude of hidden facts.

    Args:
        width: D.
        most: Facts of an example that are read, a stretch from a random place on.
    """

    def __init__(self, width: int, *, most: int = 200) -> None:
        super().__init__()
        self.head, self.most = MaskedFactHead(width), most

    def ask(self, core: Core, examples: Sequence[Example]) -> Asked:
        rows: list[Row] = []
        wholes, masked = [], []
        for example in examples:
            assert isinstance(example, Facts)
            whole = stretch(example.segment, self.most)
            wholes.append(whole)
            masked.append(hide(whole))
            rows.append([masked[-1]] if example.text is None else [example.text, masked[-1]])
        output = core(core.pack(rows))
        facts_T = output.batch.modality_T == MODALITIES.index("facts")
        x_N2D = output.hidden_TD[facts_T].unflatten(0, (-1, 2))
        whole, given = FactsSegment.joined(wholes), FactsSegment.joined(masked)
        value_hidden_N, unit_hidden_N = given.value_masked_N, given.unit_masked_N
        assert value_hidden_N is not None
        assert unit_hidden_N is not None
        some_N = value_hidden_N | unit_hidden_N
        x_N2D, value_N, unit_N = x_N2D[some_N].float(), whole.values_N[some_N], whole.unit_N[some_N]
        value_hidden_N, unit_hidden_N = value_hidden_N[some_N], unit_hidden_N[some_N]
        loss = self.head.loss(x_N2D, value_N, unit_N, value_hidden_N, unit_hidden_N)
        with torch.no_grad():
            sized_N = value_hidden_N & (value_N != 0)
            off_N = (self.head(x_N2D).log10_N - value_N.abs().log10())[sized_N].abs()
        return Asked(loss, {"off_by_decades": float(off_N.median())} if len(off_N) else {}, [output])


def stretch(segment: FactsSegment, most: int) -> FactsSegment:
    """At most so many facts that follow each other, from a random place on."""
    count = len(segment.name_ids)
    if count <= most:
        return segment
    start = int(torch.randint(count - most + 1, ()))
    part = slice(start, start + most)
    columns = ("values_N", "totals_N", "priors_N", "unit_N", "years_N")
    return FactsSegment(segment.name_ids[part], *(getattr(segment, column)[part] for column in columns))


def hide(segment: FactsSegment) -> FactsSegment:
    """Hide values and units, at least one value; a hidden value is no total and no prior value of another fact."""
    count = len(segment.name_ids)
    value_N, unit_N = torch.rand(count) < HIDDEN_VALUES, torch.rand(count) < HIDDEN_UNITS
    if not value_N.any():
        value_N[int(torch.randint(count, ()))] = True
    hidden_K = segment.values_N[value_N]

    def without(other_N: Tensor) -> Tensor:
        return torch.where(torch.isin(other_N, hidden_K), torch.nan, other_N)

    return replace(
        segment,
        totals_N=without(segment.totals_N),
        priors_N=without(segment.priors_N),
        value_masked_N=value_N,
        unit_masked_N=unit_N,
    )
