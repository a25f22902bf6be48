"""Untrained expert groups start as parts of what the text part knows; trained ones stay as they are."""

import torch

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.inputs.image import ImageStem
from core_model.training.joint.grow import Growth, grow, is_untrained
from core_model.training.joint.start import started, todays_shape


def half_trained() -> Core:
    torch.manual_seed(0)
    core = Core(CoreConfig.tiny())
    for block in core.layers:
        torch.nn.init.normal_(block.experts.group("text").w2_EFD)
    return core.eval()


def test_only_untrained_groups_are_started() -> None:
    core = half_trained()
    before = {name: value.clone() for name, value in core.state_dict().items()}
    grown = grow(core, Growth(seed=1))
    assert grown == [f"blocks.{layer}.{name}" for layer in range(3) for name in ("vision", "facts")]
    changed = {name for name, value in core.state_dict().items() if not torch.equal(value, before[name])}
    assert changed
    assert all(".groups.vision." in name or ".groups.facts." in name for name in changed)
    assert grow(core, Growth(seed=2)) == []


def test_experts_are_neurons_of_the_trained_net_each_other_ones() -> None:
    core = half_trained()
    grow(core, Growth(noise=0.0, output_scale=0.5))
    block = core.layers[0]
    text, vision = block.experts.group("text"), block.experts.group("vision")
    read_HD = torch.cat([block.experts.shared.up.weight, text.w1_EFD.flatten(0, 1)])
    write_HD = torch.cat([block.experts.shared.down.weight.T, text.w2_EFD.flatten(0, 1)])
    found = [int((read_HD - row_D).abs().sum(1).argmin()) for row_D in vision.w1_EFD.flatten(0, 1)]
    assert torch.equal(vision.w1_EFD.flatten(0, 1), read_HD[found])
    assert torch.equal(vision.w2_EFD.flatten(0, 1), write_HD[found] * 0.5)
    assert len(set(found)) == len(found)
    assert not is_untrained(vision)


def test_routers_tell_tokens_apart_and_one_seed_gives_one_start() -> None:
    one, other = half_trained(), half_trained()
    grow(one, Growth(seed=3)), grow(other, Growth(seed=3))
    for name, value in one.state_dict().items():
        assert torch.equal(value, other.state_dict()[name]), name
    router = one.layers[0].experts.group("vision").router
    load_E = router(torch.randn(500, one.config.width)).load_E
    assert int((load_E > 0).sum()) == len(load_E)


def test_a_stem_that_was_trained_alone_is_taken_over_and_images_are_as_loud_as_words() -> None:
    core = half_trained()
    shape = todays_shape(core.config)
    stem = ImageStem(shape.patch, shape.image_channels).state_dict()
    stem = {name: torch.randn_like(value) for name, value in stem.items()}
    before = {name: value.clone() for name, value in core.state_dict().items()}
    ready, anew = started(core, Growth(), stem)
    assert "image" in anew
    for name, value in ready.image.stem.state_dict().items():
        assert torch.equal(value, stem[name]), name
    assert all(torch.equal(value, before[name]) for name, value in core.state_dict().items())
    shown = (ready.image.project(torch.randn(4000, ready.image.stem.features)) - ready.image.project.bias).detach()
    assert 0.8 < float(shown.std() / ready.text.word_VD.detach().std()) < 1.2
