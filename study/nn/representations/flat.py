"""One position per `column=value` token, one shared vocabulary: the practitioner's representation."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from study.nn.lookup import summed
from study.nn.time import EMBEDDING_STD

LAYOUT = "token"


class Flat(nn.Module):
    """A token embedding.

    Args:
        vocabulary: number of tokens.
        width: D.
    """

    def __init__(self, vocabulary: int, width: int) -> None:
        super().__init__()
        self.table = nn.Embedding(vocabulary, width)
        nn.init.normal_(self.table.weight, std=EMBEDDING_STD)

    def forward(self, codes: Tensor) -> Tensor:
        """Vectors [B, L, D] of tokens, int64 [B, L, 1]."""
        return summed(self.table.weight, codes.view(-1, 1)).view(*codes.shape[:2], -1)


def build(sizes: list[int], width: int, fitted: NDArray[np.int64] | None) -> nn.Module:
    """The representation over columns of the given sizes; the first code of column i is token sum(sizes[:i])."""
    return Flat(sum(sizes), width)
