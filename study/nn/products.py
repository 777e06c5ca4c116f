"""Inner products in groups: of every vector of one list with every vector of another, and with none of other groups."""

from typing import Any

import torch
from torch import Tensor


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
