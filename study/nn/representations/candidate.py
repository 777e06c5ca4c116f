"""One position per event: the sum of the embeddings of its event type and of its candidate columns alone.

A control for what the other attributes of an event are worth: with a candidate of one column an event is an item id, as
in SASRec (Kang and McAuley, ICDM 2018).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from study.nn.representations.sum import Sum

LAYOUT = "event"
READS_CANDIDATE_ALONE = True


class Candidate(nn.Module):
    """`Sum` over some columns.

    Args:
        sizes: number of codes of each of K columns.
        read: the columns that are read, int64 [M].
        width: D.
    """

    read: Tensor

    def __init__(self, sizes: list[int], read: NDArray[np.int64], width: int) -> None:
        super().__init__()
        self.register_buffer("read", torch.from_numpy(read), persistent=False)
        self.sum = Sum([sizes[column] for column in read.tolist()], width)

    def forward(self, codes: Tensor) -> Tensor:
        """Vectors [B, L, D] of codes, int64 [B, L, K]."""
        vectors: Tensor = self.sum(codes[..., self.read])
        return vectors


def fit(codes: NDArray[np.int32], sizes: list[int], candidate: list[int]) -> NDArray[np.int64]:
    """The columns that are read: event_type, which is the first, and those of the candidate, int64 [M].

    Args:
        codes: of the events of the fit span, [N, K].
        sizes: number of codes of each column.
        candidate: the columns whose joint value is the candidate.
    """
    return np.array([0, *candidate], dtype=np.int64)


def build(sizes: list[int], width: int, fitted: NDArray[np.int64] | None) -> nn.Module:
    """The representation over the columns that `fit` found.

    Raises:
        ValueError: it was not fitted.
    """
    if fitted is None:
        raise ValueError("the candidate representation is built from the columns that its fit returns")
    return Candidate(sizes, fitted, width)
