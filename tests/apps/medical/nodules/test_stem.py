"""The network that reads is the network that was trained."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from apps.medical.nodules.detector_weights import load_detector
from apps.medical.nodules.stem import FoldedStem, Part, Stem, StemConfig


def trained(seed: int, channels: tuple[int, int, int, int]) -> Stem:
    """A network whose normalisation has seen something."""
    torch.manual_seed(seed)
    stem = Stem(StemConfig(channels))
    for module in stem.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.3, 3)
            module.weight.data.normal_()
            module.bias.data.normal_()
    return stem.eval()


@settings(max_examples=10, deadline=None)
@given(
    st.integers(0, 99),
    st.sampled_from([(16, 32, 64, 96), (3, 5, 4, 7), (1, 1, 1, 1)]),
    st.tuples(*[st.integers(1, 6)] * 2),
)
def test_a_folded_network_says_the_same(
    seed: int, channels: tuple[int, int, int, int], eighths: tuple[int, int]
) -> None:
    stem = trained(seed, channels)
    before = {name: value.clone() for name, value in stem.state_dict().items()}
    folded = FoldedStem(stem)
    slices = torch.randn(2, 3, 8 * eighths[0], 8 * eighths[1])
    with torch.no_grad():
        there, here = stem(slices), folded(slices)
    for name in ("logit_BYX", "fine_BCYX", "coarse_BCYX"):
        expected = getattr(there, name)
        torch.testing.assert_close(getattr(here, name), expected, rtol=0, atol=2e-5 * float(expected.abs().max() + 1))
    assert all(torch.equal(value, before[name]) for name, value in stem.state_dict().items())


def test_folding_while_training_leaves_the_network_training_and_draws_nothing() -> None:
    stem = trained(0, (4, 4, 4, 4)).train()
    drawn = torch.get_rng_state()
    folded = FoldedStem(stem)
    assert torch.equal(drawn, torch.get_rng_state())
    assert all(module.training for module in stem.modules())
    assert not any(module.training for module in folded.modules())
    assert not {id(module) for module in stem.modules()} & {id(module) for module in folded.modules()}
    double = FoldedStem(stem.double())
    assert {parameter.dtype for parameter in double.parameters()} == {torch.float64}


def test_what_ships_reads_with_folded_networks_that_take_no_gradient() -> None:
    for fold in load_detector().folds:
        assert isinstance(fold.stem, FoldedStem)
        assert not any(isinstance(module, nn.BatchNorm2d) for module in fold.stem.modules())
        assert not any(parameter.requires_grad for parameter in fold.stem.parameters())


def test_a_folded_network_refuses_the_sizes_that_the_network_refuses() -> None:
    with pytest.raises(ValueError, match="multiples of 8"):
        FoldedStem(Stem())(torch.zeros(1, 3, 12, 16))


@st.composite
def parts(draw: st.DrawFn) -> tuple[tuple[int, int], Part]:
    """The size of a picture, and a part of it."""
    size = (8 * draw(st.integers(1, 9)), 8 * draw(st.integers(1, 9)))
    axes = []
    for length in size:
        start = draw(st.integers(0, length // 4 - 1))
        axes.append(slice(4 * start, 4 * draw(st.integers(start + 1, length // 4))))
    return size, (axes[0], axes[1])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 99), parts(), st.booleans())
def test_a_part_of_the_output_is_that_part_of_the_whole(
    seed: int, sized: tuple[tuple[int, int], Part], folded: bool
) -> None:
    size, part = sized
    stem = trained(seed, (6, 5, 4, 7))
    stem = FoldedStem(stem) if folded else stem
    slices = torch.randn(2, 3, *size)
    with torch.no_grad():
        whole, cut = stem(slices), stem(slices, part)
    rows, columns = part
    fourth = (slice(rows.start // 4, rows.stop // 4), slice(columns.start // 4, columns.stop // 4))
    for name, where in (("logit_BYX", part), ("fine_BCYX", part), ("coarse_BCYX", fourth)):
        expected = getattr(whole, name)
        bound = 1e-5 * float(expected.abs().max() + 1)
        torch.testing.assert_close(getattr(cut, name), expected[..., where[0], where[1]], rtol=0, atol=bound)


def test_a_part_that_cuts_coarse_features_is_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 4"):
        Stem()(torch.zeros(1, 3, 16, 16), (slice(0, 16), slice(2, 8)))
