"""One intensity scale for 8-bit fields and whole CT: the lung's mode is 0, soft tissue is 1.

A field was stretched slice by slice between its own minimum and maximum, so its Hounsfield units are lost. Its scale is
recovered from two landmarks that nearly every field holds: the mode of aerated lung and the mode of soft tissue. Whole
CT has Hounsfield units: there only the lung's mode is measured, and soft tissue stands at +40 HU.

Shapes: Z slices, Y rows, X columns.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from core_model.errors import Caution

SCALED_MIN, SCALED_MAX = -0.3, 1.5
"""Scaled values are clipped to this range before the network sees them (about -1130 and +490 HU)."""
TISSUE_HU = 40.0
DEFAULT_LUNG_HU = -860.0
LUNG_RANGE_HU = (-980.0, -650.0)
MUSCLE_OVER_FAT = (0.08, 0.26)
"""Muscle lies 90 to 200 HU above fat: this far, in units of lung to tissue, a second mode is looked for."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Where lung and soft tissue stand in the units of an image; ``reliable`` is false where a landmark was missing."""

    lung: float
    tissue: float
    reliable: bool = True

    def apply(self, image: np.ndarray) -> np.ndarray:
        """The image with lung at 0 and tissue at 1, clipped, float32."""
        scaled = np.array(image, np.float32)
        scaled -= self.lung
        scaled /= self.tissue - self.lung
        return np.clip(scaled, SCALED_MIN, SCALED_MAX, out=scaled)


def otsu(counts: np.ndarray) -> int:
    """Index of the bin after which a histogram splits best in two (Otsu 1979, between-class variance)."""
    weights = counts.astype(np.float64)
    total = weights.sum()
    if total == 0:
        return len(counts) // 2
    bins = np.arange(len(counts))
    below = np.cumsum(weights)
    mean_below = np.cumsum(weights * bins)
    above = total - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (mean_below[-1] * below / total - mean_below) ** 2 / (below * above)
    between[~np.isfinite(between)] = -1
    return int(np.argmax(between))


def align_slices(field_ZYX: np.ndarray) -> np.ndarray:
    """Bring the slices of one stack, each stretched on its own, to the scale of the middle one.

    Neighbouring slices show nearly the same anatomy: the gain and offset between two of them come from matching their
    quantiles between the 5th and the 95th percentile, which a moving bright spot does not change.

    Args:
        field_ZYX: 8-bit values, one stack.

    Returns:
        float32 of the same shape, in the units of the middle slice.
    """
    aligned = field_ZYX.astype(np.float32)
    levels = np.linspace(5, 95, 31)
    middle = len(aligned) // 2

    def fit(source: np.ndarray, target: np.ndarray) -> np.ndarray:
        inside = (source > source.min()) & (target > target.min())
        if inside.sum() < 64:
            return source
        a, b = np.percentile(source[inside], levels), np.percentile(target[inside], levels)
        spread = np.var(a)
        if spread < 1e-6:
            return source
        gain = float(np.clip(np.mean((a - a.mean()) * (b - b.mean())) / spread, 0.5, 2.0))
        return source * gain + np.float32(b.mean() - gain * a.mean())

    for z in range(middle + 1, len(aligned)):
        aligned[z] = fit(aligned[z], aligned[z - 1])
    for z in range(middle - 1, -1, -1):
        aligned[z] = fit(aligned[z], aligned[z + 1])
    return aligned


def scale_of_field(aligned_ZYX: np.ndarray) -> Scale:
    """The scale of a field from its own histogram.

    The padding floor (a spike at the minimum) is dropped; Otsu's threshold parts lung from tissue; the lung is the mode
    below it, tissue the mode above it, or the muscle to the right of it where fat is the larger mode.

    Args:
        aligned_ZYX: A stack on one scale, see ``align_slices``.

    Returns:
        The scale; not ``reliable`` where under 2% of the field lies on one side of the threshold.
    """
    values = aligned_ZYX.ravel()
    low, high = float(values.min()), float(np.percentile(values, 99.9))
    edges = np.linspace(low, max(high, low + 1), 257)
    counts, _ = np.histogram(np.minimum(values, edges[-1]), edges)
    centres = (edges[:-1] + edges[1:]) / 2
    counts = counts.astype(np.float64)
    floor = counts[:2].sum()
    if floor > 0.01 * counts.sum():
        counts[:3] = 0
    smooth = ndimage.gaussian_filter1d(counts, 2.5)
    cut = otsu(smooth)
    below, above = smooth[: cut + 1], smooth[cut + 1 :]
    reliable = min(below.sum(), above.sum()) >= 0.02 * smooth.sum()
    lung = centres[int(np.argmax(below))]
    # Vessels alone give no mode above the threshold, only a falling tail: its upper part is blood.
    peak = int(np.argmax(above))
    tissue = centres[cut + 1 + peak]
    distance = tissue - lung
    share = above.sum() / max(smooth.sum(), 1)
    if share < 0.06 or peak <= 2:
        cumulative = np.cumsum(above) / max(above.sum(), 1e-9)
        tissue = max(tissue, centres[cut + 1 + int(np.searchsorted(cumulative, 0.7))])
    else:
        window = (centres > tissue + MUSCLE_OVER_FAT[0] * distance) & (centres < tissue + MUSCLE_OVER_FAT[1] * distance)
        for index in np.nonzero(window)[0]:
            around = smooth[max(0, index - 5) : index + 6]
            if smooth[index] == around.max() and smooth[index] > 0.35 * above[peak]:
                tissue = centres[index]
                break
    if tissue - lung < 8 * (edges[1] - edges[0]):
        tissue, reliable = lung + 0.5 * (high - low), False
    return Scale(float(lung), float(tissue), bool(reliable))


def scale_of_ct(volume_hu: np.ndarray, lung_mask: np.ndarray | None = None) -> Scale:
    """The scale of a whole CT: the mode of aerated lung, and +40 HU for tissue.

    Args:
        volume_hu: Any shape, Hounsfield units.
        lung_mask: The lungs; without it every voxel in the lung's range counts.

    Returns:
        The scale; not ``reliable``, with the lung at -860 HU, where under 1000 voxels lie in the lung's range, and not
        with the lung at an end of the range, where the mode lies outside it.
    """
    step = max(1, volume_hu.shape[0] // 64)
    values = volume_hu[::step]
    if lung_mask is not None:
        values = values[lung_mask[::step] > 0]
    values = values[(values > LUNG_RANGE_HU[0]) & (values < LUNG_RANGE_HU[1])]
    if values.size < 1000:
        return Scale(DEFAULT_LUNG_HU, TISSUE_HU, reliable=False)
    counts, edges = np.histogram(values, bins=66, range=LUNG_RANGE_HU)
    smooth = ndimage.gaussian_filter1d(counts.astype(np.float64), 3)
    peak = int(np.argmax(smooth))
    return Scale(float((edges[peak] + edges[peak + 1]) / 2), TISSUE_HU, reliable=0 < peak < len(smooth) - 1)


def cautions_of(scale: Scale) -> list[Caution]:
    """What a reading of a whole CT must say of its scale: nothing where the lungs' mode was found."""
    if scale.reliable:
        return []
    low, high = LUNG_RANGE_HU
    if scale.lung > (low + high) / 2:
        lungs = "dense"
    elif scale.lung < (low + DEFAULT_LUNG_HU) / 2:
        lungs = "airy"
    else:
        lungs = "unseen"
    values = {"lungs": lungs, "low_hu": round(low), "high_hu": round(high), "lung_hu": round(scale.lung)}
    return [Caution("lung_scale_uncertain", values)]
