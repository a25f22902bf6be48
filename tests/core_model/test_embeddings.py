"""Images, volumes and facts become tokens that say what was asked of them, and old weights are read all the same."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch.testing import assert_close

from core_model.checkpoint import load_checkpoint, save_checkpoint
from core_model.config import CoreConfig
from core_model.core import Core
from core_model.errors import InputRejected
from core_model.inputs.facts import FactEmbedding
from core_model.inputs.image import ImageEmbedding, ImageStem, place_code
from core_model.inputs.packing import pack
from core_model.inputs.segments import FactsSegment, ImageSegment, VolumeSegment
from core_model.inputs.start import with_start_values
from core_model.inputs.volume import VolumeEmbedding
from core_model.pretrained import CARD_FILE

TINY = CoreConfig.tiny()
NAN = float("nan")


def tiny_core() -> Core:
    torch.manual_seed(0)
    core = Core(TINY).eval()
    for name, parameter in core.named_parameters():
        if name.startswith("facts.") or name == "modality_MD":
            torch.nn.init.normal_(parameter, std=0.5)
    return core


def facts(**changed: torch.Tensor) -> FactsSegment:
    return replace(
        FactsSegment(
            (torch.tensor([7]), torch.tensor([8, 9])),
            torch.tensor([120.0, -3.5]),
            torch.tensor([1000.0, NAN]),
            torch.tensor([NAN, 3.5]),
            torch.tensor([1, 2]),
            torch.tensor([0.0, -1.0]),
        ),
        **changed,
    )


def test_images_of_any_sizes_become_a_token_a_cell_and_do_not_disturb_each_other() -> None:
    torch.manual_seed(0)
    embedding = ImageEmbedding(4, 16, 4).eval()
    images = [torch.rand(9, 6), torch.rand(4, 4), torch.rand(11, 8), torch.rand(1, 13)]
    with torch.no_grad():
        together = embedding(images)
        alone = [embedding([image]) for image in images]
    assert [len(tokens) for tokens in alone] == [6, 1, 6, 4]
    assert [len(ImageSegment(image, 4)) for image in images] == [6, 1, 6, 4]
    assert_close(together, torch.cat(alone), atol=1e-5, rtol=0)


def test_a_cell_is_seen_from_nearby_only_and_moves_with_the_picture() -> None:
    torch.manual_seed(0)
    stem = ImageStem(8, 4).eval()
    assert stem.features == 32
    picture = torch.rand(1, 96, 96)
    changed = picture.clone()
    changed[0, :8, :8] += 1
    with torch.no_grad():
        before, after = stem(picture), stem(changed)
        moved = stem(picture.roll((16, 8), dims=(1, 2)))
    assert before.shape == (1, 32, 12, 12)
    differs = ((after - before).abs().amax(1)[0] > 1e-6).nonzero()
    assert differs.max() <= 4, "two convolutions a level reach 4 cells of 8 pixels at most"
    assert_close(moved[..., 6:8, 5:8], before[..., 4:6, 4:7], atol=1e-5, rtol=1e-4)


def test_the_place_code_tells_every_cell_and_the_size_apart() -> None:
    code = place_code(5, 7)
    assert code.shape == (35, 18)
    assert len(torch.unique(code.round(decimals=4), dim=0)) == 35
    assert_close(code[0, 0], torch.cos(torch.tensor(torch.pi / 10)))
    assert_close(code[8, 9 + 1], torch.cos(torch.tensor(2 * torch.pi * 1.5 / 7)))
    assert_close(code[3, 8], torch.log(torch.tensor(5.0)))
    assert_close(code[3, 17], torch.log(torch.tensor(7.0)))


def test_a_grid_says_how_far_each_vector_stands_from_its_candidate() -> None:
    torch.manual_seed(0)
    embedding = VolumeEmbedding(8, 16, offsets=True)
    features, place, spacing = torch.randn(4, 8), torch.randn(4, 3) * 50, torch.full((4, 3), 0.7)
    offset = torch.tensor([[0.0, 0, 0], [2.5, 0, 0], [0, 8, 8], [NAN, NAN, NAN]])
    with torch.no_grad():
        plain = embedding(features, place, spacing)
        found = embedding(features, place, spacing, offset)
        assert embedding.offset is not None
        code = torch.zeros(42)
        angle = 2 * torch.pi * 2.5 / torch.tensor([8.0, 16, 32, 64, 128, 256, 512])
        code[:7], code[7:14] = angle.sin(), angle.cos()
        # Each coordinate: seven sines, seven cosines; those of 0 are 0 and 1.
        code[21:28], code[35:42] = 1, 1
        assert_close(found[1] - plain[1], embedding.offset.weight @ code, atol=1e-5, rtol=1e-4)
    assert_close(found[3], plain[3])
    assert not torch.allclose(found[0], plain[0], atol=1e-3), "the middle of a grid is told from what has no grid"


def test_grids_and_single_vectors_of_a_batch_are_read_together() -> None:
    core = tiny_core()
    single = VolumeSegment(torch.randn(2, 8), torch.randn(2, 3), torch.ones(2, 3))
    grid = replace(single, offset_mm_N3=torch.tensor([[0.0, 0, 0], [0, 4, 0]]))
    with torch.no_grad():
        together = core.embed(pack([[single], [grid]], TINY))
        assert_close(together[:2], core.embed(pack([[single]], TINY)), atol=1e-5, rtol=0)
        assert_close(together[2:], core.embed(pack([[grid]], TINY)), atol=1e-5, rtol=0)
    assert not torch.allclose(together[:2], together[2:], atol=1e-3)


def test_a_masked_value_leaves_no_trace_and_does_not_touch_its_neighbours() -> None:
    core = tiny_core()
    mask = torch.tensor([True, False])
    with torch.no_grad():
        open_ = core.embed(pack([[facts()]], TINY))
        hidden = core.embed(pack([[facts(value_masked_N=mask)]], TINY))
        other = facts(
            value_masked_N=mask,
            values_N=torch.tensor([NAN, -3.5]),
            totals_N=torch.tensor([3.0, NAN]),
            priors_N=torch.tensor([8.0, 3.5]),
        )
        assert torch.equal(core.embed(pack([[other]], TINY)), hidden)
        assert torch.equal(hidden[2:], open_[2:])
        name_ND = core.text.names(facts().name_ids)
        raw = core.facts(facts(value_masked_N=mask), name_ND)
        time_ND = core.facts.time(torch.stack([facts().years_N, facts().years_N.tanh()], dim=-1))
        assert core.facts.masked_value_2D is not None
        wanted = name_ND[0] + core.facts.unit_UD[1] + time_ND[0] + core.facts.masked_value_2D
    assert_close(raw[:2], wanted)
    assert not torch.allclose(hidden[:2], open_[:2], atol=1e-3)


def test_a_masked_unit_is_hidden_in_both_tokens_and_nothing_else_is() -> None:
    core = tiny_core()
    mask = torch.tensor([False, True])
    with torch.no_grad():
        hidden = core.embed(pack([[facts(unit_masked_N=mask)]], TINY))
        other = core.embed(pack([[facts(unit_masked_N=mask, unit_N=torch.tensor([1, 5]))]], TINY))
        worth = core.embed(pack([[facts(unit_masked_N=mask, values_N=torch.tensor([120.0, 3.5]))]], TINY))
        open_ = core.embed(pack([[facts()]], TINY))
    assert torch.equal(hidden, other)
    assert torch.equal(hidden[:2], open_[:2])
    assert not torch.allclose(hidden[2:], open_[2:], atol=1e-3)
    assert not torch.allclose(hidden[2:], worth[2:], atol=1e-3)


def test_masks_learn_and_a_hidden_value_that_is_no_number_gives_no_gradient() -> None:
    core = tiny_core()
    segment = facts(
        values_N=torch.tensor([NAN, -3.5]),
        value_masked_N=torch.tensor([True, False]),
        unit_masked_N=torch.tensor([True, True]),
    )
    core.encode([[segment, facts()]]).hidden_TD[:, :3].square().sum().backward()
    for name, parameter in core.facts.named_parameters():
        assert parameter.grad is not None, name
        assert bool(torch.isfinite(parameter.grad).all()), name
        assert float(parameter.grad.abs().sum()) > 0, name


def test_a_core_without_masks_refuses_masked_facts() -> None:
    config = replace(TINY, masked_facts=False)
    assert not any("masked" in name for name in Core(config).state_dict())
    nothing = torch.tensor([False, False])
    assert pack([[facts(value_masked_N=nothing)]], config).num_tokens == 4
    with pytest.raises(InputRejected) as refused:
        pack([[facts(unit_masked_N=~nothing)]], config)
    assert refused.value.code == "facts_masked_unread"
    with pytest.raises(InputRejected, match="masked facts for a core that reads none"):
        FactEmbedding(8)(facts(value_masked_N=~nothing), torch.zeros(2, 8))
    assert FactEmbedding(8)(facts(value_masked_N=nothing), torch.zeros(2, 8)).shape == (4, 8)


def old_file(folder: Path) -> dict[str, torch.Tensor]:
    """A core as it was written before images had a stem, volumes offsets and facts masks."""
    torch.manual_seed(3)
    core = Core(TINY)
    core.save_pretrained(folder)
    tensors, card = load_checkpoint(folder / CARD_FILE)
    old = {
        name: tensor
        for name, tensor in tensors.items()
        if not name.startswith(("image.", "volume.offset.", "facts.masked_"))
    }
    old |= {"image.project.weight": torch.randn(32, 16), "image.project.bias": torch.zeros(32)}
    old |= {"image.place.weight": torch.randn(32, 4), "image.place.bias": torch.zeros(32)}
    shape = {k: v for k, v in card["config"].items() if k not in ("image_channels", "masked_facts")}
    save_checkpoint(folder, "core", old, {"config": shape})
    return old


def test_an_old_file_is_read_with_start_values_the_same_each_time(tmp_path: Path) -> None:
    old = old_file(tmp_path)
    card = json.loads((tmp_path / CARD_FILE).read_text())
    core, again = Core.from_pretrained(tmp_path), Core.from_pretrained(tmp_path)
    assert core.weights_hash == card["weights_sha256"]
    state = core.state_dict()
    for name, tensor in old.items():
        if not name.startswith("image."):
            assert torch.equal(state[name], tensor), name
    for name, tensor in again.state_dict().items():
        assert torch.equal(state[name], tensor), name
    assert float(state["image.project.weight"].std()) == pytest.approx(0.02, rel=0.2)
    assert float(state["facts.masked_value_2D"].abs().sum()) == 0
    core.save_pretrained(tmp_path / "new")
    written = Core.from_pretrained(tmp_path / "new").state_dict()
    assert torch.equal(written["image.project.weight"], state["image.project.weight"])


def test_a_file_that_lacks_anything_else_is_refused(tmp_path: Path) -> None:
    whole = Core(TINY).state_dict()
    assert with_start_values(TINY, whole).keys() == whole.keys()
    for lacking in ("image.stem.levels.0.0.weight", "facts.masked_unit_D", "volume.place.bias", "modality_MD"):
        part = {name: tensor for name, tensor in whole.items() if name != lacking}
        assert with_start_values(TINY, part).keys() == part.keys(), lacking
        with pytest.raises(InputRejected, match="not those of the shape"):
            Core.from_state(TINY, with_start_values(TINY, part))
    assert with_start_values(TINY, {}) == {}
