"""The printed documents against their published schemas, and what they promise."""

import json
import re
import tarfile
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource

from apps.settings import load_settings
from apps.store import blobs, jobs
from apps.store.backups import backup
from apps.store.store import Store
from tests.apps.schemas import KINDS, SCHEMAS, name_of, text_of


def validator(name: str) -> jsonschema.Draft202012Validator:
    loaded = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    registry = Registry().with_resources((key, Resource.from_contents(value)) for key, value in loaded.items())
    registry = registry.with_resources((v["$id"], Resource.from_contents(v)) for v in loaded.values())
    return jsonschema.Draft202012Validator(loaded[name], registry=registry)


@pytest.mark.parametrize("name", sorted(path.name for path in SCHEMAS.glob("*.json")))
def test_a_schema_is_a_schema(name: str):
    schema = json.loads((SCHEMAS / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == jsonschema.Draft202012Validator.META_SCHEMA["$id"]


def _carried() -> set[str]:
    """Forms of before, which the applications' records carry over."""
    files = (SCHEMAS.parents[2] / "apps").glob("*/records/carry.py")
    return {name for file in files for name in re.findall(r'SCHEMA = "(tandem\.[a-z.]+/\d+)"', file.read_text("utf8"))}


def test_every_document_that_a_command_prints_has_a_schema():
    """But for what carries documents of earlier versions over, which no command prints."""
    sources = [path for folder in ("apps", "ui") for path in sorted((SCHEMAS.parents[2] / folder).rglob("*.py"))]
    sources = [path for path in sources if path.name != "carry.py" and "migrations" not in path.parts]
    said = {name for path in sources for name in re.findall(r'"(tandem\.[a-z.]+/\d+)"', path.read_text("utf8"))}
    published = {json.loads(path.read_text())["properties"]["schema"]["const"] for path in SCHEMAS.glob("*.json")}
    assert said - _carried() == published - _carried()
    assert {path.stem.replace("-", "/") for path in SCHEMAS.glob("*.json")} == published


@pytest.mark.parametrize(("kind", "printed_by"), KINDS)
def test_the_schema_of_a_type_is_the_published_one(kind: type, printed_by: str):
    published = (SCHEMAS / name_of(kind)).read_text(encoding="utf8")
    assert published == text_of(kind, printed_by), "the type has changed: run python -m tests.apps.schemas"


def test_one_job_and_a_job_of_the_list_are_described_alike():
    one, many = (json.loads((SCHEMAS / f"tandem.{name}-2.json").read_text()) for name in ("job", "jobs"))
    alone = {name: value for name, value in one["properties"].items() if name not in ("schema", "notice")}
    assert many["$defs"]["job"]["properties"] == alone
    assert ["schema", "notice", *many["$defs"]["job"]["required"]] == one["required"]


def test_the_manifest_of_a_backup_is_as_published(tmp_path: Path):
    with Store(load_settings(data_dir=tmp_path / "data", database_url="")) as store:
        for number in range(2):
            job = jobs.create(store, "finance.read", None, {"number": number})
            blobs.put(store, job.id, "facts", b"%d" % number)
        backup(store, tmp_path / "backup")
    with tarfile.open(tmp_path / "backup") as archive:
        first = archive.next()
        assert first is not None
        file = archive.extractfile(first)
        assert file is not None
        manifest = json.load(file)
    assert first.name == "manifest.json"
    validator("tandem.backup-1.json").validate(manifest)
