"""The words of the screens: labels by their keys, names of the standard lines; in English and Chinese."""

from apps.messages import said
from apps.messages.sentences import words
from core_model.errors import Message

LANGUAGES = {"en": "English", "zh": "中文"}
TOTALS = frozenset(
    {
        "gross_profit",
        "operating_income",
        "income_before_tax",
        "net_income",
        "current_assets",
        "total_assets",
        "current_liabilities",
        "total_liabilities",
        "total_equity",
        "operating_cash_flow",
        "investing_cash_flow",
        "financing_cash_flow",
        "change_in_cash",
    }
)
"""Lines printed bold, with a rule above."""


def text(key: str, language: str, **values: object) -> str:
    """The text of a key in a language, its fields filled: ``ui_KEY`` in the catalogue ``ui.ftl``."""
    return said(Message(f"ui_{key}", values), language)


def captioned(caption: str, said: str, language: str) -> str:
    """A text behind its caption; alone where it has none."""
    return text("captioned", language, caption=caption, text=said) if caption else said


def line_name(line: str, language: str) -> str:
    """The name of a standard line; an unknown line's own name in words."""
    return words(f"line_{line}", {}, language) or line.replace("_", " ").capitalize()


def step_name(step: str, language: str) -> str:
    """The name of a job's step; an unknown step's own name."""
    return words(f"ui_step_{step}", {}, language) or step


def kind_name(kind: str, language: str) -> str:
    """What a kind of job reads; an unknown kind's own name."""
    return words(f"ui_job_{kind.replace('.', '_')}", {}, language) or kind
