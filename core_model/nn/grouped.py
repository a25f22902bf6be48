"""Each expert's matrix product with its own tokens, rows sorted by expert.

Shapes: N rows sorted by expert, E experts, I columns of a row, O columns of a product.

On a CPU in fp32 the products go through oneDNN, one expert at a time: PyTorch's ``grouped_mm`` gives each of them to
MKL, which takes the AVX2 way on processors that are not Intel's; ``python -m benchmarks moe_layer`` measures the layer.
The operator is the one that PyTorch's own compiler emits for a linear layer on a CPU; where a build of PyTorch lacks
it, and on other devices and types, ``grouped_mm`` does the work.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F


def grouped_product(x_NI: Tensor, w_EIO: Tensor, load_E: Tensor) -> Tensor:
    """Product of each row with the matrix of its expert.

    Args:
        x_NI: Rows, those of expert 0 first.
        w_EIO: A matrix an expert; its transposed view serves as well.
        load_E: Rows of each expert; they add up to N.

    Returns:
        ``y_NO``, differentiable once in ``x_NI`` and ``w_EIO``.
    """
    if _by_onednn(x_NI, w_EIO):
        return _OneDnnProduct.apply(x_NI, w_EIO, [int(load) for load in load_E.tolist()])
    return F.grouped_mm(x_NI, w_EIO, offs=load_E.cumsum(0).to(torch.int32))


def _by_onednn(x_NI: Tensor, w_EIO: Tensor) -> bool:
    plain = all(t.device.type == "cpu" and t.dtype == torch.float32 for t in (x_NI, w_EIO))
    return plain and torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def _product(x_MI: Tensor, w_OI: Tensor) -> Tensor:
    return torch.ops.mkldnn._linear_pointwise(x_MI, w_OI, None, "none", [], "")


class _OneDnnProduct(torch.autograd.Function):
    """``y = x w`` expert by expert, and both gradients, each result written where it belongs."""

    @staticmethod
    def forward(ctx: Any, x_NI: Tensor, w_EIO: Tensor, sizes: list[int]) -> Tensor:
        ctx.save_for_backward(x_NI, w_EIO)
        ctx.sizes = sizes
        y_NO = x_NI.new_empty(len(x_NI), w_EIO.shape[2])
        parts = zip(y_NO.split(sizes), x_NI.split(sizes), w_EIO.transpose(1, 2).unbind(), strict=True)
        for y_MO, x_MI, w_OI in parts:
            if len(x_MI):
                y_MO.copy_(_product(x_MI, w_OI))
        return y_NO

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy_NO: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x_NI, w_EIO = ctx.saved_tensors
        dx_NI = dw_EIO = None
        dy_parts, x_parts = dy_NO.contiguous().split(ctx.sizes), x_NI.split(ctx.sizes)
        if ctx.needs_input_grad[0]:
            dx_NI = torch.empty_like(x_NI)
            for dx_MI, dy_MO, w_IO in zip(dx_NI.split(ctx.sizes), dy_parts, w_EIO.unbind(), strict=True):
                if len(dy_MO):
                    dx_MI.copy_(_product(dy_MO, w_IO))
        if ctx.needs_input_grad[1]:
            dw_EIO = torch.empty_like(w_EIO)
            by_rows = dw_EIO.is_contiguous()
            for dw_IO, dy_MO, x_MI in zip(dw_EIO.unbind(), dy_parts, x_parts, strict=True):
                if not len(dy_MO):
                    dw_IO.zero_()
                elif by_rows:
                    dw_IO.copy_(_product(x_MI.t(), dy_MO.t()))
                else:
                    dw_IO.t().copy_(_product(dy_MO.t(), x_MI.t()))
        return dx_NI, dw_EIO, None
