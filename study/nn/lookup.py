"""Rows of an embedding table, summed; with a gradient that is added up value by value instead of place by place."""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

SHORT = 1 << 16
"""Numbers below it are sorted by their digits."""


class _Summed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, table: Tensor, codes: Tensor) -> Tensor:
        ctx.save_for_backward(codes)
        ctx.rows = len(table)
        return F.embedding_bag(codes, table, mode="sum")

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (codes,) = ctx.saved_tensors
        flat = codes.flatten()
        counts = torch.bincount(flat, minlength=ctx.rows)
        place = torch.div(_ascending(flat, ctx.rows), codes.shape[1], rounding_mode="floor")
        gradient = gradients[0].contiguous()
        return F.embedding_bag(place, gradient, counts.cumsum(0) - counts, mode="sum"), None


def summed(table: Tensor, codes: Tensor) -> Tensor:
    """The sum of the rows of a table [V, D] that each row of codes, int64 [N, K], names; [N, D].

    The gradient of a row of the table is a sum over the places that name it, taken as one bag.
    """
    found: Tensor = _Summed.apply(table, codes)  # type: ignore[no-untyped-call]
    return found


def _ascending(codes: Tensor, rows: int) -> Tensor:
    """The order that sorts the codes, equal ones by their place."""
    if rows > SHORT or codes.device.type != "cpu":
        return torch.argsort(codes, stable=True)
    return torch.from_numpy(np.argsort(codes.numpy().astype(np.uint16), kind="stable"))
