"""Nothing of a test or validation company enters the text that the vocabulary is counted on and experts learn from."""

import json
from pathlib import Path

import pandas

from apps.finance import corpus
from core_model.training.splits import split_of, split_of_ticker


def identities(split: str, count: int = 2) -> list[str]:
    return [name for name in (f"identity-{k}" for k in range(200)) if split_of(name) == split][:count]


def test_only_training_companies_tables_and_stocks_are_read(tmp_path: Path) -> None:
    splits = ("train", "validation", "test")
    for ticker in ("KO", "PG", "AXP", "GME", "PEP", "V", "BA"):
        folder = tmp_path / "filings" / "10-K" / ticker
        folder.mkdir(parents=True)
        (folder / "1.html").write_text(f"<p>filing of {split_of_ticker(ticker)} {ticker}</p>")
    contexts = [
        {
            "table": {"uid": uid, "table": [["", f"row of {split}"]]},
            "paragraphs": [{"order": 1, "text": f"paragraph of {split}"}],
            "questions": [{"question": f"question of {split}"}],
        }
        for split in splits
        for uid in identities(split)
    ]
    tatqa = tmp_path / "tatqa.json"
    tatqa.write_text(json.dumps(contexts))
    codes = [code for split in splits for code in identities(split)]
    table = pandas.DataFrame(
        {"证券代码": codes, "证券简称": [f"of {split_of(c)}" for c in codes], "年份": 2020, "营业收入": 1e8}
    )
    stocks = tmp_path / "income.parquet"
    table.to_parquet(stocks)
    documents = [
        *corpus.filing_documents(tmp_path / "filings"),
        *corpus.tatqa_documents(tatqa),
        *corpus.a_share_documents([stocks]),
    ]
    lines = [line for document in documents for line in document]
    assert not [line for line in lines if "of validation" in line or "of test" in line]
    for kind in ("filing of train", "row of train", "paragraph of train", "question of train", "of train2020年"):
        assert any(kind in line for line in lines), kind
    assert "营业收入" in lines


def test_blocks_are_paragraphs_and_rows_without_hidden_parts() -> None:
    page = (
        b"<html><body><ix:header><p>hidden</p></ix:header><style>x</style><p>One <b>two</b>\n three</p>"
        b"<table><tr><td>Net <i>income</i></td><td></td><td><div>5</div></td></tr></table>after<script>no</script>"
        b"</body></html>"
    )
    assert list(corpus.text_blocks(page)) == ["One two three", "Net income | 5", "after"]
