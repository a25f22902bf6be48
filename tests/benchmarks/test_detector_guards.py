"""What the guard on frames says of networks whose answer to a frame is known."""

import pytest
import torch
from torch import nn
from torch.nn import functional

from apps.medical.nodules.detect import Fold
from apps.medical.nodules.linking import LinkWeights
from apps.medical.nodules.stem import Part, StemOutput
from apps.medical.nodules.training.out_of_fold import Measured, PlantingResult
from benchmarks import detector_guards
from tests.apps.medical.nodules.training.sources.test_plantings import background


@pytest.fixture(autouse=True)
def few_crops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detector_guards, "CROPS", 24)


class BesideBlack(nn.Module):
    """Sees a nodule wherever black lies within ``reach`` pixels."""

    def __init__(self, reach: int) -> None:
        super().__init__()
        self.reach = reach

    def forward(self, slices_BCYX: torch.Tensor, part: Part | None = None) -> StemOutput:
        black = (slices_BCYX[:, 1:2] < -0.25).float()
        across = functional.max_pool2d(black, (1, 2 * self.reach + 1), stride=1, padding=(0, self.reach))
        near = functional.max_pool2d(across, (2 * self.reach + 1, 1), stride=1, padding=(self.reach, 0))
        logit_BYX = 20 * near[:, 0] - 10
        return StemOutput(logit_BYX if part is None else logit_BYX[:, *part], slices_BCYX, slices_BCYX)


def test_a_network_that_fires_beside_black_fails_in_the_frame_and_not_with_the_crop_alone() -> None:
    fold = Fold("A", BesideBlack(12), LinkWeights.zeros())
    figures = detector_guards.framed_figures([fold], {"A": [background()]})
    assert figures["framed_over_unframed_blobs"].value > 20
    assert figures["crop_alone_over_unframed_blobs"].value == 1


def test_a_network_whose_sight_ends_before_the_frame_keeps_its_answer() -> None:
    fold = Fold("A", BesideBlack(7), LinkWeights.zeros())
    figures = detector_guards.framed_figures([fold], {"A": [background()]})
    assert figures["framed_over_unframed_blobs"].value == 1


def test_recall_counts_plantings_and_says_of_how_many_nodules_and_patients_they_are() -> None:
    def planted(patient: str, nodule: int, background: str, probability: float) -> PlantingResult:
        name = f"{patient}/nodule-{nodule}"
        return PlantingResult(patient, name, background, "A", "10mm", nodule == 2, 12.0, probability, 0.9)

    results = [planted("P", 1, "one", 0.9), planted("P", 1, "two", 0.2), planted("Q", 2, "one", 0.8)]
    results += [planted("Q", 3, "one", 0.7), planted("Q", 3, "two", 0.6), planted("Q", 2, "two", 0.1)]
    others = [
        PlantingResult("R", "R/nodule-4", "one", "A", size, False, 5.0, 0.9, 0.9) for size in ("6_to_10mm", "under_6mm")
    ]
    figures = detector_guards.recall_figures(Measured((*results, *others), {}), 0.5)
    assert figures["planted_recall_10mm"].value == pytest.approx(4 / 6)
    assert figures["planted_recall_10mm"].note == "10 mm and more; 6 plantings of 3 nodules of 2 patients"
    assert figures["planted_recall"].note == "all sizes; 8 plantings of 4 nodules of 3 patients"
    assert figures["planted_recall_subsolid"].note.endswith("; 2 plantings of 1 nodules of 1 patients")
