"""The one inconsistency that a report carries: which element, and what is wrong with it."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from apps.demo.annual.ledger import CHANGE, Ledger

KINDS = (
    "balance_off",
    "subtotal_off",
    "cash_walk_off",
    "eps_off",
    "prior_year_disagrees",
    "sign_flipped",
    "text_disagrees",
    "income_subtotal_off",
)


@dataclass(frozen=True, slots=True)
class Plant:
    """One wrong element.

    Attributes:
        kind: One of ``KINDS``.
        concept: Name without prefix.
        year: Fiscal year of the wrong value.
        places: Where the wrong value stands: statement, note or text. The same fact elsewhere is right.
        right: The right value, in dollars (or dollars a share).
        wrong: The value as tagged.
        sentence: What is wrong, in words.
    """

    kind: str
    concept: str
    year: int
    places: tuple[str, ...]
    right: Decimal
    wrong: Decimal
    sentence: str

    def hits(self, concept: str, year: int, place: str, dimensional: bool) -> bool:
        return not dimensional and (concept, year) == (self.concept, self.year) and place in self.places


def choose_plant(books: Ledger, seed: int, kind: str | None = None) -> Plant:
    """Pick the kind by the seed (or take ``kind``) and the element by the books."""
    rng = np.random.default_rng([seed, 23])
    picked = KINDS[int(rng.integers(len(KINDS)))]
    kind = kind or picked
    last = books.years[-1]
    million = Decimal(10) ** 6
    share = float(rng.uniform(0.03, 0.09)) * (1 if rng.random() < 0.5 else -1)

    def off(amount: int) -> Decimal:
        return (amount + (round(amount * share) or 7)) * million

    if kind == "eps_off":
        right = books.eps["EarningsPerShareDiluted"][last]
        step = max(Decimal("0.06"), (right * Decimal("0.07")).quantize(Decimal("0.01")))
        return Plant(
            kind, "EarningsPerShareDiluted", last, ("statement", "note"), right, right + step,
            "Diluted earnings per share are not net income divided by the diluted shares",
        )  # fmt: skip
    if kind == "sign_flipped":
        concept = "PaymentsForRepurchaseOfCommonStock"
        right = books.flow(concept, last) * million
        return Plant(kind, concept, last, ("statement",), right, -right, "Purchases of own shares are tagged negative")
    balances = {
        "balance_off": (
            "LiabilitiesAndStockholdersEquity", last, ("statement",),
            "Total liabilities and equity differ from total assets",
        ),
        "subtotal_off": (
            "AssetsCurrent", last, ("statement",), "Total current assets are not the sum of the lines above them",
        ),
        "prior_year_disagrees": (
            "PropertyPlantAndEquipmentNet", last - 1, ("note",),
            "Property of the prior year stands differently in the note and in the balance sheet",
        ),
    }  # fmt: skip
    flows = {
        "cash_walk_off": (
            CHANGE, last, ("statement",), "The change in cash is not the sum of the three activities",
        ),
        "text_disagrees": (
            "NetCashProvidedByUsedInOperatingActivities", last, ("text",),
            "Cash from operations stands differently in the text and in the statement",
        ),
        "income_subtotal_off": (
            "OperatingIncomeLoss", last, ("statement",),
            "Operating income is not gross profit less operating expenses",
        ),
    }  # fmt: skip
    table = balances if kind in balances else flows
    concept, year, places, sentence = table[kind]
    amount = books.balance(concept, year) if kind in balances else books.flow(concept, year)
    if abs(amount) < 40:
        share = 1.0
    return Plant(kind, concept, year, places, amount * million, off(amount), sentence)
