"""A bidirectional Transformer, BERT4Rec's (Sun et al., CIKM 2019), in all else the causal one."""

from torch import nn

from study.nn.architectures.blocks import Stack

SEES_LATER = True
READS_ORDER = True


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture of the given size."""
    return Stack(width, blocks, heads, dropout, sees_later=SEES_LATER)
