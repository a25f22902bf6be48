"""On which day a report's period ends, where no fact names it: the end of most of its numbers that are no forecasts."""

import re
from calendar import month_name
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice

from lxml import etree

from apps.finance.filings.entity.consolidation import is_forecast, is_group_or_company
from apps.finance.filings.inventory import Inventory
from apps.finance.filings.model import Context, Fact

_XHTML = "{http://www.w3.org/1999/xhtml}"
_ROW, _TABLE, _CELLS = _XHTML + "tr", _XHTML + "table", (_XHTML + "td", _XHTML + "th")
_FORECAST = re.compile(
    r"予想|見通し|預測|预测|預計|预计|\b(?:forecasts?|outlook|guidance|project(?:ed|ions?)|budget(?:ed)?)\b",
    re.IGNORECASE,
)
"""Words by which a caption, a header or the sentence above a table calls its numbers forecasts."""
_PART_OF_YEAR = r"(?!\s*[（(]?\s*(?:第\s*[1-3１-３一二三]\s*四半期|中間))"
_TITLE, _LABEL = 600, 160
"""Characters of the page's beginning that hold its title, and of text above a table that say what it holds."""
_SAMPLE, _ROWS = 24, 60
"""Numbers of one period that are looked at, and rows above one."""
_LATER = timedelta(days=31)
"""How much later than its balance sheet a period may end: days off, a week of the fiscal calendar."""


def period_end(inventory: Inventory, facts: list[Fact], contexts: dict[str, Context], made_on: str) -> str | None:
    """The day on which most durations of the whole company end that are no forecasts; None where all of them are.

    Forecasts are told by their dimension, by their caption or header on the page, by the day on which the report was
    made, by the period that the page's title names and by the days of its balance sheets.

    Args:
        inventory: The document's elements.
        facts: All facts.
        contexts: All contexts, by id.
        made_on: The day on which the report was made, by which its period has ended; empty where it does not say.
    """
    numbers = Counter(fact.context_id for fact in facts if fact.kind == "number")
    ends = _without(_ends(numbers, contexts) or _ends(Counter(fact.context_id for fact in facts), contexts), made_on)
    if not ends:
        return None
    called = _called_forecasts(inventory, contexts, ends)
    left = {end: count for end, count in ends.items() if end not in called}
    if not left:
        return None
    if len(left) > 1:
        title = _title(inventory)
        named = [end for end in left if _form_of(end).search(title)]
        if len(named) == 1:
            return named[0]
        left = _by_balance_sheets(left, numbers, contexts)
    return max(left, key=lambda day: (left[day], day))


def _ends(uses: Counter[str], contexts: dict[str, Context]) -> Counter[str]:
    """On which days durations of the whole company end, by how many facts use them; those of forecasts are none."""
    ends: Counter[str] = Counter()
    forecasts = set()
    for context_id, count in uses.items():
        context = contexts.get(context_id)
        if context is None or not context.end or context.instant:
            continue
        if is_forecast(context.dimensions):
            forecasts.add(context.end[:10])
        elif all(map(is_group_or_company, context.dimensions)):
            ends[context.end[:10]] += count
    for end in forecasts:
        if len(ends) > 1:
            ends.pop(end, None)
    return ends


def _without(ends: Counter[str], made_on: str) -> dict[str, int]:
    return {end: count for end, count in ends.items() if not made_on or end <= made_on}


def _by_balance_sheets(ends: dict[str, int], numbers: Counter[str], contexts: dict[str, Context]) -> dict[str, int]:
    """Those that do not lie after all days of which amounts are stated; all where none is before."""
    days = [c.end[:10] for name in numbers if (c := contexts.get(name)) is not None and c.instant and c.end]
    if not days:
        return ends
    try:
        latest = (date.fromisoformat(max(days)) + _LATER).isoformat()
    except (ValueError, OverflowError):
        return ends
    return {end: count for end, count in ends.items() if end <= latest} or ends


def _called_forecasts(inventory: Inventory, contexts: dict[str, Context], ends: dict[str, int]) -> set[str]:
    """The ends of which every number on the page is called a forecast."""
    seen: Counter[str] = Counter()
    results: set[str] = set()
    for element in inventory.facts:
        context = contexts.get((element.get("contextRef") or "").strip())
        if context is None or context.instant or not context.end or element in inventory.hidden:
            continue
        end = context.end[:10]
        if end not in ends or end in results or seen[end] >= _SAMPLE or not element.tag.endswith("nonFraction"):
            continue
        seen[end] += 1
        if not any(_FORECAST.search(label) for label in _labels(element)):
            results.add(end)
    return {end for end in seen if end not in results}


def _labels(element: etree._Element) -> Iterator[str]:
    """What a number is called: the texts of its row, of its column above it, and in front of its table."""
    row = next(element.iterancestors(_ROW), None)
    table = next(element.iterancestors(_TABLE), None)
    if row is None or table is None:
        yield from _in_front(element)
        return
    cell: etree._Element | None = next(element.iterancestors(*_CELLS), None)
    place = 0
    for each in row.iterchildren(*_CELLS):
        if each is cell:
            break
        if each.find(".//" + element.tag) is None:
            yield _text(each)
        place += _span(each)
    above: etree._Element | None = row
    for _ in range(_ROWS):
        above = None if above is None else _row_above(above, table)
        if above is None:
            break
        if above.find(".//" + element.tag) is None:
            yield from _over(above, place)
    yield from _in_front(table)


def _row_above(row: etree._Element, table: etree._Element) -> etree._Element | None:
    """The row above in the same table, in the same or an earlier group of rows."""
    before = next(row.itersiblings(_ROW, preceding=True), None)
    group = row.getparent()
    while before is None and group is not None and group is not table:
        group = next(group.itersiblings(preceding=True), None)
        before = None if group is None else next(group.iterchildren(_ROW, reversed=True), None)
    return before


def _over(row: etree._Element, place: int) -> Iterator[str]:
    """The cell of a row without numbers that stands over a column; a heading, the only one of its row, over all."""
    cells = [(each, _text(each)) for each in row.iterchildren(*_CELLS)]
    filled = [text for _, text in cells if text]
    start = 0
    for each, text in cells:
        end = start + _span(each)
        if text and (len(filled) == 1 or start <= place < end):
            yield text
        start = end


def _span(cell: etree._Element) -> int:
    span = (cell.get("colspan") or "1").strip()
    return int(span) if span.isascii() and span.isdigit() and 0 < len(span) < 4 else 1


def _in_front(element: etree._Element) -> Iterator[str]:
    """The text in front of an element, back to the nearest one that holds numbers."""
    node = element
    for _ in range(3):
        parent = node.getparent()
        if parent is None:
            return
        for before in islice(node.itersiblings(preceding=True), 3):
            if before.tag == _TABLE or before.find(".//" + _TABLE) is not None:
                return
            yield (_text(before) if isinstance(before.tag, str) else "") + (before.tail or "")[-_LABEL:]
        yield (parent.text or "")[-_LABEL:]
        node = parent


def _title(inventory: Inventory) -> str:
    """The title in the document's head and the beginning of its page."""
    root = inventory.root
    head = root.findtext(f"{_XHTML}head/{_XHTML}title") or ""
    texts, length = [head], 0
    for body in root.iterchildren(_XHTML + "body"):
        walk = etree.iterwalk(body, events=("start", "end"))
        for event, element in walk:
            if event == "start" and element.tag == inventory.ix + "header":
                walk.skip_subtree()
                continue
            piece = element.text if event == "start" else element.tail
            if piece and piece.strip():
                texts.append(piece)
                length += len(piece)
            if length > _TITLE:
                return " ".join(" ".join(texts).split())
    return " ".join(" ".join(texts).split())


def _form_of(end: str) -> re.Pattern[str]:
    """How pages print the day, or the fiscal year that ends with its month."""
    day = date.fromisoformat(end)
    month = month_name[day.month]
    return re.compile(
        rf"\b0?{day.day}(?:st|nd|rd|th)?\.? {month},? {day.year}\b|\b{month} 0?{day.day}(?:st|nd|rd|th)?,? {day.year}\b"
        rf"|{end}|\b{day.day:02}(?P<dot>[./-]){day.month:02}(?P=dot){day.year}\b"
        rf"|{day.year}\s*年\s*0?{day.month}\s*月(?:\s*0?{day.day}\s*日|期{_PART_OF_YEAR})",
        re.IGNORECASE,
    )


def _text(element: etree._Element) -> str:
    return " ".join("".join(map(str, element.itertext())).split())[:2000]
