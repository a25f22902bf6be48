"""Invented companies: a name, a trade, segments, and where they sell."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

_FIRST = ["Halvern", "Quillmark", "Brackmoor", "Corvane", "Tessaly", "Ostermere", "Lindqvar", "Penhallow", "Ravelin"]
_FIRST += ["Sundmark", "Thornwick", "Velbridge", "Ardenloch", "Caldry", "Elmswater", "Fennick", "Garrowby", "Isolde"]
_STATES = ["Delaware", "Ohio", "Minnesota", "Wisconsin", "Massachusetts", "Washington"]
_CITIES = [
    ("Columbus", "Ohio", "43215"),
    ("Rochester", "Minnesota", "55901"),
    ("Madison", "Wisconsin", "53703"),
    ("Worcester", "Massachusetts", "01608"),
    ("Spokane", "Washington", "99201"),
]


@dataclass(frozen=True, slots=True)
class Trade:
    """What a kind of company makes and how it speaks of it: segments are (member, caption, what it sells)."""

    suffix: str
    makes: str
    customers: str
    segments: tuple[tuple[str, str, str], ...]


_TRADES = (
    Trade(
        "Instruments",
        "precision measuring instruments, laboratory consumables and service contracts",
        "laboratories, hospitals and industrial plants",
        (
            (
                "AnalyticalSystems",
                "Analytical Systems",
                "chromatographs, spectrometers and the software that runs them",
            ),
            ("Consumables", "Consumables", "columns, reagents and reference materials"),
            ("FieldServices", "Field Services", "installation, calibration and multi-year maintenance contracts"),
        ),
    ),
    Trade(
        "Flow Controls",
        "valves, pumps and monitoring equipment for water and process industries",
        "utilities, chemical producers and engineering contractors",
        (
            ("WaterUtility", "Water Utility", "metering pumps and control valves for municipal networks"),
            ("ProcessIndustries", "Process Industries", "engineered valves for chemical and food plants"),
            ("Aftermarket", "Aftermarket", "spare parts, repair and retrofits"),
        ),
    ),
    Trade(
        "Foods",
        "packaged foods, frozen meals and ingredients",
        "grocery retailers, restaurants and food manufacturers",
        (
            ("PackagedFoods", "Packaged Foods", "shelf-stable meals, sauces and snacks"),
            ("FrozenMeals", "Frozen Meals", "frozen dinners and vegetables"),
            ("Ingredients", "Ingredients", "dehydrated vegetables and flavourings for other manufacturers"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Company:
    """An invented registrant.

    Attributes:
        name: With its legal form.
        short: Without.
        ticker: Four letters.
        cik: A number of ten digits that no registrant has.
        trade: What it does.
        state: Of incorporation.
        city: City, state and post code of its office.
        year: Fiscal year of the report.
        month_end: Month and day on which the fiscal year ends.
        auditor: Name of the audit firm.
    """

    name: str
    short: str
    ticker: str
    cik: str
    trade: Trade
    state: str
    city: tuple[str, str, str]
    year: int
    month_end: tuple[int, int]
    auditor: str

    def end(self, year: int) -> date:
        """Last day of a fiscal year."""
        return date(year, *self.month_end)

    def start(self, year: int) -> date:
        """First day of a fiscal year."""
        return self.end(year - 1) + timedelta(days=1)


def draw_company(seed: int) -> Company:
    """One company from a seed."""
    rng = np.random.default_rng([seed, 21])
    first = _FIRST[int(rng.integers(len(_FIRST)))]
    trade = _TRADES[int(rng.integers(len(_TRADES)))]
    short = f"{first} {trade.suffix}"
    month_end = ((12, 31), (6, 30), (9, 30))[int(rng.integers(3))]
    letters = (first[:3] + trade.suffix[0]).upper()
    return Company(
        name=f"{short}, Inc.",
        short=short,
        ticker=letters,
        cik=f"00099{int(rng.integers(10**5)):05d}",
        trade=trade,
        state=_STATES[int(rng.integers(len(_STATES)))],
        city=_CITIES[int(rng.integers(len(_CITIES)))],
        year=2025,
        month_end=month_end,
        auditor="Marlowe Dray & Partners LLP",
    )
