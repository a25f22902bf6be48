"""A reading for people at a terminal: the key lines of the newest period, and what does not fit."""

from decimal import Decimal
from typing import Any

from rich.table import Table
from rich.text import Text

from apps import console

TITLES = {"income": "Income statement", "balance": "Balance sheet", "cash_flow": "Cash flow"}


def amount(text: str) -> str:
    """A number as accountants print it: thousands separated, negatives in parentheses."""
    value = Decimal(text)
    shown = f"{abs(value):,f}"
    return f"({shown})" if value < 0 else shown


def print_summary(document: dict[str, Any]) -> None:
    """Print a finance reading to stdout."""
    about = document["document"]

    def known(name: str) -> str:
        value = about[name]
        return f"n/a ({value['not_available']})" if isinstance(value, dict) else str(value)

    console.out.print(
        f"[bold]{known('company')}[/]  {known('form')}  period to {known('period_end')}  {known('currency')}",
        highlight=False,
    )
    for name, title in TITLES.items():
        table = Table("line", "reported as", "newest period", "value", title=title, title_justify="left")
        table.columns[3].justify = "right"
        for line in document["statements"][name]:
            newest = line["values"][0] if line["values"] else {"not_available": line["reason"]}
            label = line["label"] if isinstance(line["label"], str) else ""
            value = amount(newest["value"]) if "value" in newest else f"n/a: {newest['not_available']}"
            mark = " (derived)" if newest.get("derived") else ""
            table.add_row(line["line"], Text(label), newest.get("end", ""), Text(value + mark))
        console.out.print(table)
    verdicts = [check["verdict"] for check in document["checks"]]
    console.out.print(
        f"checks: {verdicts.count('holds')} hold, {verdicts.count('fails')} fail, "
        f"{verdicts.count('not_applicable')} not applicable"
    )
    if not document["anomalies"]:
        console.out.print("anomalies: none")
    for anomaly in document["anomalies"]:
        console.out.print(Text(f"{anomaly['rank']}. [{anomaly['severity']}] {anomaly['reason']}"))
    for warning in document["warnings"]:
        console.say(f"warning: {warning['text']} ({warning['source']})" if warning["source"] else warning["text"])
    console.out.print(f"reading {document['id']}; facts: {document['facts']['file']}", highlight=False, soft_wrap=True)
