"""What the architectures are made of: attention over positions, and a feed-forward layer at each."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from study.nn.time import rotate

EXPANSION = 4


class FeedForward(nn.Module):
    """A residual layer, pre-normalised and four times as wide inside."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.before = nn.LayerNorm(width)
        self.widen = nn.Linear(width, EXPANSION * width)
        self.narrow = nn.Linear(EXPANSION * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """[..., D] to [..., D]."""
        forward = self.narrow(F.gelu(self.widen(self.before(x))))
        return x + F.dropout(forward, self.dropout, self.training)


class Block(nn.Module):
    """Attention, then a feed-forward layer.

    Args:
        width: D.
        heads: of attention.
        dropout: probability.
    """

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.before_attention = nn.LayerNorm(width)
        self.attend = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.forward_layer = FeedForward(width, dropout)

    def forward(self, x: Tensor, phases: Tensor, last: Tensor) -> Tensor:
        """[B, L, D] to [B, L, D].

        Args:
            phases: as of `rotation`, [B, L, 1, pairs].
            last: last position that each position sees, int64 [B, L].
        """
        everywhere = torch.arange(x.shape[0] * x.shape[1], device=x.device)
        return self.asked(x, phases, last, everywhere).view_as(x)

    def asked(self, x: Tensor, phases: Tensor, last: Tensor, at: Tensor) -> Tensor:
        """The same at the flat positions `at` alone, [R, D]: what no readout asks for is not computed.

        Args:
            at: int64 [R], ascending.
        """
        batch, length, width = x.shape
        normed = self.before_attention(x)
        weight, bias = self.attend.weight, self.attend.bias
        joint = F.linear(normed, weight[width:], bias[width:]).view(batch, length, 2 * self.heads, -1)
        key = rotate(joint[:, :, : self.heads], phases).transpose(1, 2)
        value = joint[:, :, self.heads :].transpose(1, 2)
        query = F.linear(normed.flatten(0, 1)[at], weight[:width], bias[:width]).view(len(at), self.heads, -1)
        row, slot = _slots(at, batch, length)
        packed = query.new_zeros(batch, int(slot.max()) + 1, self.heads, query.shape[-1])
        packed = packed.index_put((row, slot), rotate(query, phases.flatten(0, 1)[at]))
        seen = last.new_zeros(packed.shape[:2]).index_put((row, slot), last.flatten()[at])
        allowed = torch.arange(length, device=x.device) <= seen[:, None, :, None]
        mixed = F.scaled_dot_product_attention(packed.transpose(1, 2), key, value, attn_mask=allowed)
        joined = self.join(mixed.transpose(1, 2)[row, slot].flatten(1))
        after: Tensor = self.forward_layer(x.flatten(0, 1)[at] + F.dropout(joined, self.dropout, self.training))
        return after


def _slots(at: Tensor, batch: int, length: int) -> tuple[Tensor, Tensor]:
    """Row of each flat position, and its place among those of its row; int64 [R]."""
    row = torch.div(at, length, rounding_mode="floor")
    counts = torch.bincount(row, minlength=batch)
    return row, torch.arange(len(at), device=at.device) - (counts.cumsum(0) - counts)[row]
