"""A causal Transformer with pre-normalisation, as GPT-2's (Radford et al., 2019), and rotary positions and times."""

from typing import cast

import torch
from torch import Tensor, nn

from study.nn.architectures.blocks import Block
from study.nn.dropout import dropout
from study.nn.time import rotation

SEES_LATER = False
READS_ORDER = True


class Causal(nn.Module):
    """A stack of blocks; a position sees itself and what lies before it."""

    def __init__(self, width: int, blocks: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.rotary_pairs, self.dropout = width // heads // 2, dropout
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(blocks))
        self.last = nn.LayerNorm(width)

    def forward(self, x: Tensor, days: Tensor, lengths: Tensor, at: Tensor) -> Tensor:
        """Hidden states [R, D] at flat positions `at` of vectors [B, L, D] at times in days [B, L].

        Padding must stand on the right; `at` is int64 [R], ascending.
        """
        phases = rotation(days, self.rotary_pairs)
        last = torch.arange(x.shape[1], device=x.device).expand(days.shape)
        x = dropout(x, self.dropout, self.training)
        for block in self.blocks[:-1]:
            x = block(x, phases, last)
        final = cast("Block", self.blocks[-1])
        hidden: Tensor = self.last(final.asked(x, phases, last, at))
        return hidden


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture of the given size."""
    return Causal(width, blocks, heads, dropout)
