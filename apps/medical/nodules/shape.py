"""What a region looks like: size, roundness, extent and drift along z, and what surrounds it.

The figures part a ball from a tube: a vessel is long for its width, drifts from slice to slice, and goes on as tissue
beyond its end caps; a piece of the chest wall or the diaphragm's dome has tissue all along one side.

Shapes: Z slices, Y rows, X columns, N regions, F features.
"""

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
    map_ZYX: np.ndarray,
    image_ZYX: np.ndarray,
    zone_ZYX: np.ndarray,
    spacing_mm: tuple[float, float, float],
    root_voxels: int,
) -> np.ndarray:
    """The features of one region, float64 ``[F]``, in the order of ``FEATURES``.

    Args:
        region: The region.
        map_ZYX: P(nodule).
        image_ZYX: Scaled intensities.
        zone_ZYX: The search zone.
        spacing_mm: (z, y, x).
        root_voxels: Size of the region's root.
    """
    spacing = np.asarray(spacing_mm, np.float64)
    grow = np.ceil(REACH_MM / spacing).astype(int)
    window, inner = [], []
    for part, more, size in zip(region.box, grow, map_ZYX.shape, strict=True):
        low, high = max(0, part.start - more), min(size, part.stop + more)
        window.append(slice(low, high))
        inner.append(slice(part.start - low, part.stop - low))
    box = tuple(window)
    image, seen, zone = image_ZYX[box], map_ZYX[box], zone_ZYX[box]
    mask = np.zeros(image.shape, bool)
    mask[tuple(inner)] = region.mask_ZYX
    points = np.argwhere(mask)
    volume = len(points) * float(np.prod(spacing))
    deviations = _moments(points, spacing)
    # A solid ellipsoid's semi-axes are sqrt(5) standard deviations.
    ellipsoid = 4 / 3 * np.pi * np.prod(np.sqrt(5) * deviations)
    # Log-odds: where probabilities are all near 1 they still tell regions apart.
    probabilities = np.clip(seen[mask].astype(np.float64), 1e-4, 1 - 1e-4)
    logits = np.log(probabilities / (1 - probabilities))

    slices = np.unique(points[:, 0])
    per_slice = [points[points[:, 0] == z][:, 1:] for z in slices]
    sums = [float(seen[z][mask[z]].sum()) for z in slices]
    best = int(np.argmax(sums))
    flat = per_slice[best]
    flat_deviations = _moments(np.column_stack([np.zeros(len(flat)), flat]), np.array([1e-3, *spacing[1:]]))[:2]
    ellipse = np.pi * 4 * flat_deviations[0] * flat_deviations[1]
    area = len(flat) * spacing[1] * spacing[2]
    in_plane = 2 * np.sqrt(area / np.pi)
    extent = (slices[-1] - slices[0] + 1) * spacing[0]
    centres = np.array([part.mean(0) * spacing[1:] for part in per_slice])
    if len(slices) > 1:
        slope = np.polyfit(slices * spacing[0], centres, 1, w=np.sqrt([len(part) for part in per_slice]))[0]
        drift = float(np.hypot(*slope))
    else:
        drift = 0.0

    tissue = image > TISSUE
    caps = []
    for end, direction in ((slices[0], -1), (slices[-1], 1)):
        near = max(1, round(CAP_MM[0] / spacing[0]))
        far = max(near, int(CAP_MM[1] / spacing[0]))
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
    values = image[mask]
    around = image[shell & zone] if (shell & zone).any() else image[shell]
    log_volume = np.log(volume)
    return np.array(
        [
            log_volume,
            (log_volume - 6.5) ** 2,
            float(logits.max()),
            float(logits.mean()),
            float(logits[points[:, 0] == slices[best]].mean()),
            float(np.mean([seen[z][mask[z]].max() > 0.5 for z in slices])),
            min(2.0, abs(np.log(extent / max(in_plane, 1e-3)))),
            np.log(deviations[0] / deviations[1]),
            np.log(deviations[1] / deviations[2]),
            min(1.5, volume / ellipsoid),
            np.log(flat_deviations[0] / flat_deviations[1]),
            min(1.5, area / ellipse),
            min(3.0, drift),
            max(caps),
            min(caps),
            float(tissue[shell].mean()) if shell.any() else 0.0,
            float(tissue[near_shell].mean()) if near_shell.any() else 0.0,
            min(6.0, float(exits)),
            largest,
            float(np.median(values) - np.median(around)) if around.size else 0.0,
            float((values > DENSE).mean()),
            np.log(len(points) / max(root_voxels, 1)),
        ],
        np.float64,
    )
