"""Whose figures: the group's, or the company's own, where a report tells them apart by a dimension.

National taxonomies differ in which of the two needs no dimension: with the UK's and Denmark's the company's own
figures have none and the group's are marked; with Japan's disclosures and IFRS the group's have none; Japanese earnings
releases mark both.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from apps.finance.filings.duplicates import judge, most_precise
from apps.finance.filings.model import Dimension, Fact, Filing
from core_model.errors import Caution

_AXES = {
    "GroupCompanyDataDimension",
    "GroupCompanyDimension",
    "ConsolidatedNonconsolidatedAxis",
    "ConsolidatedOrNonConsolidatedAxis",
    "ConsolidatedAndSeparateFinancialStatementsAxis",
    "ConsolidatedSoloDimension",
}
_GROUP = {"Consolidated", "ConsolidatedMember", "Group", "GroupMember"}
_OWN = {
    f"{name}{ending}"
    for name in ("Company", "ParentCompany", "NonConsolidated", "Nonconsolidated", "Separate", "Solo", "Individual")
    for ending in ("", "Member")
}
"""Members of those axes by what they stand for; of others it is not known."""
_NEUTRAL = {("ResultForecastAxis", "ResultMember")}
_FORECAST = {"ForecastMember", "UpperMember", "LowerMember"}
_MOSTLY = 4
"""How many of the company's own figures there are to one without a dimension where a report holds no group's."""
_COMPANY = "Company"


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def is_forecast(dimensions: Iterable[Dimension]) -> bool:
    """Whether facts with these dimensions are forecasts."""
    return any(local(member) in _FORECAST for _, member, _ in dimensions)


def is_group_or_company(dimension: Dimension) -> bool:
    """Whether a dimension tells group and company apart, or results and forecasts; it shows no part of the company.

    One whose member is not known may be anything.
    """
    told = local(dimension.axis) in _AXES and local(dimension.member) in _GROUP | _OWN
    return told or (local(dimension.axis), local(dimension.member)) in _NEUTRAL


def unknown_members(facts: Iterable[Fact]) -> list[str]:
    """Members on the axes of group and company of which it is not known which of the two they stand for, sorted."""
    dimensions = {dimension for fact in facts if fact.kind == "number" for dimension in fact.dimensions}
    return sorted({d.member for d in dimensions if local(d.axis) in _AXES and local(d.member) not in _GROUP | _OWN})


def whole_company(filing: Filing) -> tuple[Filing, Caution | None]:
    """The filing with the facts of the whole reporting entity as those without dimensions.

    Where a report holds the figures of the group and the company's own, the group's are the whole and the company's a
    part of it; where it holds the company's own alone, these are the whole.

    Returns:
        The filing itself where no such dimension is used; and a caution that says whose figures stand as the whole, or
        that this is not known.
    """
    numbers = [fact for fact in filing.facts if fact.kind == "number"]
    members = unknown_members(numbers)
    unknown = Caution("basis_unknown", {"members": members}) if members else None
    if not any(is_group_or_company(dimension) for fact in numbers for dimension in fact.dimensions):
        return filing, unknown
    group = [fact for fact in numbers if _side(fact.dimensions) == "group"]
    own = [fact for fact in numbers if _side(fact.dimensions) == "company"]
    plain = [fact for fact in numbers if not fact.dimensions]
    if group:
        kinds = _told_apart(group, plain)
        facts = [_seen_from_group(fact, kinds) for fact in filing.facts]
        both = own or any(fact.instant in kinds for fact in plain)
        return replace(filing, facts=facts), Caution("group_and_company") if both else None
    whole = sum(1 for fact in own if len(_others(fact.dimensions)) == 0)
    if own and whole > _MOSTLY * len(plain):
        facts = [replace(f, dimensions=_others(f.dimensions)) if f.dimensions else f for f in filing.facts]
        return replace(filing, facts=facts), unknown or Caution("company_alone")
    facts = [_without_neutral(fact) for fact in filing.facts]
    return replace(filing, facts=facts), unknown or (Caution("group_and_company") if own and plain else None)


def read_as(facts: Iterable[Fact]) -> Literal["group", "company"] | None:
    """Whose figures ``whole_company`` takes for the whole, where a dimension tells; else None.

    Those without a dimension are the group's where the company's own are marked, unless a member is not known: it may
    be the group.
    """
    numbers = [fact for fact in facts if fact.kind == "number"]
    sides = {dimensions: _side(dimensions) for dimensions in {fact.dimensions for fact in numbers}}
    if "group" in sides.values():
        return "group"
    own = [fact for fact in numbers if sides[fact.dimensions] == "company"]
    if not own:
        return None
    plain = sum(1 for fact in numbers if not fact.dimensions)
    whole = sum(1 for fact in own if not _others(fact.dimensions))
    if whole > _MOSTLY * plain or not plain:
        return "company"
    return None if unknown_members(numbers) else "group"


def _side(dimensions: Iterable[Dimension]) -> Literal["group", "company", ""]:
    for axis, member, _ in dimensions:
        if local(axis) in _AXES:
            return "group" if local(member) in _GROUP else "company" if local(member) in _OWN else ""
    return ""


def _told_apart(group: list[Fact], plain: list[Fact]) -> set[bool]:
    """Of which kind (instants, durations) facts without a dimension are the company's own: they state something else
    than the group's of the same concept, period and unit, and rounding does not explain it."""
    known: dict[tuple, list[Fact]] = {}
    for fact in group:
        if fact.value is not None and not _others(fact.dimensions):
            known.setdefault((fact.concept, fact.start, fact.end, fact.unit), []).append(fact)
    kinds = set()
    for fact in plain:
        theirs = known.get((fact.concept, fact.start, fact.end, fact.unit), [])
        if fact.value is not None and theirs and judge([fact, most_precise(theirs)]).reason is not None:
            kinds.add(fact.instant)
    return kinds


def _seen_from_group(fact: Fact, kinds: set[bool]) -> Fact:
    if fact.kind != "number":
        return fact
    if _side(fact.dimensions) == "group":
        return replace(fact, dimensions=_others(fact.dimensions))
    if not fact.dimensions and fact.instant in kinds:
        return replace(fact, dimensions=(Dimension("group_or_company", _COMPANY),))
    return _without_neutral(fact)


def _without_neutral(fact: Fact) -> Fact:
    kept = tuple(d for d in fact.dimensions if (local(d.axis), local(d.member)) not in _NEUTRAL)
    return replace(fact, dimensions=kept) if len(kept) != len(fact.dimensions) else fact


def _others(dimensions: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
    return tuple(dimension for dimension in dimensions if not is_group_or_company(dimension))
