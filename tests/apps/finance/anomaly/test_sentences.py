"""What verdicts and anomalies say: codes with exact values, and words in both languages."""

import json
import re
from decimal import Decimal

import pytest

from apps.documents import to_json
from apps.finance.anomaly.checking import all_checks
from apps.finance.anomaly.model import CheckResult
from apps.messages import said
from core_model.errors import Message
from tests.apps.finance.anomaly.books import Books, day, small_company, told, year

NET_INCOME = "NetIncomeLoss|2024-01-01|2024-12-31"
QUOTED = re.compile("“[^“”]*”")
UNITS = {"USD"}
"""Latin words of Chinese sentences besides what the report itself prints."""


def caption(text: str) -> dict:
    return {"code": "name_caption", "values": {"text": text}}


def millions(amount: str) -> dict:
    return {"code": "amount_money_millions", "values": {"amount": amount, "unit": "USD"}}


def in_millions(amount: str) -> dict:
    return {"code": "number_millions", "values": {"amount": amount}}


def results(books: Books, check_id: str) -> list[CheckResult]:
    return [result for result in books.check()[0] if result.check_id == check_id]


def test_every_check_has_a_title_in_both_languages():
    english = {check.check_id: said(Message(f"check_title_{check.check_id}")) for check in all_checks()}
    chinese = {check.check_id: said(Message(f"check_title_{check.check_id}"), "zh") for check in all_checks()}
    assert english["balance_equality"] == "Total assets equal total liabilities and equity"
    assert chinese["balance_equality"] == "资产总计等于负债和所有者权益总计"
    assert not [text for text in (*english.values(), *chinese.values()) if "check_title" in text]
    assert not [text for text in chinese.values() if re.search("[A-Za-z]", text)]
    assert len(set(english.values())) == len(set(chinese.values())) == len(english)
    assert said(results(small_company(), "balance_equality")[0].title, "zh") == chinese["balance_equality"]


def test_a_sum_that_holds_and_one_that_does_not_are_told_apart():
    books = small_company()
    for row in books.rows["balance"]:
        if row.concept == "us-gaap:Assets":
            row.label = "Total assets"
    held = results(books, "balance_equality")[0]
    assert held.reason == Message(
        "identity_holds",
        {
            "name": caption("Total assets"),
            "stated": millions("1200000000"),
            "what": {"code": "what_total_liabilities_and_equity", "values": {}},
            "sum": {
                "code": "sum",
                "values": {
                    "terms": [
                        {
                            "code": "sum_of",
                            "values": {
                                "number": in_millions("1200000000"),
                                "name": caption("LiabilitiesAndStockholdersEquity"),
                            },
                        }
                    ]
                },
            },
        },
    )
    assert held.observed is None
    assert told(held) == (
        "Total assets of 1,200 million USD are the same as total liabilities and equity: 1,200 "
        "(LiabilitiesAndStockholdersEquity)."
    )
    assert told(held, "zh") == (
        "“Total assets”为 1,200 百万美元，等于负债和所有者权益总计：1,200（“LiabilitiesAndStockholdersEquity”）。"
    )
    failed = results(books.add("Assets||2024-12-31", 50_000_000), "balance_equality")[0]
    assert failed.reason.code == "identity_fails"
    assert failed.reason.values["difference"] == millions("50000000")
    assert failed.reason.values["rounding"] == {
        "code": "rounding_explains",
        "values": {"most": in_millions("1000000")},
    }
    assert told(failed) == (
        "Total assets on 2024-12-31 are 1,250 million USD, but should be the same as total liabilities and equity: "
        "1,200 (LiabilitiesAndStockholdersEquity). The difference is 50 million USD; rounding explains at most 1."
    )
    assert told(failed, "zh") == (
        "“Total assets”（2024-12-31）为 1,250 百万美元，但应等于负债和所有者权益总计：1,200"
        "（“LiabilitiesAndStockholdersEquity”）。差额为 50 百万美元，四舍五入至多可解释 1。"
    )


def test_a_sum_has_its_terms_with_their_signs_and_what_they_make():
    books = small_company().add("GrossProfit|2024-01-01|2024-12-31", 25_000_000)
    (failed,) = [r for r in results(books, "gross_profit") if r.verdict == "fails"]
    terms = failed.reason.values["sum"]["values"]["terms"]
    assert failed.reason.values["sum"]["code"] == "sum_makes"
    assert [term["code"] for term in terms] == ["sum_of", "sum_minus"]
    assert told(failed) == (
        "Us-gaap:GrossProfit for the year to 2024-12-31 is 425 million USD, but should be revenue less cost of "
        "revenue: 1,000 (us-gaap:Revenues) - 600 (us-gaap:CostOfRevenue) = 400. The difference is 25 million USD; "
        "rounding explains at most 1.5."
    )
    assert told(failed, "zh") == (
        "“us-gaap:GrossProfit”（截至 2024-12-31 的年度）为 425 百万美元，但应等于营业收入减营业成本：1,000"
        "（“us-gaap:Revenues”）- 600（“us-gaap:CostOfRevenue”）= 400。差额为 25 百万美元，四舍五入至多可解释 1.5。"
    )


def test_a_sum_of_very_many_rows_is_said_whole():
    books = Books()
    names = [f"ExpenseOfSomeDepartmentNumber{k:03}" for k in range(150)]
    for name in names:
        books.print_row("cash_flow", name, books.both(name, 2, 1, instant=False, decimals="INF"))
    total = "NetCashProvidedByUsedInOperatingActivities"
    books.print_row("cash_flow", total, books.both(total, 300, 150, instant=False, decimals="INF"), total=True)
    held = results(books, "cash_flow_subtotals")[0]
    for language in ("en", "zh"):
        assert told(held, language).count("ExpenseOfSomeDepartmentNumber") == 150


def test_opening_and_closing_cash_are_told_apart_by_their_days():
    books = small_company()
    ids = ["CashAndCashEquivalentsAtCarryingValue||2023-12-31", "CashAndCashEquivalentsAtCarryingValue||2022-12-31"]
    books.rows["balance"] = [row for row in books.rows["balance"] if "CashAnd" not in row.concept]
    books.print_row("cash_flow", "Cash", ids)
    books.rows["cash_flow"][-1].label = "Cash at beginning of year"
    held = results(books, "cash_roll_forward")[0]
    assert held.reason.values["name"] == {
        "code": "name_on_day",
        "values": {"name": caption("Cash"), "day": "2024-12-31"},
    }
    assert told(held).startswith("Cash on 2024-12-31 of 120 million USD")
    assert "100 (Cash on 2023-12-31) + 20 (" in told(held)
    assert told(held, "zh").startswith("“Cash”（2024-12-31）为 120 百万美元，等于期初现金与现金变动额之和：100（“Cash”")
    failed = results(books.add("CashAndCashEquivalentsAtCarryingValue||2024-12-31", 9_000_000), "cash_roll_forward")[0]
    assert failed.reason.code == "identity_of_day_fails"
    assert told(failed).startswith("Cash on 2024-12-31 is 129 million USD, but should be")


def test_what_is_not_judged_states_the_amounts_and_no_verdict():
    books = small_company()
    for of in (2024, 2023):
        books.put("InventoryRawMaterialsNetOfReserves", 10, day(of))
        books.put("InventoryFinishedGoodsNetOfReserves", 20, day(of))
    found = results(books, "inventory_parts")
    assert {(r.verdict, r.reason.code) for r in found} == {("not_applicable", "not_judged")}
    assert found[0].reason.values["why"]["code"] == "amount_meant_otherwise"
    assert found[0].observed is not None
    assert found[0].reason.values["observed"] == found[0].observed.as_dict()
    assert told(found[0], "zh") == (
        "未作判断：该关系在本报告的任何期间均不成立，其中缺少某项金额，或某项金额在此另有含义。"
        "“InventoryNet”为 150 百万美元，而 10（原材料）+ 20（产成品）= 30。"
    )
    assert told(found[0]) == (
        "Not judged, because it holds in no period of this report: an amount is missing from it, or means something "
        "else here. InventoryNet is 150 million USD, and 10 (raw materials) + 20 (finished goods) = 30."
    )


@pytest.mark.parametrize(
    ("factor", "code", "english", "chinese"),
    [
        (
            -1,
            "repair_by_sign",
            "Accumulated depreciation on 2024-12-31 would fit with the opposite sign, as 300 million USD.",
            "累计折旧（2024-12-31）若正负号相反，即 300 百万美元，则相符。",
        ),
        (
            "0.001",
            "repair_by_larger_scale",
            "Accumulated depreciation on 2024-12-31 would fit as 300 million USD: the tag is 1,000 times too small.",
            "累计折旧（2024-12-31）若为 300 百万美元则相符：标记值仅为应有值的 1,000 分之一。",
        ),
        (
            1000,
            "repair_by_smaller_scale",
            "Accumulated depreciation on 2024-12-31 would fit as 300 million USD: the tag is 1,000 times too large.",
            "累计折旧（2024-12-31）若为 300 百万美元则相符：标记值为应有值的 1,000 倍。",
        ),
    ],
)
def test_a_slip_of_sign_or_scale_is_named_first_and_told(factor, code, english, chinese):
    books = small_company()
    books.both("PropertyPlantAndEquipmentGross", 800, 770, instant=True)
    accumulated = "AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment"
    newest, _ = books.both(accumulated, 300, 290, instant=True)
    assert set(books.verdicts("property_net")) == {"holds"}
    value = Decimal(books.facts[newest].value) * Decimal(factor)
    anomalies = books.change(newest, value=f"{value:f}").anomalies()
    assert [(anomaly.kind, anomaly.fact_ids[0]) for anomaly in anomalies] == [("property_net", newest)]
    assert anomalies[0].reason.code == "sentences"
    repair = anomalies[0].reason.values["then"]
    assert (repair["code"], repair["values"]["amount"]) == (code, millions("300000000"))
    assert told(anomalies[0]).endswith(f". {english}")
    assert told(anomalies[0], "zh").endswith(f"。{chinese}")


def test_the_value_that_would_repair_several_sums_is_told():
    anomaly = small_company().add("AssetsCurrent||2024-12-31", 40_000_000).anomalies()[0]
    assert anomaly.fact_ids[0] == "AssetsCurrent||2024-12-31"
    assert told(anomaly).endswith(
        "All of these sums would be right if AssetsCurrent on 2024-12-31 were 450 million USD."
    )
    assert told(anomaly, "zh").endswith("若“AssetsCurrent”（2024-12-31）为 450 百万美元，则上述各式均成立。")


def test_contradicting_duplicates_are_told_with_their_values_and_how_often_they_stand():
    books = small_company()
    books.put("Goodwill", 999, day(2024))
    books.put("Goodwill", 250, day(2024))
    anomaly = books.anomalies()[0]
    assert told(anomaly).startswith(
        "Goodwill on 2024-12-31 is stated as 250 million USD (2 times) and 999 million USD, which rounding does not "
        "reconcile."
    )
    assert told(anomaly, "zh").startswith(
        "“Goodwill”（2024-12-31）的列示数值不一：250 百万美元（2 次）和999 百万美元，四舍五入无法解释。"
    )


def test_fewer_diluted_than_basic_shares_leave_their_number_as_the_difference():
    books = small_company()
    fact = "WeightedAverageNumberOfDilutedSharesOutstanding|2024-01-01|2024-12-31"
    failed = [r for r in books.add(fact, -7_000_000).check()[0] if r.check_id == "dilution" and r.verdict == "fails"]
    assert [(r.difference, r.unit, r.fact_ids[1]) for r in failed] == [(Decimal(6_000_000), "shares", fact)]
    assert told(failed[0]).startswith("Basic weighted-average shares for the year to 2024-12-31 are 50 million shares")
    assert told(failed[0], "zh") == (
        "基本加权平均股数（截至 2024-12-31 的年度）为 50 百万股，超过稀释加权平均股数的 44 百万股。"
    )
    assert year(2024).start == "2024-01-01"


def test_a_row_that_is_missing_from_the_balance_sheet_leaves_its_amount_in_the_grand_total():
    books = small_company()
    books.rows["balance"] = [row for row in books.rows["balance"] if "LongTermDebt" not in row.concept]
    books = books.without("Liabilities")
    failed = [r for r in books.check()[0] if r.check_id == "balance_subtotals" and r.verdict == "fails"]
    assert [(r.period, r.difference) for r in failed] == [
        (day(2024), Decimal(400_000_000)), (day(2023), Decimal(410_000_000)),
    ]  # fmt: skip
    anomaly = books.anomalies()[0]
    assert anomaly.fact_ids[0].startswith("LiabilitiesAndStockholdersEquity")
    assert "No column adds up: a row is missing above it, or is not tagged." in told(anomaly)
    assert "各列均不相符：其上缺少一行，或有一行未作标记。" in told(anomaly, "zh")


def test_a_grand_total_above_which_another_total_holds_a_row_apart_is_not_called_wrong():
    books = small_company().without("RetainedEarningsAccumulatedDeficit", "Liabilities")
    assert set(books.verdicts("balance_subtotals")) == {"holds"}


def test_income_out_of_scale_does_not_put_the_shares_out_of_scale():
    books = small_company()
    books.both("ProfitLoss", 105, 84, instant=False)
    altered = books.change(NET_INCOME, value="105000")
    assert set(altered.verdicts("share_scale")) == {"holds"}
    assert altered.anomalies()[0].fact_ids[0] == NET_INCOME


SPOILT = {
    "sign": ("Assets||2024-12-31", {"value": "-1200000000"}),
    "unit": ("Revenues|2024-01-01|2024-12-31", {"unit": "EUR"}),
    "no unit": ("Revenues|2024-01-01|2024-12-31", {"unit": None}),
    "period": ("Revenues|2024-01-01|2024-12-31", {"start": "2023-01-01", "end": "2023-12-31"}),
    "day": ("Assets||2024-12-31", {"start": "2024-01-01", "instant": False}),
    "late": ("Assets||2024-12-31", {"end": "2025-06-30"}),
    "order": ("Revenues|2024-01-01|2024-12-31", {"start": "2024-12-31", "end": "2024-01-01"}),
    "scale": ("Revenues|2024-01-01|2024-12-31", {"value": "1000000"}),
    "shares": ("WeightedAverageNumberOfSharesOutstandingBasic|2024-01-01|2024-12-31", {"value": "50"}),
    "per share": ("EarningsPerShareBasic|2024-01-01|2024-12-31", {"value": "9.99"}),
    "total": ("LiabilitiesCurrent||2024-12-31", {"value": "290000000"}),
    "repeated": ("Revenues|2023-01-01|2023-12-31", {"value": "1000000000"}),
}


@pytest.mark.parametrize("fault", SPOILT)
def test_every_sentence_is_chinese_but_for_what_the_report_prints(fault):
    fact, changes = SPOILT[fault]
    verdicts, anomalies = small_company().change(fact, **changes).check()
    assert anomalies
    for of in (*verdicts, *anomalies):
        text = QUOTED.sub("", told(of, "zh"))
        assert not set(re.findall("[A-Za-z]+", text)) - UNITS, text
        assert re.search("[\u4e00-\u9fff]", text)
        assert not re.search("[\u4e00-\u9fff] +[\u4e00-\u9fff]", text), text


@pytest.mark.parametrize("fault", SPOILT)
def test_both_languages_say_the_same_numbers(fault):
    fact, changes = SPOILT[fault]
    verdicts, anomalies = small_company().change(fact, **changes).check()
    for of in (*verdicts, *anomalies):
        english, chinese = (re.findall(r"\d[\d,.-]*\d|\d", re.sub("“|”", "", told(of, lang))) for lang in ("en", "zh"))
        assert sorted(english) == sorted(chinese) or of.reason.code == "sentences", (told(of), told(of, "zh"))


def test_sentences_are_stored_as_json():
    verdicts, anomalies = small_company().add("AssetsCurrent||2024-12-31", 40_000_000).check()
    for of in (*verdicts, *anomalies):
        assert json.loads(json.dumps(of.reason.as_dict())) == of.reason.as_dict()
        assert json.loads(to_json(of))["reason"] == of.reason.as_dict()
