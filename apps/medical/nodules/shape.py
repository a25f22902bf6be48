"""What a region looks like: size, roundness, extent and drift along z, and what surrounds it.

The figures part a ball from a tube: a vessel is long for its width, drifts from slice to slice, and goes on as tissue
beyond its end caps; a piece of the chest wall or the diaphragm's dome has tissue all along one side.

Shapes: Z slices, Y rows, X columns, N regions, K folds, F features.
"""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from apps.medical.nodules.regions import Region

SIGNS = {
    "log_volume": 0,
    "log_volume_squared": -1,
    "peak_logit": 1,
    "mean_logit": 1,
    "best_slice_logit": 1,
    "slices_above_half": 1,
    "extent_off": -1,
    "elongation_3d": -1,
    "flatness_3d": -1,
    "ball_fill": 1,
    "elongation_best_slice": -1,
    "fill_best_slice": 1,
    "drift": -1,
    "cap_tissue_max": -1,
    "cap_tissue_min": -1,
    "shell_tissue": -1,
    "shell_near_tissue": -1,
    "exits": -1,
    "largest_exit": -1,
    "contrast": 1,
    "dense_share": -1,
    "root_share": 1,
}
"""Features, and which way each may count: 1 for a nodule, -1 against, 0 either. What a few plantings say against
anatomy (that tissue beside it speaks for a nodule, say) is not learned."""
FEATURES = tuple(SIGNS)
DENSE = 1.35
"""Scaled intensity of bone and heavy calcium (about 350 HU)."""
TISSUE = 0.45
"""Scaled intensity from which a voxel counts as tissue (about -460 HU)."""
CAP_MM = (1.2, 5.2)
SHELL_MM = (2.0, 5.0)
REACH_MM = 7.0


def _moments(points_N3: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Standard deviations along the principal axes in mm, largest first; a voxel's own width is added."""
    if len(points_N3) < 2:
        return np.sort(spacing / np.sqrt(12))[::-1]
    covariance = np.cov((points_N3 * spacing).T) + np.diag(spacing**2 / 12)
    return np.sqrt(np.sort(np.linalg.eigvalsh(covariance))[::-1])


def features_of(
    region: Region,
    maps: Sequence[np.ndarray],
    image_ZYX: np.ndarray,
    zone_ZYX: np.ndarray,
    spacing_mm: tuple[float, float, float],
    root_voxels: int,
) -> np.ndarray:
    """The features of one region by each map, float64 ``[K, F]``, in the order of ``FEATURES``.

    Args:
        region: The region.
        maps: P(nodule) by each fold.
        image_ZYX: Scaled intensities.
        zone_ZYX: The search zone.
        spacing_mm: (z, y, x).
        root_voxels: Size of the region's root.
    """
    spacing = np.asarray(spacing_mm, np.float64)
    grow = np.ceil(REACH_MM / spacing).astype(int)
    window, inner = [], []
    for part, more, size in zip(region.box, grow, image_ZYX.shape, strict=True):
        low, high = max(0, part.start - more), min(size, part.stop + more)
        window.append(slice(low, high))
        inner.append(slice(part.start - low, part.stop - low))
    box = tuple(window)
    image, zone = image_ZYX[box], zone_ZYX[box]
    mask = np.zeros(image.shape, bool)
    mask[tuple(inner)] = region.mask_ZYX
    points = np.argwhere(mask)
    volume = len(points) * float(np.prod(spacing))
    deviations = _moments(points, spacing)
    # A solid ellipsoid's semi-axes are sqrt(5) standard deviations.
    ellipsoid = 4 / 3 * np.pi * np.prod(np.sqrt(5) * deviations)
    slices = np.unique(points[:, 0])
    per_slice = [points[points[:, 0] == z][:, 1:] for z in slices]
    extent = (slices[-1] - slices[0] + 1) * spacing[0]
    log_volume = np.log(volume)
    values = image[mask]
    shared = {
        "log_volume": log_volume,
        "log_volume_squared": (log_volume - 6.5) ** 2,
        "elongation_3d": np.log(deviations[0] / deviations[1]),
        "flatness_3d": np.log(deviations[1] / deviations[2]),
        "ball_fill": min(1.5, volume / ellipsoid),
        "drift": min(3.0, _drift(slices, per_slice, spacing)),
        "dense_share": float((values > DENSE).mean()),
        "root_share": np.log(len(points) / max(root_voxels, 1)),
        **_caps(image, mask, slices, spacing),
        **_surroundings(image, zone, mask, spacing),
    }
    rows = []
    for map_ZYX in maps:
        by_map = _by_map(map_ZYX[box], mask, points, slices, per_slice, spacing, extent)
        rows.append([(shared | by_map)[name] for name in FEATURES])
    return np.array(rows, np.float64)


def _by_map(
    seen: np.ndarray,
    mask: np.ndarray,
    points: np.ndarray,
    slices: np.ndarray,
    per_slice: Sequence[np.ndarray],
    spacing: np.ndarray,
    extent: float,
) -> dict[str, float]:
    """What one map says of the region, and the shape in the slice that is best by it."""
    # Log-odds: where probabilities are all near 1 they still tell regions apart.
    probabilities = np.clip(seen[mask].astype(np.float64), 1e-4, 1 - 1e-4)
    logits = np.log(probabilities / (1 - probabilities))
    best = int(np.argmax([float(seen[z][mask[z]].sum()) for z in slices]))
    flat = per_slice[best]
    deviations = _moments(np.column_stack([np.zeros(len(flat)), flat]), np.array([1e-3, *spacing[1:]]))[:2]
    ellipse = np.pi * 4 * deviations[0] * deviations[1]
    area = len(flat) * spacing[1] * spacing[2]
    in_plane = 2 * np.sqrt(area / np.pi)
    return {
        "peak_logit": float(logits.max()),
        "mean_logit": float(logits.mean()),
        "best_slice_logit": float(logits[points[:, 0] == slices[best]].mean()),
        "slices_above_half": float(np.mean([seen[z][mask[z]].max() > 0.5 for z in slices])),
        "extent_off": min(2.0, abs(np.log(extent / max(in_plane, 1e-3)))),
        "elongation_best_slice": np.log(deviations[0] / deviations[1]),
        "fill_best_slice": min(1.5, area / ellipse),
    }


def _drift(slices: np.ndarray, per_slice: Sequence[np.ndarray], spacing: np.ndarray) -> float:
    """Millimetres that the centre moves in its plane for each one upwards."""
    if len(slices) < 2:
        return 0.0
    centres = np.array([part.mean(0) * spacing[1:] for part in per_slice])
    slope = np.polyfit(slices * spacing[0], centres, 1, w=np.sqrt([len(part) for part in per_slice]))[0]
    return float(np.hypot(*slope))


def _caps(image: np.ndarray, mask: np.ndarray, slices: np.ndarray, spacing: np.ndarray) -> dict[str, float]:
    """How bright it is beyond the two ends."""
    near = max(1, round(CAP_MM[0] / spacing[0]))
    far = max(near, int(CAP_MM[1] / spacing[0]))
    caps = []
    for end, direction in ((slices[0], -1), (slices[-1], 1)):
        planes = [end + direction * step for step in range(near, far + 1)]
        planes = [z for z in planes if 0 <= z < len(image)]
        footprint = mask[end] if mask[end].sum() >= 3 else ndimage.binary_dilation(mask[end])
        footprint = ndimage.binary_dilation(footprint)
        if planes:
            # A drifting vessel leaves the footprint sideways: the brightest quarter of it counts.
            share = [float(np.mean(np.sort(image[z][footprint])[-max(3, footprint.sum() // 4) :])) for z in planes]
            caps.append(float(np.mean(share)))
        else:
            caps.append(0.0)
    return {"cap_tissue_max": max(caps), "cap_tissue_min": min(caps)}


def _surroundings(image: np.ndarray, zone: np.ndarray, mask: np.ndarray, spacing: np.ndarray) -> dict[str, float]:
    """Tissue in shells around the region, where it goes on beyond them, and how much brighter the region is."""
    tissue = image > TISSUE
    distance = ndimage.distance_transform_edt(~mask, sampling=spacing)
    shell = (distance >= SHELL_MM[0]) & (distance <= SHELL_MM[1])
    near_shell = (distance > 0) & (distance < SHELL_MM[0])
    exits, largest = 0, 0.0
    rim = (distance >= 2.0) & (distance <= 3.5)
    labels, count = ndimage.label(rim & tissue, np.ones((3, 3, 3), bool))
    if count:
        sizes = np.bincount(labels.ravel())[1:]
        floor = max(3, 0.01 * rim.sum())
        exits = int((sizes >= floor).sum())
        largest = float(sizes.max() / max(rim.sum(), 1))
    around = image[shell & zone] if (shell & zone).any() else image[shell]
    return {
        "shell_tissue": float(tissue[shell].mean()) if shell.any() else 0.0,
        "shell_near_tissue": float(tissue[near_shell].mean()) if near_shell.any() else 0.0,
        "exits": min(6.0, float(exits)),
        "largest_exit": largest,
        "contrast": float(np.median(image[mask]) - np.median(around)) if around.size else 0.0,
    }
