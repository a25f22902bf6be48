"""Image a scene: densities with partial volume, the blur of the reconstruction kernel, and its noise."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from apps.demo.chest.anatomy import Anatomy, Tube
from apps.demo.chest.bones import paint_midline_bones, paint_wall_bones, rib_fall
from apps.demo.chest.grid import Refiner
from apps.demo.chest.heart import paint_heart
from apps.demo.chest.paint import AIR_HU, brighten_tubes, lay_tubes, shares
from apps.demo.chest.scene import Scene
from apps.demo.chest.shapes import cover

FAT_HU = -103.0
PIXEL_BLUR = 0.62  # standard deviation of the kernel's blur, in pixels
Tick = Callable[[float], None]


def image(scene: Scene, *, noise: bool = True, nodules: bool = True, tick: Tick | None = None) -> np.ndarray:
    """The scan of a scene.

    Args:
        scene: What is imaged.
        noise: False leaves out lung texture, noise and blur, so that shares of voxels can be read off.
        nodules: False leaves them out.
        tick: Told the share that is done; may raise.

    Returns:
        int16 HU ``(Z, Y, X)``, z rising.
    """
    volume = np.empty(scene.grid.size, np.float32)
    lung = np.empty(scene.grid.size, np.uint8)
    _soft_tissue_and_bone(scene, volume, lung, noise, tick)
    _vessels_and_airways(scene, volume)
    if tick:
        tick(0.75)
    if nodules:
        for nodule in scene.nodules:
            _nodule(scene, volume, lung, nodule)
    return _reconstruct(scene, volume, noise, tick)


def _soft_tissue_and_bone(scene: Scene, volume: np.ndarray, lung: np.ndarray, noise: bool, tick: Tick | None) -> None:
    person, grid, fields = scene.person, scene.grid, scene.fields
    fine = Refiner(grid, scene.sampling.factor)
    pixel = grid.spacing[2]
    x, y = grid.x.ravel(), grid.y.ravel()
    fall, angle = rib_fall(person, x[None, :], y[:, None])
    rng = np.random.default_rng([person.seed, 5])
    texture = _coarse_texture(scene, rng) if noise else None
    mottle = _mottle(scene, rng)
    for k, z in enumerate(grid.z.ravel().tolist()):
        body = fine(fields.body[k])
        cage = fine(fields.cage[k])
        layer = _couch(x, y, body, person)
        wide = 1.1 * pixel
        layer += cover(body, wide) * (18 - layer)
        layer += cover(body + 2.0, wide) * (FAT_HU - layer)
        grain = fine(mottle[k])
        _muscle(layer, person, z, fine(fields.muscle[k]), cage, grain, angle, wide)
        hollow = cover(cage, wide)
        layer += hollow * (FAT_HU + 6 - layer)
        _abdomen(layer, scene, fine, k, grain, wide)
        paint_heart(layer, person, z, x, y, grain, wide)
        paint_wall_bones(layer, person, z, cage, fall, angle, pixel)
        paint_midline_bones(layer, person, z, x, y, pixel, grid.spacing[0])
        share = cover(fine(fields.lung[k]), fine(fields.lung_edge[k]) * max(1.0, pixel))
        inside = np.flatnonzero(share > 0)
        if len(inside):
            dark = _parenchyma(scene, fine, k, y, texture)
            layer += share * (dark - layer)
        lung[k] = np.round(share * 255)
        volume[k] = layer
        if tick and k % 8 == 0:
            tick(0.6 * k / grid.size[0])


def _couch(x: np.ndarray, y: np.ndarray, body: np.ndarray, person: Anatomy) -> np.ndarray:
    """Air and the table under the patient, hollowed to the back."""
    _, depth, middle = person.body(np.float64(0.4 * person.lung_height))
    top = float(middle + depth) + 5 - 0.0011 * x[None, :] ** 2
    below = y[:, None] - top
    layer = np.full(body.shape, AIR_HU, np.float32)
    for at, hu in ((1.5, -330.0), (24.0, -420.0)):
        layer += cover(np.abs(below - at) - 1.2, 1.2) * (hu - AIR_HU)
    foam = cover(np.abs(below - 12.7) - 10, 1.2)
    return layer + foam * 32


def _muscle(
    layer: np.ndarray,
    person: Anatomy,
    z: float,
    muscle: np.ndarray,
    cage: np.ndarray,
    grain: np.ndarray,
    angle: np.ndarray,
    wide: float,
) -> None:
    """Muscles of the wall with the fat planes between them, and the fat of the armpits."""
    height = float(person.height_share(np.float64(z)))
    hu = person.muscle_hu + 0.9 * grain
    for number, (depth, bend) in enumerate(((12.5, 2.0), (21.0, -3.0), (34.0, 5.0))):
        seam = cage - depth - bend * np.sin((2.2 + number) * angle + 0.03 * z + number) - 0.25 * grain
        strength = np.clip(0.3 + np.sin((1.7 - 0.3 * number) * angle + number + 0.015 * z) + 0.06 * grain, 0, 1)
        hu = hu - 95 * strength * np.exp(-((seam / 1.2) ** 2))
    share = cover(muscle, wide)
    deep = np.clip((cage - 26) / 8, 0, 1)
    pit = float(np.exp(-(((height - 0.8) / 0.22) ** 2))) * np.exp(-(((angle - 1.75) / 0.42) ** 2)) * deep
    front = np.clip((cage - 22) / 6, 0, 1) * np.clip((angle - 2.2) / 0.3, 0, 1) * (0.35 if height > 0.6 else 0.0)
    fatty = np.clip(1.5 * pit + front + 0.012 * (grain - 6), 0, 1)
    layer += share * (hu * (1 - fatty) + FAT_HU * fatty - layer)


def _abdomen(layer: np.ndarray, scene: Scene, fine: Refiner, k: int, grain: np.ndarray, wide: float) -> None:
    fields, person = scene.fields, scene.person
    soft = wide + 0.7 * scene.grid.spacing[0]
    for field, hu, rough in (
        (fields.liver, person.liver_hu, 0.25),
        (fields.spleen, person.liver_hu * 0.94, 0.25),
        (fields.stomach, 32.0, 1.2),
    ):
        if field[k].min() < 2:
            layer += cover(fine(field[k]), soft) * (hu + rough * grain - layer)
    if fields.gas[k].min() < 2:
        layer += cover(fine(fields.gas[k]), soft) * (AIR_HU + 20 - layer)


def _parenchyma(scene: Scene, fine: Refiner, k: int, y: np.ndarray, texture: "_Texture | None") -> np.ndarray:
    person = scene.person
    slope = person.gravity_hu * (y[:, None] - 10) / (2 * person.cage_half_depth)
    dark = np.float32(person.lung_hu) + slope.astype(np.float32)
    dark = np.broadcast_to(dark, scene.grid.size[1:])
    if texture is None:
        return dark
    oblique, level = fine(scene.fields.oblique[k]), fine(scene.fields.level[k])
    line = 95 * np.exp(-((oblique / 0.85) ** 2))
    right = (scene.grid.x.ravel() < -22)[None, :] & (oblique < 0)
    rough = np.abs(texture.fine.standard_normal(dark.shape, dtype=np.float32)) ** 3
    return dark + line + 60 * np.exp(-((level / 0.9) ** 2)) * right + fine(texture.patches[k]) + 13 * (rough - 1.6)


@dataclass(frozen=True, slots=True)
class _Texture:
    """Patches on the coarse grid (HU), and the source of the specks of vessels too small to be drawn."""

    patches: np.ndarray
    fine: np.random.Generator


def _coarse_texture(scene: Scene, rng: np.random.Generator) -> _Texture:
    """Lobules and patches of air: correlated noise of two lengths, HU."""
    out = np.zeros(scene.coarse.size, np.float32)
    spacing = np.array(scene.coarse.spacing)
    for length, strength in ((2.6, 15.0), (11.0, 9.0)):
        white = rng.standard_normal(scene.coarse.size, dtype=np.float32)
        smooth = ndimage.gaussian_filter(white, length / spacing, mode="wrap", truncate=3)
        out += smooth * np.float32(strength / smooth.std())
    return _Texture(out, np.random.default_rng([scene.person.seed, 7]))


def _mottle(scene: Scene, rng: np.random.Generator) -> np.ndarray:
    """Unevenness of soft tissue, about 6 HU."""
    white = rng.standard_normal(scene.coarse.size, dtype=np.float32)
    smooth = ndimage.gaussian_filter(white, 5.0 / np.array(scene.coarse.spacing), mode="wrap", truncate=3)
    return smooth * np.float32(6.0 / smooth.std())


def _vessels_and_airways(scene: Scene, volume: np.ndarray) -> None:
    person, grid, trees = scene.person, scene.grid, scene.trees
    central = person.tubes()
    lay_tubes(volume, grid, central["gullet"], 36.0)
    lay_tubes(volume, grid, central["blood"], person.blood_hu)
    brighten_tubes(volume, grid, (*trees.arteries, *trees.veins), person.blood_hu, person.lung_hu)
    lay_tubes(volume, grid, central["airway"], 40.0, widen=1.4)
    seen = [tube for tube in trees.airways if tube.radius_end > 0.3 * grid.spacing[2]]
    for tube in seen:
        brighten_tubes(volume, grid, [tube], 30.0, person.lung_hu, widen=0.4 + 0.13 * tube.radius_start)
    lay_tubes(volume, grid, [*central["airway"], *seen], AIR_HU)
    _collar_bones(scene, volume)


def _collar_bones(scene: Scene, volume: np.ndarray) -> None:
    person = scene.person
    height = person.lung_height
    _, depth, middle = person.cage(np.float64(0.9 * height))
    front = float(middle - depth)
    for side in (-1, 1):
        stops = [
            (side * 20.0, front - 5, 0.9 * height),
            (side * 62.0, front - 2, 0.97 * height),
            (side * 128.0, front + 34, 1.05 * height),
        ]
        for radius, hu in ((6.4, 820.0), (4.6, person.trabecular_hu + 60)):
            bone = [Tube(a, b, radius, radius) for a, b in zip(stops[:-1], stops[1:], strict=True)]
            lay_tubes(volume, scene.grid, bone, hu)


def _nodule(scene: Scene, volume: np.ndarray, lung: np.ndarray, nodule) -> None:
    middle = np.array(nodule.middle)
    drawn = shares(scene.grid, middle - nodule.reach, middle + nodule.reach, nodule.whole, samples=5)
    if drawn is None:
        return
    box, share = drawn
    if nodule.at_wall:
        share = share * (lung[box] / np.float32(255))
        volume[box] += share * (nodule.density_hu - volume[box])
    else:
        behind = scene.person.lung_hu
        volume[box] = np.maximum(volume[box], behind + share * (nodule.density_hu - behind))


def _reconstruct(scene: Scene, volume: np.ndarray, noise: bool, tick: Tick | None) -> np.ndarray:
    """Blur, noise that grows towards the middle and at the shoulders, rounding and clamping."""
    person, grid = scene.person, scene.grid
    out = np.empty(grid.size, np.int16)
    rng = np.random.default_rng([person.seed, 6])
    x, y = grid.x.ravel(), grid.y.ravel()
    reach = (x[None, :] / person.cage_half_width) ** 2 + ((y[:, None] - 8) / (1.2 * person.cage_half_depth)) ** 2
    spread = (0.55 + 0.6 * np.exp(-reach)).astype(np.float32)
    for k in range(grid.size[0]):
        layer = volume[k]
        if noise:
            layer = ndimage.gaussian_filter(layer, PIXEL_BLUR, truncate=3)
            white = rng.standard_normal(layer.shape, dtype=np.float32)
            fine = ndimage.gaussian_filter(white, 0.62, truncate=3)
            grain = fine - 0.55 * ndimage.uniform_filter(fine, 5)
            shoulders = 1 + 0.5 * float(np.clip((person.height_share(grid.z.ravel()[k]) - 0.78) / 0.2, 0, 1))
            layer = layer + grain * spread * np.float32(person.noise_hu * shoulders / 0.42)
        out[k] = np.clip(np.round(layer), -1024, 3071)
        if tick and k % 8 == 0:
            tick(0.8 + 0.2 * k / grid.size[0])
    return out
