"""One position per event: the embeddings of its event type and attributes joined, then a two-layer network.

A sum cannot tell which of two columns' values go together other than by what later layers make of it; here the layers
see every column in a place of its own.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from study.nn.time import EMBEDDING_STD

LAYOUT = "event"
COLUMN_WIDTH = 16
"""Width of a column's embedding."""
GELU_POWER = 0.425
"""Mean square of GELU of a standard normal variable."""


class Concat(nn.Module):
    """An embedding table per column, joined and mixed by LayerNorm, Linear, GELU, Linear.

    The tables start at `EMBEDDING_STD`, so that a few steps can move a rare value, and the norm brings them to unit
    scale, where GELU bends; the last layer brings the vectors down again to the scale at which every representation
    starts.

    Args:
        sizes: number of codes of each of K columns.
        width: D.
    """

    def __init__(self, sizes: list[int], width: int) -> None:
        super().__init__()
        tables = [nn.Embedding(size, COLUMN_WIDTH) for size in sizes]
        for table in tables:
            nn.init.normal_(table.weight, std=EMBEDDING_STD)
        self.tables = nn.ModuleList(tables)
        joined = COLUMN_WIDTH * len(sizes)
        first, last = nn.Linear(joined, width), nn.Linear(width, width)
        nn.init.normal_(first.weight, std=joined**-0.5)
        nn.init.normal_(last.weight, std=EMBEDDING_STD / (GELU_POWER * width) ** 0.5)
        nn.init.zeros_(first.bias)
        nn.init.zeros_(last.bias)
        self.mix = nn.Sequential(nn.LayerNorm(joined), first, nn.GELU(), last)

    def forward(self, codes: Tensor) -> Tensor:
        """Vectors [B, L, D] of codes, int64 [B, L, K]."""
        joined = torch.cat([table(column) for table, column in zip(self.tables, codes.unbind(-1), strict=True)], dim=-1)
        mixed: Tensor = self.mix(joined)
        return mixed


def build(sizes: list[int], width: int, fitted: NDArray[np.int64] | None) -> nn.Module:
    """The representation over columns of the given sizes."""
    return Concat(sizes, width)
