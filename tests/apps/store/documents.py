"""Small documents in the agreed form, for the tests of the store."""

from typing import Any

from apps.provenance import Provenance

NOTICE = "Research use. No medical device, no investment advice."


def provenance(**changed: Any) -> Provenance:
    """What a reading follows from, with other parts where they are given."""
    whole: dict[str, Any] = {
        "input_hash": "a" * 64,
        "steps": {"facts": "1"},
        "settings": {"reader": "inline-xbrl"},
        "weights": {"core": "b" * 64},
        "libraries": {"lxml": "5.4.0"},
    }
    return Provenance(**{**whole, **changed})


def finance(company: str = "Example Corp") -> dict[str, Any]:
    revenue = {"start": "2024-01-01", "end": "2024-12-31", "value": "1234567890.10", "unit": "USD", "fact_ids": ["f-1"]}
    return {
        "schema": "tandem.finance.reading/1",
        "document": {
            "company": company,
            "form": "10-K",
            "period_end": "2024-12-31",
            "fiscal_year": 2024,
            "language": "en",
            "currency": "USD",
            "source_hash": "a" * 64,
        },
        "facts": {"count": 3, "file": "facts"},
        "statements": {
            "income": [
                {
                    "line": "revenue",
                    "label": "Net sales",
                    "concept": "us-gaap:Revenues",
                    "confidence": 1.0,
                    "reason": "standard concept",
                    "values": [revenue, {"not_available": "not printed for the year before"}],
                }
            ],
            "balance": [],
            "cash_flow": {"not_available": "the report holds none"},
        },
        "checks": [
            {
                "id": "balance",
                "title": "Assets equal liabilities and equity",
                "verdict": "fails",
                "difference": "5",
                "tolerance": "0.5",
                "fact_ids": ["f-2", "f-3"],
                "reason": "the sides differ by 5",
            }
        ],
        "anomalies": [
            {
                "id": "an-2",
                "rank": 2,
                "kind": "sign",
                "severity": "low",
                "confidence": 0.5,
                "reason": "a negative revenue",
                "fact_ids": ["f-1"],
            },
            {
                "id": "an-1",
                "rank": 1,
                "kind": "balance",
                "severity": "high",
                "confidence": 0.99,
                "reason": "the sides differ",
                "fact_ids": ["f-2"],
            },
        ],
        "warnings": [],
        "notice": NOTICE,
    }


def finding(number: int, probability: float, heatmap: Any = None) -> dict[str, Any]:
    return {
        "id": f"fi-{number}",
        "tracking_uid": f"2.25.{number}",
        "rank": number,
        "probability": probability,
        "centre_mm": [-12.5, 40.0, -100.25],
        "centre_voxel": [10, 200, 300],
        "long_axis_mm": 8.5,
        "short_axis_mm": 6.0,
        "volume_mm3": 210.0,
        "attenuation": {"not_available": "comes with grading"},
        "side": "left",
        "lobe": {"not_available": "comes later"},
        "heatmap": heatmap,
        "shown": probability >= 0.5,
    }


def medical(findings: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schema": "tandem.medical.reading/2",
        "findings": findings,
        "warnings": [],
        "notice": NOTICE,
    }
