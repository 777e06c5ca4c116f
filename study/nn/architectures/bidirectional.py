"""A bidirectional Transformer, BERT4Rec's (Sun et al., CIKM 2019), in all else the causal one."""

from torch import Tensor, nn

from study.nn.architectures.blocks import Stack

SEES_LATER = True
READS_ORDER = True


def all_of_the_row(days: Tensor, lengths: Tensor) -> Tensor:
    """A position sees all positions of its row but the padding; see `Stack`."""
    return (lengths[:, None] - 1).expand(days.shape)


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture of the given size."""
    return Stack(width, blocks, heads, dropout, all_of_the_row)
