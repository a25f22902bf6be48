"""The one split rule: every identity belongs to train, validation or test, for good.

``bucket = int(sha256(identity).hexdigest(), 16) // 100 % 10``: buckets 0 and 1 are test, 2 is validation, 3 to 9
train. The identity is a patient id, a ticker, a stock code, a table uid, or a cleaned text: whatever must not stand on
both sides. Companies whose reports serve as a closed question set are test whatever their bucket says.
"""

import hashlib
from typing import Literal

Split = Literal["train", "validation", "test"]

ALWAYS_TEST_TICKERS = frozenset({"AXP", "PEP", "PFE", "CVS", "JNJ", "ATVI", "GLW", "NFLX"})
"""Tickers of the companies in the FinanceBench subset: their filings are never trained or tuned on.

They stand beside the rule, not with the application: a list that had to be registered first could be forgotten."""


def bucket_of(identity: str) -> int:
    """Bucket 0 to 9 of an identity, the same on every machine and for ever."""
    return int(hashlib.sha256(identity.encode("utf-8")).hexdigest(), 16) // 100 % 10


def split_of(identity: str) -> Split:
    """Split of a patient id, stock code, table uid or cleaned text."""
    bucket = bucket_of(identity)
    if bucket in (0, 1):
        return "test"
    return "validation" if bucket == 2 else "train"


def split_of_ticker(ticker: str) -> Split:
    """Split of a company by its ticker; the companies of the closed question set are always test."""
    return "test" if ticker in ALWAYS_TEST_TICKERS else split_of(ticker)
