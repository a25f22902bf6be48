"""Bilingual captions: translations are read from wheels, and nothing of the lists kept for tests is among them."""

import gettext
import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core_model.errors import InputRejected
from core_model.training.mixture import bilingual
from core_model.training.mixture.bilingual import build, kept_out, key_of
from core_model.training.mixture.cards import cards_in
from core_model.training.mixture.catalogues import Translation, read_wheel, translations_of, words_of
from core_model.training.mixture.reading import open_source
from core_model.training.mixture.taught import captions_of, pack
from core_model.training.splits import split_of
from tests import needs

LISTS = [Path(__file__).resolve().parents[4] / "benchmarks" / f"captions_en_zh{part}.tsv" for part in ("", "_second")]
CATALOGUE = r"""
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\n"

#. a remark
msgctxt "field"
msgid "Journal "
"entries"
msgstr "会计"
"分录"

#, fuzzy
msgid "Draft"
msgstr "过账"

#~ msgid "Old"
#~ msgstr "旧的"

msgid "%(count)s row"
msgid_plural "%(count)s rows"
msgstr[0] "%(count)s行"

msgid "Inventories"
msgstr "库存"

msgid "Untranslated"
msgstr ""
"""
CODE = """
class BalanceSheet:
    #: 在建的船舶
    ships_under_construction = Column(Float)
    oth_receiv = Column("oth_receiv", Float, comment="其他应收的款")
    title = Column(comment="一")

table = {
    "017存货": "inventory",
    '035某种商誉': 'shipsConstruction',
    "SHIP_ENTRIES": "船舶分录",
}
names = [{"title": "甲"}, {"title": "乙"}, {"title": "丙"}, {"title": "丁"}]
"""


def compiled(pairs: dict[str, str]) -> bytes:
    """A catalogue as msgfmt writes it."""
    ids = [key.encode() for key in sorted(pairs)]
    texts = [pairs[key.decode()].encode() for key in ids]
    start = 28 + 16 * len(ids)
    tables, body = [b"", b""], b""
    for number, column in enumerate((ids, texts)):
        for text in column:
            tables[number] += struct.pack("<II", len(text), start + len(body))
            body += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(ids), 28, 28 + 8 * len(ids), 0, 0)
    return head + tables[0] + tables[1] + body


def wheel(folder: Path, name: str, licence: str, files: dict[str, str | bytes]) -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(
            f"{name}-1.0.dist-info/METADATA", f"Name: {name}\nVersion: 1.0\nLicense-Expression: {licence}\n"
        )
        for file, content in files.items():
            packed.writestr(file, content)
    return path


def test_catalogues_and_names_of_columns_are_read_and_traditional_chinese_is_not(tmp_path: Path) -> None:
    made = compiled({"": "Content-Type: text/plain; charset=utf-8\n", "Ledger": "总账", "menu\x04Post": "过账"})
    assert gettext.GNUTranslations(io.BytesIO(made)).gettext("Ledger") == "总账"
    path = wheel(
        tmp_path,
        "made",
        "MIT",
        {
            "made/locale/zh_CN.po": CATALOGUE,
            "made/locale/zh_Hans/LC_MESSAGES/django.mo": made,
            "made/locale/zh_TW/LC_MESSAGES/django.po": CATALOGUE.replace("会计", "會計"),
            "made/locale/fr/LC_MESSAGES/django.po": CATALOGUE.replace("会计", "法语"),
            "made/finance.py": CODE,
        },
    )
    assert (read_wheel(path).name, read_wheel(path).licence) == ("made", "MIT")
    found = {(each.english, each.chinese) for each in translations_of(read_wheel(path)) if not each.from_code}
    assert found == {
        ("Journal entries", "会计分录"),
        ("%(count)s row", "%(count)s行"),
        ("Inventories", "库存"),
        ("Ledger", "总账"),
        ("Post", "过账"),
    }
    code = {(each.english, each.chinese) for each in translations_of(read_wheel(path)) if each.from_code}
    assert {
        ("ships under construction", "在建的船舶"),
        ("oth receiv", "其他应收的款"),
        ("inventory", "存货"),
        ("ships construction", "某种商誉"),
        ("SHIP ENTRIES", "船舶分录"),
    } <= code
    assert words_of("totalLiquidAssets") == words_of("total_liquid_assets") == "total liquid assets"


def test_no_text_that_is_kept_for_tests_comes_in_whatever_its_dress(tmp_path: Path) -> None:
    listed = tmp_path / "list.tsv"
    listed.write_text("english\tchinese\nTrade payables\t应付账款\n", encoding="utf8")
    pq.write_table(pa.table({"归属母公司所有者净利润": [1.0]}), tmp_path / "lines.parquet")
    out = kept_out([listed, tmp_path / "lines.parquet"])
    for text in (
        "应付账款",
        " 应付账款 ",
        "其中：应付账款",
        "应付账款（元）",
        "一、应付 账款",
        "TRADE  payables:",
        "减：应付的账款",
        "归属母公司所有者的净利润",
    ):
        assert key_of(text) in out, text
    for text in ("应付票据", "Trade receivables", "账款"):
        assert key_of(text) not in out
    entries = "\n\n".join(
        f'msgid "{english}"\nmsgstr "{chinese}"'
        for english, chinese in [
            ("Payables", "应付账款:"),
            ("trade payables", "贸易应付款"),
            ("Notes payable", "应付票据"),
            ("Row", "行"),
            ("Ledger account", "总账科目"),
        ]
    )
    free = wheel(tmp_path / "wheels", "free", "MIT", {"free/zh_CN.po": entries, "free/code.py": CODE})
    other = wheel(tmp_path / "wheels", "other", "GPL-3.0-or-later", {"other/zh_CN.po": CATALOGUE})
    build([free, other], [listed, tmp_path / "lines.parquet"], tmp_path / "out")
    cards = cards_in(tmp_path / "out")
    assert set(cards) == {"bilingual", "bilingual_copyleft"}
    rows = []
    for name, card in cards.items():
        source = open_source(tmp_path / "out", card)
        rows += [(name, source.row(split, k)) for split in ("train", "validation") for k in range(source.count(split))]
    assert all(row["passage_kind"] == "query" for _, row in rows)
    pairs = {(name, row["query"], row["passage"]) for name, row in rows}
    assert not [pair for pair in pairs if {key_of(pair[1]), key_of(pair[2])} & out]
    expected = {
        ("bilingual", "Notes payable", "应付票据"),
        ("bilingual", "Ledger account", "总账科目"),
        ("bilingual_copyleft", "Journal entries", "会计分录"),
    }
    assert {each for each in expected if split_of(f"caption: {each[1].lower()}") != "test"} <= pairs
    assert not any(english in ("title", "oth receiv") for _, english, _ in pairs)
    assert not any("%" in english for _, english, _ in pairs)
    assert cards["bilingual_copyleft"].details["packages"] == [
        {"name": "other", "version": "1.0", "licence": "GPL-3.0-or-later"}
    ]


def test_the_written_lists_and_the_line_names_of_the_statements_are_kept_out_of_every_pair_of_cldr() -> None:
    out = kept_out(LISTS)
    assert len(out) > 500
    assert {key_of("营业收入"), key_of("Clearing settlement funds"), key_of("结算备付金")} <= out
    made = [Translation("Revenue", "收入", False), Translation("Sales", "营业收入", False), *bilingual.cldr()]
    rows = list(bilingual.pair_rows([made], out, frozenset(), set()))
    assert len(rows) > 500
    assert not [row for row in rows if {key_of(row["query"]), key_of(row["passage"])} & out]


def test_the_line_names_of_the_shared_statements_are_all_kept_out() -> None:
    tables = sorted((needs.shared_data() / "finance").glob("cn_a_share_*.parquet"))
    out = kept_out([*LISTS, *tables])
    for table in tables:
        assert {key_of(name) for name in pq.read_schema(table).names} <= out


def test_a_list_of_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("a")
    with pytest.raises(InputRejected) as refused:
        kept_out([tmp_path / "list.txt"])
    assert refused.value.code == "caption_list_unknown"


def test_taught_captions_are_of_both_languages_without_the_lists_and_keep_their_vectors(tmp_path: Path) -> None:
    listed = tmp_path / "list.tsv"
    listed.write_text("存货\tinventory\n", encoding="utf8")
    free = wheel(tmp_path / "wheels", "free", "MIT", {"free/zh_CN.po": CATALOGUE, "free/code.py": CODE})
    build([free], [listed], tmp_path / "out")
    found = captions_of(tmp_path / "out", [free], [listed])
    assert found == captions_of(tmp_path / "out", [free], [listed])
    texts = dict(found)
    assert "存货" not in texts
    assert "船舶分录" in texts or split_of("caption: 船舶分录") == "test"
    assert set(texts.values()) == {"en", "zh"}
    assert not [text for text in texts if split_of(f"caption: {text.lower()}") == "test"]
    file = tmp_path / "captions.tsv"
    file.write_text("".join(f"{text}\t{language}\n" for text, language in found), encoding="utf8")
    np.save(tmp_path / "vectors.npy", np.eye(len(found), 8, dtype=np.float16))
    pack(file, tmp_path / "vectors.npy", tmp_path / "out")
    card = cards_in(tmp_path / "out")["taught"]
    assert sum(card.details["languages"].values()) == len(found)
    first = open_source(tmp_path / "out", card).row("train", 0)
    place = [text for text, _ in found].index(first["columns"]["text"][0])
    np.testing.assert_array_equal(first["arrays"]["vectors"][0], np.eye(len(found), 8)[place])
    np.save(tmp_path / "vectors.npy", np.eye(len(found) - 1, 8, dtype=np.float16))
    with pytest.raises(InputRejected) as refused:
        pack(file, tmp_path / "vectors.npy", tmp_path / "out")
    assert refused.value.code == "taught_vectors_unfit"
