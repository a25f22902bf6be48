"""Sentiment: what a sentence about a company says of its prospects, in the words of the labels that it was trained on.

The labels that ship are ``bearish``, ``bullish`` and ``neutral``; own data may have any others.
"""

from pathlib import Path

from core_model.adapters.labelled import TextClassifier
from core_model.training.tuning.labelled import LabelledTraining
from core_model.training.tuning.settings import Tuning


class Sentiment(TextClassifier):
    """The sentiment of a sentence."""

    kind = "sentiment"


class SentimentDomain(LabelledTraining):
    """Sentences with their sentiment."""

    name = "sentiment"
    kind = Sentiment
    shipped = Path(__file__).resolve().parent / "weights" / "sentiment.json"
    settings = Tuning(longest=128, limits="short English texts on listed companies; no advice follows from it")
