"""From scaled slices to scored candidates: dense maps of both folds, regions, linking scores, vectors.

Shapes: Z slices, Y rows, X columns of the working grid; K folds, N candidates, T tokens of a candidate, C features of
a token, D = T * C.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from apps.medical.nodules.dense import BATCH_PIXELS, look, planes_of, probability_map
from apps.medical.nodules.linking import LinkWeights, allowed, centre_of, choose, sigmoid, tubular
from apps.medical.nodules.place import LungBox
from apps.medical.nodules.regions import Region, regions_of, root_sizes
from apps.medical.nodules.shape import FEATURES, features_of
from apps.medical.nodules.stem import COARSE, Part, Stem, padded, pooled

CONTEXT_MM = (0.0, -7.5, -5.0, -2.5, 2.5, 5.0, 7.5)
"""Nominal heights of a candidate's tokens: its best slice first, then context, counted from its lowest slice down and
from its highest slice up, see ``token_slices``."""
CROP = 48
MOST_CANDIDATES = 96
MOST_REGIONS = 1500

TOKENS = len(CONTEXT_MM)


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What is searched for nodules: a whole CT, or a part of one.

    Attributes:
        image_ZYX: Scaled slices on the working grid.
        zone_ZYX: The search zone there.
        spacing_mm: (z, y, x).
        masked_ZYX: Regions that touch this are left out.
        lungs: Their box on this grid, which may reach beyond the window. Without it places are not known.
    """

    image_ZYX: np.ndarray
    zone_ZYX: np.ndarray
    spacing_mm: tuple[float, float, float]
    masked_ZYX: np.ndarray | None = None
    lungs: LungBox | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CandidateDescription:
    """Candidates of one window as one fold describes them to the core.

    Attributes:
        features_ND: Tokens side by side, ``reshape(N, TOKENS, -1)`` parts them, best slice first; zeros past the ends.
        place_mm_N3: In the lungs, see ``place.LungBox.place_of``; NaN where it is not known.
        spacing_mm: (z, y, x) of the grid.
        score_N: Log-odds of the linking score.
    """

    features_ND: np.ndarray
    place_mm_N3: np.ndarray
    spacing_mm: tuple[float, float, float]
    score_N: np.ndarray


Rescorer = Callable[[CandidateDescription], np.ndarray]
"""The core's second look: the probability of each candidate, ``[N]``."""


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One of the two cross-fitted folds: a network and the linking weights fitted with it."""

    name: str
    stem: Stem
    link: LinkWeights


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What may be a nodule, best first.

    Attributes:
        regions: Parts of the averaged map.
        centre_N3: Continuous working voxel (z, y, x).
        logit_KN: Linking scores of each fold.
        vector_KND: Tokens of each fold's stem.
        place_mm_N3: In the lungs, see ``place.LungBox.place_of``; NaN where it is not known.
        map_ZYX: Averaged P(nodule).
        spacing_mm: (z, y, x) of the working grid.
        at_most: The number of candidates at which the others were left out; None where there were no others.
    """

    regions: list[Region]
    centre_N3: np.ndarray
    logit_KN: np.ndarray
    vector_KND: np.ndarray
    place_mm_N3: np.ndarray
    map_ZYX: np.ndarray
    spacing_mm: tuple[float, float, float]
    at_most: int | None = None

    def __len__(self) -> int:
        return len(self.regions)

    def description(self, fold: int) -> CandidateDescription:
        """What a fold's head of the core is given."""
        return CandidateDescription(self.vector_KND[fold], self.place_mm_N3, self.spacing_mm, self.logit_KN[fold])

    def probability(self, rescorers: Sequence[Rescorer] | None = None) -> np.ndarray:
        """P(nodule) of each candidate, the mean over the folds, ``[N]``.

        Args:
            rescorers: For each fold the core's second look; without it the linking score is the probability.
        """
        if not len(self):
            return np.zeros(0)
        if rescorers is None:
            return sigmoid(self.logit_KN).mean(0)
        return np.mean([rescorer(self.description(fold)) for fold, rescorer in enumerate(rescorers)], axis=0)


def find_candidates(
    folds: Sequence[Fold],
    window: Window,
    *,
    vectors: bool = True,
    tick: Callable[[float], None] | None = None,
) -> Candidates:
    """All candidates of a window.

    Args:
        folds: One fold, to judge it, or both, averaged.
        window: What is searched.
        vectors: Whether the stems' vectors are wanted.
        tick: Called with the fraction done.
    """
    share = 0.9 / len(folds)
    maps = []
    for number, fold in enumerate(folds):
        step = None if tick is None else (lambda done, n=number: tick((n + done) * share))
        maps.append(probability_map(fold.stem, window.image_ZYX, window.zone_ZYX, window.spacing_mm[0], tick=step))
    mean_ZYX = maps[0] if len(maps) == 1 else np.mean(maps, axis=0)
    after = None if tick is None else (lambda done: tick(0.9 + 0.06 * done))
    regions, features_KNF = regions_with_features(mean_ZYX, maps, window, most=MOST_REGIONS, tick=after)
    logit_KN = np.array([fold.link.logit(part) for fold, part in zip(folds, features_KNF, strict=True)])
    order = choose(regions, logit_KN.mean(0), window.spacing_mm, MOST_CANDIDATES + 1) if regions else []
    full = len(order) > MOST_CANDIDATES
    order = order[:MOST_CANDIDATES]
    too_long = tubular(features_KNF.mean(0))
    order = [index for index in order if not too_long[index]]
    kept = [regions[index] for index in order]
    centres = np.array([centre_of(region) for region in kept]).reshape(-1, 3)
    vector_KND = np.zeros((len(folds), len(kept), 0), np.float32)
    if vectors:
        vector_KND = np.array(
            [
                vectors_of(fold.stem, window.image_ZYX, map_ZYX, kept, window.spacing_mm[0])
                for fold, map_ZYX in zip(folds, maps, strict=True)
            ]
        )
    return Candidates(
        regions=kept,
        centre_N3=centres,
        logit_KN=logit_KN[:, order].reshape(len(folds), -1),
        vector_KND=vector_KND,
        place_mm_N3=np.full(centres.shape, np.nan) if window.lungs is None else window.lungs.place_of(centres),
        map_ZYX=mean_ZYX,
        spacing_mm=window.spacing_mm,
        at_most=MOST_CANDIDATES if full else None,
    )


def regions_with_features(
    mean_ZYX: np.ndarray,
    maps: Sequence[np.ndarray],
    window: Window,
    *,
    most: int | None = None,
    tick: Callable[[float], None] | None = None,
) -> tuple[list[Region], np.ndarray]:
    """The regions of a map that are short enough and touch nothing masked, and what each looks like on some maps.

    Args:
        mean_ZYX: P(nodule), whose regions they are.
        maps: P(nodule) by each fold.
        window: What the maps are of.
        most: Keep so many, those with the largest sum of probabilities; all where not given.
        tick: Called with the fraction done.

    Returns:
        The regions, and their features on each of the maps, ``[K, N, F]``.
    """
    parts = regions_of(mean_ZYX, window.spacing_mm)
    root_size = root_sizes(parts)
    regions = [region for region in parts if allowed(region, window.spacing_mm)]
    masked_ZYX = window.masked_ZYX
    if masked_ZYX is not None:
        regions = [region for region in regions if not (masked_ZYX[region.box] & region.mask_ZYX).any()]
    if most is not None and len(regions) > most:
        sums = [float(mean_ZYX[region.box][region.mask_ZYX].sum()) for region in regions]
        regions = [regions[index] for index in sorted(np.argsort(sums)[::-1][:most])]
    rows = []
    for done, region in enumerate(regions):
        size = root_size[region.root]
        rows.append(features_of(region, maps, window.image_ZYX, window.zone_ZYX, window.spacing_mm, size))
        if tick is not None and done % 32 == 0:
            tick(done / len(regions))
    return regions, np.array(rows).reshape(len(regions), len(maps), len(FEATURES)).transpose(1, 0, 2)


def vectors_of(
    stem: Stem, image_ZYX: np.ndarray, map_ZYX: np.ndarray, regions: Sequence[Region], slice_mm: float
) -> np.ndarray:
    """The tokens of candidates, each candidate's side by side, float32 ``[N, T * C]``.

    The first token is pooled over the region in its best slice; the others, in slices below and above its ends (see
    ``token_slices``), over the region's projection. Past the volume's ends a token is zero. Slices of one size,
    whose features are wanted equally far from the edges, go through the network together.
    """
    vector_NTC = np.zeros((len(regions), TOKENS, stem.features()), np.float32)
    alike: dict[tuple[tuple[int, ...], int], list[_Token]] = {}
    for number, region in enumerate(regions):
        for token in _tokens_of(number, region, image_ZYX.shape, map_ZYX, slice_mm):
            alike.setdefault((token.weight_YX.shape, token.inset), []).append(token)
    for ((rows, columns), inset), tokens in alike.items():
        part = (slice(inset, rows - inset), slice(inset, columns - inset))
        together = max(1, BATCH_PIXELS // (rows * columns))
        for start in range(0, len(tokens), together):
            some = tokens[start : start + together]
            output = look(stem, [planes_of(image_ZYX, token.z, token.box, slice_mm) for token in some], part)
            for token, fine_CYX, coarse_CYX in zip(some, output.fine_BCYX, output.coarse_BCYX, strict=True):
                weight_YX = torch.from_numpy(token.weight_YX[part])
                vector_NTC[token.candidate, token.number] = pooled(fine_CYX, coarse_CYX, weight_YX).numpy()
    return vector_NTC.reshape(len(regions), TOKENS * stem.features())


@dataclass(frozen=True, slots=True, eq=False)
class _Token:
    """One slice of a candidate: where it is cut out, and what is averaged there.

    Attributes:
        candidate: Number of the candidate.
        number: Of the token, from 0.
        z: The slice.
        box: Rows and columns.
        weight_YX: 1 where the candidate's features are averaged, else 0, of the size that the stem takes.
        inset: How far from each edge of the cut-out the features are wanted, a multiple of 4.
    """

    candidate: int
    number: int
    z: int
    box: Part
    weight_YX: np.ndarray
    inset: int


def _tokens_of(
    candidate: int, region: Region, shape: tuple[int, ...], map_ZYX: np.ndarray, slice_mm: float
) -> Iterator[_Token]:
    """The tokens of a candidate that lie inside a volume of this shape."""
    z0 = region.box[0].start
    sums = [float(map_ZYX[z0 + k][region.box[1:]][mask].sum()) for k, mask in enumerate(region.mask_ZYX)]
    best = z0 + int(np.argmax(sums))
    projection = region.mask_ZYX.any(0)
    row = (region.box[1].start + region.box[1].stop) // 2
    column = (region.box[2].start + region.box[2].stop) // 2
    half = max(CROP // 2, (max(projection.shape) // 2 // 8 + 1) * 8)
    box = (
        slice(max(0, row - half), min(shape[1], row + half)),
        slice(max(0, column - half), min(shape[2], column + half)),
    )
    top, left = region.box[1].start - box[0].start, region.box[2].start - box[1].start
    size = padded(box[0].stop - box[0].start, box[1].stop - box[1].start)
    nearest = min(top, left, size[0] - top - projection.shape[0], size[1] - left - projection.shape[1])
    inset = nearest // COARSE * COARSE
    for number, z in enumerate(token_slices(z0, region.box[0].stop - 1, best, slice_mm)):
        if 0 <= z < shape[0]:
            weight = np.zeros(size, np.float32)
            seen = region.mask_ZYX[z - z0] if z == best else projection
            weight[top : top + seen.shape[0], left : left + seen.shape[1]] = seen
            yield _Token(candidate, number, z, box, weight, inset)


def token_slices(lowest: int, highest: int, best: int, slice_mm: float) -> list[int]:
    """The slice of each token, in the order of ``CONTEXT_MM``; some may lie past the volume's ends.

    Context is counted from the candidate's own end slices, in whole slices and at least one: a token stands as far from
    the best slice as its nominal height says only where the best slice is the end and the spacing divides the height,
    and where slices are thick two tokens are the same slice (at 3 mm those of 5 and 7.5 mm, on either side).

    Args:
        lowest: First slice of the candidate.
        highest: Its last slice.
        best: The slice of the first token.
        slice_mm: Distance of the slices.
    """
    slices = []
    for mm in CONTEXT_MM:
        if mm == 0:
            slices.append(best)
        elif mm < 0:
            slices.append(lowest + min(-1, round(mm / slice_mm)))
        else:
            slices.append(highest + max(1, round(mm / slice_mm)))
    return slices
