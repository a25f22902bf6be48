"""Everything that one phantom consists of, laid out once: anatomy, grid, organ fields, trees and nodules."""

from dataclasses import dataclass

import numpy as np

from apps.demo.chest.anatomy import Anatomy, draw_anatomy
from apps.demo.chest.grid import Grid
from apps.demo.chest.nodules import Nodule, NoduleMeasure, measure, plant
from apps.demo.chest.organs import OrganFields, organ_fields
from apps.demo.chest.trees import LungTrees, grow_trees


@dataclass(frozen=True, slots=True)
class Sampling:
    """How finely a phantom is made.

    Attributes:
        pixels: Rows and columns.
        factor: Pixels along one side of a block of the coarse grid.
        targets: Ends of each vessel tree.
        scale: Size of the person; 1 is an adult.
        field_mm: Field of view, or 0 to draw one that holds the body.
        step_mm: Step between slices, or 0 to draw one from 2.0 to 2.5 mm.
        texture: Whether vessels too small to see roughen the lungs.
    """

    pixels: int
    factor: int
    targets: int
    scale: float
    field_mm: float
    step_mm: float
    texture: bool


SAMPLINGS = {
    "full": Sampling(512, 4, 1000, 1.0, 0.0, 0.0, True),
    "small": Sampling(96, 1, 70, 0.8, 0.0, 5.0, False),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One phantom before it is imaged.

    Attributes:
        person: Anatomy.
        sampling: How finely it is made.
        grid: Voxels, anatomical mm.
        coarse: Grid of the fields.
        fields: Organs.
        trees: Vessels and airways.
        nodules: Planted nodules.
        measures: What is true of each, anatomical mm.
        table_z: Added to the patient's z coordinate (the position of the table).
    """

    person: Anatomy
    sampling: Sampling
    grid: Grid
    coarse: Grid
    fields: OrganFields
    trees: LungTrees
    nodules: list[Nodule]
    measures: list[NoduleMeasure]
    table_z: float

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Spacing in the patient (z, y, x)."""
        z, y, x = self.grid.spacing
        scale = self.sampling.scale
        return round(z * scale, 6), round(y * scale, 6), round(x * scale, 6)

    def in_patient(self, point: tuple[float, float, float]) -> tuple[float, float, float]:
        """Anatomical mm to patient coordinates (LPS, mm)."""
        scale = self.sampling.scale
        x, y, z = (round(v * scale, 3) for v in point)
        return x, y, round(z + self.table_z, 3)


def lay_out(seed: int, sampling: Sampling) -> Scene:
    """Draw one phantom from a seed."""
    person = draw_anatomy(seed)
    rng = np.random.default_rng([seed, 4])
    scale = sampling.scale
    half_body = float(np.max(person.body(np.linspace(0, 0.85 * person.lung_height, 9))[0]))
    field = 2 * half_body * float(rng.uniform(1.02, 1.1)) * scale
    below, above = float(rng.uniform(18, 32)), float(rng.uniform(12, 22))
    length = (person.lung_height + below + above) * scale
    step = sampling.step_mm or float(rng.choice([s for s in (2.0, 2.25, 2.5) if length / s >= 118 or s == 2.0]))
    pixel = round((sampling.field_mm or field) / sampling.pixels, 4)
    slices = int(np.ceil(length / step))
    spacing = (step / scale, pixel / scale, pixel / scale)
    middle = (sampling.pixels - 1) / 2
    origin = (
        float(-middle * spacing[2] + rng.uniform(-4, 4)),
        float(-middle * spacing[1] + 12 + rng.uniform(-4, 4)),
        -below,
    )
    grid = Grid((slices, sampling.pixels, sampling.pixels), spacing, origin)
    coarse = grid.coarser(sampling.factor)
    fields = organ_fields(person, coarse)
    trees = grow_trees(person, coarse, fields.lung, sampling.targets)
    nodules, trees = plant(person, coarse, fields.lung, trees, scale)
    measures = [measure(nodule, fields.lung, coarse) for nodule in nodules]
    table = round(float(rng.uniform(-340, -140)), 1)
    return Scene(person, sampling, grid, coarse, fields, trees, nodules, measures, table)
