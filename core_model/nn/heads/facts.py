"""What a masked fact was: its sign, its unit, its size.

Shapes: N facts, D width, U units, K bins of the magnitude.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core_model.inputs.segments import UNITS

LOWEST, HIGHEST, STEP = -6.0, 15.0, 0.5
"""Bins of log10 of the magnitude: from a millionth to a quadrillion, in halves of a decade."""
BINS = round((HIGHEST - LOWEST) / STEP)


@dataclass(frozen=True, slots=True, eq=False)
class FactGuess:
    """What a head says of masked facts.

    Attributes:
        sign_N3: Logits of below, equal to and above zero.
        unit_NU: Logits of the units.
        bin_NK: Logits of the bins of log10 of the magnitude.
        rest_NK: Where in each bin it would be, in bins from its middle, -0.5 to 0.5.
    """

    sign_N3: Tensor
    unit_NU: Tensor
    bin_NK: Tensor
    rest_NK: Tensor

    @property
    def log10_N(self) -> Tensor:
        """The magnitude as log10: in the bin that holds the median, at the place that is guessed there."""
        median_N1 = (self.bin_NK.softmax(-1).cumsum(-1) < 0.5).sum(-1, keepdim=True).clamp(max=BINS - 1)
        rest_N = self.rest_NK.gather(1, median_N1)[:, 0]
        return LOWEST + STEP * (median_N1[:, 0] + 0.5 + rest_N)

    @property
    def value_N(self) -> Tensor:
        """The most likely sign times the magnitude."""
        sign_N = self.sign_N3.argmax(-1).to(self.bin_NK.dtype) - 1
        return sign_N * 10**self.log10_N


class MaskedFactHead(nn.Module):
    """Sign, unit and magnitude of facts from both of their tokens.

    Args:
        width: D.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(2 * width)
        self.hidden = nn.Linear(2 * width, width)
        self.out = nn.Linear(width, 3 + len(UNITS) + 2 * BINS)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x_N2D: Tensor) -> FactGuess:
        """Guesses; nothing is likelier than something else before training.

        Args:
            x_N2D: Hidden states of the facts' tokens: of ratio and magnitude.
        """
        out = self.out(F.gelu(self.hidden(self.norm(x_N2D.flatten(1)))))
        sign_N3, unit_NU, bin_NK, rest_NK = out.split([3, len(UNITS), BINS, BINS], dim=-1)
        return FactGuess(sign_N3, unit_NU, bin_NK, rest_NK.tanh() / 2)

    def loss(
        self, x_N2D: Tensor, value_N: Tensor, unit_N: Tensor, value_hidden_N: Tensor, unit_hidden_N: Tensor
    ) -> Tensor:
        """Mean over the facts of the cross-entropies of what is hidden of each, and of the error inside the true bin.

        Args:
            x_N2D: See ``forward``.
            value_N: True values, in their unit.
            unit_N: Numbers of the true units.
            value_hidden_N: Whether each value was masked: else neither sign nor magnitude counts.
            unit_hidden_N: Whether each unit was masked.
        """
        guess = self(x_N2D)
        sized_N = value_hidden_N & (value_N != 0)
        log10_N = torch.where(sized_N, value_N, torch.ones_like(value_N)).abs().log10().to(guess.bin_NK.dtype)
        at_N = (log10_N - LOWEST) / STEP
        bin_N = at_N.floor().clamp(0, BINS - 1).long()
        wanted_N = (at_N - bin_N - 0.5).clamp(-0.5, 0.5)
        rest_N = guess.rest_NK.gather(1, bin_N[:, None])[:, 0]
        sign_N = torch.sign(value_N).nan_to_num().long() + 1
        parts = (
            (F.cross_entropy(guess.sign_N3, sign_N, reduction="none"), value_hidden_N),
            (F.cross_entropy(guess.unit_NU, unit_N.long(), reduction="none"), unit_hidden_N),
            (F.cross_entropy(guess.bin_NK, bin_N, reduction="none"), sized_N),
            (F.smooth_l1_loss(rest_N, wanted_N, beta=0.1, reduction="none"), sized_N),
        )
        return torch.stack(
            [(each_N * counts_N).sum() / counts_N.sum().clamp(min=1) for each_N, counts_N in parts]
        ).sum()
