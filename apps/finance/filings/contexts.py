"""Contexts (entity, period, dimensions) and units of a report."""

import re
from datetime import date, timedelta

from lxml import etree

from apps.finance.filings.inventory import XBRLI
from apps.finance.filings.model import Context, Dimension, Unit
from apps.finance.filings.names import Names
from apps.finance.quoted import in_quotes
from core_model.errors import Message

_XBRLDI = "{http://xbrl.org/2006/xbrldi}"
_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?")


def read_context(element: etree._Element, names: Names) -> Context:
    """One ``xbrli:context``. What is wrong with it stands in ``problems``."""
    context = Context((element.get("id") or "").strip())
    dimensions: list[Dimension] = []
    problems: list[Message] = []
    for part in element:
        tag = part.tag
        if tag == XBRLI + "period":
            _period(part, context, problems)
        elif tag == XBRLI + "entity":
            for inner in part:
                if inner.tag == XBRLI + "identifier":
                    context.entity = (inner.text or "").strip()
                    context.scheme = (inner.get("scheme") or "").strip()
                elif inner.tag == XBRLI + "segment":
                    _dimensions(inner, names, dimensions, problems)
        elif tag == XBRLI + "scenario":
            _dimensions(part, names, dimensions, problems)
    if len(dimensions) > 1:
        dimensions.sort()
        if len({dimension.axis for dimension in dimensions}) < len(dimensions):
            problems.append(Message("axis_twice"))
    context.dimensions = tuple(dimensions)
    if context.end is None and not problems and element.find(f"{XBRLI}period/{XBRLI}forever") is None:
        problems.append(Message("no_period"))
    context.problems = tuple(problems)
    return context


def either_of(one: Context, other: Context) -> Context:
    """What the id of a context means that is defined twice: the first where both say the same, else neither."""
    if one.problems or _said(one) == _said(other):
        return one
    entity, scheme = (one.entity, one.scheme) if one.entity == other.entity else ("", "")
    problem = Message("context_means_two_things", {"context": in_quotes(one.context_id[:60])})
    return Context(one.context_id, entity, scheme, problems=(problem,))


def _said(context: Context) -> tuple:
    return (context.entity, context.scheme, context.start, context.end, context.instant, context.dimensions)


def _period(period: etree._Element, context: Context, problems: list[Message]) -> None:
    for bound in period:
        text = (bound.text or "").strip()
        tag = bound.tag
        if tag == XBRLI + "startDate":
            context.start = _day(text, False, problems)
        elif tag == XBRLI + "endDate":
            context.end = _day(text, True, problems)
        elif tag == XBRLI + "instant":
            context.end = _day(text, True, problems)
            context.instant = True
    if context.start and context.end and context.start > context.end:
        problems.append(Message("period_runs_backwards", {"start": context.start, "end": context.end}))


def _day(text: str, end: bool, problems: list[Message]) -> str | None:
    """The day that a bound of a period means.

    A date alone stands for its midnight: the start of the day for a start, the end of the day for an end or instant
    (XBRL 2.1, section 4.7.2). Written with a time, midnight at the end of a day is 00:00:00 of the next.
    """
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        day = date(int(match[1]), int(match[2]), int(match[3]))
        time = match[4]
        if time is None:
            return text[:10]
        if time == "24:00:00" or (time == "00:00:00" and not end):
            return day.isoformat() if end else (day + timedelta(days=time == "24:00:00")).isoformat()
        if time == "00:00:00":
            return (day - timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        problems.append(Message("no_date", {"text": in_quotes(text[:40])}))
        return None
    return f"{day.isoformat()}T{time}"


def _dimensions(holder: etree._Element, names: Names, dimensions: list[Dimension], problems: list[Message]) -> None:
    for member in holder:
        tag = member.tag
        if tag == _XBRLDI + "explicitMember":
            axis = names.resolve(member.get("dimension") or "", member)[0]
            dimensions.append(Dimension(axis, names.resolve(member.text or "", member)[0]))
        elif tag == _XBRLDI + "typedMember":
            axis = names.resolve(member.get("dimension") or "", member)[0]
            value = " ".join("".join(member.itertext()).split())
            dimensions.append(Dimension(axis, value, typed=True))
        else:
            problems.append(Message("no_dimension"))


def read_unit(element: etree._Element, names: Names) -> Unit:
    """One ``xbrli:unit``. What is wrong with it stands in ``problem``."""
    unit = Unit((element.get("id") or "").strip())
    divide = element.find(XBRLI + "divide")
    if divide is None:
        numerators, denominators = _measures(element, names), []
    else:
        numerators = _measures(divide.find(XBRLI + "unitNumerator"), names)
        denominators = _measures(divide.find(XBRLI + "unitDenominator"), names)
        if not denominators:
            unit.problem = Message("divides_by_nothing")
    if not numerators:
        unit.problem = Message("no_measure")
    unit.numerators, unit.denominators = tuple(sorted(numerators)), tuple(sorted(denominators))
    unit.text = "*".join(_short(measure) for measure in unit.numerators)
    if denominators:
        unit.text += "/" + "*".join(_short(measure) for measure in unit.denominators)
    return unit


def _measures(holder: etree._Element | None, names: Names) -> list[str]:
    if holder is None:
        return []
    return [names.resolve(measure.text or "", measure)[0] for measure in holder if measure.tag == XBRLI + "measure"]


def _short(measure: str) -> str:
    prefix, _, local = measure.rpartition(":")
    return local if prefix in ("iso4217", "xbrli", "") else measure
