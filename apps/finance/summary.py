"""A reading for people at a terminal: the key lines of the two newest periods, and what does not fit."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.table import Table
from rich.text import Text

from apps import console
from apps.finance.money import SCALES, is_money, least_places, printed, round_unit
from apps.finance.periods import Period
from apps.finance.statements.lines import BY_NAME
from apps.messages import said

TITLES = {"income": "Income statement", "balance": "Balance sheet", "cash_flow": "Cash flow"}
_NAME_WIDTH = max(len(line.english) for line in BY_NAME.values())
_DERIVED = "*"
_Period = tuple[str, str]


def print_summary(document: Mapping[str, Any]) -> None:
    """Print a finance reading to stdout, and its warnings to stderr."""
    for line in heading(document):
        console.out.print(line)
    for name in TITLES:
        for line in statement(document, name, console.out.width):
            console.out.print(line, no_wrap=True, crop=False, overflow="ignore")
    verdicts = Counter(check["verdict"] for check in document["checks"])
    console.out.print(
        f"\nchecks: {verdicts['holds']} hold, {verdicts['fails']} fail, {verdicts['not_applicable']} not applicable"
    )
    if document["anomalies"]:
        listed = Table.grid(padding=(0, 1))
        for anomaly in document["anomalies"]:
            listed.add_row(*map(console.plain, (f"{anomaly['rank']}.", anomaly["severity"], anomaly["reason"])))
        console.out.print(listed)
    else:
        console.out.print("anomalies: none")
    for warning in document["warnings"]:
        where = f" ({warning['source']})" if warning.get("source") else ""
        times = f" [{warning['count']} times]" if warning.get("count", 1) > 1 else ""
        console.say(f"warning: {warning['text']}{where}{times}")
    console.out.print(f"reading {document['id']}", highlight=False)
    console.out.print(Text(f"facts in {document['facts']['file']}"), soft_wrap=True)


def heading(document: Mapping[str, Any]) -> Iterator[Text]:
    """Whose report it is, of what kind and when, and in what its amounts are printed."""
    about = document["document"]

    def known(name: str) -> str:
        value = about[name]
        return f"n/a ({value['not_available']})" if isinstance(value, Mapping) else str(value)

    scale, _ = unit_of(document)
    unit = f"{known('currency')} in {SCALES[scale]}" if scale > 1 else known("currency")
    yield console.plain(known("company"), "bold")
    yield console.plain(f"{known('form')}, period to {known('period_end')}, {unit}")


def statement(document: Mapping[str, Any], name: str, width: int) -> Iterator[Text]:
    """The lines of one statement under their periods; each is one line of at most ``width`` characters where its
    numbers leave room for that.

    Args:
        document: ``tandem.finance.reading/1``.
        name: ``income``, ``balance`` or ``cash_flow``.
        width: Of the terminal.
    """
    lines = document["statements"][name]
    periods = periods_of(lines)
    unit = unit_of(document)
    shown = {line["line"]: [_shown(_at(line, period), *unit) for period in periods] for line in lines}
    cell = max((len(text) for texts in shown.values() for text in texts), default=0)
    cell = max(cell, len("2024-12-31")) + 2
    if _NAME_WIDTH + cell * len(periods) > width:  # very long numbers: the newest period alone
        periods = periods[:1]
    length = _length(periods[0]) if periods else ""
    yield Text("")
    ends = "".join(f"{end + ' ':>{cell}}" for end, _ in periods)
    yield Text(f"{TITLES[name] + length:<{_NAME_WIDTH}}{ends}".rstrip(), style="bold")
    for line in lines:
        called = BY_NAME[line["line"]].english
        missing = {period[0]: reason for period in periods if (reason := _missing(line, period))}
        if len(missing) == len(periods):
            yield _cropped(f"{called}: n/a: {next(iter(missing.values()), line['reason'])}", width)
            continue
        numbers = shown[line["line"]][: len(periods)]
        yield Text((f"{called:<{_NAME_WIDTH}}" + "".join(f"{number:>{cell}}" for number in numbers)).rstrip())
        for end, reason in missing.items():
            yield _cropped(f"  {end}: n/a: {reason}", width)
    if any(text.endswith(_DERIVED) for texts in shown.values() for text in texts[: len(periods)]):
        yield Text(f"{_DERIVED} computed from other lines, not printed in the report")


def unit_of(document: Mapping[str, Any]) -> tuple[int, int]:
    """In what all amounts of money are printed, and with how many decimals."""
    lines = [line for name in TITLES for line in document["statements"][name]]
    held = (value for line in lines for value in line["values"] if "value" in value and is_money(value["unit"]))
    return round_unit(Decimal(value["value"]) for value in held)


def periods_of(lines: Sequence[Mapping[str, Any]]) -> list[_Period]:
    """The newest period of most lines, and the one before it that is as long, each as (end, start)."""
    firsts = Counter(_period(line["values"][0]) for line in lines if line["values"])
    if not firsts:
        return []
    newest = max(firsts, key=lambda period: (firsts[period], period))
    earlier = {_period(value) for line in lines for value in line["values"]}
    alike = [
        period for period in earlier if period[0] < newest[0] and abs(Period(*period).days - Period(*newest).days) <= 15
    ]
    return [newest, *sorted(alike, reverse=True)[:1]]


def _shown(value: Mapping[str, Any] | None, scale: int, places: int) -> str:
    """A number with a column for its closing parenthesis or mark, so that digits stand under digits."""
    if value is None or "value" not in value:
        return "n/a "
    money = is_money(value["unit"])
    text = printed(value["value"], scale if money else 1, places if money else least_places(value["unit"]))
    text = text if text.endswith(")") else f"{text} "
    return text.rstrip() + _DERIVED if value.get("derived") else text


def _missing(line: Mapping[str, Any], period: _Period) -> str:
    """Why the line has no number in the period; empty where it has one."""
    value = _at(line, period)
    if value is None:
        return str(line["reason"])
    return str(value.get("not_available", ""))


def _cropped(text: str, width: int) -> Text:
    line = console.plain(text.replace("\n", " "))
    line.truncate(width, overflow="ellipsis")
    return line


def _at(line: Mapping[str, Any], period: _Period) -> Mapping[str, Any] | None:
    """What the line has in a period, a value before a reason."""
    return min(_of_period(line["values"], period), key=lambda value: "value" not in value, default=None)


def _of_period(values: Iterable[Mapping[str, Any]], period: _Period) -> Iterator[Mapping[str, Any]]:
    return (value for value in values if _period(value) == period)


def _period(value: Mapping[str, Any]) -> _Period:
    return value["end"], value.get("start") or ""


def _length(period: _Period) -> str:
    """How long a period is where it is no year, to stand behind the title."""
    held = Period(*period)
    return "" if held.length is None or held.is_year else f", {said(held.length)}"
