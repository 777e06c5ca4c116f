"""Inner products: of every hidden state with the vector of every class, and of vectors in groups."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

LINE = 16
"""Numbers of float32 in a cache line."""


class _Affine(torch.autograd.Function):
    """Every row of the result begins at a cache line: elsewhere MKL takes up to twice as long for many rows."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, vectors: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(hidden, vectors)
        rows, classes = len(hidden), len(vectors)
        found = hidden.new_empty_strided((rows, classes), (-(-classes // LINE) * LINE, 1))
        return torch.addmm(bias, hidden, vectors.T, out=found)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden, vectors = ctx.saved_tensors
        return gradients[0] @ vectors, gradients[0].T @ hidden, gradients[0].sum(dim=0)


def affine(hidden: Tensor, vectors: Tensor, bias: Tensor) -> Tensor:
    """The product of every hidden state with the vector of every class, plus its bias, [R, C].

    They are what `torch.nn.functional.linear` gives, to the last bit; that computes them where lines are no gain: of
    few classes, on a GPU and in bf16.

    Args:
        hidden: [R, D].
        vectors: [C, D].
        bias: [C].
    """
    if len(vectors) < LINE or hidden.device.type != "cpu" or torch.is_autocast_enabled("cpu"):
        return F.linear(hidden, vectors, bias)
    found: Tensor = _Affine.apply(hidden, vectors, bias)  # type: ignore[no-untyped-call]
    return found


class _Products(torch.autograd.Function):
    """One small matrix product per group, written where it belongs; pair by pair takes five times as long."""

    @staticmethod
    def forward(ctx: Any, left: Tensor, right: Tensor, lefts: list[int], rights: list[int]) -> Tensor:
        ctx.save_for_backward(left, right)
        ctx.sizes = lefts, rights
        found = left.new_empty(sum(_areas(lefts, rights)))
        for a, b, products in _groups(left, right, found, lefts, rights):
            torch.mm(a, b.T, out=products)
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None, None]:
        left, right = ctx.saved_tensors
        lefts, rights = ctx.sizes
        of_left, of_right = torch.empty_like(left), torch.empty_like(right)
        groups = _groups(left, right, gradients[0].contiguous(), lefts, rights)
        into = zip(torch.split(of_left, lefts), torch.split(of_right, rights), strict=True)
        for (a, b, products), (to_left, to_right) in zip(groups, into, strict=True):
            torch.mm(products, b, out=to_left)
            torch.mm(products.T, a, out=to_right)
        return of_left, of_right, None, None


def products_in_groups(left: Tensor, right: Tensor, lefts: list[int], rights: list[int]) -> Tensor:
    """The products of every left vector of a group with every right one of it, float32 [P], P = sum of lefts * rights.

    They are ordered by group, then left vector, then right vector, and computed in float32 under autocast too.

    Args:
        left: [N, D], group by group; right: [M, D] likewise.
        lefts, rights: how many vectors each group has of either.
    """
    found: Tensor = _Products.apply(left.float(), right.float(), lefts, rights)  # type: ignore[no-untyped-call]
    return found


def _areas(lefts: list[int], rights: list[int]) -> list[int]:
    return [a * b for a, b in zip(lefts, rights, strict=True)]


def _groups(
    left: Tensor, right: Tensor, products: Tensor, lefts: list[int], rights: list[int]
) -> list[tuple[Tensor, Tensor, Tensor]]:
    parts = torch.split(products, _areas(lefts, rights))
    grouped = zip(torch.split(left, lefts), torch.split(right, rights), parts, strict=True)
    return [(a, b, part.view(len(a), len(b))) for a, b, part in grouped]
