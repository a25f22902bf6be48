"""The printed documents against their published schemas, and what they promise."""

import json
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource

from apps.demo.report import make_example_report
from apps.notices import NOTICE
from apps.store import readings
from tests.apps.reading import reader

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "schemas"


def validator(name: str) -> jsonschema.Draft202012Validator:
    loaded = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    registry = Registry().with_resources((key, Resource.from_contents(value)) for key, value in loaded.items())
    registry = registry.with_resources((v["$id"], Resource.from_contents(v)) for v in loaded.values())
    return jsonschema.Draft202012Validator(loaded[name], registry=registry)


@pytest.mark.parametrize("name", sorted(path.name for path in SCHEMAS.glob("*.json")))
def test_a_schema_is_a_schema(name: str):
    jsonschema.Draft202012Validator.check_schema(json.loads((SCHEMAS / name).read_text()))


def test_a_reading_of_a_report_fits_its_schema_and_names_the_planted_element(tmp_path: Path):
    truth = make_example_report(tmp_path / "report.html", 11)
    with reader(tmp_path / "data") as reads:
        end = reads.report(tmp_path / "report.html")
        assert end.state == "done", end.error_text
        document = readings.document(reads.store, str(end.reading_id))
    validator("tandem.finance.reading-1.json").validate(document)
    assert document["notice"] == NOTICE
    assert document["document"]["company"] == truth.company
    assert document["facts"]["count"] == truth.facts
    first = document["anomalies"][0]
    assert set(first["fact_ids"]) & set(truth.element_ids)
    year = max(truth.lines["total_assets"])
    printed = {
        line["line"]: line["values"][0]["value"]
        for statement in document["statements"].values()
        for line in statement
        if line["values"] and "value" in line["values"][0] and not line["values"][0].get("derived")
    }
    wrong = [name for name, value in printed.items() if value != truth.lines[name][year] and value != truth.wrong_value]
    assert not wrong, f"lines that differ from the report's own ledger: {wrong}"
