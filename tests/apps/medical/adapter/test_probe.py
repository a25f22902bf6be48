"""The probe judges as it says, and what it trains learns from images that a nodule alone tells apart."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from apps.medical.adapter.pictures import RATINGS
from apps.medical.adapter.probe.__main__ import plain_reader, probe
from apps.medical.adapter.probe.examples import Images, changed, images_of
from apps.medical.adapter.probe.fitting import fit
from apps.medical.adapter.probe.judging import agreement, area, area_under, gain, mean_agreement, questions
from apps.medical.adapter.probe.measures import boosted, measured
from apps.medical.adapter.probe.readers import CoreReader, PlainReader, said
from apps.medical.adapter.recipe import ImageRecipe
from core_model.config import CoreConfig
from core_model.core import Core

QUICK = ImageRecipe(patch=4, channels=4, plain_epochs=6, plain_rate=5e-3, epochs=2, layers=2, batch=16, shift=1)


def made(count=128, seed=0):
    """Half of the images hold a disc, the others a bar; larger discs are more suspicious."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:24, :24] - 12
    pixels, inside, rating = [], [], []
    for number in range(count):
        radius = rng.uniform(3, 6)
        image = rng.normal(0.2, 0.03, (24, 24))
        shape = x**2 + y**2 <= radius**2 if number % 2 else (np.abs(x) <= 1) & (np.abs(y) < 11)
        image[shape] = 0.7
        pixels.append(np.clip(image, 0, 1))
        inside.append(shape & bool(number % 2))
        rating.append([radius - 1.5 if number % 2 else np.nan] * len(RATINGS))
    return Images(
        torch.tensor(np.stack(pixels), dtype=torch.float32),
        torch.tensor(np.stack(inside), dtype=torch.float32),
        torch.ones(count, 24, 24),
        torch.arange(count) % 2,
        torch.tensor(rating, dtype=torch.float32),
        np.array([f"P{number // 4}" for number in range(count)]),
    )


def test_the_area_is_the_share_of_pairs_in_order():
    score, label = np.array([3.0, 1.0, 2.0, 2.0]), np.array([1, 0, 1, 0])
    assert area_under(score, label) == (1 + 1 + 1 + 0.5) / 4
    assert np.isnan(area_under(score, np.ones(4)))
    one = area(score, label, np.array(["a", "b", "c", "d"]), draws=200)
    assert (one.value, one.cases, one.positives, one.patients) == (0.875, 4, 2, 4)
    assert one.low <= one.value <= one.high
    better = gain(label.astype(float), 1.0 - label, label, np.array(["a", "b", "c", "d"]), draws=200)
    assert (better["value"], better["low"], better["high"]) == (1.0, 1.0, 1.0)


def test_outlines_agree_by_dice_over_the_pixels_that_count():
    one = np.zeros((3, 2, 4), bool)
    other, counted = one.copy(), ~one
    one[0, 0, :3], other[0, 0, 1:] = True, True
    assert agreement(one, other, counted).tolist() == [4 / 6, 1.0, 1.0]
    counted[0, 0, 0] = False
    assert agreement(one, other, counted).tolist() == [4 / 5, 1.0, 1.0]
    mean = mean_agreement(np.array([0.5, 1.0, 0.6]), np.array(["a", "a", "b"]))
    assert mean["value"] == pytest.approx(0.7)
    assert mean["low"] == pytest.approx(0.6)
    assert mean["high"] == pytest.approx(0.75)


def test_suspicion_is_asked_of_nodules_that_are_above_or_below_the_middle():
    images = made(8)
    suspicion = images.rating_NK.clone()
    suspicion[:, RATINGS.index("malignancy")] = torch.tensor([np.nan, 3.0, np.nan, 4.5, np.nan, 1.0, np.nan, 3.5])
    index, truth = questions(replace(images, rating_NK=suspicion))["suspicion"]
    assert (index.tolist(), truth.tolist()) == ([3, 5, 7], [1, 0, 1])


def test_changes_move_the_outline_with_the_image_and_leave_the_label():
    images = made(32)
    moved = changed(images, 2, torch.Generator().manual_seed(1))
    assert torch.equal(moved.label_N, images.label_N)
    assert not torch.equal(moved.inside_NYX, images.inside_NYX)
    for pixels, inside, label in zip(moved.pixels_NYX, moved.inside_NYX, moved.label_N, strict=True):
        if label:
            assert float(pixels[inside == 1].mean() - pixels[inside == 0].mean()) > 0.3
    again = changed(images, 2, torch.Generator().manual_seed(1))
    assert torch.equal(moved.pixels_NYX, again.pixels_NYX)


def test_the_columns_of_a_source_become_images_of_one_split():
    arrays = {name: np.full((3, 4, 4), 51, np.uint8) for name in ("fields", "masks", "counted")}
    columns = {name: [2.0, None, 6.0] for name in RATINGS}
    columns |= {"split": ["train", "train", "validation"], "label": [1, 0, 1], "identity": ["a", "a", "b"]}
    found = images_of(arrays, columns, "train")
    assert len(found) == 2
    assert float(found.pixels_NYX[0, 0, 0]) == pytest.approx(0.2)
    assert found.rating_NK[0].tolist() == pytest.approx([2.0] * 6 + [1.8])
    assert bool(found.rating_NK[1].isnan().all())
    assert images_of(arrays, columns, "validation").rating_NK[0, -1] == 5.0


def test_measures_tell_a_disc_from_a_bar():
    train, other = made(96), made(64, seed=1)
    of_train, of_other = measured(train.pixels_NYX.numpy()), measured(other.pixels_NYX.numpy())
    disc, bar = of_train[1], of_train[0]
    assert np.exp(disc[0]) == pytest.approx(int(train.inside_NYX[1].sum()), rel=0.3)
    assert disc[1] == pytest.approx(0.5, abs=0.15)
    assert bar[3] > 3 > disc[3]
    score = boosted(of_train, train.label_N.numpy(), of_other, 0)
    assert area_under(score, other.label_N.numpy()) > 0.98
    assert measured(np.zeros((1, 24, 24))).tolist() == [[0.0] * 5]


def test_a_plain_net_learns_and_the_core_goes_on_from_its_stem():
    torch.manual_seed(0)
    train, other, log = made(), made(64, seed=1), []
    plain = PlainReader(QUICK)
    fit(plain, train, QUICK, QUICK.plain_epochs, 0, log.append)
    assert len(log) == QUICK.plain_epochs
    assert area_under(said(plain, other)[0].numpy(), other.label_N.numpy()) > 0.95
    core = Core(CoreConfig.tiny())
    before = {name: tensor.clone() for name, tensor in core.state_dict().items()}
    reader = CoreReader(core, QUICK, plain.stem)
    assert torch.equal(core.image.stem.levels[0][0].weight, plain.stem.levels[0][0].weight)
    fit(reader, train, QUICK, QUICK.epochs, 0, log.append)
    assert area_under(said(reader, other)[0].numpy(), other.label_N.numpy()) > 0.9
    changed_names = {name for name, tensor in core.state_dict().items() if not torch.equal(tensor, before[name])}
    assert any(".groups.vision." in name for name in changed_names)
    assert all(
        name.startswith("image.") or ".groups.vision." in name or name == "modality_MD" for name in changed_names
    ), "of the core only what reads images learns"


def test_a_plain_net_is_kept_for_the_same_images_settings_and_seed_alone(tmp_path):
    quick, train, log = replace(QUICK, plain_epochs=1), made(32), []
    first = plain_reader(train, quick, 0, tmp_path, log.append)
    again = plain_reader(train, replace(quick, epochs=7), 0, tmp_path, log.append)
    assert len(log) == 1
    for one, other in zip(first.parameters(), again.parameters(), strict=True):
        assert torch.equal(one, other)
    plain_reader(train, quick, 1, tmp_path, log.append)
    plain_reader(train, replace(quick, shift=2), 1, tmp_path, log.append)
    plain_reader(made(32, seed=2), replace(quick, shift=2), 1, tmp_path, log.append)
    assert len(log) == 4


def test_the_probe_tells_areas_and_gains_of_each_method():
    core = Core(CoreConfig.tiny())
    found = probe(made(48), made(32, seed=1), replace(QUICK, plain_epochs=1, epochs=1), 0, lambda _: core)
    assert found["areas"].keys() == {"nodule", "suspicion"}
    assert found["areas"]["nodule"].keys() == {"measures", "plain", "core"}
    assert found["gains"]["suspicion"].keys() == {"core - plain", "core - measures"}
    areas, one = found["areas"]["nodule"], found["gains"]["nodule"]["core - measures"]
    assert one["value"] == pytest.approx(areas["core"]["value"] - areas["measures"]["value"])
    assert areas["core"]["cases"] == 32
    assert found["outlines"]["plain"]["cases"] == 16


def test_a_recipe_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="positive"):
        ImageRecipe(epochs=0)
    with pytest.raises(ValueError, match="fp8"):
        ImageRecipe(precision="fp8")
    with pytest.raises(ValueError, match="rates"):
        ImageRecipe(stem_rate=0.0)
    assert ImageRecipe(**QUICK.as_dict()) == QUICK
