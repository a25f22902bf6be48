"""The cover page with its dei facts, and those that stand in the hidden part."""

from decimal import Decimal

from apps.demo.annual.facts import FactBook
from apps.demo.annual.ledger import Ledger
from apps.demo.annual.statements import long_date
from apps.demo.annual.tables import heading, paragraph

CAUTION = (
    "Example of an invented company, made for demonstration. It is not a filing, and it holds one planted "
    "inconsistency."
)


def hidden_facts(facts: FactBook, books: Ledger) -> list[str]:
    """Facts without a place on the page."""
    company, year = books.company, books.years[-1]
    month, day = company.month_end
    values = [
        ("dei:EntityCentralIndexKey", company.cik),
        ("dei:AmendmentFlag", "false"),
        ("dei:DocumentFiscalYearFocus", str(year)),
        ("dei:DocumentFiscalPeriodFocus", "FY"),
        ("dei:CurrentFiscalYearEndDate", f"--{month:02d}-{day:02d}"),
    ]
    made = [facts.text(name, value, year) for name, value in values]
    par = [
        facts.number(
            "CommonStockParOrStatedValuePerShare",
            Decimal("0.01"),
            y,
            instant=True,
            unit="usdPerShare",
            scale=0,
            decimals=2,
            places=2,
            where="note",
        ).element
        for y in (year, year - 1)
    ]
    return made + par


def cover_page(facts: FactBook, books: Ledger) -> str:
    """The first page."""
    company, year = books.company, books.years[-1]

    def said(name: str, text: str, form: str = "") -> str:
        return facts.text(f"dei:{name}", text, year, form=form)

    tick, none = "&#9746;", "&#9744;"
    city, state, code = company.city
    end = said("DocumentPeriodEndDate", long_date(books, year), "ixt:date-monthname-day-year-en")
    shares = facts.number(
        "dei:EntityCommonStockSharesOutstanding",
        Decimal(books.outstanding) * 1000,
        year,
        instant=True,
        unit="shares",
        scale=3,
        decimals=-3,
        cover=True,
    )
    worth = facts.number(
        "dei:EntityPublicFloat",
        Decimal(round(books.public_float, -2)) * 10**6,
        year,
        instant=True,
        scale=9,
        decimals=-8,
        places=1,
    )
    banner = (
        f'<div style="border:1pt solid #b45309;background-color:#fff7ed;padding:5pt 8pt;margin-bottom:16pt;'
        f'text-align:center"><span style="font-size:9pt;color:#7c2d12;font-weight:700">{CAUTION}</span></div>'
    )
    rule = '<hr style="border:none;border-top:2pt solid #000000;margin:6pt 0"/>'

    def middle(markup: str, size: float, bold: bool = False) -> str:
        weight = 700 if bold else 400
        return (
            f'<div style="text-align:center;margin-bottom:4pt"><span style="font-size:{size}pt;'
            f'font-weight:{weight}">{markup}</span></div>'
        )

    address = ", ".join(
        (
            said("EntityAddressAddressLine1", "400 Example Parkway"),
            said("EntityAddressCityOrTown", city),
            said("EntityAddressStateOrProvince", state, "ixt-sec:stateprovnameen"),
            said("EntityAddressPostalZipCode", code),
        )
    )
    flags = [
        ("EntityWellKnownSeasonedIssuer", "ixt-sec:yesnoballotbox", True, "a well-known seasoned issuer"),
        ("EntityVoluntaryFilers", "ixt-sec:yesnoballotbox", False, "not required to file reports under Section 15(d)"),
        (
            "EntityCurrentReportingStatus",
            "ixt-sec:yesnoballotbox",
            True,
            "current in its reports of the past 12 months",
        ),
        ("EntityShellCompany", "ixt-sec:yesnoballotbox", False, "a shell company"),
    ]
    asked = []
    for name, form, yes, words in flags:
        mark = f"Yes {said(name, tick if yes else none, form)} &#160;No {none if yes else tick}"
        asked.append(paragraph(f"Indicate by check mark whether the registrant is {words}. {mark}"))
    annual = said("DocumentAnnualReport", tick, "ixt-sec:boolballotbox")
    transition = said("DocumentTransitionReport", none, "ixt-sec:boolballotbox")
    return "".join(
        (
            banner,
            middle("ANNUAL REPORT IN THE FORM OF", 10),
            middle(f"FORM {said('DocumentType', '10-K')}", 18, True),
            rule,
            middle(f"{annual} &#160;Annual report for the fiscal year ended {end}", 10),
            middle(f"{transition} &#160;Transition report", 10),
            middle(f"Commission file number {said('EntityFileNumber', '000-00000')}", 10),
            middle(said("EntityRegistrantName", company.name), 20, True),
            middle("(Exact name of registrant as specified in its charter)", 8),
            middle(
                said("EntityIncorporationStateCountryCode", company.state, "ixt-sec:stateprovnameen")
                + " &#160;&#160;|&#160;&#160; "
                + said("EntityTaxIdentificationNumber", "00-0000000"),
                10,
                True,
            ),
            middle(address, 10),
            middle(f"({said('CityAreaCode', '555')}) {said('LocalPhoneNumber', '010-0199')}", 10),
            rule,
            heading("Securities registered", 3),
            paragraph(
                f"{said('Security12bTitle', 'Common Stock, $0.01 par value')}, trading symbol "
                f"{said('TradingSymbol', company.ticker)}, invented and listed nowhere."
            ),
            *asked,
            paragraph(
                "Aggregate market value of common stock held by non-affiliates at the end of the second quarter: "
                f"approximately ${worth.element} billion. Shares outstanding at the latest practicable date: "
                f"{shares.element} thousand."
            ),
            paragraph(
                f"Auditor: {said('AuditorName', company.auditor.replace('&', '&amp;'))}, "
                f"{said('AuditorLocation', 'Columbus, Ohio')}, firm "
                f"{said('AuditorFirmId', '0')}."
            ),
        )
    )
