"""Gates: figures of an adapter's card against bounds, before it is used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core_model.errors import NotAllowed


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """A bound on one figure.

    Attributes:
        figure: Its name among the card's ``figures``.
        at_least: Lower bound, itself allowed; None for none.
        at_most: Upper bound, itself allowed; None for none.
    """

    figure: str
    at_least: float | None = None
    at_most: float | None = None

    def check(self, card: Mapping[str, Any]) -> None:
        """Refuse a card whose figure is out of bounds.

        Raises:
            NotAllowed: It is, or it is no number, or not there.
        """
        figures = card.get("figures", {})
        value = figures.get(self.figure) if isinstance(figures, Mapping) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise NotAllowed(
                "the adapter's card has no figure {figure}",
                action="evaluate it, and write the figure into its card",
                code="gate_without_figure",
                values={"figure": self.figure},
            )
        shown = {"figure": self.figure, "value": round(value, 6)}
        if self.at_least is not None and value < self.at_least:
            raise NotAllowed(
                "the figure {figure} is {value}",
                allowed="at least {bound}",
                code="gate_below",
                values={**shown, "bound": self.at_least},
            )
        if self.at_most is not None and value > self.at_most:
            raise NotAllowed(
                "the figure {figure} is {value}",
                allowed="at most {bound}",
                code="gate_above",
                values={**shown, "bound": self.at_most},
            )


def require(card: Mapping[str, Any], gates: Iterable[Gate]) -> None:
    """Refuse a card that a gate does not let through.

    Raises:
        NotAllowed: With the first figure that is out of bounds.
    """
    for gate in gates:
        gate.check(card)
