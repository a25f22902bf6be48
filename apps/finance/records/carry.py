"""Documents of earlier versions in the present form."""

from typing import Any

SCHEMA = "tandem.finance.reading/1"


def carried(document: dict[str, Any]) -> dict[str, Any]:
    """The present form of a document ``tandem.finance.reading/1``."""
    if "steps" in document["provenance"]:
        return document
    return document | {"provenance": provenance(document["provenance"])}


def provenance(before: dict[str, Any]) -> dict[str, Any]:
    """What a reading of before follows from: the version of the code was one for all steps, the hash of the weights one
    for all of them."""
    return {
        "input_hash": before["input_hash"],
        "steps": {"code": before["code_version"]},
        "settings": before["settings"],
        "weights": {"all": before["weights_hash"]},
        "libraries": {},
    }
