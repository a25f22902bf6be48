"""Matrix products of the core's linear layers on a CPU: which library multiplies, and one switch for it.

Shapes: M rows, I columns of a row, O outputs.

PyTorch's ``F.linear`` and ``mm`` are MKL's in fp32. oneDNN's operator, the one that PyTorch's compiler emits for a
linear layer on a CPU, is faster on some processors; ``by_onednn`` knows which. ``multiply_by`` overrules it, so that
variants are compared on the same library::

    with multiply_by("mkl"):
        core.encode(rows)

Other devices, other types and autocast take ``F.linear``.
"""

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import Any, Literal, get_args

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from core_model.compute.precision import precision_in_use, rounded_linear
from core_model.compute.processor import processor
from core_model.errors import InputRejected, Unavailable

Library = Literal["auto", "onednn", "mkl"]
Product = Literal["forward", "input", "weight"]
"""A layer's output, the gradient of its input, the gradient of its weight."""

ZEN_4, ZEN_5 = 25, 26
"""AMD's families with AVX-512: by halves in Zen 4 (Zen 3 is of its family and has none), of full width since."""

_chosen: Library = "auto"


class multiply_by(AbstractContextManager):  # noqa: N801  # used as a function, like torch.set_grad_enabled
    """Choose the library of all products of the process: at once, and inside a ``with`` only until its end.

    Args:
        library: ``auto`` takes the faster one for the processor, as measured.

    Raises:
        InputRejected: There is no such library.
        Unavailable: This build of PyTorch has no oneDNN.
    """

    def __init__(self, library: Library) -> None:
        global _chosen
        if library not in get_args(Library):
            raise InputRejected(
                "products by {library}",
                allowed="auto, onednn or mkl",
                code="product_library_unknown",
                values={"library": str(library)},
            )
        if library == "onednn" and not onednn_is_there():
            raise Unavailable(
                "products by oneDNN, which this build of PyTorch does not have",
                action="choose auto or mkl",
                code="product_library_missing",
            )
        self._before, _chosen = _chosen, library

    def __exit__(self, *_: object) -> None:
        global _chosen
        _chosen = self._before


def library_in_use() -> Library:
    """What ``multiply_by`` chose last."""
    return _chosen


def onednn_is_there() -> bool:
    """Whether this build of PyTorch has oneDNN's operator."""
    return torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")


def by_onednn(product: Product, size: int) -> bool:
    """Whether oneDNN multiplies; the one place that decides it.

    Args:
        product: What is computed.
        size: M * I * O of the product.
    """
    if _chosen == "auto":
        return size >= faster_by_onednn().get(product, math.inf)
    return _chosen == "onednn"


@cache
def faster_by_onednn() -> Mapping[Product, int]:
    """From which size on oneDNN multiplies faster than MKL here; a product that it never does is left out.

    On processors that are not Intel's MKL uses half of an AVX-512 unit of full width: there oneDNN is twice as fast
    (Zen 5). On Zen 4, whose unit is of half the width, it is 1.05 to 1.14 times as fast forward and for the gradient of
    the input, and slower below some 8 million multiplications; MKL is faster for the gradient of the weight (one
    thread, 32 to 4,096 rows, 128 to 1,536 wide). Elsewhere both multiply alike. The processor decides, not a clock, so
    that two runs on one machine round alike.
    """
    if not onednn_is_there():
        return {}
    found = processor()
    if found.vendor != "AuthenticAMD":
        return {}
    if found.family >= ZEN_5:
        return {"forward": 0, "input": 0, "weight": 0}
    if found.family == ZEN_4 and "avx512f" in found.flags:
        return {"forward": 8_000_000, "input": 8_000_000}
    return {}


def onednn_product(a_MI: Tensor, b_OI: Tensor, bias_O: Tensor | None = None) -> Tensor:
    """``a b' + bias`` by oneDNN, without a gradient; each matrix may be stored by rows or by columns."""
    return torch.ops.mkldnn._linear_pointwise(a_MI, b_OI, bias_O, "none", [], "")


def linear(x_MI: Tensor, weight_OI: Tensor, bias_O: Tensor | None = None) -> Tensor:
    """``F.linear`` by the library and in the precision in use; differentiable once where that is not PyTorch's own."""
    rounded = precision_in_use() == "bf16"
    if not rounded and not by_onednn("forward", x_MI.numel() * len(weight_OI)):
        return F.linear(x_MI, weight_OI, bias_O)
    if not _by_hand(x_MI, weight_OI, bias_O):
        return F.linear(x_MI, weight_OI, bias_O)
    if rounded:
        return rounded_linear(x_MI, weight_OI, bias_O)
    flat_MI = x_MI.reshape(-1, x_MI.shape[-1])
    learns = any(tensor is not None and tensor.requires_grad for tensor in (x_MI, weight_OI, bias_O))
    if learns and torch.is_grad_enabled():
        y_MO: Tensor = _Linear.apply(flat_MI, weight_OI, bias_O)
    else:
        y_MO = onednn_product(flat_MI, weight_OI, bias_O)
    return y_MO.view(*x_MI.shape[:-1], -1)


def _by_hand(x_MI: Tensor, weight_OI: Tensor, bias_O: Tensor | None) -> bool:
    """Whether these are fp32 on a CPU, with values in them, outside autocast and compilation."""
    held = (x_MI, weight_OI) if bias_O is None else (x_MI, weight_OI, bias_O)
    plain = all(tensor.device.type == "cpu" and tensor.dtype == torch.float32 for tensor in held)
    empty = not x_MI.numel() or not weight_OI.numel()
    return plain and not empty and not torch.is_autocast_enabled("cpu") and not torch.compiler.is_compiling()


def multiply(a_MI: Tensor, b_IO: Tensor, product: Product) -> Tensor:
    """``a b`` of two matrices in fp32 on a CPU by the library in use, without a gradient."""
    if by_onednn(product, a_MI.numel() * b_IO.shape[1]):
        return onednn_product(a_MI, b_IO.t())
    return a_MI @ b_IO


class _Linear(torch.autograd.Function):
    """``y = x w' + b`` by oneDNN, and its gradients by whichever library multiplies them."""

    @staticmethod
    def forward(ctx: Any, x_MI: Tensor, weight_OI: Tensor, bias_O: Tensor | None) -> Tensor:
        ctx.save_for_backward(x_MI, weight_OI)
        return onednn_product(x_MI, weight_OI, bias_O)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy_MO: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
        x_MI, weight_OI = ctx.saved_tensors
        dy_MO = dy_MO.contiguous()
        dx_MI = dw_OI = db_O = None
        if ctx.needs_input_grad[0]:
            dx_MI = multiply(dy_MO, weight_OI, "input")
        if ctx.needs_input_grad[1]:  # stored as the weight is, so that it is taken up without a copy
            by_rows = weight_OI.stride(1) == 1
            dw_OI = multiply(dy_MO.t(), x_MI, "weight") if by_rows else multiply(x_MI.t(), dy_MO, "weight").t()
        if ctx.needs_input_grad[2]:
            db_O = dy_MO.sum(dim=0)
        return dx_MI, dw_OI, db_O


class Linear(nn.Linear):
    """``nn.Linear``, multiplied by the library in use; the names of its weights are the same."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  # nn.Linear's own name
        """``[..., I]`` to ``[..., O]``."""
        return linear(input, self.weight, self.bias)
