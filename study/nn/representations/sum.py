"""One position per event: the sum of the embeddings of its event type and attributes."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from study.nn.lookup import summed
from study.nn.time import EMBEDDING_STD

LAYOUT = "event"


class Sum(nn.Module):
    """Embeddings of all columns in one table, summed.

    Args:
        sizes: number of codes of each of K columns.
        width: D.
    """

    offsets: Tensor

    def __init__(self, sizes: list[int], width: int) -> None:
        super().__init__()
        starts = torch.tensor([0, *sizes[:-1]]).cumsum(0)
        self.register_buffer("offsets", starts, persistent=False)
        self.table = nn.Embedding(sum(sizes), width)
        nn.init.normal_(self.table.weight, std=EMBEDDING_STD / len(sizes) ** 0.5)

    def forward(self, codes: Tensor) -> Tensor:
        """Vectors [B, L, D] of codes, int64 [B, L, K]."""
        batch, length, columns = codes.shape
        flat = (codes + self.offsets).view(-1, columns)
        vectors = summed(self.table.weight, flat)
        return vectors.view(batch, length, -1)


def build(sizes: list[int], width: int, fitted: NDArray[np.int64] | None) -> nn.Module:
    """The representation over columns of the given sizes."""
    return Sum(sizes, width)
