"""A control without order: averages of what came before, weighted by age alone, then feed-forward layers.

Positions are averaged once, and a position's own vector reaches its hidden state through the averages only: a second
round of averages, or a residual around the first, would tell which events came last.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from study.nn.architectures.blocks import FeedForward
from study.nn.dropout import dropout

SEES_LATER = False
READS_ORDER = False
AVERAGES = 4
"""Of a part of the channels each; twice as many took twice the time of attention."""
FIRST_DAYS, LAST_DAYS = 10.0, 100.0
"""Time constants at which the decays start, spread evenly in their logarithm."""
NO_DECAY = -10.0
"""softplus(-10) is 1 in 60 years: a plain mean, until training finds a decay."""


class Averages(nn.Module):
    """Causal averages; the weight of a position falls with its age at a learned rate, one per average.

    Half of the averages start as plain means.

    Args:
        width: D, a multiple of `AVERAGES`.
        dropout: probability.
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        half = AVERAGES // 2
        days = torch.logspace(math.log10(FIRST_DAYS), math.log10(LAST_DAYS), AVERAGES - half)
        inverse_softplus = torch.expm1(1 / days).log()
        self.rate = nn.Parameter(torch.cat([torch.full((half,), NO_DECAY), inverse_softplus]))
        self.before = nn.LayerNorm(width)
        self.value = nn.Linear(width, width)
        self.join = nn.Linear(width, width)

    def forward(self, x: Tensor, days: Tensor) -> Tensor:
        """[B, L, D] to [B, L, D]; times in days [B, L]."""
        batch, length, width = x.shape
        value = self.value(self.before(x)).view(batch, length, AVERAGES, -1).transpose(1, 2)
        age = days[:, None, :, None] - days[:, None, None, :]
        later = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        score = (-F.softplus(self.rate)[:, None, None] * age).masked_fill(later, -torch.inf)
        mixed = score.softmax(dim=-1) @ value
        joined: Tensor = self.join(mixed.transpose(1, 2).reshape(batch, length, width))
        return dropout(joined, self.dropout, self.training)


class MeanPool(nn.Module):
    """Averages, then a stack of feed-forward layers."""

    def __init__(self, width: int, blocks: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.averages = Averages(width, dropout)
        self.blocks = nn.ModuleList(FeedForward(width, dropout) for _ in range(blocks))
        self.last = nn.LayerNorm(width)

    def forward(self, x: Tensor, days: Tensor, lengths: Tensor, at: Tensor) -> Tensor:
        """Hidden states [R, D] at flat positions `at` of vectors [B, L, D] at times in days [B, L].

        Padding must stand on the right.
        """
        x = self.averages(dropout(x, self.dropout, self.training), days).float().flatten(0, 1)[at]
        for block in self.blocks:
            x = block(x)
        hidden: Tensor = self.last(x)
        return hidden


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture of the given size; it has `AVERAGES` averages at any number of heads.

    Raises:
        ValueError: the width is no multiple of `AVERAGES`.
    """
    if width % AVERAGES:
        raise ValueError(f"mean_pool needs a width that is a multiple of {AVERAGES}, not {width}")
    return MeanPool(width, blocks, dropout)
