"""Ids say what they are of: ``job-3f2a...``, ``reading-...``, so that one command can delete any of them."""

import hashlib
import json
import uuid
from datetime import UTC, datetime
from typing import Any

KINDS = ("input", "job", "reading", "worker", "store")
"""What the store's own ids are of; applications have others."""


def new_id(kind: str) -> str:
    """A random id."""
    assert kind.isalpha()
    return f"{kind}-{uuid.uuid4().hex[:16]}"


def derived_id(kind: str, key: str) -> str:
    """The id that follows from a hash: the same for the same thing."""
    assert kind.isalpha()
    return f"{kind}-{key[:16]}"


def kind_of(identifier: str) -> str:
    """What an id is of, by its beginning."""
    return identifier.partition("-")[0]


def canonical(value: Any) -> bytes:
    """JSON that is the same for equal values: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def hash_of(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)
