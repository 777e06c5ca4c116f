"""A stack of blocks: attention over positions, and a feed-forward layer at each."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from study.nn.dropout import dropout
from study.nn.time import rotate, rotation

EXPANSION = 4
LEAST_BITS = 2
"""Rows of up to 4 queries are padded alike: a group more costs as much as some padding."""
MOST = 0.75
"""The share of positions from which on attention is computed for all of them: to pack queries costs more."""


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

    def forward(self, x: Tensor, phases: Tensor, lengths: Tensor | None, at: Tensor | None = None) -> Tensor:
        """[B, L, D] to [B * L, D], or [R, D] at some positions: of the others only what those read is computed.

        Args:
            phases: as of `rotation`, [B, L, 1, pairs].
            lengths: of the rows, whose positions see each other, int64 [B]; None where each sees those up to itself.
            at: flat positions, int64 [R], ascending; None for all.
        """
        normed = self.before_attention(x)
        if at is None:
            mixed, asking = self._everywhere(normed, phases, lengths), x.flatten(0, 1)
        else:
            is_most = len(at) > MOST * x.shape[0] * x.shape[1]
            mixed = self._everywhere(normed, phases, lengths)[at] if is_most else self._at(normed, phases, lengths, at)
            asking = x.flatten(0, 1)[at]
        after: Tensor = self.forward_layer(asking + dropout(self.join(mixed), self.dropout, self.training))
        return after

    def _everywhere(self, normed: Tensor, phases: Tensor, lengths: Tensor | None) -> Tensor:
        """What all positions see, [B * L, D]."""
        batch, length, _ = normed.shape
        query, key, value = torch.split(self.attend(normed).view(batch, length, 3 * self.heads, -1), self.heads, dim=2)
        query, key, value = (part.transpose(1, 2) for part in (rotate(query, phases), rotate(key, phases), value))
        sees = None if lengths is None else torch.arange(length, device=normed.device) < lengths[:, None, None, None]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=sees, is_causal=sees is None)
        return mixed.transpose(1, 2).reshape(batch * length, -1)

    def _at(self, normed: Tensor, phases: Tensor, lengths: Tensor | None, at: Tensor) -> Tensor:
        """What the positions `at` see, [R, D]."""
        batch, length, width = normed.shape
        weight, bias = self.attend.weight, self.attend.bias
        joint = F.linear(normed, weight[width:], bias[width:]).view(batch, length, 2 * self.heads, -1)
        key, value = torch.split(joint, self.heads, dim=2)
        key, value = rotate(key, phases).transpose(1, 2), value.transpose(1, 2)
        query = F.linear(normed.flatten(0, 1)[at], weight[:width], bias[:width]).view(len(at), self.heads, -1)
        row = torch.div(at, length, rounding_mode="floor")
        last = at - row * length if lengths is None else lengths[row] - 1
        return attention(rotate(query, phases.flatten(0, 1)[at]), key, value, row, last)


class Stack(nn.Module):
    """Blocks one after the other; in the last one only what a readout asks is computed.

    Args:
        width: D.
        heads: of attention.
        dropout: probability.
        sees_later: whether a position sees all of its row, or what lies before it and itself.
    """

    def __init__(self, width: int, blocks: int, heads: int, dropout: float, *, sees_later: bool) -> None:
        super().__init__()
        self.rotary_pairs, self.dropout, self.sees_later = width // heads // 2, dropout, sees_later
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(blocks))
        self.last = nn.LayerNorm(width)

    def forward(self, x: Tensor, days: Tensor, lengths: Tensor, at: Tensor) -> Tensor:
        """Hidden states [R, D] at flat positions `at` of vectors [B, L, D] at times in days [B, L].

        Padding must stand on the right, row b having lengths[b] >= 1 positions; `at` is int64 [R], ascending.
        """
        phases, seen = rotation(days, self.rotary_pairs), lengths if self.sees_later else None
        x = dropout(x, self.dropout, self.training)
        for block in self.blocks[:-1]:
            x = block(x, phases, seen).view_as(x)
        are_all = len(at) == days.numel() and torch.equal(at, torch.arange(len(at), device=at.device))
        hidden: Tensor = self.last(self.blocks[-1](x, phases, seen, None if are_all else at))
        return hidden


def attention(query: Tensor, key: Tensor, value: Tensor, row: Tensor, seen: Tensor) -> Tensor:
    """What some queries see, [R, heads * d].

    Rows with about as many queries as their neighbours are padded together.

    Args:
        query: [R, heads, d].
        key, value: [B, heads, L, d].
        row: b of each query, int64 [R], ascending.
        seen: last position l that each query sees, int64 [R].
    """
    batch, heads, length, _ = key.shape
    counts = torch.bincount(row, minlength=batch)
    rows, widths = _groups(counts.cpu())
    each = torch.tensor(widths).repeat_interleave(torch.tensor(rows)).to(row.device)
    first = each.cumsum(0) - each - (counts.cumsum(0) - counts)
    place = torch.arange(len(row), device=row.device) + first[row]
    sizes = [count * width for count, width in zip(rows, widths, strict=True)]
    packed = query.new_zeros(sum(sizes), heads, query.shape[-1]).index_put_((place,), query)
    sees = torch.arange(length, device=row.device) <= seen.new_zeros(sum(sizes)).index_put_((place,), seen)[:, None]
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
