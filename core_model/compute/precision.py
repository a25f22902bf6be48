"""In which type the core's products are computed on a CPU: fp32, or bf16 where the processor has instructions for it.

Shapes: M rows, I columns of a row, O outputs.

Inside ``with computing("bf16"):`` the linear layers and the experts of the core round their inputs and weights to bf16
for each product, forward and backward, and give fp32. Everything else is as it is outside: weights, gradients,
norms, residuals, router scores, the softmax, the loss. ::

    with computing("bf16"):
        loss = task(core(batch))
    loss.backward()                 # in bf16 too: a product's gradients are computed as the product was

On processors with ``avx512_bf16`` products take half the time; elsewhere they are emulated and take longer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from core_model.compute.processor import processor
from core_model.errors import InputRejected

Precision = Literal["fp32", "bf16"]

_precision: ContextVar[Precision] = ContextVar("precision", default="fp32")


@contextmanager
def computing(precision: Precision) -> Iterator[None]:
    """Compute the core's products on a CPU in this type until the end of the ``with``, in this thread.

    Raises:
        InputRejected: There is no such precision.
    """
    if precision not in get_args(Precision):
        raise InputRejected(
            "products in {precision}",
            allowed="fp32 or bf16",
            code="precision_unknown",
            values={"precision": str(precision)},
        )
    token = _precision.set(precision)
    try:
        yield
    finally:
        _precision.reset(token)


def precision_in_use() -> Precision:
    """That of ``computing``; fp32 outside."""
    return _precision.get()


@cache
def bf16_is_faster() -> bool:
    """Whether the processor multiplies bf16 by itself."""
    return "avx512_bf16" in processor().flags


def rounded_linear(x_MI: Tensor, weight_OI: Tensor, bias_O: Tensor | None) -> Tensor:
    """A linear layer in fp32 whose products are computed in bf16."""
    flat_MI = x_MI.reshape(-1, x_MI.shape[-1])
    y_MO: Tensor = _RoundedLinear.apply(flat_MI, weight_OI, bias_O)
    return y_MO.view(*x_MI.shape[:-1], -1)


class _RoundedLinear(torch.autograd.Function):
    """``y = x w' + b`` and its gradients; x and w are kept for them in bf16."""

    @staticmethod
    def forward(ctx: Any, x_MI: Tensor, weight_OI: Tensor, bias_O: Tensor | None) -> Tensor:
        x_MI, weight_OI = x_MI.bfloat16(), weight_OI.bfloat16()
        ctx.save_for_backward(x_MI, weight_OI)
        return F.linear(x_MI, weight_OI, None if bias_O is None else bias_O.bfloat16()).float()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy_MO: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        x_MI, weight_OI = ctx.saved_tensors
        dx_MI = dw_OI = db_O = None
        half_MO = dy_MO.bfloat16()
        if ctx.needs_input_grad[0]:
            dx_MI = (half_MO @ weight_OI).float()
        if ctx.needs_input_grad[1]:  # stored as the weight is, so that it is taken up without a copy
            by_rows = weight_OI.stride(1) == 1
            dw_OI = (half_MO.t() @ x_MI).float() if by_rows else (x_MI.t() @ half_MO).float().t()
        if ctx.needs_input_grad[2]:
            db_O = dy_MO.sum(dim=0)
        return dx_MI, dw_OI, db_O
