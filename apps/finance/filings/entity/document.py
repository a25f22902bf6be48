"""What a report says about itself: company, form, period, language, currency."""

import re
from collections import Counter
from datetime import date

from apps.finance.filings.entity.basis import basis_of
from apps.finance.filings.entity.consolidation import is_group_or_company, unknown_members
from apps.finance.filings.entity.ending import period_end
from apps.finance.filings.inventory import Inventory
from apps.finance.filings.model import Context, DocumentInformation, Fact
from apps.finance.money import is_money
from core_model.errors import Message

_SCHEMA = "{http://www.xbrl.org/2003/linkbase}schemaRef"
_HREF = "{http://www.w3.org/1999/xlink}href"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_YEAR = re.compile(r"-?(\d{4})(?:-.*)?")

_COMPANY = (
    "EntityRegistrantName",  # SEC
    "NameOfReportingEntityOrOtherMeansOfIdentification",  # IFRS
    "EntityCurrentLegalOrRegisteredName",  # United Kingdom
    "FilerNameInJapaneseDEI",  # Japan, yearly disclosures
    "FilerNameInEnglishDEI",
    "CompanyName",  # Japan, earnings releases
    "NameOfReportingEntity",  # Denmark
    "ForetagetsNamn",  # Sweden
    "LegalEntityName",  # Netherlands
)
_PERIOD_END = (
    "DocumentPeriodEndDate",
    "EndDateForPeriodCoveredByReport",
    "CurrentPeriodEndDateDEI",
    "ReportingPeriodEndDate",
    "RakenskapsarSistaDag",
    "BalanceSheetDate",
)
_FORM = ("DocumentType", "DocumentTypeDEI")
_MADE_ON = re.compile(r"FilingDate|DateOfFiling|SubmissionDate|ApprovalDate|DateOfApproval|DateAuthori[sz]")
"""Names of the day on which a report was made: its period has ended by then."""


def describe(inventory: Inventory, facts: list[Fact], contexts: dict[str, Context]) -> DocumentInformation:
    """Document information from the facts without dimensions that are made for it, and from the markup.

    Args:
        inventory: The document's elements.
        facts: All facts.
        contexts: All contexts, by id.
    """
    wanted = {*_COMPANY, *_PERIOD_END, *_FORM, "DocumentFiscalYearFocus", "DocumentFiscalPeriodFocus"}
    said: dict[str, str] = {}
    made_on = ""
    uses: Counter[str] = Counter()
    units: Counter[str | None] = Counter()
    for fact in facts:
        uses[fact.context_id] += 1
        if fact.kind == "number":
            units[fact.unit] += 1
        elif fact.value is None or any(not is_group_or_company(dimension) for dimension in fact.dimensions):
            continue
        elif fact.local_name in wanted and (fact.local_name != "CompanyName" or fact.concept.startswith("tse")):
            said.setdefault(fact.local_name, fact.text)
        elif _MADE_ON.search(fact.local_name) and _is_day(fact.text):
            made_on = max(made_on, fact.text)
    currencies = {unit: count for unit, count in units.items() if unit is not None and is_money(unit)}
    entities: Counter[tuple[str, str]] = Counter()
    for context_id, count in uses.items():
        context = contexts.get(context_id)
        if context is not None and context.entity:
            entities[context.scheme, context.entity] += count

    document = DocumentInformation()
    missing = document.missing
    document.company = next((said[name] for name in _COMPANY if said.get(name)), None)
    if document.company is None:
        missing["company"] = Message("company_not_named")
    document.form = next((said[name] for name in _FORM if said.get(name)), None)
    if document.form is None:
        missing["form"] = Message("form_not_named")
    end = next((said[name] for name in _PERIOD_END if _is_day(said.get(name, ""))), None)
    document.period_end = end or period_end(inventory, facts, contexts, made_on)
    if document.period_end is None:
        lasting = any((c := contexts.get(name)) is not None and c.end and not c.instant for name in uses)
        missing["period_end"] = Message("period_end_of_forecasts" if lasting else "period_end_not_named")
    year = _YEAR.fullmatch(said.get("DocumentFiscalYearFocus", ""))
    document.fiscal_year = int(year[1]) if year else None
    if document.fiscal_year is None:
        missing["fiscal_year"] = Message("fiscal_year_not_named")
    document.fiscal_period = said.get("DocumentFiscalPeriodFocus") or None
    if document.fiscal_period is None:
        missing["fiscal_period"] = Message("fiscal_period_not_named")
    document.language = _language(inventory)
    if document.language is None:
        missing["language"] = Message("language_not_declared")
    document.currency = max(currencies, key=lambda unit: (currencies[unit], unit)) if currencies else None
    if document.currency is None:
        missing["currency"] = Message("no_currency")
    if entities:
        document.entity_scheme, document.entity = entities.most_common(1)[0][0]
    else:
        missing["entity"] = missing["entity_scheme"] = Message("entity_not_named")
    schemas = [ref.get(_HREF) or "" for header in inventory.headers for ref in header.iter(_SCHEMA)]
    document.basis = basis_of(facts, schemas)
    if document.basis is None:
        members = unknown_members(facts)
        missing["basis"] = (
            Message("basis_member_unknown", {"members": members}) if members else Message("basis_not_named")
        )
    return document


def _language(inventory: Inventory) -> str | None:
    places = [inventory.root, *inventory.headers, *inventory.root.iterchildren("{http://www.w3.org/1999/xhtml}body")]
    return next((tag for place in places if (tag := place.get(_LANGUAGE) or place.get("lang"))), None)


def _is_day(text: str) -> bool:
    """Whether it is an ISO date that the calendar has: 2024-02-30 is none."""
    if _ISO_DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
