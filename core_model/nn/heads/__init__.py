"""Heads: from the core's hidden states to answers."""

from core_model.nn.heads.candidates import CandidateHead, RatingHead
from core_model.nn.heads.dense import HeatmapHead, OutlineHead
from core_model.nn.heads.facts import FactGuess, MaskedFactHead
from core_model.nn.heads.pointer import PointerHead
from core_model.nn.heads.rows import ClassificationHead, EmbeddingHead, RegressionHead

__all__ = [
    "CandidateHead",
    "ClassificationHead",
    "EmbeddingHead",
    "FactGuess",
    "HeatmapHead",
    "MaskedFactHead",
    "OutlineHead",
    "PointerHead",
    "RatingHead",
    "RegressionHead",
]
