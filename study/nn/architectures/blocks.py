"""A stack of blocks: attention over positions, and a feed-forward layer at each."""

from collections.abc import Callable
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from study.nn.dropout import dropout
from study.nn.time import rotate, rotation

EXPANSION = 4
LEAST_BITS = 2
"""Rows of up to 4 queries are padded alike: a group more costs as much as some padding."""


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
        return x + dropout(forward, self.dropout, self.training)


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
        key, value = torch.split(joint, self.heads, dim=2)
        key, value = rotate(key, phases).transpose(1, 2), value.transpose(1, 2)
        query = F.linear(normed.flatten(0, 1)[at], weight[:width], bias[:width]).view(len(at), self.heads, -1)
        mixed = attention(rotate(query, phases.flatten(0, 1)[at]), key, value, at, last.flatten()[at])
        joined = self.join(mixed)
        after: Tensor = self.forward_layer(x.flatten(0, 1)[at] + dropout(joined, self.dropout, self.training))
        return after


class Stack(nn.Module):
    """Blocks one after the other; in the last one only what a readout asks is computed.

    Args:
        width: D.
        heads: of attention.
        dropout: probability.
        sees: last position that each position sees, int64 [B, L], of rows with times in days [B, L] and lengths [B].
    """

    def __init__(
        self, width: int, blocks: int, heads: int, dropout: float, sees: Callable[[Tensor, Tensor], Tensor]
    ) -> None:
        super().__init__()
        self.rotary_pairs, self.dropout, self.sees = width // heads // 2, dropout, sees
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(blocks))
        self.last = nn.LayerNorm(width)

    def forward(self, x: Tensor, days: Tensor, lengths: Tensor, at: Tensor) -> Tensor:
        """Hidden states [R, D] at flat positions `at` of vectors [B, L, D] at times in days [B, L].

        Padding must stand on the right, row b having lengths[b] >= 1 positions; `at` is int64 [R], ascending.
        """
        phases, last = rotation(days, self.rotary_pairs), self.sees(days, lengths)
        x = dropout(x, self.dropout, self.training)
        for block in self.blocks[:-1]:
            x = block(x, phases, last)
        final = cast("Block", self.blocks[-1])
        hidden: Tensor = self.last(final.asked(x, phases, last, at))
        return hidden


def attention(query: Tensor, key: Tensor, value: Tensor, at: Tensor, seen: Tensor) -> Tensor:
    """What the queries of the positions `at` see, [R, heads * d].

    Rows with about as many queries as their neighbours are padded together.

    Args:
        query: [R, heads, d].
        key, value: [B, heads, L, d].
        at: flat position b * L + l of each query, int64 [R], ascending.
        seen: last position l that each query sees, int64 [R].
    """
    batch, heads, length, _ = key.shape
    row = torch.div(at, length, rounding_mode="floor")
    counts = torch.bincount(row, minlength=batch)
    rows, widths = _groups(counts.cpu())
    each = torch.tensor(widths).repeat_interleave(torch.tensor(rows)).to(at.device)
    first = each.cumsum(0) - each - (counts.cumsum(0) - counts)
    place = torch.arange(len(at), device=at.device) + first[row]
    sizes = [count * width for count, width in zip(rows, widths, strict=True)]
    packed = query.new_zeros(sum(sizes), heads, query.shape[-1]).index_put_((place,), query)
    sees = torch.arange(length, device=at.device) <= seen.new_zeros(sum(sizes)).index_put_((place,), seen)[:, None]
    # the gradient of a split is a copy, also of one part
    keys, values = (torch.split(part, rows) if len(rows) > 1 else [part] for part in (key, value))
    mixed = []
    for group, (asking, allowed) in enumerate(zip(torch.split(packed, sizes), torch.split(sees, sizes), strict=True)):
        asked = asking.view(rows[group], widths[group], heads, -1).transpose(1, 2)
        mask = allowed.view(rows[group], 1, widths[group], length)
        found = F.scaled_dot_product_attention(asked, keys[group], values[group], attn_mask=mask)
        mixed.append(found.transpose(1, 2).reshape(sizes[group], -1))
    return torch.cat(mixed)[place]


def _groups(counts: Tensor) -> tuple[list[int], list[int]]:
    """Neighbouring rows of about as many queries: how many rows each group has, and the most queries of one of them.

    Rows in no order are one group.
    """
    order = torch.tensor([max((count - 1).bit_length(), LEAST_BITS) for count in counts.tolist()])
    kinds, rows = torch.unique_consecutive(order, return_counts=True)
    sizes = rows.tolist() if len(kinds) == len(kinds.unique()) else [len(counts)]
    return sizes, [max(int(part.max()), 1) for part in torch.split(counts, sizes)]
