"""A corpus file: what is written is read again, lines repeat three times at most, and samples of it are repeatable."""

from pathlib import Path

from core_model.inputs.text import TextTokenizer
from core_model.training import corpus
from core_model.training.sample import sample_rows
from tests.core_model.test_core import small_tokenizer


def test_a_corpus_keeps_a_repeated_line_three_times_and_samples_are_repeatable(tmp_path: Path) -> None:
    file = tmp_path / "corpus.txt"
    assert corpus.write([["net income | 5"]] * 5 + [["净利润"]], file) == 4
    tokenizer = TextTokenizer(small_tokenizer())
    rows = sample_rows(file, tokenizer, 300, seed=1)
    assert rows == sample_rows(file, tokenizer, 300, seed=1) != sample_rows(file, tokenizer, 300, seed=2)
    assert all(row[0] == 0 and row[-1] == 2 for row in rows)
    assert sum(map(len, rows)) >= 300


def test_joined_files_are_the_file_that_all_their_documents_together_make(tmp_path: Path) -> None:
    companies = [["a", "b", "a"], [], ["b", "a\u2028c\x85d"], ["a", "b", "b"]]
    records = [["b", "z"], ["a", "z", "z"], ["z"]]
    corpus.write([*companies, *records], tmp_path / "whole")
    files = [tmp_path / "companies", tmp_path / "records"]
    for documents, file in zip((companies, records), files, strict=True):
        corpus.write(documents, file)
    corpus.write((document for file in files for document in corpus.read(file)), tmp_path / "joined")
    assert (tmp_path / "joined").read_bytes() == (tmp_path / "whole").read_bytes()
    assert list(corpus.read(files[0])) == [["a", "b", "a"], [], ["b", "a\u2028c\x85d"], ["a", "b"]]
