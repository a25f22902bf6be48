"""Write tagged facts: contexts, units and element ids are handed out as the document asks for them."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from html import escape

from apps.demo.annual.company import Company
from apps.demo.annual.plant import Plant

Dimensions = tuple[tuple[str, str], ...]
NAMESPACES = {
    "": "http://www.w3.org/1999/xhtml",
    "ix": "http://www.xbrl.org/2013/inlineXBRL",
    "ixt": "http://www.xbrl.org/inlineXBRL/transformation/2020-02-12",
    "ixt-sec": "http://www.sec.gov/inlineXBRL/transformation/2015-08-31",
    "xbrli": "http://www.xbrl.org/2003/instance",
    "xbrldi": "http://xbrl.org/2006/xbrldi",
    "link": "http://www.xbrl.org/2003/linkbase",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "iso4217": "http://www.xbrl.org/2003/iso4217",
    "us-gaap": "http://fasb.org/us-gaap/2025",
    "srt": "http://fasb.org/srt/2025",
    "dei": "http://xbrl.sec.gov/dei/2025",
    "country": "http://xbrl.sec.gov/country/2025",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A number as it stands on the page: text before, the tagged element, text after."""

    before: str
    element: str
    after: str


def plain(shown: Shown) -> str:
    """The number in running text."""
    return shown.before + shown.element + shown.after


@dataclass(slots=True)
class FactBook:
    """All facts of one document.

    Attributes:
        company: Whose report.
        plant: What is to be wrong.
        planted: Element ids that carry the wrong value.
        related: Element ids of the same fact with the right value.
        count: Facts written.
    """

    company: Company
    plant: Plant
    planted: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    count: int = 0
    _contexts: dict[tuple[int, bool, Dimensions, bool], str] = field(default_factory=dict)
    _units: dict[str, str] = field(default_factory=dict)
    _notes: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        return self.company.ticker.lower()

    def _next(self) -> str:
        self.count += 1
        return f"f-{self.count}"

    def context(self, year: int, instant: bool, dimensions: Dimensions = (), cover: bool = False) -> str:
        """Id of a context: a fiscal year, or its last day (for the cover 40 days later)."""
        key = (year, instant, dimensions, cover)
        return self._contexts.setdefault(key, f"c-{len(self._contexts) + 1}")

    def unit(self, name: str) -> str:
        return self._units.setdefault(name, name)

    def money(self, concept: str, millions: int, year: int, *, instant: bool, **how) -> Shown:
        """An amount of whole millions."""
        return self.number(concept, Decimal(millions) * 10**6, year, instant=instant, **how)

    def number(
        self,
        concept: str,
        value: Decimal,
        year: int,
        *,
        instant: bool,
        unit: str = "usd",
        scale: int = 6,
        decimals: int = -6,
        places: int = 0,
        negated: bool = False,
        where: str = "statement",
        dimensions: Dimensions = (),
        cover: bool = False,
        note: str = "",
    ) -> Shown:
        """One ``ix:nonFraction``.

        Args:
            concept: Name; without a prefix it is us-gaap's.
            value: True value in units.
            year: Fiscal year.
            instant: At the year's end, else over the year.
            unit: usd, shares, usdPerShare or number.
            scale: Power of ten left out on the page.
            decimals: Claimed precision.
            places: Digits after the point on the page.
            negated: The page shows the opposite sign (an outflow in parentheses).
            where: statement, note or text.
            dimensions: Axis and member pairs.
            cover: Dated on the cover's day.
            note: Footnote id that explains it.
        """
        name = concept if ":" in concept else f"us-gaap:{concept}"
        plain = name.removeprefix("us-gaap:")
        identifier = self._next()
        shown_value, flipped = value, False
        if self.plant.hits(plain, year, where, bool(dimensions)):
            self.planted.append(identifier)
            if self.plant.kind == "sign_flipped":
                flipped = True
            else:
                shown_value = self.plant.wrong
        elif not dimensions and (plain, year) == (self.plant.concept, self.plant.year):
            self.related.append(identifier)
        size = abs(shown_value) / Decimal(10) ** scale
        text = f"{size:,.{places}f}"
        minus = (shown_value < 0) != flipped
        page_minus = (shown_value < 0) != negated and shown_value != 0
        form = "ixt:num-dot-decimal"
        if shown_value == 0:
            text, form = "&#8212;", "ixt:fixed-zero"
        sign = ' sign="-"' if minus and shown_value != 0 else ""
        ref = self.context(year, instant, dimensions, cover)
        element = (
            f'<ix:nonFraction unitRef="{self.unit(unit)}" contextRef="{ref}" decimals="{decimals}" name="{name}" '
            f'format="{form}" scale="{scale}"{sign} id="{identifier}">{text}</ix:nonFraction>'
        )
        if note:
            self._notes.append(f'<ix:relationship fromRefs="{identifier}" toRefs="{note}"/>')
        return Shown("(", element, ")") if page_minus else Shown("", element, "")

    def nil(self, concept: str, year: int, *, instant: bool, unit: str = "usd") -> str:
        """A fact that says that there is no value."""
        ref = self.context(year, instant)
        return (
            f'<ix:nonFraction unitRef="{self.unit(unit)}" contextRef="{ref}" name="us-gaap:{concept}" xsi:nil="true" '
            f'id="{self._next()}"></ix:nonFraction>'
        )

    def words(self, concept: str, value: str, text: str, year: int, *, unit: str = "number") -> str:
        """A number written as a word."""
        ref = self.context(year, True)
        return (
            f'<ix:nonFraction unitRef="{self.unit(unit)}" contextRef="{ref}" decimals="INF" name="us-gaap:{concept}" '
            f'format="ixt-sec:numwordsen" scale="0" id="{self._next()}">{text}</ix:nonFraction>'
        )

    def text(
        self,
        name: str,
        text: str,
        year: int,
        *,
        form: str = "",
        dimensions: Dimensions = (),
        continued: str = "",
        block: bool = False,
    ) -> str:
        """One ``ix:nonNumeric``; ``text`` is markup already."""
        ref = self.context(year, False, dimensions)
        how = f' format="{form}"' if form else ""
        how += f' continuedAt="{continued}"' if continued else ""
        how += ' escape="true"' if block else ""
        return f'<ix:nonNumeric contextRef="{ref}" name="{name}"{how} id="{self._next()}">{text}</ix:nonNumeric>'

    def header(self, hidden: list[str]) -> str:
        """The ``ix:header``, to be asked for when the rest of the document is written."""
        contexts = "".join(self._context(*key, identifier) for key, identifier in self._contexts.items())
        units = "".join(_UNITS[name] for name in self._units)
        schema = f"{self.prefix}-{self.company.end(self.company.year):%Y%m%d}.xsd"
        return (
            '<div style="display:none"><ix:header><ix:hidden>' + "".join(hidden) + "</ix:hidden><ix:references>"
            f'<link:schemaRef xlink:type="simple" xlink:href="{schema}"/></ix:references>'
            f"<ix:resources>{''.join(self._notes)}{contexts}{units}</ix:resources></ix:header></div>"
        )

    def _context(self, year: int, instant: bool, dimensions: Dimensions, cover: bool, identifier: str) -> str:
        end = self.company.end(year)
        if cover:
            end += timedelta(days=40)
        members = "".join(
            f'<xbrldi:explicitMember dimension="{axis}">{escape(member)}</xbrldi:explicitMember>'
            for axis, member in dimensions
        )
        segment = f"<xbrli:segment>{members}</xbrli:segment>" if members else ""
        period = (
            f"<xbrli:instant>{end.isoformat()}</xbrli:instant>"
            if instant
            else f"<xbrli:startDate>{self.company.start(year).isoformat()}</xbrli:startDate>"
            f"<xbrli:endDate>{end.isoformat()}</xbrli:endDate>"
        )
        return (
            f'<xbrli:context id="{identifier}"><xbrli:entity><xbrli:identifier scheme="http://www.sec.gov/CIK">'
            f"{self.company.cik}</xbrli:identifier>{segment}</xbrli:entity><xbrli:period>{period}</xbrli:period>"
            "</xbrli:context>"
        )


_UNITS = {
    "usd": '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>',
    "shares": '<xbrli:unit id="shares"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>',
    "number": '<xbrli:unit id="number"><xbrli:measure>xbrli:pure</xbrli:measure></xbrli:unit>',
    "usdPerShare": '<xbrli:unit id="usdPerShare"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD'
    "</xbrli:measure></xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure>"
    "</xbrli:unitDenominator></xbrli:divide></xbrli:unit>",
}
