"""Captions: which concept of the taxonomy the caption of a line in a statement stands for, in English and Chinese."""

from pathlib import Path

from core_model.adapters.labelled import TextClassifier
from core_model.training.tuning.labelled import LabelledTraining
from core_model.training.tuning.settings import Tuning


class Captions(TextClassifier):
    """The concept of a caption."""

    kind = "captions"


class CaptionsDomain(LabelledTraining):
    """Captions with their concepts."""

    name = "captions"
    kind = Captions
    shipped = Path(__file__).resolve().parent / "weights" / "captions.json"
    settings = Tuning(
        longest=48,
        batch=64,
        epochs=4,
        layers=4,
        learning_rate=2e-4,
        head_learning_rate=5e-3,
        limits="captions of the primary statements; a concept that no training company used is never given",
    )
