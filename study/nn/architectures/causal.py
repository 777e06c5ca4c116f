"""A causal Transformer with pre-normalisation, as GPT-2's (Radford et al., 2019), and rotary positions and times."""

from torch import nn

from study.nn.architectures.blocks import Stack

SEES_LATER = False
READS_ORDER = True


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture of the given size."""
    return Stack(width, blocks, heads, dropout, sees_later=SEES_LATER)
