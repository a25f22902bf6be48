"""Retrieval: which passage of a report answers a question; the best window of a long passage counts."""

from pathlib import Path

from core_model.training.tuning.pairs import PairEncoder, PairsTraining
from core_model.training.tuning.settings import Tuning


class Retrieval(PairEncoder):
    """Vectors of questions and passages."""

    kind = "retrieval"


class RetrievalDomain(PairsTraining):
    """Questions with the passages that answer them."""

    name = "retrieval"
    kind = Retrieval
    shipped = Path(__file__).resolve().parent / "weights" / "retrieval.json"
    settings = Tuning(
        layers=4,
        batch=16,
        longest=512,
        limits="questions that one passage answers; it ranks passages and says nothing of what stands in them",
    )
