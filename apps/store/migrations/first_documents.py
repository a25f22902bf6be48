"""What the documents of the first version, ``/1`` of each application, have in common, in the form of the second: what
was a sentence is a message that is said as it was written, in whatever language is asked for."""

from typing import Any


def as_written(text: str, **more: Any) -> dict[str, Any]:
    """A sentence as the message that says it."""
    return {"code": "as_written", "values": {"text": text, **more}}


def known(value: Any) -> Any:
    """A value as it is, or the reason why there is none as a message."""
    if isinstance(value, dict) and set(value) == {"not_available"}:
        return {"not_available": as_written(value["not_available"])}
    return value


def caution(warning: dict[str, Any]) -> dict[str, Any]:
    """A warning as a caution. Its code stays among the values: the sentence of that code would ask for others."""
    written = as_written(warning["text"], about=warning["code"])
    source = as_written(warning["source"]) if warning.get("source") else None
    return {**written, "source": source, "count": warning.get("count", 1)}


def provenance(before: dict[str, Any]) -> dict[str, Any]:
    """What a reading follows from: one version of the code stood for all steps, one hash for all weights."""
    return {
        "input_hash": before["input_hash"],
        "steps": {"code": before["code_version"]},
        "settings": before["settings"],
        "weights": {"all": before["weights_hash"]},
        "libraries": {},
    }
