"""The running text of the report: the business, its risks, and management's discussion with tagged numbers."""

from decimal import ROUND_HALF_UP, Decimal

from apps.demo.annual.facts import FactBook
from apps.demo.annual.ledger import Ledger
from apps.demo.annual.statements import SALES, newest_first
from apps.demo.annual.tables import heading, paragraph

_RISKS = (
    (
        "Demand for our products depends on the capital spending of our customers.",
        "Customers postpone orders when their own markets weaken, and they may do so at short notice. A fall in orders "
        "reaches our sales within one or two quarters, while a large part of our costs cannot be reduced as fast.",
    ),
    (
        "We depend on a limited number of suppliers for certain components.",
        "Some components come from one source. A supplier that fails, or that changes its terms, may force us to "
        "redesign products or to delay deliveries. We hold safety stock for the most critical of them.",
    ),
    (
        "Changes in exchange rates affect what we report.",
        "We sell and produce in several currencies. We do not hedge the translation of the results of subsidiaries, so "
        "that a stronger dollar lowers the sales and the income that we report.",
    ),
    (
        "Acquisitions may not bring what we expect of them.",
        "We add businesses to our segments from time to time. Integration takes the attention of management, and the "
        "goodwill that is recorded may have to be written down when results fall short.",
    ),
    (
        "A failure of our information systems could interrupt our business.",
        "Orders, production and service planning run on systems that we and others operate. Attacks on such systems "
        "have become more frequent, and no defence is complete.",
    ),
    (
        "Our indebtedness limits what we can do.",
        "The agreements under which we borrow contain covenants. Interest takes a part of our cash flow that could "
        "otherwise be invested, and new debt may only be available at higher rates.",
    ),
)


def business(books: Ledger) -> str:
    """Items 1 and 1A."""
    company = books.company
    trade = company.trade
    parts = [
        heading("PART I", 0),
        heading("Item 1. Business"),
        paragraph(
            f"{company.name} (the &#8220;Company&#8221;, &#8220;we&#8221; or &#8220;our&#8221;) designs, makes and "
            f"sells {trade.makes}. Our customers are {trade.customers} in more than forty countries. We operate "
            "through three segments, which are also our reportable segments."
        ),
    ]
    for _, caption, sells in trade.segments:
        parts.append(
            paragraph(
                f"<i>{caption}.</i> The segment sells {sells}. It competes on reliability, on the breadth of its range "
                "and on the speed of its service, and it sells through its own staff and through distributors."
            )
        )
    parts.append(
        paragraph(
            "Our plants make most of what we sell; standard parts are bought. Raw materials are available from several "
            "sources with few exceptions. Orders are seldom cancelled, and seasonal effects are small."
        )
    )
    parts.append(heading("Item 1A. Risk Factors"))
    for title, text in _RISKS:
        parts += [heading(title, 3), paragraph(text)]
    return "".join(parts)


def discussion(facts: FactBook, books: Ledger) -> str:
    """Item 7: management's discussion and analysis."""
    now, before, _ = newest_first(books, 3)

    def amount(concept: str, year: int) -> str:
        shown = facts.money(concept, books.flow(concept, year), year, instant=False, where="text")
        return f"${shown.element} million"

    def billions(concept: str, value: int, year: int, instant: bool) -> str:
        shown = facts.number(
            concept, Decimal(value) * 10**6, year, instant=instant, scale=9, decimals=-8, places=1, where="text"
        )
        return f"${shown.element} billion"

    def change(concept: str) -> str:
        new, old = books.flow(concept, now), books.flow(concept, before)
        share = Decimal(new - old) * 100 / abs(old)
        word = "increased" if new >= old else "decreased"
        return f"{word} {abs(share).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"

    def share_of_sales(concept: str, year: int) -> str:
        value = Decimal(books.flow(concept, year)) * 100 / books.flow(SALES, year)
        return f"{value.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"

    sales = billions(SALES, books.flow(SALES, now), now, False)
    sold_before = billions(SALES, books.flow(SALES, before), before, False)
    income = amount("NetIncomeLoss", now)
    earned = facts.number(
        "EarningsPerShareBasic",
        books.eps["EarningsPerShareBasic"][now],
        now,
        instant=False,
        unit="usdPerShare",
        scale=0,
        decimals=2,
        places=2,
        where="text",
    ).element
    paid = facts.number(
        "CommonStockDividendsPerShareDeclared",
        books.dividend[now],
        now,
        instant=False,
        unit="usdPerShare",
        scale=0,
        decimals=2,
        places=2,
        where="text",
    ).element
    cash = amount("NetCashProvidedByUsedInOperatingActivities", now)
    earlier = amount("NetCashProvidedByUsedInOperatingActivities", before)
    capital = amount("PaymentsToAcquirePropertyPlantAndEquipment", now)
    dividends = amount("PaymentsOfDividends", now)
    research = amount("ResearchAndDevelopmentExpense", now)
    interest = amount("InterestExpenseNonoperating", now)
    interest_before = amount("InterestExpenseNonoperating", before)
    facility = facts.number(
        "LineOfCreditFacilityMaximumBorrowingCapacity",
        Decimal(round(books.flow(SALES, now) * 0.2, -2) or 100) * 10**6,
        now,
        instant=True,
        scale=6,
        decimals=-6,
        where="text",
    ).element
    return "".join(
        (
            heading("PART II", 0),
            heading("Item 7. Management\u2019s Discussion and Analysis"),
            heading("Overview", 3),
            paragraph(
                f"Net sales were {sales} in fiscal {now}, compared with {sold_before} in fiscal {before}; they "
                f"{change(SALES)}. Prices contributed about one third of the change, volumes and acquisitions the "
                f"rest. Net income was {income}, or ${earned} per basic share."
            ),
            heading("Results of operations", 3),
            paragraph(
                f"Gross profit was {share_of_sales('GrossProfit', now)} of net sales, against "
                f"{share_of_sales('GrossProfit', before)} in the prior year. The mix of products and the cost of "
                "materials explain most of the difference. Selling, general and administrative expense was "
                f"{share_of_sales('SellingGeneralAndAdministrativeExpense', now)} of net sales."
            ),
            paragraph(
                f"Research and development expense was {research} and {change('ResearchAndDevelopmentExpense')}. We "
                "continued to invest in the next generation of our platforms and in the software that connects them."
            ),
            paragraph(
                f"Interest expense was {interest}, compared with {interest_before} in the prior year, following the "
                "average amount of debt outstanding."
            ),
            heading("Liquidity and capital resources", 3),
            paragraph(
                f"Net cash provided by operating activities was {cash} in fiscal {now} and {earlier} in fiscal "
                f"{before}. Capital expenditures were {capital}. We paid dividends of {dividends}, or ${paid} a share."
            ),
            paragraph(
                f"We have a revolving credit facility of ${facility} million that expires in {now + 3}. We believe "
                "that cash on hand, cash from operations and the facility suffice for the needs of the next twelve "
                "months and of the foreseeable time after them."
            ),
            heading("Critical accounting estimates", 3),
            paragraph(
                "The estimates that matter most concern the recoverable amount of goodwill and of intangible assets, "
                "rebates and returns, and income taxes. Each is described in Note 1 or in the note on its subject. A "
                "change of one percentage point in the discount rate would not have led to an impairment."
            ),
            heading("Item 9A. Controls and Procedures"),
            paragraph(
                "Management evaluated the disclosure controls and procedures at the end of the year and concluded that "
                "they were effective. No change in internal control over financial reporting during the last quarter "
                "is likely to have a material effect on it."
            ),
        )
    )
