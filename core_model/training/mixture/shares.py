"""How the tokens of the joint run are shared out among the sources, where nobody says otherwise.

General and domain stand 3 to 7 over all tokens, and program code is 28% of the tokens of masked text. Both are figures
to be measured against; ``shares_of`` takes others.
"""

import math
from collections.abc import Mapping, Sequence

from core_model.training.mixture.cards import Card, Kind

KIND_SHARES: dict[Kind, float] = {
    "text": 0.36,
    "pairs": 0.28,
    "labelled": 0.05,
    "facts": 0.12,
    "images": 0.07,
    "volumes": 0.06,
    "taught": 0.06,
}
"""Shares of the tokens by kind; those of kinds without a source go to the others in proportion."""
CODE_SHARE = 0.28
"""Of the tokens of masked text."""
GENERAL_SHARE = 0.3
"""Of all tokens: general and domain 3 to 7."""


def shares_of(
    cards: Sequence[Card],
    *,
    kinds: Mapping[Kind, float] = KIND_SHARES,
    code: float = CODE_SHARE,
    general: float = GENERAL_SHARE,
) -> dict[str, float]:
    """Token shares of some sources, which sum to 1.

    Kinds have their shares, code its share of masked text. What is left of the general share goes to general prose and
    to the general sources of the other kinds in proportion to the kinds' shares, and the rest of each kind to its
    domain sources. Sources that stand for the same share it by the square root of their bytes. Where a kind has general
    sources alone, or none, the general share comes out as near as it can.

    Args:
        cards: Of the sources.
        kinds: Shares by kind.
        code: Share of code in masked text.
        general: Share of general sources in everything.
    """
    there = {kind: share for kind, share in kinds.items() if any(card.kind == kind for card in cards)}
    whole = sum(there.values())
    found: dict[str, float] = {}
    coded = [card for card in cards if card.kind == "text" and card.code]
    of_code = code if any(card.kind == "text" and not card.code for card in cards) else 1.0
    open_shares: dict[Kind, float] = {kind: share / whole for kind, share in there.items()}
    if coded:
        _share_out(found, coded, open_shares["text"] * of_code)
        open_shares["text"] *= 1 - of_code
    rest = [card for card in cards if not (card.kind == "text" and card.code)]
    given = sum(found[card.name] for card in coded if card.domain == "general")
    sides = {kind: {card.domain == "general" for card in rest if card.kind == kind} for kind in open_shares}
    both = {kind for kind, held in sides.items() if len(held) == 2}
    alone = {kind for kind, held in sides.items() if held == {True}}
    given += sum(open_shares[kind] for kind in alone)
    room = sum(open_shares[kind] for kind in both)
    part = min(max((general - given) / room, 0.05), 0.95) if room else 0.0
    for kind, share in open_shares.items():
        of_kind = [card for card in rest if card.kind == kind]
        if kind in both:
            _share_out(found, [card for card in of_kind if card.domain == "general"], share * part)
            _share_out(found, [card for card in of_kind if card.domain != "general"], share * (1 - part))
        elif of_kind:
            _share_out(found, of_kind, share)
    total = sum(found.values())
    return {card.name: found[card.name] / total for card in cards}


def _share_out(found: dict[str, float], cards: Sequence[Card], share: float) -> None:
    weights = [math.sqrt(max(card.size.get("train", 0), 1)) for card in cards]
    for card, weight in zip(cards, weights, strict=True):
        found[card.name] = share * weight / sum(weights)
