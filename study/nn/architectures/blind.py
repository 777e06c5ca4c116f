"""A control that reads no history: every hidden state is zero.

What is left is what a query is told (its weekday, and how long after the last event it is) and what the head knows:
with a repeat-aware one a counting rule with learned weights. The representation is made, but nothing learns it.
"""

import torch
from torch import Tensor, nn

SEES_LATER = False
READS_ORDER = False
IS_BLIND = True


class Blind(nn.Module):
    """Zeros, whatever the vectors say; it has no layers."""

    def forward(self, x: Tensor, days: Tensor, lengths: Tensor, at: Tensor) -> Tensor:
        """Hidden states [R, D], all zero, at flat positions `at`, int64 [R], of vectors [B, L, D]."""
        return x.new_zeros(len(at), x.shape[-1], dtype=torch.float32)


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture, of any size."""
    return Blind()
