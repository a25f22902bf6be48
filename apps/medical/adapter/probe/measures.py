"""What a sceptic would try first: five simple measures of an image, and boosting.

Shapes: N images, Y, X pixels.
"""

import numpy as np
from scipy import ndimage

MEASURES = ("area", "contrast", "brightness", "elongation", "roughness")
_MIDDLE = 9
"""Pixels from the middle within which the spot is looked for."""


def measured(pixels_NYX: np.ndarray) -> np.ndarray:
    """Of the bright spot nearest to the middle of each image: area, contrast to what surrounds it, brightness,
    elongation and the spread of its edge, ``[N, 5]``; zeros where there is no spot.

    Args:
        pixels_NYX: 0 to 1, lung near 0.17 and tissue near 0.72.
    """
    return np.stack([_of_one(pixels_YX) for pixels_YX in pixels_NYX])


def _of_one(pixels_YX: np.ndarray) -> np.ndarray:
    smooth = ndimage.gaussian_filter(pixels_YX, 1.0)
    edge = len(smooth)
    yy, xx = np.mgrid[:edge, :edge] - (edge - 1) / 2
    near = np.hypot(yy, xx) <= _MIDDLE
    lung = float(np.percentile(smooth, 30))
    threshold = (lung + float(smooth[near].max())) / 2
    labels, count = ndimage.label(smooth > threshold)
    inside = labels[near]
    if not count or not inside.any():
        return np.zeros(len(MEASURES))
    spot = labels == np.bincount(inside[inside > 0]).argmax()
    ring = ndimage.binary_dilation(spot, iterations=3) & ~spot
    rows, columns = np.nonzero(spot)
    spread = np.linalg.eigvalsh(np.cov(np.stack([rows, columns]))) if len(rows) > 2 else np.ones(2)
    slope = ndimage.gaussian_gradient_magnitude(pixels_YX, 1.0)
    rim = spot & ~ndimage.binary_erosion(spot)
    return np.array(
        [
            np.log(spot.sum()),
            pixels_YX[spot].mean() - (pixels_YX[ring].mean() if ring.any() else 0.0),
            pixels_YX[spot].mean(),
            np.sqrt(max(spread[1], 1e-6) / max(spread[0], 0.1)),
            slope[rim].std(),
        ]
    )


def boosted(train_NM: np.ndarray, label_N: np.ndarray, other_NM: np.ndarray, seed: int) -> np.ndarray:
    """Probabilities by gradient boosting, fitted on some cases, for others."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(learning_rate=0.05, max_iter=200, max_leaf_nodes=15, random_state=seed)
    return model.fit(train_NM, label_N).predict_proba(other_NM)[:, 1]
