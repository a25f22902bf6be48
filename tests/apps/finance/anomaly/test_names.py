"""What amounts are called: by captions cut to what they name, else by their concepts."""

import pytest

from apps.finance.anomaly.names import (
    axis_name,
    concept_name,
    member_name,
    name_of,
    on_day,
    short,
    tells_day,
)
from apps.messages import said
from core_model.errors import Message

EPS = "us-gaap:EarningsPerShareDiluted"


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("Cash and cash equivalents at beginning of year", "Cash and cash equivalents"),
        ("Cash and cash equivalents, end of period", "Cash and cash equivalents"),
        ("Beginning of year", ""),
        ("Balance at end of period", ""),
        ("Basic", ""),
        ("Trade accounts receivable, less allowances of $502 and $516, respectively", "Trade accounts receivable"),
        ("Common stock, $0.25 par value; authorized — 11,200 shares; issued — 7,040 shares", "Common stock"),
        (
            "Net increase (decrease) in cash, cash equivalents, restricted cash and restricted cash equivalents",
            "Net increase (decrease) in cash, cash equivalents, restricted cash and restricted cash equivalents",
        ),
        ("Property, plant and equipment — net", "Property, plant and equipment — net"),
    ],
)
def test_a_caption_is_cut_to_what_it_names(caption, name):
    assert short(caption) == name


def test_a_caption_that_says_nothing_of_shares_does_not_name_earnings_per_share():
    for caption in (
        "Net income of the parent",
        "Net income attributable to common shareowners",
        "Net income attributable to common stockholders",
        "Net income available to common share-holders",
        "归属于母公司普通股股东的净利润",
        "归属于股东的净利润",
        "Diluted",
    ):
        assert name_of(EPS, caption) == concept_name(EPS)
    for caption in ("Net income per share attributable to common stockholders", "Diluted EPS", "每股收益", "Per share"):
        assert name_of(EPS, caption) == Message("name_caption", {"text": caption})
    assert name_of("us-gaap:AssetsCurrent", "") == concept_name("us-gaap:AssetsCurrent")
    assert name_of("us-gaap:AssetsCurrent", "Total Current Assets").values == {"text": "Total Current Assets"}


@pytest.mark.parametrize(
    ("name", "english", "chinese"),
    [
        (name_of("us-gaap:Assets", "Total assets"), "Total assets", "“Total assets”"),
        (concept_name(EPS), "diluted earnings per share", "稀释每股收益"),
        (concept_name("ifrs-full:BasicEarningsLossPerShare"), "basic earnings loss per share", "基本每股收益"),
        (concept_name("us-gaap:InventoryRawMaterials"), "raw materials", "原材料"),
        (concept_name("acme:WidgetsSold"), "widgets sold", "“widgets sold”"),
        (concept_name("acme:总资产"), "总资产", "“总资产”"),
        (member_name("us-gaap:RetainedEarningsMember"), "retained earnings", "留存收益"),
        (member_name("us-gaap:ParentMember"), "equity of the parent", "归属于母公司的权益"),
        (
            member_name("us-gaap:AOCIAttributableToParentMember"),
            "accumulated other comprehensive income",
            "累计其他综合收益",
        ),
        (member_name("acme:NorthMember"), "north", "“north”"),
        (member_name("country:US"), "US", "美国"),
        (axis_name("us-gaap:StatementBusinessSegmentsAxis"), "segment", "分部"),
        (axis_name("acme:BrandAxis"), "brand", "“brand”"),
        (on_day(concept_name("us-gaap:Goodwill"), "2024-12-31"), "goodwill on 2024-12-31", "商誉（2024-12-31）"),
    ],
)
def test_a_name_is_said_in_both_languages(name, english, chinese):
    assert (said(name), said(name, "zh")) == (english, chinese)


def test_a_name_that_says_its_day_needs_no_other_date():
    cash = name_of("us-gaap:Cash", "Cash")
    assert not tells_day(cash, "2024-12-31")
    assert tells_day(on_day(cash, "2024-12-31"), "2024-12-31")
    assert not tells_day(on_day(cash, "2023-12-31"), "2024-12-31")
    assert tells_day(name_of("us-gaap:Cash", "Cash at 2024-12-31"), "2024-12-31")
    assert not tells_day(concept_name("us-gaap:Cash"), "2024-12-31")
