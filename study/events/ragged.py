"""Ragged expansion."""

import numpy as np

from study.events.log import Ints


def expand(starts: Ints, stops: Ints) -> tuple[Ints, Ints]:
    """All (row, index) with starts[row] <= index < stops[row], as two int64 [M]."""
    sizes = np.maximum(stops - starts, 0)
    rows = np.repeat(np.arange(len(starts)), sizes)
    first = np.repeat(starts - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
    return rows, first + np.arange(len(rows))
