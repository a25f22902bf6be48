"""Paste a cut of a field into CT: nodules and non-nodules by the same code.

What is pasted carries the field's own texture, edge and noise; a network that sees nodules pasted and nothing else
pasted learns to see pasting. So every nodule has its counterpart: a cut of the same shape from a place without a nodule
(``sham_of``), rendered and blended by the same two functions.

Shapes: Z slices, Y rows, X columns. Distances in millimetres.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from apps.medical.nodules.training.sources.fields import Field

BLEND_MM = (2.0, 6.0)
"""The cut fades into the CT over a width drawn from this range."""
FAR_MM = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """Something that can be pasted.

    Attributes:
        image_ZYX: Scaled intensities.
        mask_ZYX: What is pasted unblended: the readers' outline, or a sham's borrowed one.
        distance_ZYX: In-plane distance to the mask, 0 inside.
        centre: Row and column of the mask's centre, continuous.
        spacing_mm: (z, y, x) of the cut.
        nodule: Whether it is one.
        name: The field it comes from.
    """

    image_ZYX: np.ndarray
    mask_ZYX: np.ndarray
    distance_ZYX: np.ndarray
    centre: tuple[float, float]
    spacing_mm: tuple[float, float, float]
    nodule: bool
    name: str

    @property
    def length_mm(self) -> float:
        """Extent along z, end slices counted whole."""
        return len(self.mask_ZYX) * self.spacing_mm[0]


def _distance(mask_ZYX: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    distance = np.full(mask_ZYX.shape, FAR_MM, np.float32)
    for z, mask in enumerate(mask_ZYX):
        if mask.any():
            distance[z] = ndimage.distance_transform_edt(~mask, sampling=spacing_mm[1:])
    return distance


def _cutout(field: Field, image_ZYX: np.ndarray, mask_ZYX: np.ndarray, nodule: bool) -> Cutout:
    rows, columns = np.nonzero(mask_ZYX.any(0))
    return Cutout(
        image_ZYX=image_ZYX,
        mask_ZYX=mask_ZYX,
        distance_ZYX=_distance(mask_ZYX, field.spacing_mm),
        centre=(float(rows.min() + rows.max()) / 2, float(columns.min() + columns.max()) / 2),
        spacing_mm=field.spacing_mm,
        nodule=nodule,
        name=field.name,
    )


def outline(field: Field, votes: int = 2) -> np.ndarray:
    """Pixels that at least ``votes`` readers drew, ``[Z, Y, X]``."""
    return field.votes_ZYX >= votes


def nodule_of(field: Field, votes: int = 2) -> Cutout | None:
    """The nodule of a field, cut to the slices on which enough readers drew it; None where there is none."""
    mask = outline(field, votes)
    used = np.nonzero(mask.any((1, 2)))[0]
    if not len(used):
        return None
    part = slice(used[0], used[-1] + 1)
    return _cutout(field, field.image_ZYX[part], mask[part], nodule=True)


def sham_of(field: Field, shape: Cutout, rng: np.random.Generator, *, clear_mm: float = 4.0) -> Cutout | None:
    """A cut of a nodule's shape from a place of the field that holds no nodule.

    Half of the places are drawn among the bright spots (vessels, pleura), half anywhere. The shape's slices are
    repeated or left out to fit the field's.

    Args:
        field: Any field, its own nodule is kept ``clear_mm`` away.
        shape: Lends its outline.
        rng: Draws the place.
        clear_mm: Least distance from any reader's outline and any other listed nodule.

    Returns:
        None where the field has no room.
    """
    count = len(field.image_ZYX)
    pick = np.clip(np.round(np.linspace(0, len(shape.mask_ZYX) - 1, count)).astype(int), 0, len(shape.mask_ZYX) - 1)
    lent = shape.mask_ZYX[pick]
    rows, columns = np.nonzero(lent.any(0))
    lent = lent[:, rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = lent.shape[1:]
    size = field.image_ZYX.shape[1:]
    taken = (field.votes_ZYX > 0).any(0) | field.other_ZYX.any(0)
    room = ndimage.distance_transform_edt(~taken) * field.spacing_mm[1] > clear_mm + max(height, width) / 2
    margin_y, margin_x = height // 2 + 2, width // 2 + 2
    room[:margin_y] = room[-margin_y:] = False
    room[:, :margin_x] = room[:, -margin_x:] = False
    middle = field.image_ZYX[count // 2]
    smooth = ndimage.gaussian_filter(middle, 1.5)
    wide = ndimage.uniform_filter(middle, 15)
    room &= wide < 0.8
    if rng.random() < 0.5:
        bright = room & (smooth > 0.3) & (smooth - wide > 0.15)
        room = bright if bright.any() else room
    places = np.argwhere(room)
    if not len(places):
        return None
    row, column = places[rng.integers(len(places))]
    mask = np.zeros(field.image_ZYX.shape, bool)
    top, left = row - height // 2, column - width // 2
    mask[:, top : top + height, left : left + width] = lent[:, : size[0] - top, : size[1] - left]
    return _cutout(field, field.image_ZYX, mask, nodule=False)


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """A cutout on the grid of a CT window: what is pasted, how strongly, and its outline there."""

    image_ZYX: np.ndarray
    alpha_ZYX: np.ndarray
    mask_ZYX: np.ndarray


def render(
    cutout: Cutout,
    z_mm: np.ndarray,
    y_mm: np.ndarray,
    x_mm: np.ndarray,
    *,
    angle: float = 0.0,
    mirror: bool = False,
    blend_mm: float = 4.0,
) -> Rendered:
    """A cutout on a target grid, given by the distances of its planes, rows and columns from the paste's centre.

    Between two slices of the cut values are interpolated; past its end slices it fades out within one slice distance,
    as linear interpolation with an empty slice would give.

    Args:
        cutout: Nodule or sham.
        z_mm: Distance of each target slice from the centre.
        y_mm: The same for rows.
        x_mm: The same for columns.
        angle: In-plane rotation, radians.
        mirror: Flip left and right first.
        blend_mm: Width over which it fades in-plane.
    """
    dz, dy, dx = cutout.spacing_mm
    slices = len(cutout.image_ZYX)
    position = (slices - 1) / 2 + np.asarray(z_mm, np.float64) / dz
    yy, xx = np.meshgrid(np.asarray(y_mm, np.float64), np.asarray(x_mm, np.float64), indexing="ij")
    cos, sin = np.cos(angle), np.sin(angle)
    row = cutout.centre[0] + (cos * yy - sin * xx) / dy
    column = cutout.centre[1] + (-1 if mirror else 1) * (sin * yy + cos * xx) / dx
    shape = (len(position), len(yy), yy.shape[1])
    image, alpha, mask = np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, bool)
    planes: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def plane(index: int) -> tuple[np.ndarray, np.ndarray]:
        if index not in planes:
            where = [row, column]
            planes[index] = (
                ndimage.map_coordinates(cutout.image_ZYX[index], where, order=1, mode="nearest"),
                ndimage.map_coordinates(cutout.distance_ZYX[index], where, order=1, mode="constant", cval=FAR_MM),
            )
        return planes[index]

    for target, at in enumerate(position):
        excess = max(0.0, -at, at - (slices - 1))
        if excess >= 1:
            continue
        low = int(np.clip(np.floor(at), 0, slices - 1))
        high = min(low + 1, slices - 1)
        part = float(np.clip(at - low, 0, 1)) if high > low else 0.0
        picture, distance = plane(low)
        if part > 0:
            above, above_distance = plane(high)
            picture = picture * (1 - part) + above * part
            distance = distance * (1 - part) + above_distance * part
        fade = np.clip(1 - distance / blend_mm, 0, 1)
        alpha[target] = (fade * fade * (3 - 2 * fade)) * (1 - excess)
        image[target] = picture
        mask[target] = (distance <= 0.5 * dy) & (excess <= 0.5)
    return Rendered(image, alpha, mask)


def paste(window_ZYX: np.ndarray, rendered: Rendered) -> np.ndarray:
    """The window with the rendered cut blended in; voxels with alpha 0 keep their value bit by bit."""
    pasted = window_ZYX * (1 - rendered.alpha_ZYX) + rendered.image_ZYX * rendered.alpha_ZYX
    return np.where(rendered.alpha_ZYX > 0, pasted, window_ZYX).astype(window_ZYX.dtype)
