"""A control: a recurrent network (GRU4Rec, Hidasi et al., ICLR 2016) where the Transformer has attention."""

import torch
from torch import Tensor, nn

from study.nn.architectures.blocks import FeedForward
from study.nn.dropout import dropout

SEES_LATER = False
READS_ORDER = True


class RecurrentBlock(nn.Module):
    """A gated recurrent layer, pre-normalised and residual, then a feed-forward layer."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.before = nn.LayerNorm(width)
        self.recurrent = nn.GRU(width, width, batch_first=True)
        self.forward_layer = FeedForward(width, dropout)

    def forward(self, x: Tensor) -> Tensor:
        """[B, L, D] to [B, L, D]."""
        with torch.autocast(x.device.type, enabled=False):  # which would run cuDNN's recurrence in float16
            mixed, _ = self.recurrent(self.before(x))
        after: Tensor = self.forward_layer(x + dropout(mixed, self.dropout, self.training))
        return after


class Recurrent(nn.Module):
    """A stack of recurrent blocks; order is told by the recurrence, time by what the vectors say of it."""

    def __init__(self, width: int, blocks: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.blocks = nn.ModuleList(RecurrentBlock(width, dropout) for _ in range(blocks))
        self.last = nn.LayerNorm(width)

    def forward(self, x: Tensor, days: Tensor, lengths: Tensor, at: Tensor) -> Tensor:
        """Hidden states [R, D] at flat positions `at` of vectors [B, L, D]. Padding must stand on the right."""
        x = dropout(x, self.dropout, self.training)
        for block in self.blocks:
            x = block(x)
        hidden: Tensor = self.last(x.flatten(0, 1)[at])
        return hidden


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture of the given size; a GRU has no heads."""
    return Recurrent(width, blocks, dropout)
