"""Facts are tokens: an XBRL fact and an observation of a patient's record are the same thing, a named, dated quantity.

Each fact becomes two tokens: one says how it stands (its log-ratio to the same report's total, or to the end of its
reference range, and to the value before), one how large it is. Both carry the name in the space of words, the unit and
the time. Exact identities (sums, roll-forwards) are rules elsewhere, and not learned here.

Where a fact's value is masked, two learned vectors stand for what its tokens say of it, ratios included, which tell the
value to whoever knows the total; where its unit is masked, one for the unit. Whoever masks a value must mask it where
it stands as another fact's total or prior value too.

Shapes: N facts, D width; token 2n is the ratio of fact n, token 2n + 1 its magnitude.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from core_model.inputs.checks import masks_unread
from core_model.inputs.segments import UNITS, FactsSegment
from core_model.nn.products import Linear

_RATIOS = 6
_SIZES = 4
_TIMES = 2


def log_ratio(value_N: Tensor, other_N: Tensor) -> tuple[Tensor, Tensor]:
    """``log(|value| / |other|)``, clipped to -12 to 12, and whether there is one (finite, neither of the two zero)."""
    there_N = torch.isfinite(other_N) & (other_N != 0) & (value_N != 0)
    safe_N = torch.where(there_N, other_N, torch.ones_like(other_N))
    ratio_N = torch.where(there_N, value_N / safe_N, torch.ones_like(value_N)).abs().log().clamp(-12, 12)
    return ratio_N, there_N.to(value_N.dtype)


def ratio_features(segment: FactsSegment) -> Tensor:
    """``[N, 6]``: log-ratio to the total, to the prior value, each with whether it is there; sign; change of sign."""
    value_N, prior_N = segment.values_N, segment.priors_N
    to_total_N, has_total_N = log_ratio(value_N, segment.totals_N)
    to_prior_N, has_prior_N = log_ratio(value_N, prior_N)
    turned_N = has_prior_N * (torch.sign(value_N) != torch.sign(prior_N)).to(value_N.dtype)
    return torch.stack([to_total_N, has_total_N, to_prior_N, has_prior_N, torch.sign(value_N), turned_N], dim=-1)


def size_features(segment: FactsSegment) -> Tensor:
    """``[N, 4]``: signed log10 of the magnitude, its fraction of a decade as sine and cosine, and whether it is 0."""
    value_N = segment.values_N
    size_N = torch.log10(1 + value_N.abs())
    turn_N = 2 * torch.pi * (size_N % 1)
    zero_N = (value_N == 0).to(value_N.dtype)
    return torch.stack([torch.sign(value_N) * size_N / 6, turn_N.sin(), turn_N.cos(), zero_N], dim=-1)


class FactEmbedding(nn.Module):
    """Facts to tokens, two each.

    Args:
        width: D.
        masked: Whether it reads facts whose value or unit is masked.
    """

    def __init__(self, width: int, *, masked: bool = False) -> None:
        super().__init__()
        self.masked_value_2D = nn.Parameter(torch.zeros(2, width)) if masked else None
        self.masked_unit_D = nn.Parameter(torch.zeros(width)) if masked else None
        self.unit_UD = nn.Parameter(torch.zeros(len(UNITS), width))
        self.ratio = Linear(_RATIOS, width)
        self.size = Linear(_SIZES, width)
        self.time = Linear(_TIMES, width)
        for layer in (self.ratio, self.size, self.time):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(self, segment: FactsSegment, name_ND: Tensor) -> Tensor:
        """Embed facts.

        Args:
            segment: N facts.
            name_ND: Their names, embedded as text.

        Returns:
            ``[2 N, D]``, before the norm that all modalities share.

        Raises:
            InputRejected: Something is masked, and this embedding has learned no masks.
        """
        masks = [mask_N for mask_N in (segment.value_masked_N, segment.unit_masked_N) if mask_N is not None]
        if self.masked_unit_D is None and any(bool(mask_N.any()) for mask_N in masks):
            raise masks_unread()
        dtype = name_ND.dtype
        time_N2 = torch.stack([segment.years_N, torch.tanh(segment.years_N)], dim=-1).to(dtype)
        unit_ND = self.unit_UD[segment.unit_N]
        if segment.unit_masked_N is not None and self.masked_unit_D is not None:
            unit_ND = torch.where(segment.unit_masked_N[:, None], self.masked_unit_D.to(unit_ND.dtype), unit_ND)
        common_ND = name_ND + unit_ND + self.time(time_N2)
        hidden_N = segment.value_masked_N
        if hidden_N is not None:
            nothing_N = torch.zeros_like(segment.values_N)
            segment = replace(segment, values_N=torch.where(hidden_N, nothing_N, segment.values_N))
        value_N2D = torch.stack(
            [self.ratio(ratio_features(segment).to(dtype)), self.size(size_features(segment).to(dtype))], dim=1
        )
        if hidden_N is not None and self.masked_value_2D is not None:
            value_N2D = torch.where(hidden_N[:, None, None], self.masked_value_2D.to(value_N2D.dtype), value_N2D)
        return (common_ND.unsqueeze(1) + value_N2D).flatten(0, 1)
