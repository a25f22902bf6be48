"""The example report: it foots everywhere but at the planted element, read by a small checker of its own."""

from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from apps.demo import report as maker
from apps.demo.annual.plant import KINDS, Plant
from apps.demo.report import ReportTruth, make_example_report
from apps.finance.filings import read_facts
from apps.finance.statements import build_statements
from core_model.errors import InputRejected

IX = "{http://www.xbrl.org/2013/inlineXBRL}"
XBRLI = "{http://www.xbrl.org/2003/instance}"
MEMBER = "{http://xbrl.org/2006/xbrldi}explicitMember"
SALES = "RevenueFromContractWithCustomerExcludingAssessedTax"
BEFORE = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
CHANGE = (
    "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect"
)
EXCHANGE = (
    "EffectOfExchangeRateOnCashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
    "IncludingDisposalGroupAndDiscontinuedOperations"
)
CASH = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
# total: parts with their signs, all of the same context
SUMS = {
    "GrossProfit": {SALES: 1, "CostOfRevenue": -1},
    "OperatingExpenses": {
        "SellingGeneralAndAdministrativeExpense": 1,
        "ResearchAndDevelopmentExpense": 1,
        "AmortizationOfIntangibleAssets": 1,
    },
    "OperatingIncomeLoss": {"GrossProfit": 1, "OperatingExpenses": -1},
    BEFORE: {"OperatingIncomeLoss": 1, "InterestExpenseNonoperating": -1, "OtherNonoperatingIncomeExpense": 1},
    "NetIncomeLoss": {BEFORE: 1, "IncomeTaxExpenseBenefit": -1},
    "IncomeTaxExpenseBenefit": {"CurrentIncomeTaxExpenseBenefit": 1, "DeferredIncomeTaxExpenseBenefit": 1},
    "ComprehensiveIncomeNetOfTax": {"NetIncomeLoss": 1, "OtherComprehensiveIncomeLossNetOfTax": 1},
    "AssetsCurrent": {
        "CashAndCashEquivalentsAtCarryingValue": 1,
        "ShortTermInvestments": 1,
        "AccountsReceivableNetCurrent": 1,
        "InventoryNet": 1,
        "PrepaidExpenseAndOtherAssetsCurrent": 1,
    },
    "Assets": {
        "AssetsCurrent": 1,
        "PropertyPlantAndEquipmentNet": 1,
        "Goodwill": 1,
        "IntangibleAssetsNetExcludingGoodwill": 1,
        "OtherAssetsNoncurrent": 1,
    },
    "LiabilitiesCurrent": {"LongTermDebtCurrent": 1, "AccountsPayableCurrent": 1, "AccruedLiabilitiesCurrent": 1},
    "Liabilities": {
        "LiabilitiesCurrent": 1,
        "LongTermDebtNoncurrent": 1,
        "DeferredIncomeTaxLiabilitiesNet": 1,
        "OtherLiabilitiesNoncurrent": 1,
    },
    "StockholdersEquity": {
        "PreferredStockValue": 1,
        "CommonStockValue": 1,
        "AdditionalPaidInCapital": 1,
        "RetainedEarningsAccumulatedDeficit": 1,
        "AccumulatedOtherComprehensiveIncomeLossNetOfTax": 1,
        "TreasuryStockValue": -1,
    },
    "LiabilitiesAndStockholdersEquity": {"Liabilities": 1, "StockholdersEquity": 1},
    "NetCashProvidedByUsedInOperatingActivities": {
        "NetIncomeLoss": 1,
        "Depreciation": 1,
        "AmortizationOfIntangibleAssets": 1,
        "ShareBasedCompensation": 1,
        "DeferredIncomeTaxExpenseBenefit": 1,
        "IncreaseDecreaseInAccountsReceivable": -1,
        "IncreaseDecreaseInInventories": -1,
        "IncreaseDecreaseInPrepaidDeferredExpenseAndOtherAssets": -1,
        "IncreaseDecreaseInAccountsPayable": 1,
        "IncreaseDecreaseInAccruedLiabilities": 1,
        "IncreaseDecreaseInOtherNoncurrentLiabilities": 1,
    },
    "NetCashProvidedByUsedInInvestingActivities": {
        "PaymentsToAcquirePropertyPlantAndEquipment": -1,
        "PaymentsToAcquireBusinessesNetOfCashAcquired": -1,
        "PaymentsToAcquireShortTermInvestments": -1,
        "ProceedsFromMaturitiesPrepaymentsAndCallsOfShorttermInvestments": 1,
    },
    "NetCashProvidedByUsedInFinancingActivities": {
        "ProceedsFromIssuanceOfLongTermDebt": 1,
        "RepaymentsOfLongTermDebt": -1,
        "PaymentsOfDividends": -1,
        "PaymentsForRepurchaseOfCommonStock": -1,
        "PaymentsRelatedToTaxWithholdingForShareBasedCompensation": -1,
    },
    CHANGE: {
        "NetCashProvidedByUsedInOperatingActivities": 1,
        "NetCashProvidedByUsedInInvestingActivities": 1,
        "NetCashProvidedByUsedInFinancingActivities": 1,
        EXCHANGE: 1,
    },
    "InventoryNet": {
        "InventoryRawMaterialsNetOfReserves": 1,
        "InventoryWorkInProcessNetOfReserves": 1,
        "InventoryFinishedGoodsNetOfReserves": 1,
    },
    "AccruedLiabilitiesCurrent": {
        "EmployeeRelatedLiabilitiesCurrent": 1,
        "AccruedMarketingCostsCurrent": 1,
        "AccruedIncomeTaxesCurrent": 1,
        "OtherAccruedLiabilitiesCurrent": 1,
    },
    "PropertyPlantAndEquipmentGross": {
        "LandAndLandImprovements": 1,
        "BuildingsAndImprovementsGross": 1,
        "MachineryAndEquipmentGross": 1,
        "ConstructionInProgressGross": 1,
    },
    "PropertyPlantAndEquipmentNet": {
        "PropertyPlantAndEquipmentGross": 1,
        "AccumulatedDepreciationDepletionAndAmortizationPropertyPlantAndEquipment": -1,
    },
    "LongTermDebt": {"LongTermDebtCurrent": 1, "LongTermDebtNoncurrent": 1},
    "WeightedAverageNumberOfDilutedSharesOutstanding": {
        "WeightedAverageNumberOfSharesOutstandingBasic": 1,
        "WeightedAverageNumberDilutedSharesOutstandingAdjustment": 1,
    },
}


def _read(path: Path) -> list[tuple[str, tuple, Decimal, int, str]]:
    """Concept, (start, end, dimensions), value, decimals and element id of every number."""
    tree = etree.parse(path, etree.XMLParser(resolve_entities=False))
    contexts = {}
    for context in tree.iter(f"{XBRLI}context"):
        dates = [e.text for e in context.find(f"{XBRLI}period")]
        members = tuple(sorted((m.get("dimension"), m.text) for m in context.iter(MEMBER)))
        contexts[context.get("id")] = (dates[0] if len(dates) == 2 else None, dates[-1], members)
    units = {u.get("id") for u in tree.iter(f"{XBRLI}unit")}
    facts = []
    for element in tree.iter(f"{IX}nonFraction"):
        assert element.get("unitRef") in units
        key = contexts[element.get("contextRef")]
        if element.get("{http://www.w3.org/2001/XMLSchema-instance}nil") == "true":
            continue
        text = "".join(element.itertext())
        if element.get("format") == "ixt:fixed-zero":
            value = Decimal(0)
        elif element.get("format") == "ixt-sec:numwordsen":
            value = Decimal({"three": 3}[text])
        else:
            assert element.get("format") == "ixt:num-dot-decimal"
            value = Decimal(text.replace(",", "")).scaleb(int(element.get("scale")))
        value = -value if element.get("sign") == "-" else value
        decimals = 99 if element.get("decimals") == "INF" else int(element.get("decimals"))
        facts.append((element.get("name").removeprefix("us-gaap:"), key, value, decimals, element.get("id")))
    return facts


def _broken(facts) -> list[tuple[str, set[str]]]:
    """Every identity that does not hold, with the ids of the elements it reads."""
    found = []
    by_fact: dict[tuple, list] = {}
    for name, key, value, decimals, element in facts:
        by_fact.setdefault((name, key), []).append((value, decimals, element))
    for (name, _), said in by_fact.items():
        half = max(Decimal(5).scaleb(-d - 1) for _, d, _ in said)
        if max(v for v, _, _ in said) - min(v for v, _, _ in said) > half:
            found.append((f"duplicates of {name}", {e for _, _, e in said}))

    def first(name: str, key: tuple):
        said = by_fact.get((name, key))
        return None if said is None else max(said, key=lambda one: one[1])

    plain = sorted({key for _, key, *_ in facts if not key[2]}, key=str)
    for key in plain:
        for total, parts in SUMS.items():
            # several elements may state the total: each must be the sum of the parts
            stated = by_fact.get((total, key), [])
            read = {name: first(name, key) for name in parts}
            if not stated or any(part is None for part in read.values()):
                continue
            exact = sum(sign * read[name][0] for name, sign in parts.items())
            for value, decimals, element in stated:
                if abs(value - exact) > Decimal(5).scaleb(-decimals - 1):
                    found.append((total, {element} | {part[2] for part in read.values()}))
        for eps, count in (
            ("EarningsPerShareBasic", "WeightedAverageNumberOfSharesOutstandingBasic"),
            ("EarningsPerShareDiluted", "WeightedAverageNumberOfDilutedSharesOutstanding"),
        ):
            stated, shares, income = by_fact.get((eps, key), []), first(count, key), first("NetIncomeLoss", key)
            for value, _, element in stated:
                if abs(value - income[0] / shares[0]) > Decimal("0.0051"):
                    found.append((eps, {element}))
        assets, both = first("Assets", key), first("LiabilitiesAndStockholdersEquity", key)
        if assets and assets[0] != both[0]:
            found.append(("balance", {assets[2], both[2]}))
        change = first(CHANGE, key)
        if change:
            ends = {
                end: value for (name, (_, end, dims)), [(value, *_), *_] in by_fact.items() if name == CASH and not dims
            }
            before = max(end for end in ends if end < key[0])
            if ends[key[1]] - ends[before] != change[0]:
                found.append(("cash walk", {change[2]}))
    for name, _, value, _, element in facts:
        if name.startswith(("Payments", "Repayments")) and value < 0:
            found.append((f"sign of {name}", {element}))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_identity_holds_except_where_the_planted_element_stands(kind, tmp_path):
    for seed in range(4):
        truth = make_example_report(tmp_path / "r.html", seed, kind=kind)
        facts = _read(tmp_path / "r.html")
        broken = _broken(facts)
        wrong = set(truth.element_ids)
        assert broken, kind
        for name, elements in broken:
            assert elements & wrong, (kind, seed, name)
        values = {element: value for _, _, value, _, element in facts}
        assert {values[e] for e in wrong} == {Decimal(truth.wrong_value)}
        assert {values[e] for e in truth.related_ids} <= {Decimal(truth.right_value)}
        repaired = [(n, k, Decimal(truth.right_value) if e in wrong else v, d, e) for n, k, v, d, e in facts]
        assert _broken(repaired) == []


def test_each_kind_is_chosen_by_some_seed_and_the_element_is_one_or_one_fact_in_two_places(tmp_path):
    seen: dict[str, ReportTruth] = {}
    for seed in range(40):
        truth = make_example_report(tmp_path / "r.html", seed)
        seen[truth.kind] = truth
    assert set(seen) == set(KINDS)
    assert {kind: len(truth.element_ids) for kind, truth in seen.items()} == {
        kind: 2 if kind == "eps_off" else 1 for kind in KINDS
    }


def test_dimensional_parts_add_up_to_the_whole(tmp_path):
    make_example_report(tmp_path / "r.html", 5, kind="text_disagrees")
    facts = _read(tmp_path / "r.html")
    parts: dict[tuple, dict[str, Decimal]] = {}
    whole = {(n, k[:2]): v for n, k, v, _, _ in facts if not k[2]}
    for name, (start, end, members), value, _, _ in facts:
        if members and name in (SALES, "Goodwill", "LongTermDebt"):
            parts.setdefault((name, (start, end), members[0][0]), {})[members[0][1]] = value
    axes = {key[2] for key in parts}
    assert len(parts) == 3 + 3 + 3 + 2
    assert axes == {
        "us-gaap:StatementBusinessSegmentsAxis",
        "srt:StatementGeographicalAxis",
        "us-gaap:DebtInstrumentAxis",
    }
    for (name, period, _), values in parts.items():
        assert sum(values.values()) == whole[(name, period)], name


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_company(tmp_path):
    first = make_example_report(tmp_path / "a.html", 7)
    assert make_example_report(tmp_path / "b.html", 7) == first
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    other = make_example_report(tmp_path / "c.html", 8)
    assert (other.cik, other.lines["revenue"]) != (first.cik, first.lines["revenue"])


def test_lines_of_the_truth_are_the_tagged_values(tmp_path):
    truth = make_example_report(tmp_path / "r.html", 2, kind="prior_year_disagrees")
    facts = _read(tmp_path / "r.html")
    ends = {k[1] for _, k, *_ in facts}
    assert truth.period_end in ends
    year_end = {k[1][:4]: k[1] for _, k, *_ in facts if k[0]}
    for line, concept in (("revenue", SALES), ("total_assets", "Assets"), ("eps_diluted", "EarningsPerShareDiluted")):
        for year, value in truth.lines[line].items():
            tagged = {
                v for n, k, v, d, _ in facts if n == concept and not k[2] and k[1] == year_end[str(year)] and d != -8
            }
            assert tagged == {Decimal(value)}, (line, year)
    assert len(truth.lines) == 30


def test_the_document_has_what_filers_write(tmp_path):
    make_example_report(tmp_path / "r.html", 1)
    data = (tmp_path / "r.html").read_bytes()
    tree = etree.fromstring(data)
    assert 100_000 < len(data) < 320_000
    identifiers = [e.get("id") for e in tree.iter() if isinstance(e.tag, str) and e.get("id")]
    assert len(identifiers) == len(set(identifiers))
    formats = {e.get("format") for e in tree.iter(f"{IX}nonFraction", f"{IX}nonNumeric")}
    assert {"ixt:num-dot-decimal", "ixt:fixed-zero", "ixt-sec:numwordsen", "ixt:date-monthname-day-year-en"} <= formats
    continued = [e.get("continuedAt") for e in tree.iter(f"{IX}nonNumeric") if e.get("continuedAt")]
    assert continued == [e.get("id") for e in tree.iter(f"{IX}continuation")]
    notes = {e.get("id") for e in tree.iter(f"{IX}footnote")}
    assert {e.get("toRefs") for e in tree.iter(f"{IX}relationship")} == notes
    hidden = {e.get("name") for e in tree.iter(f"{IX}hidden") for e in e}
    assert "dei:DocumentFiscalYearFocus" in hidden
    assert {e.get("scale") for e in tree.iter(f"{IX}nonFraction")} >= {"6", "3", "0", "-2", "9"}
    assert b"invented company" in data
    assert b"<script" not in data


def test_the_maker_refuses_an_unknown_kind(tmp_path):
    with pytest.raises(InputRejected, match="kind 'odd'"):
        make_example_report(tmp_path / "r.html", 1, kind="odd")
    assert not (tmp_path / "r.html").exists()


@pytest.mark.parametrize("seed", range(11))
def test_a_report_with_nothing_planted_is_read_without_any_warning(seed, tmp_path, monkeypatch):
    nothing = Plant("eps_off", "NoSuchConcept", 0, (), Decimal(0), Decimal(0), "nothing is wrong")
    monkeypatch.setattr(maker, "choose_plant", lambda books, seed, kind=None: nothing)
    truth = make_example_report(tmp_path / "r.html", seed)
    assert truth.element_ids == ()
    filing = read_facts(tmp_path / "r.html")
    statements = build_statements((tmp_path / "r.html").read_bytes(), filing)
    assert [caution.code for caution in (*filing.cautions, *statements.cautions)] == []


def test_the_boxes_of_the_cover_page_are_read_as_yes_and_no(tmp_path):
    make_example_report(tmp_path / "r.html", 3)
    values = {fact.local_name: fact.value for fact in read_facts(tmp_path / "r.html").facts}
    assert values["EntityWellKnownSeasonedIssuer"] == values["EntityCurrentReportingStatus"] == "Yes"
    assert values["EntityVoluntaryFilers"] == values["EntityShellCompany"] == "No"
    assert (values["DocumentAnnualReport"], values["DocumentTransitionReport"]) == ("true", "false")
