"""The published schemas that follow from types: ``python -m tests.apps.schemas`` writes them anew."""

import json
from pathlib import Path
from typing import Any

from apps.documents import schema_of
from apps.finance.reading import FinanceBatch, FinanceReading
from apps.medical.reading import MedicalReading

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "schemas"
KINDS: tuple[tuple[type[Any], str], ...] = (
    (FinanceReading, "What `tandem finance read FILE --json` prints."),
    (FinanceBatch, "What `tandem finance read FOLDER --json` prints."),
    (MedicalReading, "What `tandem medical read FOLDER --json` prints."),
)
"""Each kind of document that is written from its type, and what prints it."""


def name_of(kind: type[Any]) -> str:
    """The name of the file of its schema: ``tandem.finance.reading-2.json``."""
    return str(schema_of(kind)["properties"]["schema"]["const"]).replace("/", "-") + ".json"


def text_of(kind: type[Any], printed_by: str) -> str:
    """The file of its schema."""
    schema = schema_of(kind)
    schema["description"] = f"{printed_by} {schema['description']}"
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    for kind, printed_by in KINDS:
        (SCHEMAS / name_of(kind)).write_text(text_of(kind, printed_by), encoding="utf8")


if __name__ == "__main__":
    main()
