"""Nothing of a test identity enters vocabulary counts, distillation, planting, calibration, rule tuning or an index.

Each reader of training material gets material of all splits in which whatever belongs to a test identity cannot be
opened without failing, or is marked. What is frozen in the repository (the gold that rules were built with, the list
of backgrounds, the names of the closed scans) is looked at as it stands. ``tests/apps/finance/test_corpus.py`` and
its medical counterpart do the same for the text of the trunk in more detail.
"""

import ast
import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from apps.finance import corpus as company_corpus
from apps.medical import corpus as record_corpus
from apps.medical.nodules.training.sources import fields as nodule_fields
from apps.medical.nodules.training.sources.prepare import listed
from benchmarks import ct_read, shared_data, statements_first
from benchmarks.core_probes import concepts, retrieval
from core_model.training import corpus as text_corpus
from core_model.training.splits import ALWAYS_TEST_TICKERS, split_of, split_of_ticker
from tests import needs

REPOSITORY = Path(__file__).resolve().parents[1]
SPLITS = ("train", "validation", "test")
TUNED_ON = {"train", "validation"}
CLOSED_SCANS = ("LIDC-IDRI-0001", "LIDC-IDRI-0003")


def identities(split: str, count: int, stem: str = "identity") -> list[str]:
    return [name for name in (f"{stem}-{k}" for k in range(500)) if split_of(name) == split][:count]


@pytest.fixture
def cut_nodules(tmp_path: Path) -> Path:
    """Fields of six patients, two of each split; those of test patients are listed and have no pictures."""
    rng = np.random.default_rng(0)
    rows, series = [], []
    for split in SPLITS:
        for patient in identities(split, 2, "PATIENT"):
            name = f"{patient}/nodule-0"
            series.append({"patient_id": patient, "slice_spacing_mm": "2.5"})
            for number in range(3):
                rows.append(
                    {
                        "patient_id": patient, "nodule": name, "slice": number, "pixel_spacing_mm": "0.7",
                        "n_readers": 3, "mean_diameter_mm": "8.0", "malignancy": "3|3|3", "texture": "5",
                    }
                )  # fmt: skip
                if split == "test":
                    continue
                folder = tmp_path / name
                folder.mkdir(parents=True, exist_ok=True)
                picture = rng.integers(0, 60, (128, 128)).astype(np.uint8)
                picture[:40] = 200
                votes = np.zeros_like(picture)
                votes[60:70, 60:70] = 180
                Image.fromarray(picture).save(folder / f"{number:03}.image.png")
                Image.fromarray(votes).save(folder / f"{number:03}.votes.png")
    for file, table in (("slices.csv", rows), ("series.csv", series)):
        with (tmp_path / file).open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(table[0]))
            writer.writeheader()
            writer.writerows(table)
    return tmp_path


@pytest.mark.parametrize("split", sorted(TUNED_ON))
def test_training_linking_calibration_and_planting_open_no_picture_of_a_test_patient(
    cut_nodules: Path, split: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    usual = nodule_fields._picture
    monkeypatch.setattr(
        nodule_fields, "_picture", lambda folder, *rest: opened.append(folder.parent.name) or usual(folder, *rest)
    )
    found = list(nodule_fields.load_fields(cut_nodules, cut_nodules / "series.csv", splits=(split,)))  # type: ignore[arg-type]
    assert sorted({field.patient for field in found}) == sorted(identities(split, 2, "PATIENT"))
    assert set(opened) == set(identities(split, 2, "PATIENT"))


def constants(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def modules(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            yield path.relative_to(REPOSITORY).as_posix(), ast.parse(path.read_text(encoding="utf8"))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def compared(tree: ast.Module, word: str) -> bool:
    """Whether a module names a word in comparisons alone: who makes material for training compares to leave out."""
    inside = sum(text == word for node in ast.walk(tree) if isinstance(node, ast.Compare) for text in constants(node))
    return inside == sum(text == word for text in constants(tree))


def test_no_code_asks_for_the_test_split() -> None:
    """``retrieval`` of the probes names it to leave it out; the rule itself defines it; a patient called "test" is
    nobody; own data is split as the rule says, and its test part judges an adapter once; ``world_lines`` prints the
    figures of test companies apart; ``core_tasks`` judges on it and chooses on validation identities; ``long_context``
    asks about the filings of test companies."""
    known = {
        "core_model/training/splits.py",
        "core_model/training/tuning/run.py",
        "core_model/training/tuning/samples.py",
        "benchmarks/core_probes/retrieval.py",
        "benchmarks/core_tasks/splits.py",
        "benchmarks/long_context.py",
        "benchmarks/world_lines.py",
        "apps/commands/train.py",
        "apps/medical/records/studies.py",
    }
    making = (
        "core_model/training/mixture/",
        "core_model/training/two_hops.py",
        "apps/finance/adapter/",
        "apps/medical/adapter/",
    )
    naming = {
        name
        for name, tree in modules("apps", "core_model", "benchmarks", "ui")
        if "test" in constants(tree) and not (name.startswith(making) and compared(tree, "test"))
    }
    assert naming == known


def test_every_loader_of_fields_and_of_filings_is_told_its_splits() -> None:
    """Speed and exactness of reading facts, which follows specifications, are measured on all reports."""
    exact = {
        "benchmarks/filing_facts.py",
        "tests/apps/finance/filings/test_sec_transforms.py",
        "tests/apps/finance/filings/test_real_filing.py",
    }
    without: set[str] = set()
    for name, tree in modules("apps", "core_model", "benchmarks", "ui", "tests"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            keywords = {keyword.arg for keyword in node.keywords}
            if called(node) == "load_fields" and "splits" not in keywords and not name.startswith("tests/"):
                without.add(name)
            of_shared = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "shared_data"
            if called(node) == "filings" and of_shared and not node.args and "split" not in keywords:
                without.add(name)
    assert without == exact


def test_the_closed_scans_are_named_by_one_benchmark_alone() -> None:
    assert ct_read.SCANS == CLOSED_SCANS
    assert [split_of(scan) for scan in CLOSED_SCANS] == ["test", "test"]
    naming = {
        name
        for name, tree in modules("apps", "core_model", "benchmarks", "ui")
        if any(scan in text for text in constants(tree) for scan in CLOSED_SCANS)
    }
    assert naming == {"benchmarks/ct_read.py"}


def test_backgrounds_are_of_no_test_patient() -> None:
    assert len(listed()) >= 2
    assert [name for name in listed() if split_of(name) == "test"] == []


@pytest.fixture
def filings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Reports of ten companies; those of test companies are folders, so that opening one fails."""
    tickers = ["KO", "PG", "GME", "V", "ADBE", "HD", "BA", *sorted(ALWAYS_TEST_TICKERS)[:3]]
    for ticker in tickers:
        path = tmp_path / "filings" / "10-K" / ticker / "1.html"
        path.parent.mkdir(parents=True)
        if split_of_ticker(ticker) == "test":
            path.mkdir()
            continue
        path.write_text(
            f"<html xmlns:ix='i' xmlns:x='x'><x:context id='c'/><table><tr><td>Revenue of {ticker}</td><td>"
            "<ix:nonFraction name='us-gaap:Revenues' contextRef='c'>1</ix:nonFraction></td></tr></table></html>"
        )
    monkeypatch.setattr(shared_data, "folder", lambda name: tmp_path)
    return [ticker for ticker in tickers if split_of_ticker(ticker) != "test"]


def test_vocabulary_and_distillation_read_no_report_of_a_test_or_validation_company(
    filings: list[str], tmp_path: Path
) -> None:
    lines = [line for document in company_corpus.filing_documents(tmp_path / "filings") for line in document]
    train = [ticker for ticker in filings if split_of_ticker(ticker) == "train"]
    assert sorted(lines) == sorted(f"Revenue of {ticker} | 1" for ticker in train)


def test_concepts_are_learned_and_judged_without_a_test_company(
    filings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concepts, "MIN_COMPANIES", 1)
    concepts.captions.cache_clear()
    try:
        assert sorted(concepts.captions().companies) == sorted(filings)
    finally:
        concepts.captions.cache_clear()


def test_no_context_or_question_of_a_test_table_is_indexed_or_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contexts = [
        {
            "table": {"uid": uid, "table": [["", f"row of {split}"]]},
            "paragraphs": [{"order": 1, "text": f"paragraph of {split}"}],
            "questions": [{"question": f"question of {split}"}],
        }
        for split in SPLITS
        for uid in identities(split, 3)
    ]
    file = tmp_path / "tatqa.json"
    file.write_text(json.dumps(contexts))
    monkeypatch.setattr(shared_data, "file", lambda name: file)
    retrieval.tatqa.cache_clear()
    try:
        uids, texts, questions = retrieval.tatqa()
    finally:
        retrieval.tatqa.cache_clear()
    assert {split_of(uid) for uid in uids} == TUNED_ON
    assert {question for _, question in questions} == {"question of validation"}
    assert not [text for text in texts if "of test" in text]


def test_the_gold_that_rules_are_built_with_holds_no_test_company() -> None:
    entries = json.loads(statements_first.GOLD.read_text(encoding="utf8")).values()
    ticker_of = {entry["accession"]: entry["ticker"] for entry in entries}
    compared = {ticker_of[accession] for accession in statements_first.gold()}
    assert {split_of_ticker(ticker) for ticker in compared} <= TUNED_ON
    assert len(statements_first.gold()) == 6
    assert sum(split_of_ticker(ticker) == "test" for ticker in ticker_of.values()) == 12


@pytest.mark.slow
@pytest.mark.shared_data
def test_the_text_that_the_shipped_core_was_made_from_is_that_of_training_identities(tmp_path: Path) -> None:
    """Its card names the corpus by its hash: the readers above, on the real data, give the same bytes."""
    needs.shared_data()
    card = json.loads((REPOSITORY / "core_model" / "weights" / "core.json").read_text(encoding="utf8"))
    records = next(shared_data.folder("medical/synthea_fhir_r4").rglob("*.json")).parent
    tables = [shared_data.file(f"finance/cn_a_share_{name}.parquet") for name in ("income", "cash_flow", "balance")]
    company = [
        *company_corpus.filing_documents(shared_data.folder("finance/us_filings_ixbrl") / "filings"),
        *company_corpus.tatqa_documents(shared_data.file("finance/tatqa_dataset_dev.json")),
        *company_corpus.a_share_documents(tables),
    ]
    files = [tmp_path / "companies.txt", tmp_path / "records.txt"]
    for documents, file in zip((company, record_corpus.record_documents(records)), files, strict=True):
        text_corpus.write(documents, file)
    text_corpus.write((document for file in files for document in text_corpus.read(file)), tmp_path / "corpus.txt")
    assert hashlib.sha256((tmp_path / "corpus.txt").read_bytes()).hexdigest() == card["corpus_sha256"]
