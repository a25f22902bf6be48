"""A reading for people at a terminal: the key lines of the newest periods, and what does not fit."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from apps import console
from apps.documents import Missing
from apps.finance.money import (
    SCALES,
    is_money,
    is_per_share,
    least_places,
    per_share,
    printed,
    round_unit,
    unit_in_words,
)
from apps.finance.periods import Period
from apps.finance.reading import NOT_SAID, FinanceReading
from apps.finance.statements.lines import BY_NAME
from apps.finance.statements.model import StatementLine, StatementName, StatementValue
from apps.messages import cautioned, said

TITLES: dict[StatementName, str] = {
    "income": "Income statement",
    "balance": "Balance sheet",
    "cash_flow": "Cash flow",
}
_WHOSE = {"group": "the group's figures", "company": "the company's own figures"}
_UNSAID = {"dash_untagged", "dash_tagged_nil", "by_concept_alone"}
"""Notes that the number itself shows, or that a warning says once for all lines."""
_DERIVED = "*"
_MOST_PERIODS = 3
"""How many periods stand side by side: annual reports print three years of income and cash flows."""


def print_summary(reading: FinanceReading, source: str = "") -> None:
    """Print a finance reading to stdout, and its cautions to stderr.

    Args:
        reading: It.
        source: Name of the file that was read; empty where it is not known.
    """
    for line in heading(reading):
        console.out.print(line, soft_wrap=True)
    width = console.out.width if console.out.is_terminal else None
    for name in TITLES:
        for line in statement(reading, name, width):
            console.out.print(line, no_wrap=True, crop=False, overflow="ignore")
    verdicts = Counter(check.verdict for check in reading.checks)
    console.out.print(
        f"\nchecks: {verdicts['holds']} hold, {verdicts['fails']} fail, {verdicts['not_applicable']} not applicable"
    )
    if reading.anomalies and width is None:
        for anomaly in reading.anomalies:
            listed_as = f"{anomaly.rank}. {anomaly.severity} {said(anomaly.reason)}"
            console.out.print(console.plain(listed_as), soft_wrap=True)
    elif reading.anomalies:
        listed = Table.grid(padding=(0, 1))
        for anomaly in reading.anomalies:
            listed.add_row(*map(console.plain, (f"{anomaly.rank}.", anomaly.severity, said(anomaly.reason))))
        console.out.print(listed)
    else:
        console.out.print("anomalies: none")
    for caution in reading.cautions:
        where = f" ({said(caution.source)})" if caution.source else ""
        times = f" [{caution.count} times]" if caution.count > 1 else ""
        console.say(f"warning: {cautioned(caution)}{where}{times}")
    if source:
        console.out.print(console.plain(f"source {source}"), soft_wrap=True)
    console.out.print(f"reading {reading.id}", highlight=False)
    console.out.print(Text(f"facts in {reading.facts.file}"), soft_wrap=True)


def heading(reading: FinanceReading) -> Iterator[Text]:
    """Whose report it is, of what kind and when, and in what its amounts are printed."""
    about = reading.document

    def known(value: str | Missing) -> str:
        return f"n/a ({said(value.not_available)})" if isinstance(value, Missing) else value

    scale, _ = unit_of(reading)
    unit = f"{known(about.currency)} in {SCALES[scale]}" if scale > 1 else known(about.currency)
    yield console.plain(known(about.company), "bold")
    whose = "" if isinstance(about.basis, Missing) else f", {_WHOSE.get(about.basis, about.basis)}"
    if isinstance(about.basis, Missing) and about.basis.not_available.code == "basis_member_unknown":
        whose = ", whose figures they are is not known"
    yield console.plain(f"{known(about.form)}, period to {known(about.period_end)}, {unit}{whose}")


def statement(reading: FinanceReading, name: StatementName, width: int | None) -> Iterator[Text]:
    """The lines of one statement under their periods; each is one line of at most ``width`` characters where its
    numbers leave room for that.

    Args:
        reading: The report.
        name: Which statement.
        width: Of the terminal; None for a file, in which nothing is cut.
    """
    lines = reading.statements[name]
    periods = periods_of(lines)
    unit = unit_of(reading)
    shown = {line.line: [_shown(_at(line, period), *unit) for period in periods] for line in lines}
    cell = max((len(text) for texts in shown.values() for text in texts), default=0)
    cell = max(cell, len("2024-12-31")) + 2
    names = {name: said(line.message) for name, line in BY_NAME.items()}
    for line in lines:  # the heading's scale is not theirs
        if currency := next((value.unit.partition("/")[0] for value in line.values if is_per_share(value.unit)), ""):
            names[line.line] += f" ({currency})"
    broadest = max(map(len, names.values()))
    while width is not None and len(periods) > 1 and broadest + cell * len(periods) > width:
        periods.pop()
    length = _length(periods[0]) if periods else ""
    yield Text("")
    reasons = {said(line.reason) for line in lines}
    if not periods and len(reasons) == 1:  # the statement is not there: said once, not for each of its lines
        yield Text(TITLES[name], style="bold")
        yield _cropped(f"n/a: {reasons.pop()}", width)
        return
    ends = "".join(f"{period.end + ' ':>{cell}}" for period in periods)
    yield Text(f"{TITLES[name] + length:<{broadest}}{ends}".rstrip(), style="bold")
    for line in lines:
        called = names[line.line]
        missing = {period.end: reason for period in periods if (reason := _missing(line, period))}
        if len(missing) == len(periods):
            yield _cropped(f"{called}: n/a: {next(iter(missing.values()), said(line.reason))}", width)
            continue
        numbers = shown[line.line][: len(periods)]
        yield Text((f"{called:<{broadest}}" + "".join(f"{number:>{cell}}" for number in numbers)).rstrip())
        for end, reason in missing.items():
            yield _cropped(f"  {end}: n/a: {reason}", width)
    own = _own_units(reading)
    for line in lines:
        for other in sorted({value.unit for value in line.values if value.value is not None and value.unit} - own):
            yield _cropped(f"{names[line.line]}: in {said(unit_in_words(other))}", width)
        if line.scope != "exact" and any(value.value is not None for value in line.values):
            yield _cropped(f"{names[line.line]}: {line.scope} than the line's definition ({said(line.reason)})", width)
        for value in line.values:
            stands = any(value.period.beside(period) for period in periods)
            if stands and not value.derived and value.note and value.note.code not in _UNSAID:
                yield _cropped(f"{names[line.line]} {value.period.end}: {said(value.note)}", width)
    if any(text.endswith(_DERIVED) for texts in shown.values() for text in texts[: len(periods)]):
        yield Text(f"{_DERIVED} computed from other lines, not printed in the report")


def _own_units(reading: FinanceReading) -> set[str]:
    """The units in which amounts stand without a word: the currency of the heading, and that a share."""
    currency = reading.document.currency
    return set() if isinstance(currency, Missing) else {currency, per_share(currency)}


def unit_of(reading: FinanceReading) -> tuple[int, int]:
    """In what all amounts of money are printed, and with how many decimals."""
    values = (value for name in TITLES for line in reading.statements[name] for value in line.values)
    return round_unit(value.value for value in values if value.value is not None and is_money(value.unit))


def periods_of(lines: Sequence[StatementLine]) -> list[Period]:
    """The newest period of most lines, and those before it that are as long."""
    firsts = Counter(line.values[0].period for line in lines if line.values)
    if not firsts:
        return []
    newest = max(firsts, key=lambda period: (firsts[period], period))
    earlier = {value.period for line in lines for value in line.values if value.period.end < newest.end}
    alike = [period for period in earlier if period.as_long_as(newest)]
    usual = Counter(value.period for line in lines for value in line.values)
    alike = [
        period
        for period in alike
        if not any(other.beside(period) and usual[other] > usual[period] for other in (newest, *alike))
    ]
    return [newest, *sorted(alike, reverse=True)[: _MOST_PERIODS - 1]]


def _shown(value: StatementValue | None, scale: int, places: int) -> str:
    """A number with a column for its closing parenthesis or mark, so that digits stand under digits."""
    if value is None or value.value is None:
        return "n/a "
    if value.value == 0 and value.printed and not any(sign.isalnum() for sign in value.printed):
        return f"{value.printed.strip()} "  # the dash that the page prints
    money = is_money(value.unit)
    text = printed(value.value, scale if money else 1, places if money else least_places(value.unit))
    text = text if text.endswith(")") else f"{text} "
    return text.rstrip() + _DERIVED if value.derived else text


def _missing(line: StatementLine, period: Period) -> str:
    """Why the line has no number in the period; empty where it has one."""
    value = _at(line, period)
    if value is None:
        return said(line.reason)
    return said(value.not_available or NOT_SAID) if value.value is None else ""


def _cropped(text: str, width: int | None) -> Text:
    line = console.plain(text.replace("\n", " "))
    if width is not None:
        line.truncate(width, overflow="ellipsis")
    return line


def _at(line: StatementLine, period: Period) -> StatementValue | None:
    """What the line has in a period, a value before a reason; else what it has some days beside it."""
    held = [value for value in line.values if value.period.beside(period)]
    return min(held, key=lambda value: (value.period != period, value.value is None), default=None)


def _length(period: Period) -> str:
    """How long a period is where it is no year, to stand behind the title."""
    return "" if period.length is None or period.is_year else f", {said(period.length)}"
