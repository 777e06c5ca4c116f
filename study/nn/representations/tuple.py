"""One id per attribute tuple that is frequent in the fit span: events as if they were items."""

from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from study.nn.time import EMBEDDING_STD

LAYOUT = "event"
MIN_COUNT = 5
MAX_TUPLES = 20_000
SHIFT = 31
LOW_BITS = (1 << (64 - SHIFT)) - 1
"""Signed integers shift their sign in; this clears it, so that the mix below loses no bit."""
MULTIPLIERS = (-0x40A7B892E31B1A47, -0x6B2FB644ECCEEE15)
"""Those of SplitMix64 (Steele et al., OOPSLA 2014), as signed integers."""

Integers = TypeVar("Integers", Tensor, NDArray[np.int64])


class Tuples(nn.Module):
    """An embedding per known tuple and one for all others.

    Args:
        keys: the keys of the known tuples, ascending, int64 [V].
        width: D.
    """

    keys: Tensor

    def __init__(self, keys: NDArray[np.int64], width: int) -> None:
        super().__init__()
        self.others = len(keys)
        # One more key, so that a look-up past the end reads something; it names the others, whatever it is.
        self.register_buffer("keys", torch.from_numpy(np.append(keys, np.int64(0))), persistent=False)
        self.table = nn.Embedding(len(keys) + 1, width)
        nn.init.normal_(self.table.weight, std=EMBEDDING_STD)

    def forward(self, codes: Tensor) -> Tensor:
        """Vectors [B, L, D] of codes, int64 [B, L, K]."""
        key = keys_of(codes)
        place = torch.searchsorted(self.keys[:-1], key)
        vectors: Tensor = self.table(place.where(self.keys[place] == key, self.others))
        return vectors


def keys_of(codes: Integers) -> Integers:
    """A 64-bit key of each row of codes, wrapping around; the same bits from NumPy and from PyTorch.

    Args:
        codes: int64 [..., K].

    Returns:
        int64 [...].
    """
    key = codes[..., 0] * 0
    for column in range(codes.shape[-1]):
        key = key * MULTIPLIERS[0] + codes[..., column] + 1
        for multiplier in MULTIPLIERS:
            key = (key ^ ((key >> SHIFT) & LOW_BITS)) * multiplier
    return key ^ ((key >> SHIFT) & LOW_BITS)


def fit(codes: NDArray[np.int32], sizes: list[int], candidate: list[int]) -> NDArray[np.int64]:
    """Keys of the tuples that occur at least `MIN_COUNT` times, of the `MAX_TUPLES` most frequent; ascending.

    Args:
        codes: of the events of the fit span, [N, K].
        sizes: number of codes of each column.
        candidate: the columns whose joint value is the candidate; a tuple has all of them.
    """
    ordered = np.sort(keys_of(codes.astype(np.int64)))
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    counts = np.diff(np.append(first, len(ordered)))
    distinct = ordered[first]
    by_frequency = np.lexsort((distinct, -counts))[:MAX_TUPLES]
    chosen: NDArray[np.int64] = np.sort(distinct[by_frequency[counts[by_frequency] >= MIN_COUNT]])
    return chosen


def build(sizes: list[int], width: int, fitted: NDArray[np.int64] | None) -> nn.Module:
    """The representation with the keys that `fit` found.

    Raises:
        ValueError: it was not fitted.
    """
    if fitted is None:
        raise ValueError("the tuple representation is built from the keys that its fit returns")
    return Tuples(fitted, width)
