"""Each expert's matrix product with its own tokens, rows sorted by expert.

Shapes: N rows sorted by expert, E experts, I columns of a row, O columns of a product.

On a CPU in fp32 the products are taken one expert at a time, each written where it belongs, by PyTorch's own ``mm`` or
by oneDNN (``core_model.nn.products``); ``python -m benchmarks moe_layer`` measures the layer. Other devices and types
take ``grouped_mm``.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from core_model.compute.precision import precision_in_use
from core_model.nn.products import Product, by_onednn, onednn_product


def grouped_product(x_NI: Tensor, w_EIO: Tensor, load_E: Tensor) -> Tensor:
    """Product of each row with the matrix of its expert.

    Args:
        x_NI: Rows, those of expert 0 first.
        w_EIO: A matrix an expert; its transposed view serves as well.
        load_E: Rows of each expert; they add up to N.

    Returns:
        ``y_NO``, differentiable once in ``x_NI`` and ``w_EIO``.
    """
    if all(t.device.type == "cpu" and t.dtype == torch.float32 for t in (x_NI, w_EIO)):
        sizes = [int(load) for load in load_E.tolist()]
        if precision_in_use() == "fp32":
            return _ProductByExpert.apply(x_NI, w_EIO, sizes)
        return _ProductByExpert.apply(x_NI.bfloat16(), w_EIO.bfloat16(), sizes).float()
    return F.grouped_mm(x_NI, w_EIO, offs=load_E.cumsum(0).to(torch.int32))


def _multiply(a_IK: Tensor, b_KO: Tensor, out_IO: Tensor, product: Product) -> None:
    """``out = a b``, written in place."""
    if out_IO.stride(0) == 1:  # stored by columns: its transpose is stored by rows
        a_IK, b_KO, out_IO = b_KO.t(), a_IK.t(), out_IO.t()
    if not a_IK.shape[1]:
        out_IO.zero_()
    elif a_IK.dtype == torch.float32 and by_onednn(product, a_IK.numel() * b_KO.shape[1]):
        out_IO.copy_(onednn_product(a_IK, b_KO.t()))
    else:
        torch.mm(a_IK, b_KO, out=out_IO)


class _ProductByExpert(torch.autograd.Function):
    """``y = x w`` expert by expert, and both gradients; an expert without rows has a gradient of zeros."""

    @staticmethod
    def forward(ctx: Any, x_NI: Tensor, w_EIO: Tensor, sizes: list[int]) -> Tensor:
        ctx.save_for_backward(x_NI, w_EIO)
        ctx.sizes = sizes
        y_NO = x_NI.new_empty(len(x_NI), w_EIO.shape[2])
        for y_MO, x_MI, w_IO in zip(y_NO.split(sizes), x_NI.split(sizes), w_EIO.unbind(), strict=True):
            if len(x_MI):
                _multiply(x_MI, w_IO, y_MO, "forward")
        return y_NO

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy_NO: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        x_NI, w_EIO = ctx.saved_tensors
        dx_NI = dw_EIO = None
        dy_parts = dy_NO.contiguous().split(ctx.sizes)
        if ctx.needs_input_grad[0]:
            dx_NI = torch.empty_like(x_NI)
            for dx_MI, dy_MO, w_IO in zip(dx_NI.split(ctx.sizes), dy_parts, w_EIO.unbind(), strict=True):
                if len(dy_MO):
                    _multiply(dy_MO, w_IO.t(), dx_MI, "input")
        if ctx.needs_input_grad[1]:
            dw_EIO = torch.empty_like(w_EIO)
            for dw_IO, dy_MO, x_MI in zip(dw_EIO.unbind(), dy_parts, x_NI.split(ctx.sizes), strict=True):
                _multiply(x_MI.t(), dy_MO, dw_IO, "weight")
        return dx_NI, dw_EIO, None
