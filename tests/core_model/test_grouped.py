"""The product by expert against plain products in fp64, on both ways of computing it."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from core_model.nn.grouped import grouped_product
from core_model.nn.products import Library, multiply_by, onednn_is_there


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 70), min_size=1, max_size=7).filter(any),
    columns=st.sampled_from([(16, 32), (384, 256), (20, 4)]),
    transposed=st.booleans(),
)
@pytest.mark.parametrize("way", ["onednn", "mkl"])
def test_products_and_gradients(way: Library, sizes: list[int], columns: tuple[int, int], transposed: bool) -> None:
    inward, outward = columns
    if way == "onednn" and not onednn_is_there():
        pytest.skip("this build of PyTorch has no oneDNN")
    torch.manual_seed(sum(sizes))
    x_NI = torch.randn(sum(sizes), inward, requires_grad=True)
    stored = torch.randn(len(sizes), *((outward, inward) if transposed else columns), requires_grad=True)
    w_EIO = stored.transpose(1, 2) if transposed else stored
    dy_NO = torch.randn(len(x_NI), outward)
    with multiply_by(way):
        y_NO = grouped_product(x_NI, w_EIO, torch.tensor(sizes, dtype=torch.float32))
        gradients = torch.autograd.grad(y_NO, (x_NI, w_EIO), dy_NO)
    expert_N = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    x64, w64 = (t.detach().double().requires_grad_() for t in (x_NI, w_EIO))
    parts = [x64[expert_N == e] @ w64[e] for e in range(len(sizes))]
    truth = torch.cat(parts)
    close = {"atol": 2e-5 * inward**0.5, "rtol": 1e-4}
    assert_close(y_NO.double(), truth, **close)
    for mine, theirs in zip(gradients, torch.autograd.grad(truth, (x64, w64), dy_NO.double()), strict=True):
        assert_close(mine.double(), theirs, **close)


def test_a_gradient_of_one_repeated_value_is_taken() -> None:
    x_NI, w_EIO = torch.randn(6, 5, requires_grad=True), torch.randn(2, 5, 3)
    grouped_product(x_NI, w_EIO, torch.tensor([4, 2])).sum().backward()
    assert_close(x_NI.grad, w_EIO.sum(2).repeat_interleave(torch.tensor([4, 2]), dim=0))


def test_other_types_take_pytorchs_way() -> None:
    x_NI, w_EIO = torch.randn(16, 32), torch.randn(2, 32, 16)
    half = grouped_product(x_NI.bfloat16(), w_EIO.bfloat16(), torch.tensor([10, 6]))
    assert half.dtype == torch.bfloat16
    assert_close(half.float(), grouped_product(x_NI, w_EIO, torch.tensor([10, 6])), atol=0.3, rtol=0.05)
