"""Finance examples: an example report says what its maker knows; splits, missing amounts and near-duplicates hold."""

import json
import re
import tarfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from apps.demo.report import ReportTruth, make_example_report
from apps.finance.adapter.examples import FILING_KINDS, build, filing_rows
from apps.finance.adapter.filing_examples import FilingExamples, examples_of
from apps.finance.adapter.message_examples import cleaned, distinct
from apps.finance.adapter.question_examples import question_rows
from apps.finance.adapter.share_examples import fact_rows, sentence_rows, years_of
from core_model.errors import InputRejected
from core_model.training.mixture.cards import cards_in
from core_model.training.mixture.files import check_row
from core_model.training.mixture.reading import open_source
from core_model.training.splits import split_of, split_of_ticker
from tests import needs


def identities(split: str, count: int) -> list[str]:
    return [each for each in (f"{k:06d}" for k in range(1000)) if split_of(each) == split][:count]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[ReportTruth, FilingExamples]:
    path = tmp_path_factory.mktemp("report") / "report.html"
    truth = make_example_report(path, 1)
    return truth, examples_of(path.read_bytes())


def test_captions_are_paired_with_their_concepts_words_under_their_section(made) -> None:
    pairs = {(row["query"], row["passage"]) for row in made[1].captions}
    assert ("Total current assets", "assets current") in pairs
    assert ("Inventories", "inventory net") in pairs
    assert ("Current assets: Inventories", "inventory net") in pairs
    assert ("Operating expenses: Inventories", "inventory net") not in pairs
    labels = {row["text"]: row["label"] for row in made[1].concepts}
    assert labels["Current assets: Inventories"] == "InventoryNet"


def test_facts_of_a_table_have_the_years_value_its_total_and_the_year_before(made) -> None:
    truth, examples = made
    year = truth.fiscal_year
    entries = [fact for row in examples.facts for fact in row["facts"]]
    for line, names in (
        ("inventory", ("inventory net", "Current assets: Inventories")),
        ("operating_income", ("operating income loss", "Operating income")),
    ):
        found = [fact for fact in entries if fact["name"] in names and fact["year"] == 0]
        assert found, line
        assert found[0]["value"] == float(truth.lines[line][year])
        assert found[0]["prior"] == float(truth.lines[line][year - 1])
        assert found[0]["unit"] == "money"
    assets = float(truth.lines["total_assets"][year])
    assert {fact["total"] for fact in entries if fact["name"] in ("inventory net", "Current assets: Inventories")} == {
        assets
    }
    shares = [fact for fact in entries if fact["unit"] == "per_share"]
    assert {fact["total"] for fact in shares} == {None}
    assert float(truth.lines["eps_basic"][year]) in {fact["value"] for fact in shares}


def test_sentences_hold_the_number_that_their_facts_state(made) -> None:
    truth, examples = made
    revenue = float(truth.lines["revenue"][truth.fiscal_year])
    stated = [
        row
        for row in examples.mentions
        if any(fact["value"] == pytest.approx(revenue, rel=0.02) for fact in row["facts"])
    ]
    assert any(re.search(rf"\${revenue / 1e9:.1f} billion", row["text"]) for row in stated)
    queries = {row["passage"]: row["query"] for row in examples.sentences}
    assert any("revenue" in queries.get(row["text"], "") for row in stated)
    assert any(
        row["query"] == "revenue recognition" and row["passage"].startswith("Revenue is recognized")
        for row in examples.notes
    )


def test_every_row_is_of_its_kind(made) -> None:
    for part, kind in FILING_KINDS.items():
        rows = getattr(made[1], part)
        assert rows, part
        for row in rows:
            check_row(part, kind, {**row, "identity": "KO"})


def test_a_concept_is_a_label_where_three_training_companies_have_it() -> None:
    one, two = (FilingExamples(concepts=[{"text": "Cash", "label": label}]) for label in ("Cash", "Rare"))
    train = [each for each in ("KO", "PG", "GME", "V", "MMM", "GE", "T") if split_of_ticker(each) == "train"]
    rows = filing_rows([(ticker, one) for ticker in train[:3]] + [(ticker, two) for ticker in train[:2]])
    assert {row["label"] for row in rows["concepts"]} == {"Cash"}
    assert [row["identity"] for row in rows["concepts"]] == train[:3]


def test_reports_come_from_folders_and_archives_and_no_test_company_is_opened(tmp_path: Path) -> None:
    make_example_report(tmp_path / "report.html", 1)
    page = (tmp_path / "report.html").read_bytes()
    data = tmp_path / "data"
    for ticker, content in (("KO", page), ("AXP", b"never parsed")):
        (data / "filings" / "10-K" / ticker).mkdir(parents=True)
        (data / "filings" / "10-K" / ticker / "1.html").write_bytes(content)
    with tarfile.open(data / "more.tar.xz", "w:xz") as packed:
        for ticker, source in (("PG", tmp_path / "report.html"), ("JNJ", data / "filings/10-K/AXP/1.html")):
            packed.add(source, f"filings/10-Q/{ticker}/2.html")
    assert split_of_ticker("PG") == split_of_ticker("KO") == "train"
    build(data, tmp_path / "out")
    cards = cards_in(tmp_path / "out")
    assert {f"filings_{part}" for part in FILING_KINDS} - {"filings_concepts"} == set(cards)
    captions = open_source(tmp_path / "out", cards["filings_captions"])
    assert {captions.row("train", k)["identity"] for k in range(captions.count("train"))} == {"KO", "PG"}
    assert cards["filings_facts"].domain == "finance"
    assert str(tmp_path) not in json.dumps(cards["filings_facts"].as_dict())


def test_a_folder_without_anything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRejected) as refused:
        build(tmp_path, tmp_path / "out")
    assert refused.value.code == "no_finance_examples"


def test_a_companys_year_joins_its_tables_and_minus_one_is_missing(tmp_path: Path) -> None:
    train, test = identities("train", 1)[0], identities("test", 1)[0]
    keys = {"证券代码": [train, train, test], "证券简称": ["甲", "甲", "乙"], "年份": [2020, 2021, 2021]}
    income = {**keys, "营业收入": [90.0, 100.0, 1.0], "利息支出": [-1.0, 7.0, 1.0], "基本每股收益": [0.5, -1.0, 1.0]}
    balance = {
        **keys,
        "流动资产合计": [30.0, 40.0, 1.0],
        "非流动资产合计": [5.0, 60.0, 1.0],
        "流动负债合计": [-1.0, 20.0, 1.0],
    }
    for name, table in (("income", income), ("balance", balance)):
        pq.write_table(pa.table(table), tmp_path / f"cn_a_share_{name}.parquet")
    years = years_of(sorted(tmp_path.glob("*.parquet")))
    assert {code for code, _ in years} == {train}
    rows = {row["targets"]["fiscal_year"]: row for row in fact_rows(years)}
    assert list(rows) == [2021]
    facts = {fact["name"]: fact for fact in rows[2021]["facts"]}
    assert set(facts) == {"营业收入", "利息支出", "基本每股收益", "流动资产合计", "非流动资产合计", "流动负债合计"}
    assert facts["营业收入"] == {
        "name": "营业收入",
        "value": 100.0,
        "unit": "money",
        "year": 0.0,
        "total": 100.0,
        "prior": 90.0,
    }
    assert (facts["利息支出"]["value"], facts["利息支出"]["prior"]) == (7.0, None)
    assert (facts["基本每股收益"]["value"], facts["基本每股收益"]["unit"], facts["基本每股收益"]["prior"]) == (
        None,
        "per_share",
        0.5,
    )
    assert (facts["流动负债合计"]["total"], facts["流动负债合计"]["prior"]) == (100.0, None)
    texts = [row["text"] for row in sentence_rows(years)]
    assert len(texts) == 1
    assert texts[0].startswith("甲2021年年度报告：")
    assert "-1" not in texts[0]


def test_a_messages_identity_is_its_words_and_near_duplicates_are_dropped() -> None:
    assert cleaned("$AAPL Beats, again! https://t.co/x1 #earnings") == "beats again earnings"
    said = "shares of the company rise after strong results and a raised outlook today"
    base = next(text for k in range(100) if split_of(text := f"{said} v{k}") == "train")
    number = next(k for k in range(100) if split_of(f"{base} w{k}") == "test")
    texts = [
        base,
        f"$KO {base}!! https://t.co/abc",
        "something else entirely about oil",
        f"{base} w{number}",
        "something else entirely about oil prices falling sharply",
    ]
    assert distinct(texts) == [2, 3, 4]
    assert distinct(texts[:3]) == [0, 2]


def test_questions_are_of_training_contexts_alone(tmp_path: Path) -> None:
    contexts = [
        {
            "table": {"uid": uid, "table": [["", "2021"], ["Net&nbsp;income", "5"]]},
            "paragraphs": [{"order": 2, "text": "second"}, {"order": 1, "text": f"first of {split}"}],
            "questions": [{"question": "How much?"}],
        }
        for split in ("train", "validation", "test")
        for uid in identities(split, 2)
    ]
    (tmp_path / "tatqa.json").write_text(json.dumps(contexts))
    rows = list(question_rows(tmp_path / "tatqa.json"))
    assert [row["identity"] for row in rows] == identities("train", 2)
    assert rows[0]["passage"] == "first of train\nsecond\n2021\nNet\xa0income | 5"


def test_real_messages_lose_the_near_duplicates_that_are_known() -> None:
    from apps.finance.adapter.message_examples import messages

    file = needs.shared_data() / "finance" / "financial_tweets_sentiment_train.csv"
    texts = [text for text, _ in messages(file)]
    kept = distinct(texts)
    assert len(texts) == 11_211
    assert len(texts) - len(kept) >= 129
    assert len({cleaned(texts[place]) for place in kept}) == len(kept)
