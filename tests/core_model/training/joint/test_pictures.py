"""Images and candidates: what is asked of them can be learnt, and only from what belongs to each."""

from typing import Any

import pytest
import torch

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.training.joint.candidates import CandidatesOfScan, of_own, vectors_of
from core_model.training.joint.fields import RATINGS, Fields
from core_model.training.joint.objective import Objective
from core_model.training.mixture.examples import Pictures

CONFIG = CoreConfig.tiny()


def images(count: int) -> list[Pictures]:
    """Dark images of 10 by 10 pixels; every other one has a bright square, with its outline."""
    made = []
    for number in range(count):
        pixels_YX, inside_YX = torch.full((10, 10), 40, dtype=torch.uint8), torch.zeros(10, 10, dtype=torch.uint8)
        nodule = number % 2
        if nodule:
            pixels_YX[3:7, 2:6], inside_YX[3:7, 2:6] = 200, 1
        arrays = {"fields": pixels_YX[None], "masks": inside_YX[None], "counted": torch.ones_like(inside_YX)[None]}
        columns: dict[str, Any] = {name: [4.0 if nodule else None] for name in RATINGS}
        made.append(Pictures(arrays, {**columns, "label": [nodule]}, f"patient {number}", 9))
    return made


def scans(count: int) -> list[Pictures]:
    """Scans of five candidates of two planes by two cells; the nodules' own cells are larger."""
    made = []
    for scan in range(count):
        torch.manual_seed(scan)
        label_N = torch.tensor([1, 0, 0, 1, -1])
        grids_NGC = torch.randn(5, 4, CONFIG.volume_features) + 2 * (label_N == 1)[:, None, None].float()
        offset_NG3 = torch.zeros(5, 4, 3)
        offset_NG3[:, 2:, 0] = 5.0
        arrays = {
            "grids": grids_NGC.half(),
            "offsets_mm": offset_NG3,
            "present": torch.tensor([[1, 1, 1, 1]] * 4 + [[1, 1, 0, 0]], dtype=torch.uint8),
            "places_mm": torch.rand(5, 3) * 100,
            "spacings_mm": torch.full((5, 3), 1.5),
            "scores": torch.zeros(5),
        }
        made.append(Pictures(arrays, {"label": label_N.tolist()}, f"scan {scan}", 20))
    return made


@pytest.mark.parametrize(
    ("objective", "examples"), [(Fields(CONFIG), images(8)), (CandidatesOfScan(CONFIG.width), scans(3))]
)
def test_it_can_be_learnt(objective: Objective, examples: list[Pictures]) -> None:
    torch.manual_seed(0)
    core = Core(CONFIG).train()
    optimizer = torch.optim.Adam([*core.parameters(), *objective.parameters()], lr=3e-3)
    losses = []
    for step in range(60):
        torch.manual_seed(step)
        optimizer.zero_grad()
        asked = objective.ask(core, examples)
        asked.loss.backward()
        optimizer.step()
        losses.append(float(asked.loss.detach()))
    assert sum(losses[-5:]) < 0.6 * sum(losses[:5])


def test_what_fills_the_last_cells_of_an_image_does_not_count() -> None:
    torch.manual_seed(0)
    cells_NRQD = torch.zeros(1, 3, 3, CONFIG.width)
    ones_NYX = torch.ones(1, 10, 10, dtype=torch.uint8)
    inside_NYX, counted_NYX = Fields(CONFIG)._cropped(cells_NRQD, ones_NYX, ones_NYX)
    assert inside_NYX.shape == counted_NYX.shape == (1, 12, 12)
    assert float(counted_NYX.sum()) == 100


def test_others_are_means_of_the_cells_that_are_there() -> None:
    scan = scans(1)[0]
    held = scan.arrays
    others = vectors_of(held["grids"], held["present"], held["places_mm"], held["spacings_mm"], torch.tensor([4, 0]))
    grids_NGC = scan.arrays["grids"].float()
    assert torch.allclose(others.features_NC[0], grids_NGC[4, :2].mean(0), atol=1e-6)
    assert torch.allclose(others.features_NC[1], grids_NGC[0].mean(0), atol=1e-6)
    assert torch.equal(others.position_mm_N3, scan.arrays["places_mm"][[4, 0]])


def test_a_candidate_is_judged_by_its_own_tokens() -> None:
    hidden_TD = torch.tensor([[1.0, -9.0], [3.0, -1.0], [50.0, 50.0], [-2.0, 4.0]])
    own_T, row_T = torch.tensor([True, True, False, True]), torch.tensor([0, 0, 0, 1])
    mean_MD, most_MD = of_own(hidden_TD, row_T, own_T, 2)
    assert mean_MD.tolist() == [[2.0, -5.0], [-2.0, 4.0]]
    assert most_MD.tolist() == [[3.0, -1.0], [-2.0, 4.0]]


def test_candidates_without_a_truth_teach_nothing() -> None:
    scan = scans(1)[0]
    unknown = Pictures(scan.arrays, {"label": [-1] * 5}, scan.identity, scan.tokens)
    objective = CandidatesOfScan(CONFIG.width)
    asked = objective.ask(Core(CONFIG), [unknown])
    asked.loss.backward()
    assert float(asked.loss.detach()) == 0
    assert all(each.grad is None for each in objective.parameters())
