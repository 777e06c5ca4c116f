"""A causal Transformer with pre-normalisation, as GPT-2's (Radford et al., 2019), and rotary positions and times."""

import torch
from torch import Tensor, nn

from study.nn.architectures.blocks import Stack

SEES_LATER = False
READS_ORDER = True


def itself(days: Tensor, lengths: Tensor) -> Tensor:
    """A position sees itself and what lies before it; see `Stack`."""
    return torch.arange(days.shape[1], device=days.device).expand(days.shape)


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture of the given size."""
    return Stack(width, blocks, heads, dropout, itself)
