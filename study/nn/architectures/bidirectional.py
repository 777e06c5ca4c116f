"""A bidirectional Transformer, BERT4Rec's (Sun et al., CIKM 2019), in all else the causal one."""

from typing import cast

from torch import Tensor, nn

from study.nn.architectures.blocks import Block
from study.nn.dropout import dropout
from study.nn.time import rotation

SEES_LATER = True
READS_ORDER = True


class Bidirectional(nn.Module):
    """A stack of blocks; a position sees all positions of its row but the padding."""

    def __init__(self, width: int, blocks: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.rotary_pairs, self.dropout = width // heads // 2, dropout
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(blocks))
        self.last = nn.LayerNorm(width)

    def forward(self, x: Tensor, days: Tensor, lengths: Tensor, at: Tensor) -> Tensor:
        """Hidden states [R, D] at flat positions `at` of vectors [B, L, D] at times in days [B, L].

        Row b has lengths[b] >= 1 positions; `at` is int64 [R], ascending.
        """
        phases = rotation(days, self.rotary_pairs)
        last = (lengths[:, None] - 1).expand(days.shape)
        x = dropout(x, self.dropout, self.training)
        for block in self.blocks[:-1]:
            x = block(x, phases, last)
        final = cast("Block", self.blocks[-1])
        hidden: Tensor = self.last(final.asked(x, phases, last, at))
        return hidden


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture of the given size."""
    return Bidirectional(width, blocks, heads, dropout)
