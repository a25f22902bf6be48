"""How verdicts put amounts into words: one scale in a sentence, the unit said once, captions cut to what they name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from apps.finance.filings.names import spoken
from apps.finance.periods import Period

SCALES = ((Decimal(1_000_000), "million"), (Decimal(1_000), "thousand"))
LONG = 60
"""Characters beyond which a caption is cut."""
_BESIDE = re.compile(
    r"(?:\s*;|,\s*(?:less|net of|(?:par value|\$?[\d.,]+\s*par)|\$[\d.,]+)\b|,?\s*\$[\d.,]+\s*par\b"
    r"|\s[-–—(]\s*(?=authori|par\b|\$|\d)).*",
    re.IGNORECASE | re.DOTALL,
)
"""What a long caption says beside what it names: allowances, par value, numbers of shares."""
_OPENING = re.compile(
    r"[,:]?\s*\(?(?:during|for|(?:at\s+)?(?:the\s+)?(?:beginning|start|end)\s+of)\s+(?:the\s+)?(?:fiscal\s+)?"
    r"(?:year|period|quarter)\)?\s*$",
    re.IGNORECASE,
)
_OPENING_FIRST = re.compile(
    r"^(?:at\s+)?(?:the\s+)?(?:beginning|start|end)\s+of\s+(?:the\s+)?(?:fiscal\s+)?(?:year|period|quarter)\s*[,:-]?\s*",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"\s(?:of|for|from|in|on|to|by|before|after|per|attributable|available|used|provided|with|outstanding|issued|authori.ed)\b"
    r"|\s[—–-]|[,(:;—–]"
)
_ALONE = re.compile(r"basic|diluted|basic and diluted|assuming dilution|total|balances?|amount", re.IGNORECASE)
"""Captions that name nothing without the heading above them."""
_OF_SHARES = re.compile(r"(?:share|stock)(?![\s-]?(?:holder|owner))|basic|dilut|\bEPS\b|股(?!股?东)", re.IGNORECASE)
"""Words of captions that name shares, not the people who hold them."""
_SHORT = {
    "WeightedAverageNumberOfSharesOutstandingBasic": "basic weighted-average shares",
    "WeightedAverageNumberOfDilutedSharesOutstanding": "diluted weighted-average shares",
    "WeightedAverageNumberOfShareOutstandingBasicAndDiluted": "weighted-average shares",
    "WeightedAverageNumberDilutedSharesOutstandingAdjustment": "dilutive shares",
    "IncrementalCommonSharesAttributableToShareBasedPaymentArrangements": "dilutive shares of share-based pay",
    "IncrementalCommonSharesAttributableToConversionOfDebtSecurities": "dilutive shares of convertible debt",
    "EarningsPerShareBasic": "basic earnings per share",
    "EarningsPerShareDiluted": "diluted earnings per share",
    "CurrentIncomeTaxExpenseBenefit": "current tax",
    "CurrentFederalTaxExpenseBenefit": "federal current tax",
    "CurrentStateAndLocalTaxExpenseBenefit": "state and local current tax",
    "CurrentForeignTaxExpenseBenefit": "foreign current tax",
    "DeferredIncomeTaxExpenseBenefit": "deferred tax",
    "DeferredIncomeTaxesAndTaxCredits": "deferred tax",
    "DeferredFederalIncomeTaxExpenseBenefit": "federal deferred tax",
    "DeferredStateAndLocalIncomeTaxExpenseBenefit": "state and local deferred tax",
    "DeferredForeignIncomeTaxExpenseBenefit": "foreign deferred tax",
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesDomestic": "domestic income before tax",
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesForeign": "foreign income before tax",
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest": "income before tax",
    "EffectiveIncomeTaxRateContinuingOperations": "effective tax rate",
    "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest": "total equity",
    "StockholdersEquity": "equity of the parent",
    "ProfitLoss": "net income with non-controlling interests",
    "NetIncomeLoss": "net income of the parent",
    "NetIncomeLossAttributableToNoncontrollingInterest": "net income of non-controlling interests",
    "TemporaryEquityNetIncome": "net income of redeemable interests",
    "PropertyPlantAndEquipmentGross": "property, plant and equipment, gross",
    "PropertyPlantAndEquipmentNet": "property, plant and equipment, net",
    "AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment": "accumulated depreciation",
    "InventoryNet": "inventories",
    "LongTermDebtCurrent": "current maturities of long-term debt",
    "LongTermDebtNoncurrent": "long-term debt, noncurrent",
    "LongTermDebt": "long-term debt, total",
    "OperatingLeaseLiability": "operating lease liabilities",
    "OperatingLeaseLiabilityCurrent": "current operating lease liabilities",
    "OperatingLeaseLiabilityNoncurrent": "noncurrent operating lease liabilities",
    "NetIncomeLossAvailableToCommonStockholdersBasic": "net income available to common",
    "NetIncomeLossAvailableToCommonStockholdersDiluted": "net income available to common, diluted",
    "ComprehensiveIncomeNetOfTax": "comprehensive income",
    "ComprehensiveIncomeNetOfTaxIncludingPortionAttributableToNoncontrollingInterest": "comprehensive income",
    "OtherComprehensiveIncomeLossNetOfTax": "other comprehensive income",
    "OtherComprehensiveIncomeLossNetOfTaxPortionAttributableToParent": "other comprehensive income",
    "InventoryRawMaterialsNetOfReserves": "raw materials",
    "InventoryRawMaterials": "raw materials",
    "InventoryRawMaterialsAndSuppliesNetOfReserves": "raw materials and supplies",
    "InventoryRawMaterialsAndSupplies": "raw materials and supplies",
    "InventoryRawMaterialsAndPurchasedPartsNetOfReserves": "raw materials and purchased parts",
    "InventoryWorkInProcessNetOfReserves": "work in process",
    "InventoryFinishedGoodsNetOfReserves": "finished goods",
    "CommonStockSharesIssued": "common shares issued",
    "CommonStockSharesAuthorized": "common shares authorised",
    "CommonStockSharesOutstanding": "common shares outstanding",
}
"""What to call concepts that notes tag and that have long names, where no statement prints a caption for them."""
_MEMBERS = {
    "AociIncludingPortionAttributableToNoncontrollingInterestMember": "accumulated other comprehensive income",
    "AociAttributableToParentMember": "accumulated other comprehensive income",
    "AOCIAttributableToParentMember": "accumulated other comprehensive income",
    "AOCIIncludingPortionAttributableToNoncontrollingInterestMember": "accumulated other comprehensive income",
    "CommonStockIncludingAdditionalPaidInCapitalMember": "common stock and paid-in capital",
    "ParentMember": "equity of the parent",
}
_AXES = {
    "StatementBusinessSegmentsAxis": "segment",
    "StatementGeographicalAxis": "region",
    "ProductOrServiceAxis": "product or service",
    "StatementEquityComponentsAxis": "component of equity",
    "StatementClassOfStockAxis": "class of stock",
}


def concept_in_words(concept: str) -> str:
    """What to call a concept that no statement prints: a short name, else its own with the words apart."""
    return _SHORT.get(concept.rpartition(":")[2]) or spoken(concept)


def axis_in_words(axis: str) -> str:
    """What the members of an axis are, in the singular: ``segment``."""
    return _AXES.get(axis.rpartition(":")[2]) or spoken(axis).removesuffix(" axis").removeprefix("statement ")


def member_in_words(member: str) -> str:
    """What to call a member: ``us-gaap:RetainedEarningsMember`` is ``retained earnings``."""
    return _MEMBERS.get(member.rpartition(":")[2]) or spoken(member).removesuffix(" member")


def short(caption: str) -> str:
    """A caption without when a balance is of ("at beginning of year"), and a long one without what it says beside.

    Empty where nothing is left that names an amount.
    """
    plain = _OPENING_FIRST.sub("", _OPENING.sub("", caption)).strip()
    if not plain or _ALONE.fullmatch(plain):
        return ""
    cut = _BESIDE.sub("", plain, count=1).strip(" ,:;—–-") if len(plain) > LONG else plain
    return cut if len(cut) > 3 else plain


def name_of(concept: str, caption: str) -> str:
    """What to call an amount: the caption of its row as printed, else a short name of its concept.

    Args:
        concept: Its concept.
        caption: As printed, empty where no statement prints it. Where it says nothing of shares although the concept
            is of shares, it belongs to a heading that it needs.
    """
    per_share = "Share" in concept and "Shareholder" not in concept
    fits = not per_share or _OF_SHARES.search(caption) is not None
    return (short(caption) if fits else "") or concept_in_words(concept)


def is_or_are(name: str) -> str:
    """``are`` where a caption is in the plural, as far as its first words show."""
    head = _HEAD.split(name.strip().lower(), maxsplit=1)[0].strip()
    plural = head.endswith("s") and not head.endswith(("ss", "us", "less", "(loss", "is"))
    return "are" if plural else "is"


def first_up(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Scale:
    """In what the amounts of a sentence are written.

    Attributes:
        factor: What one unit of the written numbers stands for.
        words: Scale and unit, ``million USD``; empty for pure numbers.
    """

    factor: Decimal
    words: str

    def number(self, value: Decimal) -> str:
        """The amount without its unit: thousands separated, no superfluous zeros, cents in full."""
        text = f"{(value / self.factor).normalize():,f}"
        if not self.words.endswith("a share"):
            return text
        whole, _, cents = text.partition(".")
        return f"{whole}.{cents.ljust(2, '0')}"

    def full(self, value: Decimal) -> str:
        """The amount with its unit."""
        return f"{self.number(value)} {self.words}".strip()


def scale_of(values: Iterable[Decimal], unit: str) -> Scale:
    """The largest scale in which amounts of one unit have at most one decimal.

    Args:
        values: All amounts of a sentence.
        unit: Their unit as facts write it, ``USD``, ``USD/shares``, ``shares``, ``pure``.
    """
    there = [value for value in values if value]
    called = unit.replace("/shares", " a share").replace("pure", "")
    if there and (unit == "shares" or re.fullmatch(r"[A-Z]{3}", unit)):
        for factor, name in SCALES:
            if max(map(abs, there)) >= factor and all(value % (factor / 10) == 0 for value in there):
                return Scale(factor, f"{name} {called}")
    return Scale(Decimal(1), called)


def shown(value: Decimal, unit: str = "") -> str:
    """One amount in its own scale, with its unit where one is given."""
    return scale_of([value], unit).full(value)


def said(period: Period) -> str:
    """A period in words: ``2024-12-31``, ``the year to 2024-12-31``, ``the 3 months to 2024-03-31``, else both days."""
    if not period.start:
        return period.end
    months = period.months
    if months:
        return f"the {'year' if period.is_year else 'month' if months == 1 else f'{months} months'} to {period.end}"
    return f"{period.start} to {period.end}"


def when(period: Period) -> str:
    """A period with its preposition: ``on 2024-12-31``, ``for the year to 2024-12-31``."""
    return f"for {said(period)}" if period.start else f"on {period.end}"


def listed(names: Iterable[str]) -> str:
    """Names in a row: ``a, b and c``."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
